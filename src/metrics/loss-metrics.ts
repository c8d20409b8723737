/** Metrics that are the mean of a loss, or of something close to one. */
import { optionsOf } from '../errors.ts';
import {
  binaryCrossentropy as binaryLoss,
  categoricalCrossentropy as categoricalLoss,
  klDivergence as divergenceLoss,
  sparseCategoricalCrossentropy as sparseLoss,
  type CrossentropyOptions,
  type SparseCrossentropyOptions,
} from '../losses/crossentropy.ts';
import {
  categoricalHinge as categoricalHingeLoss,
  hinge as hingeLoss,
  squaredHinge as squaredHingeLoss,
} from '../losses/hinge.ts';
import { checkSameShape, maskedWeights, squeezeOrExpand, type Loss } from '../losses/loss.ts';
import {
  cosine,
  logCosh as logCoshLoss,
  meanAbsoluteError as absoluteLoss,
  meanAbsolutePercentageError as percentageLoss,
  meanSquaredError as squaredLoss,
  meanSquaredLogarithmicError as logarithmicLoss,
  poisson as poissonLoss,
} from '../losses/regression.ts';
import { mul, reshape, square, sub, sum as total } from '../ops/index.ts';
import { meanMetric, meanState, Metric, ValueMetric, type MetricDirection, type MetricOptions } from './metric.ts';
import { weightsLike } from './weights.ts';

/** A loss as a metric: its mean over the samples. */
export function lossMetric(
  loss: Loss,
  options: MetricOptions & {
    readonly className?: string | undefined;
    readonly direction?: MetricDirection | undefined;
    /** Default: the loss's own. */
    readonly config?: Readonly<Record<string, unknown>> | undefined;
  } = {},
): Metric {
  optionsOf('lossMetric', options);
  const { name = loss.name, className, direction } = options;
  const { name: _name, reduction: _reduction, ...config } = loss.getConfig?.() ?? {};
  return new Metric({
    name,
    className,
    direction,
    config: options.config ?? config,
    update(yTrue, yPred, sampleWeight, mask) {
      const values = loss.perElement(yTrue, yPred);
      const weights = mask ? maskedWeights(sampleWeight, mask) : sampleWeight;
      // As in Keras, samples that the loss itself leaves out count as zeros unless there are weights.
      const valid = weights && loss.valid?.(yTrue, yPred);
      return meanState(values, valid ? maskedWeights(weights, valid) : weights);
    },
  });
}

/** Mean of the squared differences. */
export function meanSquaredError(options: MetricOptions = {}): Metric {
  optionsOf('meanSquaredError', options);
  return lossMetric(squaredLoss(), { ...options, className: 'MeanSquaredError', direction: 'min' });
}

/** Mean of the absolute differences. */
export function meanAbsoluteError(options: MetricOptions = {}): Metric {
  optionsOf('meanAbsoluteError', options);
  return lossMetric(absoluteLoss(), { ...options, className: 'MeanAbsoluteError', direction: 'min' });
}

/** Mean of the absolute differences as percentages of the target. */
export function meanAbsolutePercentageError(options: MetricOptions = {}): Metric {
  optionsOf('meanAbsolutePercentageError', options);
  return lossMetric(percentageLoss(), { ...options, className: 'MeanAbsolutePercentageError', direction: 'min' });
}

/** Mean of the squared differences of `ln(1 + x)`. */
export function meanSquaredLogarithmicError(options: MetricOptions = {}): Metric {
  optionsOf('meanSquaredLogarithmicError', options);
  return lossMetric(logarithmicLoss(), { ...options, className: 'MeanSquaredLogarithmicError', direction: 'min' });
}

/** Root of the mean of the squared differences over the whole epoch. Without masks, as in Keras. */
export function rootMeanSquaredError(options: MetricOptions = {}): Metric {
  optionsOf('rootMeanSquaredError', options);
  return new Metric({
    name: options.name ?? 'root_mean_squared_error',
    className: 'RootMeanSquaredError',
    direction: 'min',
    update(yTrue, yPred, sampleWeight) {
      const [targets, predictions] = squeezeOrExpand(yTrue, yPred);
      checkSameShape('root_mean_squared_error', targets, predictions);
      return meanState(square(sub(predictions, targets)), sampleWeight);
    },
    finish: ([total = 0, count = 0]) => (count === 0 ? 0 : Math.sqrt(total / count)),
  });
}

export interface CosineMetricOptions extends MetricOptions {
  /** The axis of the vectors. Default -1. */
  readonly axis?: number;
}

