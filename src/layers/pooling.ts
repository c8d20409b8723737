/** Maximum and average pooling over windows, in one and two dimensions. */
import { avgPool1d, avgPool2d, maxPool1d, maxPool2d } from '../ops/index.ts';
import type { PartialShape } from '../tensor/symbolic.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { slide } from './convolution.ts';
import type { Config } from './layer.ts';
import { pairOption, singleOption, type Pair } from './options.ts';
import { paddingOption, SpatialLayer, type SpatialOptions } from './spatial.ts';

export interface PoolingOptions<Size, Name extends string = string> extends SpatialOptions<Name> {
  /** Size of a window. Default 2. */
  readonly poolSize?: Size;
  /** Default `poolSize`: windows side by side. */
  readonly strides?: Size | null;
  /** Default `'valid'`. */
  readonly padding?: 'valid' | 'same';
}

type Size1d = number | readonly [number];

abstract class Pooling<Name extends string> extends SpatialLayer<Name> {
  readonly poolSize: readonly number[];
  readonly strides: readonly number[];
  readonly padding: 'valid' | 'same';

  constructor(
    options: PoolingOptions<unknown, Name>,
    sizes: (where: string) => { poolSize: readonly number[]; strides: readonly number[] },
  ) {
    super(options);
    const { poolSize, strides } = sizes(`layer '${this.name}'`);
    this.poolSize = poolSize;
    this.strides = strides;
    this.padding = paddingOption(`layer '${this.name}'`, options.padding, ['valid', 'same']);
  }

  protected override get spatialRank(): number {
    return this.poolSize.length;
  }

  protected override shapeChannelsLast(shape: PartialShape): PartialShape {
    const windows = { strides: this.strides, dilationRate: [1, 1], padding: this.padding };
    const sizes = this.poolSize.map((size, axis) => slide(this.name, shape[axis + 1] ?? null, size, axis, windows));
    return [shape[0] ?? null, ...sizes, shape.at(-1) ?? null];
  }

  override getConfig(): Config {
    return {
      ...super.getConfig(),
      pool_size: this.poolSize,
      padding: this.padding,
      strides: this.strides,
    };
  }
}

abstract class Pooling1D<Name extends string> extends Pooling<Name> {
  constructor(options: PoolingOptions<Size1d, Name> = {}) {
    super(options, (where) => {
      const poolSize = singleOption(where, 'poolSize', options.poolSize ?? 2);
      return { poolSize: [poolSize], strides: [singleOption(where, 'strides', options.strides ?? poolSize)] };
    });
  }

  protected get window(): { poolSize: number; strides: number; padding: 'valid' | 'same' } {
    return { poolSize: this.poolSize[0] ?? 2, strides: this.strides[0] ?? 2, padding: this.padding };
  }
}

abstract class Pooling2D<Name extends string> extends Pooling<Name> {
  constructor(options: PoolingOptions<Pair, Name> = {}) {
    super(options, (where) => {
      const poolSize = pairOption(where, 'poolSize', options.poolSize ?? 2);
      return { poolSize, strides: pairOption(where, 'strides', options.strides ?? poolSize) };
    });
  }

  protected get window(): {
    poolSize: readonly [number, number];
    strides: readonly [number, number];
    padding: 'valid' | 'same';
  } {
    const pair = (values: readonly number[]): readonly [number, number] => [values[0] ?? 2, values[1] ?? 2];
    return { poolSize: pair(this.poolSize), strides: pair(this.strides), padding: this.padding };
  }
}

export class MaxPooling1D<Name extends string = string> extends Pooling1D<Name> {
  static readonly kerasName: string = 'MaxPooling1D';
  protected override callChannelsLast(x: Tensor): Tensor {
    return maxPool1d(x, this.window);
  }
}

export class AveragePooling1D<Name extends string = string> extends Pooling1D<Name> {
  static readonly kerasName: string = 'AveragePooling1D';
  protected override callChannelsLast(x: Tensor): Tensor {
    return avgPool1d(x, this.window);
  }
}

export class MaxPooling2D<Name extends string = string> extends Pooling2D<Name> {
  static readonly kerasName: string = 'MaxPooling2D';
  protected override callChannelsLast(x: Tensor): Tensor {
    return maxPool2d(x, this.window);
  }
}

export class AveragePooling2D<Name extends string = string> extends Pooling2D<Name> {
  static readonly kerasName: string = 'AveragePooling2D';
  protected override callChannelsLast(x: Tensor): Tensor {
    return avgPool2d(x, this.window);
  }
}

/**
 * The largest value of each window of steps, `[batch, steps, channels] -> [batch, steps', channels]`. Source: Keras `MaxPooling1D`.
 * @param poolSize steps of a window. Default 2
 * @example const y = maxPooling1d(5)(sequences);
 */
export function maxPooling1d<const Name extends string = string>(
  poolSize: number = 2,
  options: Omit<PoolingOptions<number, Name>, 'poolSize'> = {},
): MaxPooling1D<Name> {
  return new MaxPooling1D<Name>({ ...options, poolSize });
}

/**
 * The mean of each window of steps, `[batch, steps, channels] -> [batch, steps', channels]`; padding counts in no mean. Source: Keras `AveragePooling1D`.
 * @param poolSize steps of a window. Default 2
 */
export function averagePooling1d<const Name extends string = string>(
  poolSize: number = 2,
  options: Omit<PoolingOptions<number, Name>, 'poolSize'> = {},
): AveragePooling1D<Name> {
  return new AveragePooling1D<Name>({ ...options, poolSize });
}

/**
 * The largest value of each window, `[batch, height, width, channels] -> [batch, height', width', channels]`. Source: Keras `MaxPooling2D`.
 * @param poolSize size of a window, one number or `[height, width]`. Default 2
 * @example const y = maxPooling2d(2)(images);
 */
export function maxPooling2d<const Name extends string = string>(
  poolSize: Pair = 2,
  options: Omit<PoolingOptions<Pair, Name>, 'poolSize'> = {},
): MaxPooling2D<Name> {
  return new MaxPooling2D<Name>({ ...options, poolSize });
}

/**
 * The mean of each window, `[batch, height, width, channels] -> [batch, height', width', channels]`; padding counts in no mean. Source: Keras `AveragePooling2D`.
 * @param poolSize size of a window, one number or `[height, width]`. Default 2
 */
export function averagePooling2d<const Name extends string = string>(
  poolSize: Pair = 2,
  options: Omit<PoolingOptions<Pair, Name>, 'poolSize'> = {},
): AveragePooling2D<Name> {
  return new AveragePooling2D<Name>({ ...options, poolSize });
}
