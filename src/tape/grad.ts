/** grad and valueAndGrad: derivatives of functions of tensors, and of variables. */
import { ArgumentError, checkFunction, describeValue, optionsOf, ShapeError } from '../errors.ts';
import { formatShape } from '../tensor/shape.ts';
import { Tensor } from '../tensor/tensor.ts';
import { Variable } from '../tensor/variable.ts';
import { activeTape, runWithTape } from './active-tape.ts';
import { Tape } from './tape.ts';

/** Which arguments to differentiate with respect to. */
export interface GradOptions<ArgNums extends number | readonly number[] = number | readonly number[]> {
  /** Default 0, the first one. A list gives a list of gradients. */
  readonly argnums?: ArgNums;
}

type Gradients<ArgNums> = ArgNums extends readonly number[] ? Tensor[] : Tensor;

/**
 * The gradient of a scalar function with respect to its first argument, or those that `argnums` names.
 * The gradient is made of ops and can be differentiated again.
 * @param f returns a tensor of size 1
 * @returns a function of the same arguments that gives a tensor of the argument's shape, or a list of them
 * @throws ShapeError when `f` returns more than one element
 * @example grad((x: Tensor) => ops.sum(ops.square(x)))(tensor([1, 2])) // [2, 4]
 */
export function grad<Args extends readonly unknown[], const ArgNums extends number | readonly number[] = number>(
  f: (...args: Args) => Tensor,
  options: GradOptions<ArgNums> = {},
): (...args: Args) => Gradients<ArgNums> {
  const both = valueAndGrad(f, options);
  return (...args) => both(...args)[1];
}

/**
 * Like `grad`, with the function's value beside the gradient. With a list of variables instead of options, calls
 * `f()` at once and gives its value and its gradients with respect to the variables.
 * @returns `[value, gradient]`
 * @example const [loss, gradients] = valueAndGrad(() => meanSquaredError(y, net(x)), net.trainableWeights);
 */
export function valueAndGrad(f: () => Tensor, variables: readonly Variable[]): [value: Tensor, gradients: Tensor[]];
export function valueAndGrad<
  Args extends readonly unknown[],
  const ArgNums extends number | readonly number[] = number,
>(
  f: (...args: Args) => Tensor,
  options?: GradOptions<ArgNums>,
): (...args: Args) => [value: Tensor, gradient: Gradients<ArgNums>];
export function valueAndGrad(f: (...args: never) => Tensor, target: readonly Variable[] | GradOptions = {}): unknown {
  checkFunction('grad', 'what is differentiated', f);
  if (!Array.isArray(target)) optionsOf('grad', target);
  if (isVariables(target)) {
    return record([], (tape) => {
      const wrong = target.find((variable) => !((variable as unknown) instanceof Variable));
      if (wrong !== undefined) {
        throw new ArgumentError(`valueAndGrad: ${describeValue(wrong)} is no variable. Give a list of variables.`, {
          where: 'valueAndGrad',
          got: wrong,
        });
      }
      const sources = target.map((variable) => tape.watchVariable(variable));
      const value = checkScalar((f as () => Tensor)());
      return [value, tape.gradient(value, sources)];
    });
  }
  const { argnums = 0 } = target;
  const positions = typeof argnums === 'number' ? [argnums] : argnums;
  return (...args: readonly unknown[]) =>
    record(args, (tape) => {
      const watched = [...args];
      const sources = positions.map((position) => {
        const arg = args[position];
        if (!(arg instanceof Tensor || arg instanceof Variable)) {
          throw new ArgumentError(
            `grad: argument ${position} is not a tensor (${arg === undefined ? 'missing' : typeof arg}). Name tensor arguments in argnums.`,
            {
              where: 'grad',
              got: arg,
            },
          );
        }
        const source = tape.watch(arg);
        watched[position] = source;
        return source;
      });
      const value = checkScalar(f(...(watched as never)));
      const gradients = tape.gradient(value, sources);
      return [value, typeof argnums === 'number' ? gradients[0] : gradients];
    });
}

function isVariables(target: readonly Variable[] | GradOptions): target is readonly Variable[] {
  return Array.isArray(target);
}

// Nested derivatives share the one active tape, or the one that recorded the arguments; the outermost eager one gives
// back plain tensors.
function record(
  args: readonly unknown[],
  body: (tape: Tape) => [Tensor, Tensor | readonly Tensor[] | undefined],
): unknown {
  const outer = activeTape();
  if (outer) return body(outer);
  const recorded = args.find((arg) => arg instanceof Tensor && arg.tape !== undefined) as Tensor | undefined;
  if (recorded) return runWithTape(recorded.tape as Tape, () => body(recorded.tape as Tape));
  const tape = new Tape('eager');
  const [value, gradients] = runWithTape(tape, () => body(tape));
  return [plain(value), gradients instanceof Tensor ? plain(gradients) : gradients?.map(plain)];
}

function plain(value: Tensor): Tensor {
  return value.tape === undefined ? value : new Tensor(value.shape, value.data);
}

function checkScalar(value: unknown): Tensor {
  if (!(value instanceof Tensor)) {
    if (value instanceof Promise) value.catch(() => undefined);
    throw new ArgumentError('grad: the function must return a tensor; async functions cannot be differentiated.', {
      where: 'grad',
      got: value,
    });
  }
  if (value.size !== 1) {
    throw new ShapeError(
      `grad: the function returned the shape ${formatShape(value.shape)}; gradients are taken of a scalar. Reduce it with ops.sum() or ops.mean().`,
      {
        where: 'grad',
        got: value.shape,
        expected: [],
      },
    );
  }
  return value;
}
