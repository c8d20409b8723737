/** Losses of probabilities: crossentropies and the Kullback-Leibler divergence, clipped by 1e-7 as Keras does. */
import { ArgumentError, ShapeError } from '../errors.ts';
import {
  add,
  clip,
  div,
  equal,
  log,
  logSoftmax,
  mean,
  mul,
  neg,
  oneHot,
  softmaxCrossEntropy,
  softplus,
  squeeze,
  sub,
  sum,
  transpose,
  where as select,
} from '../ops/index.ts';
import { normalizeAxis } from '../tensor/broadcast.ts';
import { formatShape, sameShape } from '../tensor/shape.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { defineLoss, type LossFunction } from './define-loss.ts';

const EPSILON = 1e-7;

export interface CrossentropyOptions {
  /** Whether the predictions are logits, not probabilities. Default false. */
  readonly fromLogits?: boolean;
  /** From 0 to 1: how far the targets are drawn towards the uniform distribution. Default 0. */
  readonly labelSmoothing?: number;
  /** The axis of the classes; of the values that are averaged, for binary targets. Default -1. */
  readonly axis?: number;
}

export interface SparseCrossentropyOptions {
  /** Whether the predictions are logits, not probabilities. Default false. */
  readonly fromLogits?: boolean;
  /** A label whose samples do not count. */
  readonly ignoreClass?: number | undefined;
  /** The axis of the classes. Default -1. */
  readonly axis?: number;
}

const crossentropyConfig = ({
  fromLogits = false,
  labelSmoothing = 0,
  axis = -1,
}: CrossentropyOptions): Record<string, unknown> => ({
  from_logits: fromLogits,
  label_smoothing: labelSmoothing,
  axis,
});

/**
 * Mean of `-yTrue ln(p) - (1 - yTrue) ln(1 - p)`, for targets of 0 and 1 and sigmoid outputs.
 * @param yTrue `[batch, ...]`   @param yPred the same shape: probabilities, or logits with `fromLogits`
 * @returns a scalar; one value per sample with the reduction `'none'`
 * @throws ShapeError when the shapes differ
 * @example binaryCrossentropy(tensor([[1]]), tensor([[0.5]])) // 0.6931471824645996
 */
export const binaryCrossentropy: LossFunction<CrossentropyOptions> = /* @__PURE__ */ defineLoss({
  name: 'binary_crossentropy',
  className: 'BinaryCrossentropy',
  check: ({ labelSmoothing }) => checkSmoothing('binary_crossentropy', labelSmoothing),
  perElement(yTrue, yPred, { fromLogits = false, labelSmoothing = 0, axis = -1 }) {
    const targets = smoothed(yTrue, labelSmoothing, 2);
    return mean(fromLogits ? binaryFromLogits(targets, yPred) : binaryFromProbabilities(targets, yPred), { axis });
  },
  toConfig: crossentropyConfig,
});

// -ln sigmoid(x) = softplus(-x) and -ln(1 - sigmoid(x)) = softplus(x): no logarithm of a rounded probability.
function binaryFromLogits(targets: Tensor, logits: Tensor): Tensor {
  return add(mul(targets, softplus(neg(logits))), mul(sub(1, targets), softplus(logits)));
}

/** @internal */
export function binaryFromProbabilities(targets: Tensor, probabilities: Tensor): Tensor {
  const clipped = clip(probabilities, EPSILON, 1 - EPSILON);
  return neg(add(mul(targets, log(clipped)), mul(sub(1, targets), log(sub(1, clipped)))));
}

/**
 * `-sum of yTrue ln(p)` over the classes, for one-hot targets or distributions; probabilities are first divided by their sum.
 * @param yTrue `[batch, ..., classes]`   @param yPred the same shape: probabilities, or logits with `fromLogits`
 * @returns a scalar; one value per sample with the reduction `'none'`
 * @throws ShapeError when the shapes differ
 * @example categoricalCrossentropy(tensor([[0, 1]]), tensor([[0.5, 0.5]])) // 0.6931471824645996
 */
export const categoricalCrossentropy: LossFunction<CrossentropyOptions> = /* @__PURE__ */ defineLoss({
  name: 'categorical_crossentropy',
  className: 'CategoricalCrossentropy',
  check: ({ labelSmoothing }) => checkSmoothing('categorical_crossentropy', labelSmoothing),
  perElement(yTrue, yPred, { fromLogits = false, labelSmoothing = 0, axis = -1 }) {
    const targets = smoothed(yTrue, labelSmoothing, yTrue.shape.at(-1) ?? 1);
    return crossentropyOf(targets, yPred, fromLogits, axis);
  },
  toConfig: crossentropyConfig,
});

/**
 * `-ln(p of the label)`, for labels that are class numbers; probabilities are first divided by their sum.
 * @param yTrue `[batch, ...]` or `[batch, ..., 1]`: whole numbers   @param yPred `[batch, ..., classes]`: probabilities, or logits with `fromLogits`
 * @returns a scalar; one value per sample with the reduction `'none'`
 * @throws ShapeError when the labels are not one per sample
 * @example sparseCategoricalCrossentropy(tensor([1]), tensor([[0.5, 0.5]])) // 0.6931471824645996
 */
