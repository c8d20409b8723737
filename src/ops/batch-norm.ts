/** Batch normalisation over all axes but the last, with the moments of the batch or with given ones. */
import {
  batchNormGradKernel,
  batchNormInferenceGradKernel,
  batchNormInferenceKernel,
  batchNormTrainingKernel,
  type BatchNormOptions,
} from '../../kernels/batchnorm/index.ts';
import { ArgumentError, ShapeError } from '../errors.ts';
import { formatShape, type Shape } from '../tensor/shape.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { add, div, mul, neg, sub } from './arithmetic.ts';
import { sumToShape } from './broadcasting.ts';
import { defineOp, type Op, type TensorLike } from './define-op.ts';
import { rsqrt } from './math.ts';
import { once } from './once.ts';

/** Options of batch normalisation. */
export interface BatchNormCallOptions {
  /** Added to the variance under the root. Default 1e-3. */
  readonly epsilon?: number;
}

/** What `batchNormTraining` returns. */
export interface NormalizedBatch {
  /** The shape of x. */
  readonly y: Tensor;
  /** `[channels]` */
  readonly mean: Tensor;
  /** `[channels]`, biased: divided by the number of rows. */
  readonly variance: Tensor;
}

type Optional = TensorLike | undefined;
type NormalizedOutputs = readonly [y: Tensor, mean: Tensor, variance: Tensor, inverseStddev: Tensor];

/**
 * Batch normalisation with the moments of the batch: `y = gamma (x - mean) / sqrt(variance + epsilon) + beta`.
 * Gradients flow through y, the mean and the variance.
 * @param x `[..., channels]`; the moments are taken over all axes but the last
 * @param gamma `[channels]`, or undefined for one
 * @param beta `[channels]`, or undefined for zero
 * @throws ShapeError when gamma or beta is not one number per channel
 * @example const { y, mean, variance } = batchNormTraining(x, gamma, beta, { epsilon: 1e-3 });
 */
export function batchNormTraining(
  x: TensorLike,
  gamma?: Optional,
  beta?: Optional,
  options: BatchNormCallOptions = {},
): NormalizedBatch {
  const [y, mean, variance] = batchNormTrainingOp.all([x, gamma, beta], options) as NormalizedOutputs;
  return { y, mean, variance };
}

/** @internal Outputs: y, mean, variance, inverse standard deviation. */
export const batchNormTrainingOp: Op<[x: TensorLike, gamma: Optional, beta: Optional], BatchNormCallOptions> =
  /* @__PURE__ */ defineOp<[x: TensorLike, gamma: Optional, beta: Optional], BatchNormOptions, BatchNormCallOptions>({
    name: 'batchNormTraining',
    kernel: batchNormTrainingKernel,
    resolve: (options) => resolveBatchNorm('batchNormTraining', options),
    shape: ([x, gamma, beta]) => {
      const moments = checkChannels('batchNormTraining', x, { gamma, beta });
      return [x, moments, moments, moments];
    },
    // n = (x - mean) s: dx = gamma s (dy - mean(dy) - n mean(dy n)), and what reaches x through the moments themselves:
    // d mean / dx = 1 / rows, d variance / dx = 2 (x - mean) / rows, ds / dx = -s^3 (x - mean) / rows
    gradient: ({ inputs: [x, gamma, beta], outputs, gradients, used }) => {
      const [, mean, , s] = outputs as NormalizedOutputs;
      const [dy, dMean, dVariance, ds] = gradients as NormalizedOutputs;
      const rows = rowsOf(x);
      const parts = once(() => batchNormGrad.all([x, gamma, mean, s, dy]) as NormalizedGradients);
      const dx = (): Tensor => {
        let sum = parts()[0];
        if (used[1]) sum = add(sum, div(dMean, rows));
        if (used[2]) sum = add(sum, mul(sub(x, mean), div(mul(dVariance, 2), rows)));
        if (used[3]) sum = sub(sum, mul(sub(x, mean), div(mul(ds, cube(s)), rows)));
        return sum;
      };
      return [dx, gamma && (() => parts()[1]), beta && (() => parts()[2])];
    },
  });

type NormalizedGradients = readonly [dx: Tensor, dGamma: Tensor, dBeta: Tensor];

/**
 * @internal The gradient of y in `batchNormTraining`, through the moments. Outputs: dx, dGamma, dBeta.
 * Its own rule takes mean and s as functions of x, so that only x, gamma and dy have gradients.
 */
export const batchNormGrad: Op<
  [x: TensorLike, gamma: Optional, mean: TensorLike, inverseStddev: TensorLike, dy: TensorLike]
