/** How near batch normalisation must lie to the cpu kernels in float64, channel by channel, on any device. */
import {
  batchNormGradKernel,
  type batchNormInferenceGradKernel,
  batchNormTrainingKernel,
} from '../../kernels/batchnorm/index.ts';
import type { Shape } from '../../src/tensor/shape.ts';
import { operand, prepare, uniform } from './numeric.ts';

export const OPTIONS = { epsilon: 1e-3 };
export const ROUNDING: number = 2 ** -24;

export type Given = ReturnType<typeof operand>;

/** A call of the training kernel. */
export interface TrainingCase {
  readonly rows: number;
  readonly channels: number;
  readonly operands: readonly [x: Given, gamma: Given | undefined, beta: Given | undefined];
}

/** The shapes of y, mean, variance and inverse deviation. */
export function trainingShapes(rows: number, channels: number): Shape[] {
  return [[rows, channels], [channels], [channels], [channels]];
}

/** Inputs between -4 and 4; gamma and beta are left out for some sizes. */
export function trainingCase(rows: number, channels: number): TrainingCase {
  const draw = uniform(1000 * rows + channels);
  const x = operand([rows, channels], () => float32(4 * draw()));
  const [gamma, beta] = [operand([channels], draw), operand([channels], draw)];
  return { rows, channels, operands: [x, channels % 3 !== 0 ? gamma : undefined, rows % 3 !== 0 ? beta : undefined] };
}

/** A mean of 1e3 and a spread of 1e-2, which a device must not lose. */
export function farFromZero(channels: number): TrainingCase {
  const draw = uniform(channels);
  const x = operand([500, channels], () => float32(1e3 + 1e-2 * draw()));
  return { rows: 500, channels, operands: [x, undefined, undefined] };
}

/** A first row far from all others. */
export function firstRowApart(channels: number): TrainingCase {
  const draw = uniform(channels);
  const x = operand([1000, channels], () => float32(1e3 + draw()));
  x.data.fill(0, 0, channels);
  return { rows: 1000, channels, operands: [x, undefined, undefined] };
}

/** A mean that drifts over the rows. */
export function drifting(channels: number): TrainingCase {
  const draw = uniform(channels + 1);
  let at = 0;
  const x = operand([1000, channels], () => float32(1e-3 * at++ + draw()));
  return { rows: 1000, channels, operands: [x, undefined, undefined] };
}

/** A call of one of the gradient kernels. */
export interface GradientCase {
  readonly kernel: typeof batchNormGradKernel | typeof batchNormInferenceGradKernel;
  readonly rows: number;
  readonly channels: number;
  readonly operands: readonly [x: Given, gamma: Given | undefined, mean: Given, spread: Given, dy: Given];
}

/** The shapes of dx, dgamma and dbeta. */
export function gradientShapes(rows: number, channels: number): Shape[] {
  return [[rows, channels], [channels], [channels]];
}

export function gradientCase(kernel: GradientCase['kernel'], rows: number, channels: number): GradientCase {
  const draw = uniform(2000 * rows + channels);
  const [x, dy] = [operand([rows, channels], draw), operand([rows, channels], draw)];
  const [gamma, mean] = [operand([channels], draw), operand([channels], draw)];
  // The inverse deviation of one kernel, the variance of the other: around 1.
  const spread = operand([channels], () => float32(1 + draw() / 2));
  return { kernel, rows, channels, operands: [x, channels % 3 === 0 ? undefined : gamma, mean, spread, dy] };
}

