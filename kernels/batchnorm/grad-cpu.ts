/**
 * Batch normalisation backward. With n = (x - mean) * inverseStddev, `dbeta = sum dy` and `dgamma = sum dy n` over the
 * rows; what reaches x depends on whether the moments came from the batch. Sums run row by row in double.
 */
import type { FloatArray } from '../contract.ts';
import type { BatchNormGeometry } from './geometry.ts';
import { sumDeviations, sumRows } from './sums.ts';

/** Through the moments of the batch: `dx = gamma * inverseStddev * (dy - dbeta / rows - n * dgamma / rows)`. */
export function batchNormGradCpu(
  inputs: readonly (FloatArray | undefined)[],
  outputs: readonly FloatArray[],
  geometry: BatchNormGeometry,
): void {
  const { rows, channels, center, scale, sum, secondSum } = geometry;
  const x = inputs[0]!;
  const gamma = inputs[1];
  const inverseStddev = inputs[3]!;
  const dy = inputs[4]!;
  const dx = outputs[0]!;
  const dgamma = outputs[1]!;
  const dbeta = outputs[2]!;

  center.set(inputs[2]!);
  sumRows(dy, rows, channels, sum);
  sumDeviations(x, center, dy, rows, channels, secondSum);
  const divisor = Math.max(1, rows);
  for (let j = 0; j < channels; j++) {
    const inverse = inverseStddev[j]!;
    const gammaSum = secondSum[j]! * inverse;
    dbeta[j] = sum[j]!;
    dgamma[j] = gammaSum;
    scale[j] = gamma === undefined ? inverse : inverse * gamma[j]!;
    // per row: the mean of dy, and the factor of (x - mean)
    sum[j]! /= divisor;
    secondSum[j] = (gammaSum * inverse) / divisor;
  }
  for (let row = 0, i = 0; row < rows; row++) {
    for (let j = 0; j < channels; j++, i++) {
      dx[i] = scale[j]! * (dy[i]! - sum[j]! - (x[i]! - center[j]!) * secondSum[j]!);
    }
  }
}

/** With constant moments: `dx = gamma * inverseStddev * dy`. */
export function batchNormInferenceGradCpu(
  inputs: readonly (FloatArray | undefined)[],
  outputs: readonly FloatArray[],
  geometry: BatchNormGeometry,
): void {
  const { rows, channels, epsilon, center, scale, sum, secondSum } = geometry;
  const x = inputs[0]!;
  const gamma = inputs[1];
  const movingVariance = inputs[3]!;
  const dy = inputs[4]!;
  const dx = outputs[0]!;
  const dgamma = outputs[1]!;
  const dbeta = outputs[2]!;

  center.set(inputs[2]!);
  sumRows(dy, rows, channels, sum);
  sumDeviations(x, center, dy, rows, channels, secondSum);
  for (let j = 0; j < channels; j++) {
    const inverse = 1 / Math.sqrt(movingVariance[j]! + epsilon);
    scale[j] = gamma === undefined ? inverse : inverse * gamma[j]!;
    dbeta[j] = sum[j]!;
    dgamma[j] = secondSum[j]! * inverse;
  }
  for (let row = 0, i = 0; row < rows; row++) {
    for (let j = 0; j < channels; j++, i++) dx[i] = dy[i]! * scale[j]!;
  }
}
