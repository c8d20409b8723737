/** Losses of overlap, for segmentation: one value for the whole batch, or one per index of the axes that are left. */
import { ArgumentError } from '../errors.ts';
import { add, div, mul, sub, sum, type ReductionOptions } from '../ops/index.ts';
import { defineLoss, type LossFunction } from './define-loss.ts';

const EPSILON = 1e-7;

export interface DiceOptions {
  /** The axes that are summed over: `[1, 2, 3]` gives one loss per image. Default all. */
  readonly axis?: number | readonly number[] | null | undefined;
}

/**
 * `1 - 2 sum(yTrue yPred) / (sum(yTrue) + sum(yPred) + 1e-7)`: 0 where both cover the same.
 * @param yTrue any shape, from 0 to 1   @param yPred the same shape
 * @returns a scalar, also with the reduction `'none'` unless `axis` leaves some axes
 * @throws ShapeError when the shapes differ; ArgumentError for an axis out of range
 * @example dice(tensor([[1, 0]]), tensor([[0.5, 0.5]])) // 0.5
 */
export const dice: LossFunction<DiceOptions> = /* @__PURE__ */ defineLoss({
  name: 'dice',
  className: 'Dice',
  perElement(yTrue, yPred, { axis }) {
    const over = axesOf(axis);
    const shared = sum(mul(yTrue, yPred), over);
    return sub(1, div(mul(shared, 2), add(add(sum(yTrue, over), sum(yPred, over)), EPSILON)));
  },
  toConfig: ({ axis }) => ({ axis: axis ?? null }),
});

export interface TverskyOptions extends DiceOptions {
  /** Weight of what `yTrue` has and `yPred` has not. Default 0.5. */
  readonly alpha?: number;
  /** Weight of what `yPred` has and `yTrue` has not. Default 0.5. */
  readonly beta?: number;
}

/**
 * `1 - c / (c + alpha m + beta s + 1e-7)`: c what both cover, m what the prediction misses, s its surplus; Dice with weights
 * (Salehi et al., https://arxiv.org/abs/1706.05721; Keras's alpha weighs the misses).
 * @param yTrue any shape, from 0 to 1   @param yPred the same shape
 * @returns a scalar, also with the reduction `'none'` unless `axis` leaves some axes
 * @throws ShapeError when the shapes differ; ArgumentError for weights that are not finite, or an axis out of range
 * @example tversky(tensor([[1, 0]]), tensor([[0.5, 0.5]])) // 0.5000000596046448
 */
export const tversky: LossFunction<TverskyOptions> = /* @__PURE__ */ defineLoss({
  name: 'tversky',
  className: 'Tversky',
  check({ alpha = 0.5, beta = 0.5 }) {
    if (Number.isFinite(alpha) && Number.isFinite(beta)) return;
    throw new ArgumentError(`tversky: alpha is ${alpha}, beta ${beta}. Give finite numbers.`, {
      where: 'tversky',
      got: { alpha, beta },
    });
  },
  perElement(yTrue, yPred, { alpha = 0.5, beta = 0.5, axis }) {
    const over = axesOf(axis);
    const shared = sum(mul(yTrue, yPred), over);
    const missed = sum(mul(sub(1, yPred), yTrue), over);
    const surplus = sum(mul(yPred, sub(1, yTrue)), over);
    return sub(1, div(shared, add(add(add(shared, mul(missed, alpha)), mul(surplus, beta)), EPSILON)));
  },
  toConfig: ({ alpha = 0.5, beta = 0.5, axis }) => ({ alpha, beta, axis: axis ?? null }),
});

function axesOf(axis: DiceOptions['axis']): ReductionOptions {
  return axis === undefined || axis === null ? {} : { axis };
}