/** Checks the outputs of a gradient kernel, with the same bounds as `checkTraining`. */
export function checkGradients(
  { kernel, rows, channels, operands }: GradientCase,
  results: readonly Float32Array[],
): void {
  const [x, gamma, mean, spread, dy] = operands;
  const expected = prepare(kernel, operands, gradientShapes(rows, channels), OPTIONS)(operands);
  const sum = 4 * Math.sqrt(rows) * ROUNDING;
  for (let j = 0; j < channels; j++) {
    const inverse =
      kernel === batchNormGradKernel
        ? (spread.data[j] ?? NaN)
        : 1 / Math.sqrt((spread.data[j] ?? NaN) + OPTIONS.epsilon);
    const gradients = column(dy.data, channels, j).map(Math.abs);
    const normalized = column(x.data, channels, j).map((v) => Math.abs(v - (mean.data[j] ?? NaN)) * inverse);
    const average = meanOf(gradients);
    const slope = meanOf(gradients.map((v, i) => v * (normalized[i] ?? NaN)));
    const scale = inverse * Math.abs(gamma?.data[j] ?? 1);
    const [dx, dgamma, dbeta] = results as [Float32Array, Float32Array, Float32Array];
    const [wantDx, wantGamma, wantBeta] = expected as [Float64Array, Float64Array, Float64Array];
    const one = (data: ArrayLike<number>): number[] => [data[j] ?? NaN];
    near(`dbeta ${j}`, one(dbeta), one(wantBeta), () => sum * rows * average);
    near(`dgamma ${j}`, one(dgamma), one(wantGamma), () => (sum + 2 * ROUNDING) * rows * slope);
    near(`dx ${j}`, column(dx, channels, j), column(wantDx, channels, j), (i) => {
      const means = average + (normalized[i] ?? NaN) * slope;
      return scale * (8 * ROUNDING * (gradients[i] ?? NaN) + (sum + 8 * ROUNDING) * means);
    });
  }
}

/**
 * Checks outputs of the training kernel, channel by channel. Sums of K terms are off by 4 sqrt(K) 2^-24 of their terms'
 * sizes; y has the relative errors of the deviation and of its own four operations, and none that grows with the mean.
 */
export function checkTraining({ rows, channels, operands }: TrainingCase, results: readonly Float32Array[]): void {
  const [x, gamma, beta] = operands;
  const expected = prepare(batchNormTrainingKernel, operands, trainingShapes(rows, channels), OPTIONS)(operands);
  const sum = 4 * Math.sqrt(rows) * ROUNDING;
  for (let j = 0; j < channels; j++) {
    const [y, mean, variance, inverse] = expected.map((data) =>
      data.length === channels ? [data[j] ?? NaN] : column(data, channels, j),
    ) as [number[], [number], [number], [number]];
    const [gotY, ...moments] = results.map((data, k) => (k === 0 ? column(data, channels, j) : [data[j] ?? NaN]));
    const deviation = Math.sqrt(variance[0]);
    near(`mean ${j}`, moments[0] ?? [], mean, () => ROUNDING * Math.abs(mean[0]) + sum * deviation);
    near(`variance ${j}`, moments[1] ?? [], variance, () => (sum + ROUNDING) * variance[0]);
    near(`inverse ${j}`, moments[2] ?? [], inverse, () => (sum + 2 * ROUNDING) * inverse[0]);
    const [factor, shift] = [Math.abs(gamma?.data[j] ?? 1), Math.abs(beta?.data[j] ?? 0)];
    const values = column(x.data, channels, j);
    near(`y ${j}`, gotY ?? [], y, (i) => {
      const normalized = Math.abs((values[i] ?? NaN) - mean[0]) * inverse[0];
      return (sum + 8 * ROUNDING) * (1 + normalized) * factor + 4 * ROUNDING * shift;
    });
  }
}

export const float32 = (value: number): number => Math.fround(value);
export const column = (data: ArrayLike<number>, channels: number, channel: number): number[] =>
  Array.from({ length: data.length / Math.max(1, channels) }, (_, row) => data[row * channels + channel] ?? NaN);
const meanOf = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);

/** Throws at the first element of channel `j` beyond its bound; a NaN is beyond it. */
export function near(
  what: string,
  results: readonly number[],
  expected: readonly number[],
  bound: (i: number) => number,
): void {
  expected.forEach((value, i) => {
    const off = Math.abs((results[i] ?? NaN) - value);
    if (!(off <= bound(i))) throw new Error(`${what}: element ${i} is ${results[i]}, float64 gives ${value}`);
  });
}
