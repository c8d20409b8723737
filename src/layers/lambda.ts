/** A layer around a function of the user's. */
import { ArgumentError, describeValue } from '../errors.ts';
import type { PartialShape } from '../tensor/symbolic.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { CallContext } from './call-scope.ts';
import { Layer, type Config, type InputShapes, type LayerOptions, type Masks, type Tensors } from './layer.ts';

/** The function of a lambda layer: ops on the layer's input. */
export type LambdaFunction = (input: never, context: CallContext) => Tensor | readonly Tensor[];

export interface LambdaOptions<Name extends string = string> extends LayerOptions<Name> {
  /** The shape of one output sample, or a function of the input shapes. Default: found by tracing the function. */
  readonly outputShape?: PartialShape | ((shapes: InputShapes) => PartialShape | readonly PartialShape[]);
  /** The outputs' mask, or a function of input and masks. Default: masks end here. */
  readonly mask?: Tensor | ((input: Tensors, masks: readonly (Tensor | undefined)[]) => Masks);
}

export class Lambda<Name extends string = string> extends Layer<Name> {
  readonly function: LambdaFunction;
  readonly options: LambdaOptions<Name>;

  constructor(options: LambdaOptions<Name> & { readonly function: LambdaFunction }) {
    super(options);
    const given: unknown = options.function;
    if (typeof given !== 'function') {
      throw new ArgumentError(
        `layer '${this.name}': the function is ${describeValue(given)}; it must be a function of tensors, such as (x) => ops.square(x).`,
        { where: this.name, got: given },
      );
    }
    this.function = options.function;
    this.options = options;
  }

  override get className(): string {
    return 'Lambda';
  }

  override get supportsMasking(): boolean {
    return this.options.mask !== undefined;
  }

  override call(input: Tensors, context: CallContext): Tensors {
    return (this.function as (input: Tensors, context: CallContext) => Tensors)(input, context);
  }

  override computeMask(input: Tensors, masks: readonly (Tensor | undefined)[]): Masks {
    const { mask } = this.options;
    return typeof mask === 'function' ? mask(input, masks) : mask;
  }

  override outputShapes(shapes: InputShapes): PartialShape | readonly PartialShape[] {
    const { outputShape } = this.options;
    if (outputShape === undefined) return super.outputShapes(shapes);
    if (typeof outputShape === 'function') return outputShape(shapes);
    const [first] = shapes;
    const batch = (Array.isArray(first) ? (first as PartialShape)[0] : (first as number | null | undefined)) ?? null;
    return [batch, ...outputShape];
  }

  /** @throws ArgumentError always: a file holds no functions */
  override getConfig(): Config {
    throw new ArgumentError(
      `layer '${this.name}': a lambda layer cannot be written into a config, which holds no functions. Make it a class that extends Layer, and give that class to modelFromJSON in customObjects.`,
      { where: this.name },
    );
  }
}

/**
 * A layer that computes `fn(input, context)` with ops, for what needs no weights. It runs in programs like any layer;
 * the shape of its output is found by tracing unless it is given. Source: Keras `Lambda`.
 * @param fn synchronous, made of ops; `context` has `training` and `mask`
 * @throws ArgumentError for anything but a function, and when a model with it is written into a config
 * @example const y = layers.lambda((x: Tensor) => ops.square(x))(input([3]));
 */
export function lambda<const Name extends string = string, Input extends Tensors = Tensor>(
  fn: (input: Input, context: CallContext) => Tensor | readonly Tensor[],
  options: LambdaOptions<Name> = {},
): Lambda<Name> {
  return new Lambda<Name>({ ...options, function: fn as LambdaFunction });
}
