/** What the recurrent ops share: the checks of their inputs' shapes, and the refusal of second derivatives. */
import { ArgumentError, ShapeError } from '../errors.ts';
import { formatShape, sameShape, type Shape } from '../tensor/shape.ts';
import { zeros, type Tensor } from '../tensor/tensor.ts';
import type { TensorLike } from './define-op.ts';

/** Options that all recurrent ops take. */
export interface RecurrentCallOptions {
  /** `[batch, steps]`; a step where it is 0 keeps the state. */
  readonly mask?: TensorLike | undefined;
  /** Factors of x, the same at every step: `[batch, features]`, or that many per gate side by side. Constants. */
  readonly inputDropout?: TensorLike | undefined;
  /** Factors of the hidden state, the same at every step: `[batch, units]`, or that many per gate side by side. Constants. */
  readonly recurrentDropout?: TensorLike | undefined;
  /** Takes the last step first; the sequence comes out in that order. Default false. */
  readonly goBackwards?: boolean;
  /** The output of a masked step is zero instead of the one before. Default false. */
  readonly zeroOutputForMask?: boolean;
}

/** @internal What tells one recurrence from another where shapes are checked. */
export interface Recurrence {
  readonly where: string;
  /** The gates in the order in which they stand side by side; one entry for a recurrence without gates. */
  readonly gates: readonly string[];
  /** The shape of the bias; default one number per unit and gate. */
  readonly biasShape?: (gateUnits: number) => Shape;
}

/** @internal Shapes of the inputs that all recurrences have. */
export interface RecurrentShapes {
  readonly x: Shape;
  readonly kernel: Shape;
  readonly recurrentKernel: Shape;
  readonly bias: Shape | undefined;
  readonly states: readonly (readonly [name: string, shape: Shape])[];
  readonly mask: Shape | undefined;
  readonly inputDropout: Shape | undefined;
  readonly recurrentDropout: Shape | undefined;
}

/** @internal Sizes of a recurrence whose shapes fit. @throws ShapeError naming the input that does not */
export function recurrentSizes(
  { where, gates: names, biasShape = (size) => [size] }: Recurrence,
  shapes: RecurrentShapes,
): { readonly batch: number; readonly steps: number; readonly units: number } {
  const gates = names.length;
  const { x, recurrentKernel, mask, inputDropout, recurrentDropout } = shapes;
  const [batch = 0, steps = 0, features = 0] = x;
  const [units = 0] = recurrentKernel;
  const width = gates * units;
  const times = gates === 1 ? 'units' : `${gates} * units`;
  const check = (name: string, shape: Shape, fits: boolean, expected: string, why: string): void => {
    if (fits) return;
    throw new ShapeError(`${where}: ${name} has the shape ${formatShape(shape)}, expected ${expected}. ${why}`, {
      where,
      got: shape,
      expected,
    });
  };
  const fits = (name: string, shape: Shape | undefined, expected: Shape, why: string): void => {
    if (shape !== undefined) check(name, shape, sameShape(shape, expected), formatShape(expected), why);
  };
  check('x', x, x.length === 3, '[batch, steps, features]', 'Add the missing axis with reshape().');
  check(
    'recurrentKernel',
    recurrentKernel,
    recurrentKernel.length === 2 && recurrentKernel[1] === width,
    `[units, ${times}]`,
    gates === 1 ? 'It takes a state to a state.' : `The gates ${names.join(', ')} stand side by side.`,
  );
  fits(
    'kernel',
    shapes.kernel,
    [features, width],
    `x has ${features} features and the recurrent kernel ${units} units.`,
  );
  fits('bias', shapes.bias, biasShape(width), `It has one number per unit and gate, ${units} units.`);
  const perSample = `The batch has ${batch} samples and the recurrent kernel ${units} units.`;
  for (const [name, shape] of shapes.states) fits(name, shape, [batch, units], perSample);
  fits('mask', mask, [batch, steps], `x has the shape ${formatShape(x)}.`);
  const perGate = (shape: Shape | undefined, size: number): Shape => [
    batch,
    shape?.[1] === gates * size ? gates * size : size,
  ];
  const drawn = `Factors are drawn once per sample${gates === 1 ? '' : `; ${gates} times as many give each gate its own`}.`;
  fits('inputDropout', inputDropout, perGate(inputDropout, features), drawn);
  fits('recurrentDropout', recurrentDropout, perGate(recurrentDropout, units), drawn);
  return { batch, steps, units };
}

/** @internal The state before the first step when none is given. */
export function noState(x: Tensor, recurrentKernel: Tensor): Tensor {
  return zeros([x.shape[0] ?? 0, recurrentKernel.shape[0] ?? 0]);
}

/** @internal The gradient rule of a backward pass that is one kernel. */
export function noSecondDerivatives(where: string): never {
  throw new ArgumentError(
    `${where}: second derivatives are not available, because its backward pass is one kernel. ` +
      'Write the steps with matmul, sigmoid and tanh in a loop (an unrolled cell) where you need them.',
    { where },
  );
}
