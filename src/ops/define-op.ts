/** defineOp: an op is one object: its shape rule, its kernel or the ops it is made of, and its gradient. */
import type { Kernel } from '../../kernels/contract.ts';
import { ArgumentError, describeValue, GradtapeError } from '../errors.ts';
import { call } from '../tape/call.ts';
import { identityOperation, stopGradientOperation, type InputGradient, type Operation } from '../tape/tape.ts';
import { checkShape, type Shape } from '../tensor/shape.ts';
import { Symbolic, type SymbolicResult } from '../tensor/symbolic.ts';
import { full, Tensor } from '../tensor/tensor.ts';
import { Variable } from '../tensor/variable.ts';

/** What an op takes where it wants a tensor: a number is a scalar. */
export type TensorLike = Tensor | Variable | number;

/** One `To` per input; an input that may be left out has none then. */
type MapInputs<Inputs extends readonly unknown[], To> = {
  readonly [Position in keyof Inputs]: undefined extends Inputs[Position] ? To | undefined : To;
};

/** What a gradient rule is given. */
export interface GradientArguments<Inputs extends readonly unknown[], Options> {
  readonly inputs: MapInputs<Inputs, Tensor>;
  readonly outputs: readonly [Tensor, ...Tensor[]];
  readonly options: Options;
  /** The gradient of the result with respect to each output; zeros where nothing depends on it. */
  readonly gradients: readonly [Tensor, ...Tensor[]];
  /** Whether anything depends on each output. */
  readonly used: readonly boolean[];
}

/**
 * The definition of an op.
 * `Inputs` are its tensors by name: `[x: TensorLike, bias?: TensorLike]`.
 * `CallOptions` are what a caller writes, `Options` what `resolve` makes of it and all functions here see; default none.
 */
export interface OpDefinition<
  Inputs extends readonly unknown[],
  Options = Record<string, never>,
  CallOptions = Options,
> {
  /** Shown by messages, programs and `debug()`. */
  readonly name: string;
  /** Checks the inputs' shapes and options, and gives the output's shape, or one shape per output. */
  readonly shape: (inputs: MapInputs<Inputs, Shape>, options: Options) => Shape | readonly Shape[];
  /** Turns what a caller writes into the node's options: defaults, axes counted from the front. */
  readonly resolve?: (options: CallOptions, inputs: MapInputs<Inputs, Shape>) => Options;
  /** The computation. An alias (`'alias'`) has the values of input 0 under another shape. */
  readonly kernel?: Kernel<Options, never> | Kernel<Options, unknown> | 'alias';
  /** Instead of a kernel: the op composed of others. */
  readonly forward?: (inputs: MapInputs<Inputs, Tensor>, options: Options) => Tensor;
  /**
   * One gradient per input: a tensor of the input's shape, a function that makes it when it is wanted, or undefined
   * where there is none. `'none'` for an op whose output does not vary with its inputs. A composed op without a rule
   * is differentiated through its parts.
   */
  readonly gradient?: ((context: GradientArguments<Inputs, Options>) => readonly InputGradient[]) | 'none';
  /** Names an output of size 1 that the kernel sets when it met a value that must be refused. */
  readonly errorFlag?: NonNullable<Operation['errorFlag']>;
}

/** Inputs of which some are symbolic. */
type OrSymbolic<Inputs extends readonly unknown[]> = {
  readonly [Position in keyof Inputs]: Inputs[Position] | Symbolic;
};

/** A callable op: inputs, then one options object where the op has options. */
export interface Op<Inputs extends readonly unknown[], CallOptions = Record<string, never>> {
  (...args: [...inputs: Inputs, options?: CallOptions]): Tensor;
  /** On symbolic tensors: a layer of the op in the model's graph. */
  (...args: [...inputs: OrSymbolic<Inputs>, options?: CallOptions]): SymbolicResult;
  /** All outputs, those that only gradients need included. */
  all(inputs: Readonly<Inputs>, options?: CallOptions): readonly [Tensor, ...Tensor[]];
  readonly opName: string;
}

