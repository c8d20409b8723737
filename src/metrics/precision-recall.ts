/** Counts of positives and negatives, precision and recall, at one or several thresholds. */
import { ArgumentError, describeValue, optionsOf } from '../errors.ts';
import { tensor } from '../tensor/tensor.ts';
import {
  countsOf,
  countState,
  shares,
  sortThresholds,
  thresholdsOf,
  type CountOptions,
  type Counts,
  type Thresholds,
} from './confusion.ts';
import { Metric, type MetricDirection, type MetricOptions, type MetricValue } from './metric.ts';

export interface ConfusionCountOptions extends MetricOptions {
  /** A prediction above it is positive; several give one value each. From 0 to 1; default 0.5. */
  readonly thresholds?: number | readonly number[] | undefined;
}

export interface PrecisionRecallOptions extends ConfusionCountOptions {
  /** Only the k largest predictions of a sample can be positive. Without `thresholds` all of them are. */
  readonly topK?: number | undefined;
  /** Only this class, an index of the last axis, counts. */
  readonly classId?: number | undefined;
}

/** What makes a metric of counts. */
interface CountMetric {
  readonly name: string;
  readonly className: string;
  readonly direction?: MetricDirection;
  readonly values: (counts: Counts) => Float64Array;
}

/** Weight of the samples of target 1 that are predicted above the threshold. @example metrics.truePositives({ thresholds: [0.3, 0.7] }) */
export function truePositives(options: ConfusionCountOptions = {}): Metric {
  optionsOf('truePositives', options);
  return countMetric(options, {
    name: 'true_positives',
    className: 'TruePositives',
    values: (counts) => counts.truePositives,
  });
}

/** Weight of the samples of target 0 that are predicted above the threshold. */
export function falsePositives(options: ConfusionCountOptions = {}): Metric {
  optionsOf('falsePositives', options);
  return countMetric(options, {
    name: 'false_positives',
    className: 'FalsePositives',
    values: (counts) => counts.falsePositives,
  });
}

/** Weight of the samples of target 0 that are not predicted above the threshold. */
export function trueNegatives(options: ConfusionCountOptions = {}): Metric {
  optionsOf('trueNegatives', options);
  return countMetric(options, {
    name: 'true_negatives',
    className: 'TrueNegatives',
    values: (counts) => counts.trueNegatives,
  });
}

/** Weight of the samples of target 1 that are not predicted above the threshold. */
export function falseNegatives(options: ConfusionCountOptions = {}): Metric {
  optionsOf('falseNegatives', options);
  return countMetric(options, {
    name: 'false_negatives',
    className: 'FalseNegatives',
    values: (counts) => counts.falseNegatives,
  });
}

/**
 * `TP / (TP + FP)`: the share of the positive predictions that are right; 0 where there are none.
 * @throws ArgumentError for thresholds outside 0 to 1, a k below 1, a class that is no index
 * @example const m = metrics.precision(); m.updateState(tensor([0, 1]), tensor([0.6, 0.9])); m.result() // 0.5
 */
export function precision(options: PrecisionRecallOptions = {}): Metric {
  optionsOf('precision', options);
  return shareMetric(options, {
    name: 'precision',
    className: 'Precision',
    direction: 'max',
    values: (counts) => shares(counts.truePositives, counts.falsePositives),
  });
}

/**
 * `TP / (TP + FN)`: the share of the targets of 1 that are predicted; 0 where there are none.
 * @throws ArgumentError for thresholds outside 0 to 1, a k below 1, a class that is no index
 * @example const m = metrics.recall(); m.updateState(tensor([1, 1]), tensor([0.1, 0.9])); m.result() // 0.5
 */
export function recall(options: PrecisionRecallOptions = {}): Metric {
  optionsOf('recall', options);
  return shareMetric(options, {
    name: 'recall',
    className: 'Recall',
    direction: 'max',
    values: (counts) => shares(counts.truePositives, counts.falseNegatives),
  });
}

function countMetric(options: ConfusionCountOptions, metric: CountMetric): Metric {
  const thresholds = thresholdsOf(metric.name, options.thresholds ?? 0.5);
  return confusionMetric(options, metric, thresholds, {}, { thresholds: options.thresholds ?? null });
}

function shareMetric(options: PrecisionRecallOptions, metric: CountMetric): Metric {
  const { topK, classId } = options;
  checkIndex(metric.name, 'topK', topK, 1);
  checkIndex(metric.name, 'classId', classId, 0);
  const thresholds =
    options.thresholds === undefined && topK !== undefined
      ? sortThresholds([-1e10])
      : thresholdsOf(metric.name, options.thresholds ?? 0.5);
  return confusionMetric(
    options,
    metric,
    thresholds,
    { topK, classId },
    {
      thresholds: options.thresholds ?? null,
      top_k: topK ?? null,
      class_id: classId ?? null,
    },
  );
}

function confusionMetric(
  options: ConfusionCountOptions,
  metric: CountMetric,
  thresholds: Thresholds,
  countOptions: CountOptions,
  config: Readonly<Record<string, unknown>>,
): Metric {
  const { name, className, direction, values } = metric;
  const several = thresholds.sorted.length > 1;
  return new Metric({
    name: options.name ?? name,
    className,
    direction,
    config,
    severalValues: several ? 'Give one threshold' : undefined,
    update: (yTrue, yPred, sampleWeight) => countState(name, yTrue, yPred, sampleWeight, thresholds, countOptions),
    finish(state): MetricValue {
      const result = values(countsOf(state, thresholds));
      return several ? tensor(result) : (result[0] ?? 0);
    },
  });
}

/** @internal @throws ArgumentError unless it is undefined or a whole number of at least `least` */
export function checkIndex(where: string, option: string, value: number | undefined, least: number): void {
  if (value === undefined || (Number.isInteger(value) && value >= least)) return;
  throw new ArgumentError(`${where}: ${option} is ${describeValue(value)}. Give a whole number of at least ${least}.`, {
    where,
    got: value,
  });
}
