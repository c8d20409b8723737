/** Metrics that are the mean of a loss, or of something close to one. */
import {
  binaryCrossentropy as binaryLoss,
  categoricalCrossentropy as categoricalLoss,
  klDivergence as divergenceLoss,
  sparseCategoricalCrossentropy as sparseLoss,
  type CrossentropyOptions,
  type SparseCrossentropyOptions,
} from '../losses/crossentropy.ts';
import { hinge as hingeLoss, squaredHinge as squaredHingeLoss } from '../losses/hinge.ts';
import { checkSameShape, maskedWeights, type Loss } from '../losses/loss.ts';
import {
  cosine,
  logCosh as logCoshLoss,
  meanAbsoluteError as absoluteLoss,
  meanAbsolutePercentageError as percentageLoss,
  meanSquaredError as squaredLoss,
  meanSquaredLogarithmicError as logarithmicLoss,
  poisson as poissonLoss,
} from '../losses/regression.ts';
import { square, sub } from '../ops/index.ts';
import { meanMetric, sumAndCount, type Metric, type MetricDirection, type MetricOptions } from './metric.ts';

/** A loss as a metric: its mean over the samples. */
export function lossMetric(
  loss: Loss,
  options: MetricOptions & {
    readonly className?: string | undefined;
    readonly direction?: MetricDirection | undefined;
  } = {},
): Metric {
  const { name = loss.name, className, direction } = options;
  const { name: _name, reduction: _reduction, ...config } = loss.getConfig?.() ?? {};
  return {
    name,
    ...(className ? { className, getConfig: () => ({ name, dtype: 'float32', ...config }) } : {}),
    ...(direction ? { direction } : {}),
    update(yTrue, yPred, sampleWeight, mask) {
      const values = loss.perElement(yTrue, yPred);
      const valid = loss.valid?.(yTrue, yPred);
      const kept = mask && valid ? maskedWeights(mask, valid) : (mask ?? valid);
      return sumAndCount(values, kept ? maskedWeights(sampleWeight, kept) : sampleWeight);
    },
  };
}

/** Mean of the squared differences. */
export function meanSquaredError(options: MetricOptions = {}): Metric {
  return lossMetric(squaredLoss(), { ...options, className: 'MeanSquaredError', direction: 'min' });
}

/** Mean of the absolute differences. */
export function meanAbsoluteError(options: MetricOptions = {}): Metric {
  return lossMetric(absoluteLoss(), { ...options, className: 'MeanAbsoluteError', direction: 'min' });
}

/** Mean of the absolute differences as percentages of the target. */
export function meanAbsolutePercentageError(options: MetricOptions = {}): Metric {
  return lossMetric(percentageLoss(), { ...options, className: 'MeanAbsolutePercentageError', direction: 'min' });
}

/** Mean of the squared differences of `ln(1 + x)`. */
export function meanSquaredLogarithmicError(options: MetricOptions = {}): Metric {
  return lossMetric(logarithmicLoss(), { ...options, className: 'MeanSquaredLogarithmicError', direction: 'min' });
}

/** Root of the mean of the squared differences over the whole epoch. */
export function rootMeanSquaredError(options: MetricOptions = {}): Metric {
  return meanMetric({
    name: options.name ?? 'root_mean_squared_error',
    className: 'RootMeanSquaredError',
    direction: 'min',
    values(yTrue, yPred) {
      checkSameShape('root_mean_squared_error', yTrue, yPred);
      return square(sub(yPred, yTrue));
    },
    finish: (sum, count) => (count === 0 ? 0 : Math.sqrt(sum / count)),
  });
}

/** Mean cosine of the angle between target and prediction: 1 for one direction. */
export function cosineSimilarity(options: MetricOptions = {}): Metric {
  return meanMetric({
    name: options.name ?? 'cosine_similarity',
    className: 'CosineSimilarity',
    direction: 'max',
    values(yTrue, yPred) {
      checkSameShape('cosine_similarity', yTrue, yPred);
      return cosine(yTrue, yPred);
    },
  });
}

/** Mean of `ln(cosh(yPred - yTrue))`. */
export function logCoshError(options: MetricOptions = {}): Metric {
  return lossMetric(logCoshLoss(), { name: options.name ?? 'logcosh', className: 'LogCoshError', direction: 'min' });
}

/** Mean binary crossentropy. */
export function binaryCrossentropy(options: MetricOptions & CrossentropyOptions = {}): Metric {
  return withoutAxis(
    lossMetric(binaryLoss(options), { ...options, className: 'BinaryCrossentropy', direction: 'min' }),
  );
}

/** Mean categorical crossentropy. */
export function categoricalCrossentropy(options: MetricOptions & CrossentropyOptions = {}): Metric {
  return lossMetric(categoricalLoss(options), { ...options, className: 'CategoricalCrossentropy', direction: 'min' });
}

/** Mean sparse categorical crossentropy. */
export function sparseCategoricalCrossentropy(options: MetricOptions & SparseCrossentropyOptions = {}): Metric {
  return lossMetric(sparseLoss(options), {
    ...options,
    className: 'SparseCategoricalCrossentropy',
    direction: 'min',
  });
}

/** Mean Kullback-Leibler divergence. */
export function klDivergence(options: MetricOptions = {}): Metric {
  return lossMetric(divergenceLoss(), { ...options, className: 'KLDivergence', direction: 'min' });
}

/** Mean Poisson loss. */
export function poisson(options: MetricOptions = {}): Metric {
  return lossMetric(poissonLoss(), { ...options, className: 'Poisson', direction: 'min' });
}

/** Mean hinge loss. */
export function hinge(options: MetricOptions = {}): Metric {
  return lossMetric(hingeLoss(), { ...options, className: 'Hinge', direction: 'min' });
}

/** Mean squared hinge loss. */
export function squaredHinge(options: MetricOptions = {}): Metric {
  return lossMetric(squaredHingeLoss(), { ...options, className: 'SquaredHinge', direction: 'min' });
}

/** Mean of the predictions themselves; the targets do not matter. */
export function mean(options: MetricOptions = {}): Metric {
  return {
    name: options.name ?? 'mean',
    className: 'Mean',
    getConfig: () => ({ name: options.name ?? 'mean', dtype: 'float32' }),
    update: (_yTrue, yPred, sampleWeight, mask) =>
      sumAndCount(yPred, mask ? maskedWeights(sampleWeight, mask) : sampleWeight),
  };
}

// Keras's binary crossentropy metric has no axis.
function withoutAxis(metric: Metric): Metric {
  const { axis: _axis, ...config } = metric.getConfig?.() ?? {};
  return { ...metric, getConfig: () => config };
}