const names = new Map<string, object>();

/** @internal Every op that was defined with a kernel or a rule of its own, by name: what the test tables must cover. */
export function definedOps(): readonly string[] {
  return [...names.keys()];
}

/**
 * Makes an op of its definition. It works eagerly, inside compiled functions, in models, and under `grad`.
 *
 * Name the inputs in the type parameter, `defineOp<[x: TensorLike, w: TensorLike]>`, and the options behind them, if
 * there are any: `defineOp<[x: TensorLike], { readonly slope: number }>`. Where callers may leave options out, a third
 * parameter says what they write, and `resolve` fills in the rest.
 * `gradient` is given the inputs, the outputs and the gradient of each output, and gives one gradient per input, each of
 * its input's shape. Without `gradient` an op made of others is differentiated through them. The rule is made of ops,
 * so that it can be differentiated again; `gradcheck` of `gradtape/testing` checks it.
 * @throws ArgumentError for a definition without a shape rule, or with both or neither of kernel and forward
 * @example
 * // Mish (Misra 2019, arXiv:1908.08681): y = x tanh(softplus(x))
 * const mish = defineOp<[x: TensorLike]>({
 *   name: 'mish',
 *   shape: ([x]) => x,
 *   forward: ([x]) => ops.mul(x, ops.tanh(ops.softplus(x))),
 *   // dx = (t + x sigmoid(x) (1 - t²)) dy with t = tanh(softplus(x))
 *   gradient: ({ inputs: [x], gradients: [dy] }) => {
 *     const t = ops.tanh(ops.softplus(x));
 *     const slope = ops.mul(ops.sigmoid(x), ops.sub(1, ops.square(t)));
 *     return [ops.mul(dy, ops.add(t, ops.mul(x, slope)))];
 *   },
 * });
 */
export function defineOp<Inputs extends readonly unknown[], Options = Record<string, never>, CallOptions = Options>(
  definition: OpDefinition<Inputs, Options, CallOptions>,
): Op<Inputs, CallOptions> {
  if (typeof definition !== 'object' || definition === null || typeof definition.shape !== 'function') {
    throw new ArgumentError(
      `defineOp: the definition is ${describeValue(definition)}. Give an object with name, shape, and kernel or forward.`,
      { where: 'defineOp', got: definition },
    );
  }
  const { name, kernel, forward, gradient, errorFlag } = definition;
  if ((kernel === undefined) === (forward === undefined)) {
    throw new ArgumentError(`defineOp: the op '${name}' needs either a kernel or a forward function.`, { where: name });
  }
  const operation: Operation = {
    name,
    kernel: kernel === 'alias' ? undefined : (kernel as Kernel | undefined),
    gradient: gradient as Operation['gradient'],
    ...(errorFlag ? { errorFlag } : {}),
  };
  names.set(name, definition);

  const all = (inputs: readonly unknown[], callOptions?: CallOptions): readonly [Tensor, ...Tensor[]] => {
    const tensors = inputs.map((input, position) => toTensor(input, name, position));
    const shapes = tensors.map((one) => one?.shape) as unknown as MapInputs<Inputs, Shape>;
    const { options, shape } = understood(name, inputs, callOptions, () => {
      const resolved = definition.resolve
        ? definition.resolve((callOptions ?? {}) as CallOptions, shapes)
        : (callOptions as unknown as Options);
      return { options: resolved, shape: checkedShapes(name, definition.shape(shapes, resolved)) };
    });
    if (forward) return [composed(operation, forward, tensors, options)];
    return call(operation, tensors, options, isShapeList(shape) ? shape : [shape]) as readonly [Tensor, ...Tensor[]];
  };
  const op = (...args: readonly unknown[]): unknown => {
    const last = args.at(-1);
    const hasOptions = args.length > 0 && isOptions(last);
    const inputs = hasOptions ? args.slice(0, -1) : args;
    const options = hasOptions ? (last as CallOptions) : undefined;
    const symbolic = inputs.find((input) => input instanceof Symbolic);
    if (symbolic) return symbolic.applyDeferred({ name, inputs, options, call: (given) => all(given, options)[0] });
    return all(inputs, options)[0];
  };
  Object.defineProperty(op, 'name', { value: name });
  return Object.assign(op, { all, opName: name }) as unknown as Op<Inputs, CallOptions>;
}

