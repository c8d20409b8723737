/** Correlations of targets and predictions along an axis, averaged over the samples. */
import { optionsOf } from '../errors.ts';
import { checkSameShape } from '../losses/loss.ts';
import { add, div, mean, mul, sqrt, square, sub, variance } from '../ops/index.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { meanMetric, type Metric, type MetricOptions } from './metric.ts';

const EPSILON = 1e-7;

export interface CorrelationOptions extends MetricOptions {
  /** The axis along which values are correlated. Default -1. */
  readonly axis?: number | undefined;
}

/** Pearson's correlation coefficient: 1 or -1 where one is a linear function of the other. @example metrics.pearsonCorrelation({ axis: 0 }) */
export function pearsonCorrelation(options: CorrelationOptions = {}): Metric {
  optionsOf('pearsonCorrelation', options);
  const { axis = -1, name = 'pearson_correlation' } = options;
  return meanMetric({
    name,
    className: 'PearsonCorrelation',
    direction: 'max',
    config: { axis },
    values(yTrue, yPred) {
      checkSameShape('pearson_correlation', yTrue, yPred);
      return mean(mul(standardized(yTrue, axis), standardized(yPred, axis)), { axis });
    },
  });
}

/** Lin's concordance correlation coefficient, as Keras computes it: 1 only where both are equal. @example metrics.concordanceCorrelation({ axis: 0 }) */
export function concordanceCorrelation(options: CorrelationOptions = {}): Metric {
  optionsOf('concordanceCorrelation', options);
  const { axis = -1, name = 'concordance_correlation' } = options;
  return meanMetric({
    name,
    className: 'ConcordanceCorrelation',
    direction: 'max',
    config: { axis },
    values(yTrue, yPred) {
      checkSameShape('concordance_correlation', yTrue, yPred);
      const along = { axis, keepDims: true };
      const [meanTrue, meanPred] = [mean(yTrue, along), mean(yPred, along)];
      const [varianceTrue, variancePred] = [variance(yTrue, along), variance(yPred, along)];
      // Keras takes both distances from the mean of the predictions.
      const product = mul(sub(yTrue, meanPred), sub(yPred, meanPred));
      const norm = add(add(varianceTrue, variancePred), square(sub(meanTrue, meanPred)));
      return mean(div(mul(product, 2), add(norm, EPSILON)), { axis });
    },
  });
}

function standardized(x: Tensor, axis: number): Tensor {
  const centered = sub(x, mean(x, { axis, keepDims: true }));
  return div(centered, sqrt(variance(centered, { axis, keepDims: true })));
}
