/** Losses of a margin, for targets of -1 and 1; targets of 0 and 1 are taken as such. */
import { add, equal, max, maximum, mean, min, mul, square, sub, sum } from '../ops/index.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { defineLoss, type LossFunction } from './define-loss.ts';

/** Mean of `max(1 - yTrue yPred, 0)`. @example hinge(tensor([[1]]), tensor([[0.25]])) // 0.75 */
export const hinge: LossFunction = /* @__PURE__ */ defineLoss({
  name: 'hinge',
  className: 'Hinge',
  perElement: (yTrue, yPred) => mean(margin(yTrue, yPred), { axis: -1 }),
});

/** Mean of `max(1 - yTrue yPred, 0)²`. @example squaredHinge(tensor([[1]]), tensor([[0.5]])) // 0.25 */
export const squaredHinge: LossFunction = /* @__PURE__ */ defineLoss({
  name: 'squared_hinge',
  className: 'SquaredHinge',
  perElement: (yTrue, yPred) => mean(square(margin(yTrue, yPred)), { axis: -1 }),
});

/**
 * `max(1 + n - p, 0)` with p the prediction of the class and n the largest `(1 - yTrue) yPred`.
 * @param yTrue `[batch, ..., classes]`: 0 and 1   @param yPred the same shape
 * @example categoricalHinge(tensor([[0, 1]]), tensor([[0.5, 0.75]])) // 0.75
 */
export const categoricalHinge: LossFunction = /* @__PURE__ */ defineLoss({
  name: 'categorical_hinge',
  className: 'CategoricalHinge',
  perElement(yTrue, yPred) {
    const own = sum(mul(yTrue, yPred), { axis: -1 });
    const other = max(mul(sub(1, yTrue), yPred), { axis: -1 });
    return maximum(add(sub(other, own), 1), 0);
  },
});

function margin(yTrue: Tensor, yPred: Tensor): Tensor {
  return maximum(sub(1, mul(signed(yTrue), yPred)), 0);
}

// 2 y - 1 when every target of the batch is 0 or 1, else y.
function signed(yTrue: Tensor): Tensor {
  if (yTrue.size === 0) return yTrue;
  const allBinary = min(add(equal(yTrue, 0), equal(yTrue, 1)));
  return add(yTrue, mul(allBinary, sub(yTrue, 1)));
}
