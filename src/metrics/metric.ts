/**
 * What a metric is: each step gives a sum and a count, which the trainer adds up on the host in double precision; the
 * value over an epoch is sum / count.
 */
import { maskedWeights, squeezeOrExpand } from '../losses/loss.ts';
import { broadcastTo, mean, mul, sum } from '../ops/index.ts';
import { full, type Tensor } from '../tensor/tensor.ts';

/** What a metric adds in one step: two scalars. */
export interface MetricUpdate {
  readonly sum: Tensor;
  readonly count: Tensor;
}

/** Whether smaller or larger values are better. */
export type MetricDirection = 'min' | 'max';

export interface Metric {
  /** The name in the logs. */
  readonly name: string;
  /** Sum and count over a batch; weights and mask as for losses. */
  update(yTrue: Tensor, yPred: Tensor, sampleWeight?: Tensor, mask?: Tensor): MetricUpdate;
  /** The value of an epoch. Default: sum / count, 0 when nothing was counted. */
  finish?(sum: number, count: number): number;
  readonly direction?: MetricDirection;
  /** Keras's class name, for files; undefined for a user's function. */
  readonly className?: string;
  /** The settings as Keras writes them. */
  getConfig?(): Readonly<Record<string, unknown>>;
}

/** Options that all metrics share. */
export interface MetricOptions {
  /** The name in the logs; default Keras's. */
  readonly name?: string;
}

/** @internal The value of a metric over everything that was added up. */
export function finishMetric(metric: Metric, sum: number, count: number): number {
  if (metric.finish) return metric.finish(sum, count);
  return count === 0 ? 0 : sum / count;
}

/** Values per sample (and step, and feature) a metric is the mean of. */
export type MetricValues = (yTrue: Tensor, yPred: Tensor) => Tensor;

/** The definition of a metric that is a mean of values. */
export interface MeanMetricDefinition {
  readonly name: string;
  readonly className?: string | undefined;
  readonly direction?: MetricDirection | undefined;
  readonly values: MetricValues;
  readonly finish?: (sum: number, count: number) => number;
  readonly config?: Readonly<Record<string, unknown>>;
}

/** Makes a metric that is a (weighted) mean of values over the samples. */
export function meanMetric(definition: MeanMetricDefinition): Metric {
  const { name, className, direction, values, finish, config } = definition;
  return {
    name,
    ...(className ? { className, getConfig: () => ({ name, dtype: 'float32', ...config }) } : {}),
    ...(direction ? { direction } : {}),
    ...(finish ? { finish } : {}),
    update: (yTrue, yPred, sampleWeight, mask) =>
      sumAndCount(values(...squeezeOrExpand(yTrue, yPred)), mask ? maskedWeights(sampleWeight, mask) : sampleWeight),
  };
}

/**
 * Sum over samples and their number, or the sum of their weights. A sample's steps and features are averaged first; where
 * steps have weights of their own, values and weights are averaged alike.
 */
export function sumAndCount(values: Tensor, weights?: Tensor): MetricUpdate {
  if (!weights) {
    const perSample = averageFrom(values, 1);
    return { sum: sum(perSample), count: full([], perSample.rank === 0 ? 1 : (perSample.shape[0] ?? 1)) };
  }
  const [all, given] = squeezeOrExpand(values, weights);
  const weighted = averageFrom(all, given.rank);
  const stretched = broadcastTo(given, weighted.shape);
  return { sum: sum(averageFrom(mul(weighted, stretched), 1)), count: sum(averageFrom(stretched, 1)) };
}

// The mean over all axes from `first` on.
function averageFrom(x: Tensor, first: number): Tensor {
  if (x.rank <= first) return x;
  return mean(x, { axis: Array.from({ length: x.rank - first }, (_, index) => first + index) });
}
