/** Accuracies: the share of samples whose class was predicted. */
import { ArgumentError, describeValue, optionsOf, ShapeError } from '../errors.ts';
import { checkSameShape } from '../losses/loss.ts';
import { argmax, equal, expandDims, greater, less, mul, oneHot, squeeze, sum, where as select } from '../ops/index.ts';
import { formatShape, sameShape } from '../tensor/shape.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { meanMetric, type Metric, type MetricOptions } from './metric.ts';

/** Share of values that equal the target exactly. */
export function accuracy(options: MetricOptions = {}): Metric {
  optionsOf('accuracy', options);
  return meanMetric({
    name: options.name ?? 'accuracy',
    className: 'Accuracy',
    direction: 'max',
    values(yTrue, yPred) {
      checkSameShape('accuracy', yTrue, yPred);
      return equal(yTrue, yPred);
    },
  });
}

export interface BinaryAccuracyOptions extends MetricOptions {
  /** A prediction above it means 1. Default 0.5. */
  readonly threshold?: number;
}

/** Share of predictions on the target's side of the threshold. @example metrics.binaryAccuracy({ threshold: 0.3 }) */
export function binaryAccuracy(options: BinaryAccuracyOptions = {}): Metric {
  optionsOf('binaryAccuracy', options);
  const { threshold = 0.5 } = options;
  return meanMetric({
    name: options.name ?? 'binary_accuracy',
    className: 'BinaryAccuracy',
    direction: 'max',
    config: { threshold },
    values(yTrue, yPred) {
      checkSameShape('binary_accuracy', yTrue, yPred);
      return equal(yTrue, greater(yPred, threshold));
    },
  });
}

/** Share of samples whose largest prediction stands at the largest target. */
export function categoricalAccuracy(options: MetricOptions = {}): Metric {
  optionsOf('categoricalAccuracy', options);
  return meanMetric({
    name: options.name ?? 'categorical_accuracy',
    className: 'CategoricalAccuracy',
    direction: 'max',
    values(yTrue, yPred) {
      checkSameShape('categorical_accuracy', yTrue, yPred);
      return equal(argmax(yTrue, { axis: -1 }), argmax(yPred, { axis: -1 }));
    },
  });
}

/** Share of samples whose largest prediction stands at the label. */
export function sparseCategoricalAccuracy(options: MetricOptions = {}): Metric {
  optionsOf('sparseCategoricalAccuracy', options);
  return meanMetric({
    name: options.name ?? 'sparse_categorical_accuracy',
    className: 'SparseCategoricalAccuracy',
    direction: 'max',
    values: (yTrue, yPred) =>
      equal(labelsFor('sparse_categorical_accuracy', yTrue, yPred), argmax(yPred, { axis: -1 })),
  });
}

export interface TopKOptions extends MetricOptions {
  /** Default 5. */
  readonly k?: number;
}

/** Share of samples whose class (the largest target) is among the k largest predictions. @example metrics.topKCategoricalAccuracy({ k: 3 }) */
export function topKCategoricalAccuracy(options: TopKOptions = {}): Metric {
  optionsOf('topKCategoricalAccuracy', options);
  const k = checkK('top_k_categorical_accuracy', options.k);
  return meanMetric({
    name: options.name ?? 'top_k_categorical_accuracy',
    className: 'TopKCategoricalAccuracy',
    direction: 'max',
    config: { k },
    values(yTrue, yPred) {
      checkSameShape('top_k_categorical_accuracy', yTrue, yPred);
      return inTopK(argmax(yTrue, { axis: -1 }), yPred, k);
    },
  });
}

/** Share of samples whose label is among the k largest predictions. @example metrics.sparseTopKCategoricalAccuracy({ k: 3 }) */
export function sparseTopKCategoricalAccuracy(options: TopKOptions = {}): Metric {
  optionsOf('sparseTopKCategoricalAccuracy', options);
  const k = checkK('sparse_top_k_categorical_accuracy', options.k);
  return meanMetric({
    name: options.name ?? 'sparse_top_k_categorical_accuracy',
    className: 'SparseTopKCategoricalAccuracy',
    direction: 'max',
    config: { k },
    values: (yTrue, yPred) => inTopK(labelsFor('sparse_top_k_categorical_accuracy', yTrue, yPred), yPred, k),
  });
}

// In the top k: fewer than k predictions are larger. A prediction that is NaN is never right.
function inTopK(labels: Tensor, yPred: Tensor, k: number): Tensor {
  const hot = oneHot(labels, yPred.shape.at(-1) ?? 1);
  const atLabel = sum(select(hot, yPred, 0), { axis: -1 });
  const larger = sum(greater(yPred, expandDims(atLabel, -1)), { axis: -1 });
  return mul(less(larger, k), equal(atLabel, atLabel));
}

function labelsFor(where: string, yTrue: Tensor, yPred: Tensor): Tensor {
  const labels = yTrue.rank === yPred.rank && yTrue.shape.at(-1) === 1 ? squeeze(yTrue, { axis: -1 }) : yTrue;
  const rows = yPred.shape.slice(0, -1);
  if (yPred.rank > 0 && sameShape(labels.shape, rows)) return labels;
  throw new ShapeError(
    `${where}: the labels have the shape ${formatShape(yTrue.shape)}, the predictions ${formatShape(yPred.shape)}. ` +
      `Give one label per sample, ${formatShape(rows)}; for one-hot targets use categorical_accuracy.`,
    { where, got: yTrue.shape, expected: rows },
  );
}

function checkK(where: string, k = 5): number {
  if (Number.isInteger(k) && k >= 1) return k;
  throw new ArgumentError(`${where}: k is ${describeValue(k)}. Give a whole number of at least 1.`, { where, got: k });
}
