/** Generalized crossentropy, for labels of which some are wrong. */
import { ArgumentError } from '../errors.ts';
import { div, mul, oneHot, pow, sub, sum } from '../ops/index.ts';
import { labelsOf } from './crossentropy.ts';
import { defineLoss, type LossFunction } from './define-loss.ts';

export interface GeneralizedCrossEntropyOptions {
  /** Between 0 and 1: near 0 it is the crossentropy, near 1 the mean absolute error. Default 0.5. */
  readonly q?: number;
}

const NAME = 'categorical_generalized_cross_entropy';

/**
 * `(1 - p^q) / q` with p the probability given to the label (Zhang and Sabuncu, https://arxiv.org/abs/1805.07836).
 * @param yTrue `[batch, ...]` or `[batch, ..., 1]`: class numbers   @param yPred `[batch, ..., classes]`: probabilities
 * @returns a scalar; one value per sample with the reduction `'none'`
 * @throws ShapeError when the labels are not one per sample; ArgumentError for a q outside 0 to 1 or a label out of range
 * @example categoricalGeneralizedCrossEntropy(tensor([0]), tensor([[0.25, 0.75]])) // 1
 */
export const categoricalGeneralizedCrossEntropy: LossFunction<GeneralizedCrossEntropyOptions> =
  /* @__PURE__ */ defineLoss({
    name: NAME,
    className: 'CategoricalGeneralizedCrossEntropy',
    labels: 'classes',
    check({ q = 0.5 }) {
      if (q > 0 && q < 1) return;
      throw new ArgumentError(`${NAME}: q is ${q}. Give a number between 0 and 1.`, { where: NAME, got: q });
    },
    perElement(yTrue, yPred, { q = 0.5 }) {
      const hot = oneHot(labelsOf(NAME, yTrue, yPred), yPred.shape.at(-1) ?? 1);
      return div(sub(1, pow(sum(mul(yPred, hot), { axis: -1 }), q)), q);
    },
    toConfig: ({ q = 0.5 }) => ({ q }),
  });
