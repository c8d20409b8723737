/**
 * Batch normalisation forward: `y = gamma (x - mean) / sqrt(variance + epsilon) + beta`.
 * The moments take two passes (the mean, then the squared deviations from it), each summed row by row in double.
 */
import type { FloatArray } from '../contract.ts';
import type { BatchNormGeometry } from './geometry.ts';
import { sumDeviations, sumRows } from './sums.ts';

/** With the moments of the batch. A batch without rows has mean 0 and variance 0. */
export function batchNormTrainingCpu(
  inputs: readonly (FloatArray | undefined)[],
  outputs: readonly FloatArray[],
  geometry: BatchNormGeometry,
): void {
  const { rows, channels, epsilon, center, scale, sum } = geometry;
  const x = inputs[0]!;
  const gamma = inputs[1];
  const mean = outputs[1]!;
  const variance = outputs[2]!;
  const inverseStddev = outputs[3]!;

  sumRows(x, rows, channels, sum);
  const divisor = Math.max(1, rows);
  for (let j = 0; j < channels; j++) {
    center[j] = sum[j]! / divisor;
    mean[j] = center[j]!;
  }

  sumDeviations(x, center, undefined, rows, channels, sum);
  for (let j = 0; j < channels; j++) {
    const spread = sum[j]! / divisor;
    const inverse = 1 / Math.sqrt(spread + epsilon);
    variance[j] = spread;
    inverseStddev[j] = inverse;
    scale[j] = gamma === undefined ? inverse : inverse * gamma[j]!;
  }
  normalize(x, inputs[2], outputs[0]!, geometry);
}

/** With given moments. */
export function batchNormInferenceCpu(
  inputs: readonly (FloatArray | undefined)[],
  outputs: readonly FloatArray[],
  geometry: BatchNormGeometry,
): void {
  const { channels, epsilon, center, scale } = geometry;
  const gamma = inputs[1];
  const movingMean = inputs[3]!;
  const movingVariance = inputs[4]!;
  for (let j = 0; j < channels; j++) {
    const inverse = 1 / Math.sqrt(movingVariance[j]! + epsilon);
    center[j] = movingMean[j]!;
    scale[j] = gamma === undefined ? inverse : inverse * gamma[j]!;
  }
  normalize(inputs[0]!, inputs[2], outputs[0]!, geometry);
}

/** `y = (x - center) * scale + beta`; subtracting first keeps the digits of a mean far from zero. */
function normalize(x: FloatArray, beta: FloatArray | undefined, y: FloatArray, geometry: BatchNormGeometry): void {
  const { rows, channels, center, scale, sum: shift } = geometry;
  if (beta === undefined) shift.fill(0);
  else shift.set(beta);
  for (let row = 0, i = 0; row < rows; row++) {
    for (let j = 0; j < channels; j++, i++) y[i] = (x[i]! - center[j]!) * scale[j]! + shift[j]!;
  }
}
