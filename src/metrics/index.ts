/** Metrics: what is reported of a training beside its loss. */
export {
  accuracy,
  binaryAccuracy,
  categoricalAccuracy,
  sparseCategoricalAccuracy,
  sparseTopKCategoricalAccuracy,
  topKCategoricalAccuracy,
  type BinaryAccuracyOptions,
  type TopKOptions,
} from './accuracy.ts';
export {
  binaryCrossentropy,
  categoricalCrossentropy,
  cosineSimilarity,
  hinge,
  klDivergence,
  logCoshError,
  lossMetric,
  mean,
  meanAbsoluteError,
  meanAbsolutePercentageError,
  meanSquaredError,
  meanSquaredLogarithmicError,
  poisson,
  rootMeanSquaredError,
  sparseCategoricalCrossentropy,
  squaredHinge,
} from './loss-metrics.ts';
export {
  addStates,
  defineMetric,
  meanMetric,
  meanState,
  Metric,
  ValueMetric,
  type MeanMetricDefinition,
  type MetricDefinition,
  type MetricDirection,
  type MetricOptions,
  type MetricValue,
  type MetricValues,
} from './metric.ts';
export { metricDirection, metricFromConfig, resolveMetric, serializeMetric, type MetricLike } from './resolve.ts';