> = /* @__PURE__ */ defineOp<
  [x: TensorLike, gamma: Optional, mean: TensorLike, inverseStddev: TensorLike, dy: TensorLike],
  undefined,
  Record<string, never>
>({
  name: 'batchNormGrad',
  kernel: batchNormGradKernel,
  resolve: () => undefined,
  shape: ([x]) => [x, x.slice(-1), x.slice(-1)],
  // With P v = v - mean(v) - n mean(v n), the outputs are gamma s P dy, sum(dy n) and sum(dy); let theirs be gX, gGamma, gBeta:
  //   d dy = gamma s P gX + gGamma n + gBeta,   d gamma = s sum(gX P dy),
  //   d x = s P dn - s^2 n ds / rows   with   dn = gGamma dy - gamma s (gX mean(dy n) + dy mean(gX n)),  ds = gamma sum(gX P dy)
  gradient: ({ inputs: [x, gamma, mean, s, dy], gradients }) => {
    const [gX, gGamma, gBeta] = gradients as NormalizedGradients;
    const rows = rowsOf(x);
    const mean0 = (v: Tensor): Tensor => div(sumToShape(v, s.shape), rows);
    const scaled = (v: Tensor): Tensor => (gamma ? mul(v, gamma) : v);
    const n = once(() => mul(sub(x, mean), s));
    const project = (v: Tensor): Tensor => sub(sub(v, mean0(v)), mul(n(), mean0(mul(v, n()))));
    const overlap = once(() => sumToShape(mul(gX, project(dy)), s.shape));
    const dx = (): Tensor => {
      const mixed = add(mul(gX, mean0(mul(dy, n()))), mul(dy, mean0(mul(gX, n()))));
      const dn = sub(mul(gGamma, dy), mul(mixed, scaled(s)));
      return sub(mul(project(dn), s), mul(n(), div(mul(mul(s, s), scaled(overlap())), rows)));
    };
    const dDy = (): Tensor => add(add(mul(project(gX), scaled(s)), mul(gGamma, n())), gBeta);
    return [dx, gamma && (() => mul(s, overlap())), undefined, undefined, dDy];
  },
});

/**
 * Batch normalisation with given moments: `y = gamma (x - mean) / sqrt(variance + epsilon) + beta`.
 * @param x `[..., channels]`
 * @param gamma `[channels]`, or undefined for one
 * @param beta `[channels]`, or undefined for zero
 * @param movingMean `[channels]`
 * @param movingVariance `[channels]`
 * @returns the shape of x
 * @throws ShapeError when an input is not one number per channel
 * @example batchNormInference(x, gamma, beta, movingMean, movingVariance, { epsilon: 1e-3 })
 */
export const batchNormInference: Op<
  [x: TensorLike, gamma: Optional, beta: Optional, movingMean: TensorLike, movingVariance: TensorLike],
  BatchNormCallOptions
> = /* @__PURE__ */ defineOp<
  [x: TensorLike, gamma: Optional, beta: Optional, movingMean: TensorLike, movingVariance: TensorLike],
  BatchNormOptions,
  BatchNormCallOptions
>({
  name: 'batchNormInference',
  kernel: batchNormInferenceKernel,
  resolve: (options) => resolveBatchNorm('batchNormInference', options),
  shape: ([x, gamma, beta, mean, variance]) => {
    requireMoments('batchNormInference', { mean, variance });
    checkChannels('batchNormInference', x, { gamma, beta, mean, variance });
    return x;
  },
  // s = 1 / sqrt(variance + epsilon): dx = gamma s dy, dMean = -gamma s dBeta, dVariance = -gamma s^2 dGamma / 2
  gradient: ({ inputs: [x, gamma, beta, mean, variance], gradients: [dy], options }) => {
    const parts = once(
      () => batchNormInferenceGrad.all([x, gamma, mean, variance, dy], options) as NormalizedGradients,
    );
    const s = once(() => rsqrt(add(variance, options.epsilon)));
    const scaled = (v: Tensor): Tensor => (gamma ? mul(v, gamma) : v);
    return [
      () => parts()[0],
      gamma && (() => parts()[1]),
      beta && (() => parts()[2]),
      () => neg(mul(scaled(s()), parts()[2])),
      () => mul(mul(scaled(mul(s(), s())), parts()[1]), -0.5),
    ];
  },
});

/** @internal The gradient of `batchNormInference` with respect to x, gamma and beta. */
export const batchNormInferenceGrad: Op<
  [x: TensorLike, gamma: Optional, mean: TensorLike, variance: TensorLike, dy: TensorLike],
  BatchNormCallOptions
> = /* @__PURE__ */ defineOp<
  [x: TensorLike, gamma: Optional, mean: TensorLike, variance: TensorLike, dy: TensorLike],
  BatchNormOptions,
  BatchNormCallOptions
