/** Focal losses: crossentropies in which samples that are predicted well count less (Lin et al., https://arxiv.org/abs/1708.02002). */
import { ArgumentError } from '../errors.ts';
import { add, log, mean, mul, neg, pow, sigmoid, softmax, sub, sum } from '../ops/index.ts';
import {
  binaryFromProbabilities,
  checkSmoothing,
  normalizedProbabilities,
  smoothed,
  type CrossentropyOptions,
} from './crossentropy.ts';
import { defineLoss, type LossFunction } from './define-loss.ts';

export interface CategoricalFocalOptions extends CrossentropyOptions {
  /** Factor of all losses. Default 0.25. */
  readonly alpha?: number;
  /** How fast the weight of a sample falls as its prediction gets better; 0 not at all. Default 2. */
  readonly gamma?: number;
}

export interface BinaryFocalOptions extends CategoricalFocalOptions {
  /** Whether targets of 1 weigh `alpha` and targets of 0 `1 - alpha`. Default false. */
  readonly applyClassBalancing?: boolean;
  /** Weight of the targets of 1 where classes are balanced. Default 0.25. */
  readonly alpha?: number;
}

const commonConfig = ({
  fromLogits = false,
  labelSmoothing = 0,
  axis = -1,
  alpha = 0.25,
  gamma = 2,
}: CategoricalFocalOptions): Record<string, unknown> => ({
  from_logits: fromLogits,
  label_smoothing: labelSmoothing,
  axis,
  alpha,
  gamma,
});

/**
 * Mean of `(1 - q)^gamma` times the binary crossentropy, with q the probability given to the target:
 * `q = yTrue p + (1 - yTrue)(1 - p)`.
 * @param yTrue `[batch, ...]`: 0 and 1   @param yPred the same shape: probabilities, or logits with `fromLogits`
 * @returns a scalar; one value per sample with the reduction `'none'`
 * @throws ShapeError when the shapes differ; ArgumentError for a negative gamma
 * @example binaryFocalCrossentropy(tensor([[1]]), tensor([[0.5]])) // 0.1732867956161499
 */
export const binaryFocalCrossentropy: LossFunction<BinaryFocalOptions> = /* @__PURE__ */ defineLoss({
  name: 'binary_focal_crossentropy',
  className: 'BinaryFocalCrossentropy',
  check: (options) => checkFocal('binary_focal_crossentropy', options),
  perElement(yTrue, yPred, options) {
    const { fromLogits = false, labelSmoothing = 0, axis = -1, alpha = 0.25, gamma = 2 } = options;
    const targets = smoothed(yTrue, labelSmoothing, 2);
    const probabilities = fromLogits ? sigmoid(yPred) : yPred;
    const given = add(mul(targets, probabilities), mul(sub(1, targets), sub(1, probabilities)));
    const losses = mul(pow(sub(1, given), gamma), binaryFromProbabilities(targets, probabilities));
    if (!options.applyClassBalancing) return mean(losses, { axis });
    return mean(mul(add(mul(targets, alpha), mul(sub(1, targets), 1 - alpha)), losses), { axis });
  },
  toConfig: (options) => ({
    ...commonConfig(options),
    apply_class_balancing: options.applyClassBalancing ?? false,
  }),
});

/**
 * `-sum of alpha (1 - p)^gamma yTrue ln(p)` over the classes; probabilities are first divided by their sum.
 * @param yTrue `[batch, ..., classes]`: one-hot   @param yPred the same shape: probabilities, or logits with `fromLogits`
 * @returns a scalar; one value per sample with the reduction `'none'`
 * @throws ShapeError when the shapes differ; ArgumentError for a negative gamma
 * @example categoricalFocalCrossentropy(tensor([[0, 1]]), tensor([[0.5, 0.5]])) // 0.043321698904037476
 */
export const categoricalFocalCrossentropy: LossFunction<CategoricalFocalOptions> = /* @__PURE__ */ defineLoss({
  name: 'categorical_focal_crossentropy',
  className: 'CategoricalFocalCrossentropy',
  check: (options) => checkFocal('categorical_focal_crossentropy', options),
  perElement(yTrue, yPred, { fromLogits = false, labelSmoothing = 0, axis = -1, alpha = 0.25, gamma = 2 }) {
    const targets = smoothed(yTrue, labelSmoothing, yTrue.shape.at(-1) ?? 1);
    const probabilities = normalizedProbabilities(fromLogits ? softmax(yPred, { axis }) : yPred, axis);
    const losses = neg(mul(targets, log(probabilities)));
    return sum(mul(mul(pow(sub(1, probabilities), gamma), alpha), losses), { axis });
  },
  toConfig: commonConfig,
});

function checkFocal(where: string, { labelSmoothing, gamma = 2, alpha = 0.25 }: CategoricalFocalOptions): void {
  checkSmoothing(where, labelSmoothing);
  if (!(gamma >= 0 && gamma < Infinity)) {
    throw new ArgumentError(`${where}: gamma is ${gamma}. Give a number of at least 0.`, { where, got: gamma });
  }
  if (!Number.isFinite(alpha)) {
    throw new ArgumentError(`${where}: alpha is ${alpha}. Give a finite number.`, { where, got: alpha });
  }
}
