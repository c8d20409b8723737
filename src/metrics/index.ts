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
  precisionAtRecall,
  recallAtPrecision,
  sensitivityAtSpecificity,
  specificityAtSensitivity,
  type AtThresholdOptions,
} from './at-threshold.ts';
export { auc, type AucCurve, type AucOptions, type AucSummation } from './auc.ts';
export { confusionMatrix, type ConfusionMatrix, type ConfusionMatrixOptions } from './confusion-matrix.ts';
export type { ConfusionPictureOptions } from './confusion-picture.ts';
export { concordanceCorrelation, pearsonCorrelation, type CorrelationOptions } from './correlation.ts';
export { f1Score, fBetaScore, type F1ScoreOptions, type FBetaScoreOptions, type FScoreAverage } from './f-score.ts';
export {
  binaryIoU,
  iou,
  meanIoU,
  oneHotIoU,
  oneHotMeanIoU,
  type BinaryIoUOptions,
  type IoUOptions,
  type OneHotIoUOptions,
} from './iou.ts';
export {
  binaryCrossentropy,
  categoricalCrossentropy,
  categoricalHinge,
  cosineSimilarity,
  hinge,
  klDivergence,
  logCoshError,
  mean,
  meanAbsoluteError,
  meanAbsolutePercentageError,
  meanSquaredError,
  meanSquaredLogarithmicError,
  poisson,
  rootMeanSquaredError,
  sparseCategoricalCrossentropy,
  squaredHinge,
  sum,
  type CosineMetricOptions,
} from './loss-metrics.ts';
export {
  addStates,
  defineMetric,
  meanMetric,
  Metric,
  ValueMetric,
  type MeanMetricDefinition,
  type MetricDefinition,
  type MetricDirection,
  type MetricOptions,
  type MetricValue,
  type MetricValues,
} from './metric.ts';
export {
  falseNegatives,
  falsePositives,
  precision,
  recall,
  trueNegatives,
  truePositives,
  type ConfusionCountOptions,
  type PrecisionRecallOptions,
} from './precision-recall.ts';
export { r2Score, type R2Aggregation, type R2ScoreOptions } from './r2-score.ts';
export { metricDirection, metricFromConfig, resolveMetric, serializeMetric, type MetricLike } from './resolve.ts';