>({
  name: 'batchNormInferenceGrad',
  kernel: batchNormInferenceGradKernel,
  resolve: (options) => resolveBatchNorm('batchNormInferenceGrad', options),
  shape: ([x]) => [x, x.slice(-1), x.slice(-1)],
  // The outputs are gamma s dy, sum(dy n) and sum(dy), with n = (x - mean) s; let theirs be gX, gGamma, gBeta.
  gradient: ({ inputs: [x, gamma, mean, variance, dy], gradients, options }) => {
    const [gX, gGamma, gBeta] = gradients as NormalizedGradients;
    const scaled = (v: Tensor): Tensor => (gamma ? mul(v, gamma) : v);
    const s = once(() => rsqrt(add(variance, options.epsilon)));
    const centred = once(() => sub(x, mean));
    const overlap = once(() => sumToShape(mul(gX, dy), variance.shape));
    const dVariance = (): Tensor => {
      const ds = add(scaled(overlap()), mul(gGamma, sumToShape(mul(dy, centred()), variance.shape)));
      return mul(mul(ds, cube(s())), -0.5);
    };
    return [
      () => mul(dy, mul(gGamma, s())),
      gamma && (() => mul(s(), overlap())),
      () => neg(mul(mul(gGamma, s()), sumToShape(dy, mean.shape))),
      dVariance,
      () => add(mul(gX, scaled(s())), add(mul(centred(), mul(gGamma, s())), gBeta)),
    ];
  },
});

/**
 * Normalisation with given moments, the optional factors last: `gamma (x - mean) / sqrt(variance + epsilon) + beta`.
 * @param x `[..., channels]`
 * @param mean `[channels]`
 * @param variance `[channels]`
 * @param gamma `[channels]`; may be left out: one
 * @param beta `[channels]`; may be left out: zero
 * @returns the shape of x
 * @throws ShapeError when an input is not one number per channel
 * @example batchNorm(x, mean, variance, gamma, beta, { epsilon: 1e-5 })
 */
export const batchNorm: Op<
  [x: TensorLike, mean: TensorLike, variance: TensorLike, gamma?: Optional, beta?: Optional],
  BatchNormCallOptions
> = /* @__PURE__ */ defineOp<
  [x: TensorLike, mean: TensorLike, variance: TensorLike, gamma?: Optional, beta?: Optional],
  BatchNormOptions,
  BatchNormCallOptions
>({
  name: 'batchNorm',
  resolve: (options) => resolveBatchNorm('batchNorm', options),
  shape: ([x, mean, variance, gamma, beta]) => {
    checkChannels('batchNorm', x, { mean, variance, gamma, beta });
    return x;
  },
  forward: ([x, mean, variance, gamma, beta], options) => batchNormInference(x, gamma, beta, mean, variance, options),
});

/** The number of elements that each moment is taken over; at least 1, so that an empty batch divides by no zero. */
function rowsOf(x: Tensor): number {
  return Math.max(
    1,
    x.shape.slice(0, -1).reduce((rows, length) => rows * length, 1),
  );
}

function cube(x: Tensor): Tensor {
  return mul(x, mul(x, x));
}

function resolveBatchNorm(where: string, { epsilon = 1e-3 }: BatchNormCallOptions): BatchNormOptions {
  if (!(epsilon >= 0 && Number.isFinite(epsilon))) {
    throw new ArgumentError(
      `${where}: epsilon is ${String(epsilon)}. Use a small number of at least 0, such as 0.001.`,
      {
        where,
        got: epsilon,
      },
    );
  }
  return { epsilon };
}

function checkChannels(where: string, x: Shape, perChannel: Readonly<Record<string, Shape | undefined>>): Shape {
  const channels = x.at(-1);
  if (channels === undefined) {
    throw new ShapeError(`${where}: x is a scalar, expected [..., channels].`, { where, got: x });
  }
  for (const [name, shape] of Object.entries(perChannel)) {
    if (shape && (shape.length !== 1 || shape[0] !== channels)) {
      throw new ShapeError(
        `${where}: ${name} has the shape ${formatShape(shape)}, but x ${formatShape(x)} has ${channels} channels on its last axis. Give ${name} the shape [${channels}].`,
        { where, got: shape, expected: [channels] },
      );
    }
  }
  return [channels];
}

function requireMoments(where: string, moments: Readonly<Record<string, Shape | undefined>>): void {
  const missing = Object.keys(moments).find((name) => moments[name] === undefined);
  if (missing === undefined) return;
  throw new ArgumentError(`${where}: the ${missing} is missing. Give one number per channel.`, { where, got: moments });
}
