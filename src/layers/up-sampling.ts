/** Makes sequences and images larger by whole factors: repeated cells, or linear interpolation between them. */
import { ArgumentError, describeValue } from '../errors.ts';
import { broadcastTo, matmul, reshape } from '../ops/index.ts';
import type { PartialShape } from '../tensor/symbolic.ts';
import { tensor, type Tensor } from '../tensor/tensor.ts';
import type { Config, LayerOptions } from './layer.ts';
import { pairOption, positiveOption, type Pair } from './options.ts';
import { SpatialLayer, type SpatialOptions } from './spatial.ts';

const INTERPOLATIONS = ['nearest', 'bilinear'] as const;

export interface UpSampling2dOptions<Name extends string = string> extends SpatialOptions<Name> {
  /** `'nearest'` repeats pixels, `'bilinear'` interpolates between their centres. Default `'nearest'`. */
  readonly interpolation?: (typeof INTERPOLATIONS)[number];
}

export class UpSampling1D<Name extends string = string> extends SpatialLayer<Name> {
  static readonly kerasName: string = 'UpSampling1D';
  readonly size: number;

  constructor(options: LayerOptions<Name> & { readonly size?: number } = {}) {
    // Keras's class knows one order only, and so can a config.
    super({ ...options, dataFormat: null });
    this.size = positiveOption(`layer '${this.name}'`, 'size', options.size ?? 2);
  }

  protected override callChannelsLast(x: Tensor): Tensor {
    const [batch = 0, steps = 0, channels = 0] = x.shape;
    return reshape(repeated(reshape(x, [batch, steps, 1, channels]), 2, this.size), [
      batch,
      steps * this.size,
      channels,
    ]);
  }

  protected override get spatialRank(): number {
    return 1;
  }

  protected override shapeChannelsLast([batch = null, steps = null, channels = null]: PartialShape): PartialShape {
    return [batch, steps === null ? null : steps * this.size, channels];
  }

  override getConfig(): Config {
    const { data_format: _, ...config } = super.getConfig();
    return { ...config, size: this.size };
  }
}

export class UpSampling2D<Name extends string = string> extends SpatialLayer<Name> {
  static readonly kerasName: string = 'UpSampling2D';
  readonly size: readonly [number, number];
  readonly interpolation: (typeof INTERPOLATIONS)[number];

  constructor(options: UpSampling2dOptions<Name> & { readonly size?: Pair } = {}) {
    super(options);
    this.size = pairOption(`layer '${this.name}'`, 'size', options.size ?? 2);
    this.interpolation = options.interpolation ?? 'nearest';
    if (!INTERPOLATIONS.includes(this.interpolation)) {
      throw new ArgumentError(
        `layer '${this.name}': the interpolation is ${describeValue(this.interpolation)}; known are 'nearest' and 'bilinear'.`,
        { where: this.name, got: this.interpolation, expected: INTERPOLATIONS },
      );
    }
  }

  protected override callChannelsLast(x: Tensor): Tensor {
    const [batch = 0, height = 0, width = 0, channels = 0] = x.shape;
    const [tall, wide] = this.size;
    const size = [batch, height * tall, width * wide, channels];
    if (this.interpolation === 'bilinear') {
      // One matrix product along each axis.
      const rows = matmul(interpolation(height, tall), reshape(x, [batch, height, width * channels]));
      const columns = matmul(interpolation(width, wide), reshape(rows, [batch * height * tall, width, channels]));
      return reshape(columns, size);
    }
    const rows = repeated(reshape(x, [batch, height, 1, width * channels]), 2, tall);
    const columns = repeated(reshape(rows, [batch * height * tall, width, 1, channels]), 2, wide);
    return reshape(columns, size);
  }

  protected override get spatialRank(): number {
    return 2;
  }

  protected override shapeChannelsLast(shape: PartialShape): PartialShape {
    const [batch = null, height = null, width = null, channels = null] = shape;
    const [tall, wide] = this.size;
    return [batch, height === null ? null : height * tall, width === null ? null : width * wide, channels];
  }

  override getConfig(): Config {
    return {
      ...super.getConfig(),
      size: this.size,
      interpolation: this.interpolation,
    };
  }
}

function repeated(x: Tensor, axis: number, times: number): Tensor {
  return broadcastTo(x, x.shape.with(axis, times));
}

/** `[size * factor, size]`: the weights with which the old cells make the new ones, cell centres half a cell in. */
function interpolation(size: number, factor: number): Tensor {
  const weights = new Float64Array(size * factor * size);
  for (let cell = 0; cell < size * factor; cell++) {
    const position = Math.min(Math.max((cell + 0.5) / factor - 0.5, 0), size - 1);
    const before = Math.floor(position);
    const after = Math.min(before + 1, size - 1);
    const row = cell * size;
    weights[row + before] = (weights[row + before] ?? 0) + 1 - (position - before);
    weights[row + after] = (weights[row + after] ?? 0) + position - before;
  }
  return tensor(weights, [size * factor, size]);
}

/**
 * Repeats each step: `[batch, steps, channels] -> [batch, steps * size, channels]`. Source: Keras `UpSampling1D`.
 * @param size times that each step stands. Default 2
 * @throws ArgumentError unless the size is a positive integer; ShapeError for another rank
 * @example const y = layers.upSampling1d(3)(sequences);
 */
export function upSampling1d<const Name extends string = string>(
  size = 2,
  options: LayerOptions<Name> = {},
): UpSampling1D<Name> {
  return new UpSampling1D<Name>({ ...options, size });
}

/**
 * Makes images larger: `[batch, height, width, channels] -> [batch, height * size, width * size, channels]`.
 * Source: Keras `UpSampling2D`.
 * @param size one factor, or `[height, width]`. Default 2
 * @param options interpolation `'nearest'`
 * @throws ArgumentError for factors that are no positive integers or another interpolation; ShapeError for another rank
 * @example const y = layers.upSampling2d(2, { interpolation: 'bilinear' })(images);
 */
export function upSampling2d<const Name extends string = string>(
  size: Pair = 2,
  options: UpSampling2dOptions<Name> = {},
): UpSampling2D<Name> {
  return new UpSampling2D<Name>({ ...options, size });
}
