/** Losses of numbers: squared, absolute, relative and robust differences, counts and directions. */
import {
  abs,
  add,
  div,
  lessEqual,
  log,
  maximum,
  mean,
  mul,
  neg,
  rsqrt,
  softplus,
  square,
  sub,
  sum,
  where as select,
} from '../ops/index.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { defineLoss, type LossFunction } from './define-loss.ts';

/** Keras's guard against logarithms of 0 and divisions by 0. */
const EPSILON = 1e-7;
const LN2 = 0.6931471805599453;

const meanOfLast = (x: Tensor): Tensor => mean(x, { axis: -1 });

/**
 * Mean of `(yTrue - yPred)²`.
 * @param yTrue `[batch, ...]`   @param yPred the same shape, or with one more axis of size 1
 * @returns a scalar; one value per sample with the reduction `'none'`
 * @throws ShapeError when the shapes differ
 * @example meanSquaredError(tensor([[0, 1]]), tensor([[1, 1]])) // 0.5
 */
export const meanSquaredError: LossFunction = /* @__PURE__ */ defineLoss({
  name: 'mean_squared_error',
  className: 'MeanSquaredError',
  perElement: (yTrue, yPred) => meanOfLast(square(sub(yTrue, yPred))),
});

/** Mean of `|yTrue - yPred|`. Shapes and reduction as in `meanSquaredError`. @example meanAbsoluteError(tensor([[0, 1]]), tensor([[3, 1]])) // 1.5 */
export const meanAbsoluteError: LossFunction = /* @__PURE__ */ defineLoss({
  name: 'mean_absolute_error',
  className: 'MeanAbsoluteError',
  perElement: (yTrue, yPred) => meanOfLast(abs(sub(yTrue, yPred))),
});

/** Mean of `100 |yTrue - yPred| / max(|yTrue|, 1e-7)`. @example meanAbsolutePercentageError(tensor([[2]]), tensor([[1]])) // 50 */
export const meanAbsolutePercentageError: LossFunction = /* @__PURE__ */ defineLoss({
  name: 'mean_absolute_percentage_error',
  className: 'MeanAbsolutePercentageError',
  perElement: (yTrue, yPred) => mul(meanOfLast(abs(div(sub(yTrue, yPred), maximum(abs(yTrue), EPSILON)))), 100),
});

/** Mean of `(ln(1 + yPred) - ln(1 + yTrue))²`, both first raised to at least 1e-7. @example meanSquaredLogarithmicError(tensor([[0]]), tensor([[0]])) // 0 */
export const meanSquaredLogarithmicError: LossFunction = /* @__PURE__ */ defineLoss({
  name: 'mean_squared_logarithmic_error',
  className: 'MeanSquaredLogarithmicError',
  perElement: (yTrue, yPred) => meanOfLast(square(sub(logOfOneMore(yPred), logOfOneMore(yTrue)))),
});

const logOfOneMore = (x: Tensor): Tensor => log(add(maximum(x, EPSILON), 1));

export interface HuberOptions {
  /** Where the parabola becomes a line. Default 1. */
  readonly delta?: number;
}

/** Mean of `½ d²` where `|d| ≤ delta`, else `delta |d| - ½ delta²`, with `d = yPred - yTrue`. @example huber(tensor([[0]]), tensor([[3]])) // 2.5 */
export const huber: LossFunction<HuberOptions> = /* @__PURE__ */ defineLoss({
  name: 'huber',
  configName: 'huber_loss',
  className: 'Huber',
  perElement(yTrue, yPred, { delta = 1 }) {
    const size = abs(sub(yPred, yTrue));
    const line = sub(mul(size, delta), 0.5 * delta * delta);
    return meanOfLast(select(lessEqual(size, delta), mul(square(size), 0.5), line));
  },
  // As in Keras, which leaves the default out.
  toConfig: ({ delta = 1 }) => (delta === 1 ? {} : { delta }),
});

/** Mean of `ln(cosh(yPred - yTrue))`. @example logCosh(tensor([[0]]), tensor([[0]])) // 0 */
export const logCosh: LossFunction = /* @__PURE__ */ defineLoss({
  name: 'log_cosh',
  className: 'LogCosh',
  perElement(yTrue, yPred) {
    const difference = sub(yPred, yTrue);
    return meanOfLast(sub(add(difference, softplus(mul(difference, -2))), LN2));
  },
});

/** Mean of `yPred - yTrue ln(yPred + 1e-7)`: the loss of counts. @example poisson(tensor([[0]]), tensor([[2]])) // 2 */
export const poisson: LossFunction = /* @__PURE__ */ defineLoss({
  name: 'poisson',
  className: 'Poisson',
  perElement: (yTrue, yPred) => meanOfLast(sub(yPred, mul(yTrue, log(add(yPred, EPSILON))))),
});

export interface CosineOptions {
  /** The axis of the vectors. Default -1. */
  readonly axis?: number;
}

/** Minus the cosine of the angle between the vectors of an axis: -1 for one direction. @example cosineSimilarity(tensor([[1, 0]]), tensor([[2, 0]])) // -1 */
export const cosineSimilarity: LossFunction<CosineOptions> = /* @__PURE__ */ defineLoss({
  name: 'cosine_similarity',
  className: 'CosineSimilarity',
  perElement: (yTrue, yPred, { axis }) => neg(cosine(yTrue, yPred, axis)),
  // As in Keras, which leaves the default out.
  toConfig: ({ axis = -1 }) => (axis === -1 ? {} : { axis }),
});

/** @internal The cosine of the angle between the vectors of an axis; 0 where one of them is 0. */
export function cosine(a: Tensor, b: Tensor, axis = -1): Tensor {
  return sum(mul(normalized(b, axis), normalized(a, axis)), { axis });
}

// x / max(|x|, 1e-7), with the bound under the root: the gradient of a zero vector stays finite.
function normalized(x: Tensor, axis: number): Tensor {
  return mul(x, rsqrt(maximum(sum(square(x), { axis, keepDims: true }), EPSILON * EPSILON)));
}