/**
 * @internal Reads arguments; what cannot even be looked at is refused like any other wrong argument.
 * @throws ArgumentError naming the function and everything it was given
 */
export function understood<Result>(
  name: string,
  inputs: readonly unknown[],
  options: unknown,
  read: () => Result,
): Result {
  try {
    return read();
  } catch (cause) {
    if (cause instanceof GradtapeError) throw cause;
    const given = [...inputs, ...(options === undefined ? [] : [options])].map(describeValue).join(', ');
    throw new ArgumentError(
      `${name}: cannot make sense of (${given}). Give it tensors and options of the kinds and in the order of its documentation.`,
      { where: name, got: inputs, cause },
    );
  }
}

function checkedShapes(name: string, shape: Shape | readonly Shape[]): Shape | readonly Shape[] {
  for (const one of isShapeList(shape) ? shape : [shape]) checkShape(name, one);
  return shape;
}

/** A tensor of anything that an op takes; variables are read, numbers become scalars that stay exact in float64. */
export function asTensor(value: TensorLike, where = 'ops'): Tensor {
  const given: unknown = value;
  // Ops have inputs that may be left out; here one is wanted.
  if (given === undefined) throw new ArgumentError(`${where}: no tensor was given.`, { where });
  return toTensor(given, where, 0) as Tensor;
}

function toTensor(input: unknown, name: string, position: number): Tensor | undefined {
  if (input === undefined || input instanceof Tensor) return input;
  if (input instanceof Variable) return input.value;
  if (typeof input === 'number') return full([], input);
  throw new ArgumentError(
    `${name}: input ${position} is ${describeValue(input)}, not a tensor. Make one with tensor(...).`,
    { where: name, got: input },
  );
}

// A custom gradient: the parts run on copies that let no gradient through, and one node over the result carries the rule.
function composed<Inputs extends readonly unknown[], Options>(
  operation: Operation,
  forward: (inputs: MapInputs<Inputs, Tensor>, options: Options) => Tensor,
  inputs: readonly (Tensor | undefined)[],
  options: Options,
): Tensor {
  if (operation.gradient === undefined) return forward(inputs as unknown as MapInputs<Inputs, Tensor>, options);
  const detached = inputs.map((input) => input && stopGradient(input));
  const result = forward(detached as unknown as MapInputs<Inputs, Tensor>, options);
  const { gradient } = operation;
  const rule: Operation = {
    name: operation.name,
    kernel: undefined,
    gradient:
      gradient === 'none' || gradient === undefined
        ? 'none'
        : (context) => [undefined, ...gradient({ ...context, inputs: context.inputs.slice(1) })],
  };
  return call(rule, [result, ...inputs], options, [result.shape])[0] as Tensor;
}

/** The same value, through which no gradient flows. */
export function stopGradient(x: TensorLike): Tensor {
  const value = asTensor(x, 'stopGradient');
  return call(stopGradientOperation, [value], undefined, [value.shape])[0] as Tensor;
}

/** The same value under another name. */
export function identity(x: TensorLike): Tensor {
  const value = asTensor(x, 'identity');
  return call(identityOperation, [value], undefined, [value.shape])[0] as Tensor;
}

function isShapeList(shape: Shape | readonly Shape[]): shape is readonly Shape[] {
  return Array.isArray(shape[0]);
}

function isOptions(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
