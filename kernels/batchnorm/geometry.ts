/** Sizes of batch normalisation: channels on the last axis, rows are all other elements. Shared by its four kernels. */
import type { Shape } from '../../src/tensor/shape.ts';
import { sizeOf } from '../../src/tensor/shape.ts';

/** Options of the kernels that compute an inverse standard deviation. */
export interface BatchNormOptions {
  /** Added to the variance under the root. */
  readonly epsilon: number;
}

/** Sizes, epsilon and one number of scratch per channel for each of four roles. */
export interface BatchNormGeometry {
  readonly rows: number;
  readonly channels: number;
  readonly epsilon: number;
  /** The mean subtracted. */
  readonly center: Float64Array;
  /** What multiplies the centred value or the gradient. */
  readonly scale: Float64Array;
  /** Running sums over the rows. */
  readonly sum: Float64Array;
  readonly secondSum: Float64Array;
}

export function planBatchNorm(x: Shape, epsilon: number): BatchNormGeometry {
  const channels = x[x.length - 1]!;
  return {
    rows: sizeOf(x.slice(0, -1)),
    channels,
    epsilon,
    center: new Float64Array(channels),
    scale: new Float64Array(channels),
    sum: new Float64Array(channels),
    secondSum: new Float64Array(channels),
  };
}
