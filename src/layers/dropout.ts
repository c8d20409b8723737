/** Dropout of values, of whole steps' channels and of feature maps: in training a fraction is zero, the rest scaled up. */
import { ArgumentError, describeValue, ShapeError } from '../errors.ts';
import { mul } from '../ops/index.ts';
import { dropoutWith } from '../ops/random.ts';
import { formatShape, type Shape } from '../tensor/shape.ts';
import type { PartialShape } from '../tensor/symbolic.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { CallContext } from './call-scope.ts';
import { Layer, type Config, type InputShapes, type LayerOptions } from './layer.ts';
import { oneShape, rateOption, seedConfig, seedOption } from './options.ts';

export interface SeededOptions<Name extends string = string> extends LayerOptions<Name> {
  /** An integer that the random numbers come from. Default: the global seed and the layer's path. */
  readonly seed?: number;
}

export interface DropoutOptions<Name extends string = string> extends SeededOptions<Name> {
  /** The shape of the pattern, batch first; a size of 1 drops that axis as a whole, null takes the input's size. Default: the input's. */
  readonly noiseShape?: PartialShape;
}

abstract class AnyDropout<Name extends string> extends Layer<Name> {
  readonly rate: number;
  readonly givenSeed: number | undefined;

  constructor(options: SeededOptions<Name> & { readonly rate: number }) {
    super(seedOption(options));
    this.rate = rateOption(`layer '${this.name}'`, 'the dropout rate', options.rate, 1);
    this.givenSeed = options.seed;
  }

  protected abstract noiseShape(x: Shape): Shape;

  override get supportsMasking(): boolean {
    return true;
  }

  override call(x: Tensor, context: CallContext): Tensor {
    if (!context.training || this.rate === 0) return x;
    if (this.rate === 1) return mul(x, 0);
    return dropoutWith(x, this.rate, {
      ...context.random('dropout', this.givenSeed),
      noiseShape: this.noiseShape(x.shape),
    });
  }

  override computeOutputShape(shapes: InputShapes): PartialShape {
    return oneShape(this.name, shapes);
  }

  override getConfig(): Config {
    return { ...super.getConfig(), rate: this.rate, ...seedConfig(this.givenSeed) };
  }
}

export class Dropout<Name extends string = string> extends AnyDropout<Name> {
  static readonly kerasName: string = 'Dropout';
  readonly pattern: PartialShape | undefined;

  constructor(options: DropoutOptions<Name> & { readonly rate: number }) {
    super(options);
    const { noiseShape } = options;
    const sizes: readonly unknown[] | undefined = Array.isArray(noiseShape) ? noiseShape : undefined;
    if (
      noiseShape !== undefined &&
      !sizes?.every((size) => size === null || (Number.isInteger(size) && Number(size) > 0))
    ) {
      throw new ArgumentError(
        `layer '${this.name}': noiseShape is ${sizes ? `[${sizes.map(describeValue).join(', ')}]` : describeValue(noiseShape)}; it must be a list of positive integers, null where the input's size counts.`,
        { where: this.name, got: noiseShape },
      );
    }
    this.pattern = noiseShape;
  }

  protected override noiseShape(x: Shape): Shape {
    return this.pattern ? this.pattern.map((size, axis) => size ?? x[axis] ?? 1) : x;
  }

  override getConfig(): Config {
    return { ...super.getConfig(), noise_shape: this.pattern ?? null };
  }
}

abstract class SpatialDropout<Name extends string> extends AnyDropout<Name> {
  protected abstract readonly axes: number;

  protected override noiseShape(x: Shape): Shape {
    return x.map((size, axis) => (axis === 0 || axis === x.length - 1 ? size : 1));
  }

  override computeOutputShape(shapes: InputShapes): PartialShape {
    const shape = super.computeOutputShape(shapes);
    if (shape.length !== this.axes) {
      const expected = this.axes === 3 ? '[batch, steps, channels]' : '[batch, height, width, channels]';
      throw new ShapeError(
        `layer '${this.name}' (${this.className}): the input has the shape ${formatShape(shape)}; expected ${expected}.`,
        { where: this.name, got: shape },
      );
    }
    return shape;
  }

  /** Without `trainable`, which Keras's class does not take. */
  override getConfig(): Config {
    const { trainable: _, ...config } = super.getConfig();
    return config;
  }
}

export class SpatialDropout1D<Name extends string = string> extends SpatialDropout<Name> {
  static readonly kerasName: string = 'SpatialDropout1D';

  protected override get axes(): number {
    return 3;
  }
}

export class SpatialDropout2D<Name extends string = string> extends SpatialDropout<Name> {
  static readonly kerasName: string = 'SpatialDropout2D';

  protected override get axes(): number {
    return 4;
  }

  override getConfig(): Config {
    return { ...super.getConfig(), data_format: 'channels_last' };
  }
}

/**
 * Dropout: in training each value is zero with probability `rate`, else divided by `1 - rate`; otherwise nothing changes.
 * Source: Srivastava et al. 2014; Keras `Dropout`.
 * @param rate fraction dropped, from 0 to 1
 * @param options noiseShape: the input's; seed: the layer's own
 * @throws ArgumentError for another rate, a seed that is no integer, or a noise shape that is no list
 * @example const y = layers.dropout(0.5)(x);
 */
export function dropout<const Name extends string = string>(
  rate: number,
  options: DropoutOptions<Name> = {},
): Dropout<Name> {
  return new Dropout<Name>({ ...options, rate });
}

/**
 * Dropout of whole channels: a channel of `[batch, steps, channels]` is zero at all steps or at none.
 * Source: Tompson et al. 2014; Keras `SpatialDropout1D`.
 * @param rate fraction of the channels dropped, from 0 to 1
 * @throws ArgumentError for another rate; ShapeError for another rank
 * @example const y = layers.spatialDropout1d(0.2)(layers.embedding(1000, 32)(text));
 */
export function spatialDropout1d<const Name extends string = string>(
  rate: number,
  options: SeededOptions<Name> = {},
): SpatialDropout1D<Name> {
  return new SpatialDropout1D<Name>({ ...options, rate });
}

/**
 * Dropout of whole feature maps of `[batch, height, width, channels]`. Source: Tompson et al. 2014; Keras `SpatialDropout2D`.
 * @param rate fraction of the maps dropped, from 0 to 1
 * @throws ArgumentError for another rate; ShapeError for another rank
 * @example const y = layers.spatialDropout2d(0.2)(layers.conv2d(16, 3)(images));
 */
export function spatialDropout2d<const Name extends string = string>(
  rate: number,
  options: SeededOptions<Name> = {},
): SpatialDropout2D<Name> {
  return new SpatialDropout2D<Name>({ ...options, rate });
}