export const sparseCategoricalCrossentropy: LossFunction<SparseCrossentropyOptions> =
  /* @__PURE__ */ defineLoss<SparseCrossentropyOptions>({
    name: 'sparse_categorical_crossentropy',
    className: 'SparseCategoricalCrossentropy',
    labels: 'classes',
    perElement(yTrue, yPred, { fromLogits = false, ignoreClass, axis = -1 }) {
      const labels = labelsOf('sparse_categorical_crossentropy', yTrue, yPred, axis);
      const ignored = ignoreClass === undefined ? undefined : equal(labels, ignoreClass);
      const known = ignored ? select(ignored, 0, labels) : labels;
      const hot = classesAlong(axis, oneHot(known, yPred.shape.at(axis) ?? 1));
      const losses = crossentropyOf(hot, yPred, fromLogits, axis);
      return ignored ? select(ignored, 0, losses) : losses;
    },
    valid: (yTrue, yPred, { ignoreClass, axis = -1 }) =>
      ignoreClass === undefined
        ? undefined
        : sub(1, equal(labelsOf('sparse_categorical_crossentropy', yTrue, yPred, axis), ignoreClass)),
    toConfig: ({ fromLogits = false, ignoreClass, axis = -1 }) => ({
      from_logits: fromLogits,
      ignore_class: ignoreClass ?? null,
      // As in Keras, which leaves the default out.
      ...(axis === -1 ? {} : { axis }),
    }),
  });

/** @internal Labels `[...]` for predictions `[..., classes]`. @throws ShapeError when they do not fit */
export function labelsOf(where: string, yTrue: Tensor, yPred: Tensor, axis = -1): Tensor {
  if (yPred.rank > 0) {
    const position = normalizeAxis(where, axis, yPred.rank);
    const rows = yPred.shape.toSpliced(position, 1);
    const labels = yTrue.rank === yPred.rank && yTrue.shape[position] === 1 ? squeeze(yTrue, { axis }) : yTrue;
    if (sameShape(labels.shape, rows)) return labels;
  }
  const rows = yPred.shape.slice(0, -1);
  throw new ShapeError(
    `${where}: the labels have the shape ${formatShape(yTrue.shape)}, the predictions ${formatShape(yPred.shape)}. ` +
      `Give one label per sample, ${formatShape(rows)}; for one-hot targets use categorical_crossentropy.`,
    { where, got: yTrue.shape, expected: rows },
  );
}

// One-hot codes have their classes last.
function classesAlong(axis: number, hot: Tensor): Tensor {
  const position = normalizeAxis('sparse_categorical_crossentropy', axis, hot.rank);
  const others = Array.from({ length: hot.rank - 1 }, (_, index) => index);
  return position === hot.rank - 1 ? hot : transpose(hot, { permutation: others.toSpliced(position, 0, hot.rank - 1) });
}

/** Sum of `yTrue ln(yTrue / yPred)` over the last axis, both clipped to [1e-7, 1]. @example klDivergence(tensor([[1, 0]]), tensor([[1, 0]])) // 0 */
export const klDivergence: LossFunction = /* @__PURE__ */ defineLoss({
  name: 'kl_divergence',
  className: 'KLDivergence',
  perElement(yTrue, yPred) {
    const targets = clip(yTrue, EPSILON, 1);
    return sum(mul(targets, log(div(targets, clip(yPred, EPSILON, 1)))), { axis: -1 });
  },
});

function crossentropyOf(targets: Tensor, yPred: Tensor, fromLogits: boolean, axis: number): Tensor {
  if (fromLogits && normalizeAxis('crossentropy', axis, yPred.rank) === yPred.rank - 1) {
    return softmaxCrossEntropy(yPred, targets);
  }
  const logProbabilities = fromLogits ? logSoftmax(yPred, { axis }) : log(normalizedProbabilities(yPred, axis));
  return neg(sum(mul(targets, logProbabilities), { axis }));
}

/** @internal Probabilities divided by their sum and clipped. */
export function normalizedProbabilities(yPred: Tensor, axis: number): Tensor {
  return clip(div(yPred, sum(yPred, { axis, keepDims: true })), EPSILON, 1 - EPSILON);
}

/** @internal Targets drawn towards the uniform distribution. */
export function smoothed(targets: Tensor, smoothing: number, classes: number): Tensor {
  return smoothing === 0 ? targets : add(mul(targets, 1 - smoothing), smoothing / classes);
}

/** @internal */
export function checkSmoothing(where: string, smoothing = 0): void {
  if (smoothing >= 0 && smoothing <= 1) return;
  throw new ArgumentError(`${where}: labelSmoothing is ${smoothing}. Give a number from 0 to 1.`, {
    where,
    got: smoothing,
  });
}
