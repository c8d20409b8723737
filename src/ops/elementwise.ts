/** Makers for element-wise ops: one input of any shape, or two that broadcast. */
import type { Kernel } from '../../kernels/contract.ts';
import { ArgumentError } from '../errors.ts';
import type { InputGradient } from '../tape/tape.ts';
import { broadcastShapes } from '../tensor/broadcast.ts';
import type { Shape } from '../tensor/shape.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { sumToShape } from './broadcasting.ts';
import { defineOp, type GradientArguments, type Op, type TensorLike } from './define-op.ts';

/** An op without options that applies a function to every element. */
export type UnaryOp = Op<[x: TensorLike]>;

/** An op without options on two inputs that broadcast as in NumPy. */
export type BinaryOp = Op<[a: TensorLike, b: TensorLike]>;

type None = Record<string, never>;

/** The gradient with respect to x, given x, the result y and its gradient dy. */
type UnaryGradient = (x: Tensor, y: Tensor, dy: Tensor) => Tensor;

/** @internal */
export function unaryOp(
  name: string,
  kernel: Kernel<unknown, never> | Kernel,
  gradient: UnaryGradient | 'none',
): UnaryOp {
  return defineOp<[x: TensorLike], None>({
    name,
    kernel,
    shape: (shapes) => withArity(name, shapes, 1)[0],
    gradient:
      gradient === 'none' ? 'none' : ({ inputs: [x], outputs: [y], gradients: [dy] }) => [() => gradient(x, y, dy)],
  });
}

type BinaryArguments = GradientArguments<[a: TensorLike, b: TensorLike], None>;

/** @internal The rule gives gradients of the result's shape; they are summed over the axes that an input was stretched along. */
export function binaryOp(
  name: string,
  kernel: Kernel<unknown, never> | Kernel,
  gradient: ((a: Tensor, b: Tensor, dy: Tensor, y: Tensor) => readonly [InputGradient, InputGradient]) | 'none',
): BinaryOp {
  const rule = (context: BinaryArguments): readonly InputGradient[] => {
    if (gradient === 'none') return [];
    const { inputs, outputs, gradients } = context;
    return gradient(inputs[0], inputs[1], gradients[0], outputs[0]).map((one, position) => {
      const { shape } = inputs[position as 0 | 1];
      return one && (() => sumToShape(typeof one === 'function' ? one() : one, shape));
    });
  };
  return defineOp<[a: TensorLike, b: TensorLike], None>({
    name,
    kernel,
    shape: (shapes) => broadcastShapes(name, withArity(name, shapes, 2)),
    gradient: gradient === 'none' ? 'none' : rule,
  });
}

// More inputs than the function has would be read as something else by the kernel.
function withArity<Shapes extends readonly Shape[]>(name: string, shapes: Shapes, count: number): Shapes {
  if (shapes.length === count && shapes.every((shape) => shape !== undefined)) return shapes;
  throw new ArgumentError(
    `${name}: takes ${count === 1 ? 'one input' : 'two inputs'}, got ${shapes.filter((one) => one !== undefined).length} of ${shapes.length}. Give tensors, variables or numbers.`,
    { where: name, got: shapes.length, expected: count },
  );
}