/** Mean cosine of the angle between target and prediction: 1 for one direction. */
export function cosineSimilarity(options: CosineMetricOptions = {}): Metric {
  optionsOf('cosineSimilarity', options);
  return meanMetric({
    name: options.name ?? 'cosine_similarity',
    className: 'CosineSimilarity',
    direction: 'max',
    values(yTrue, yPred) {
      checkSameShape('cosine_similarity', yTrue, yPred);
      return cosine(yTrue, yPred, options.axis);
    },
  });
}

/** Mean of `ln(cosh(yPred - yTrue))`. */
export function logCoshError(options: MetricOptions = {}): Metric {
  optionsOf('logCoshError', options);
  return lossMetric(logCoshLoss(), { name: options.name ?? 'logcosh', className: 'LogCoshError', direction: 'min' });
}

/** Mean binary crossentropy. */
export function binaryCrossentropy(options: MetricOptions & CrossentropyOptions = {}): Metric {
  optionsOf('binaryCrossentropy', options);
  const { fromLogits = false, labelSmoothing = 0 } = options;
  return lossMetric(binaryLoss(options), {
    name: options.name,
    className: 'BinaryCrossentropy',
    direction: 'min',
    config: { from_logits: fromLogits, label_smoothing: labelSmoothing },
  });
}

/** Mean categorical crossentropy. */
export function categoricalCrossentropy(options: MetricOptions & CrossentropyOptions = {}): Metric {
  optionsOf('categoricalCrossentropy', options);
  return lossMetric(categoricalLoss(options), {
    name: options.name,
    className: 'CategoricalCrossentropy',
    direction: 'min',
  });
}

/** Mean sparse categorical crossentropy. As in Keras, samples of `ignoreClass` count as zeros unless there are weights. */
export function sparseCategoricalCrossentropy(options: MetricOptions & SparseCrossentropyOptions = {}): Metric {
  optionsOf('sparseCategoricalCrossentropy', options);
  const { fromLogits = false, ignoreClass, axis = -1 } = options;
  return lossMetric(sparseLoss(options), {
    name: options.name,
    className: 'SparseCategoricalCrossentropy',
    direction: 'min',
    config: { from_logits: fromLogits, ignore_class: ignoreClass ?? null, axis },
  });
}

/** Mean Kullback-Leibler divergence. */
export function klDivergence(options: MetricOptions = {}): Metric {
  optionsOf('klDivergence', options);
  return lossMetric(divergenceLoss(), { ...options, className: 'KLDivergence', direction: 'min' });
}

/** Mean Poisson loss. */
export function poisson(options: MetricOptions = {}): Metric {
  optionsOf('poisson', options);
  return lossMetric(poissonLoss(), { ...options, className: 'Poisson', direction: 'min' });
}

/** Mean hinge loss. */
export function hinge(options: MetricOptions = {}): Metric {
  optionsOf('hinge', options);
  return lossMetric(hingeLoss(), { ...options, className: 'Hinge', direction: 'min' });
}

/** Mean squared hinge loss. */
export function squaredHinge(options: MetricOptions = {}): Metric {
  optionsOf('squaredHinge', options);
  return lossMetric(squaredHingeLoss(), { ...options, className: 'SquaredHinge', direction: 'min' });
}

/** Mean categorical hinge loss: the largest other prediction against that of the class. */
export function categoricalHinge(options: MetricOptions = {}): Metric {
  optionsOf('categoricalHinge', options);
  return lossMetric(categoricalHingeLoss(), { ...options, className: 'CategoricalHinge', direction: 'min' });
}

/** Mean of values; in `compile`, of the predictions. @example const m = metrics.mean(); m.updateState(tensor([1, 3])); m.result() // 2 */
export function mean(options: MetricOptions = {}): ValueMetric {
  optionsOf('mean', options);
  return new ValueMetric({
    name: options.name ?? 'mean',
    className: 'Mean',
    update: (_yTrue, yPred, sampleWeight, mask) =>
      meanState(yPred, mask ? maskedWeights(sampleWeight, mask) : sampleWeight),
  });
}

/** Sum of values; in `compile`, of the predictions. @example const m = metrics.sum(); m.updateState(tensor([1, 3])); m.result() // 4 */
export function sum(options: MetricOptions = {}): ValueMetric {
  optionsOf('sum', options);
  return new ValueMetric({
    name: options.name ?? 'sum',
    className: 'Sum',
    update(_yTrue, yPred, sampleWeight) {
      const weighted = sampleWeight ? mul(yPred, weightsLike('sum', sampleWeight, yPred.shape)) : yPred;
      return reshape(total(weighted), [1]);
    },
    finish: ([value = 0]) => value,
  });
}
