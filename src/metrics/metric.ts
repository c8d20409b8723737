/**
 * What a metric is: each batch gives a vector that is added to those before it, in double on the host; the value is
 * computed from the sums. Training adds the vectors itself; by itself a metric is used as an object with a state.
 */
import { ArgumentError, checkFunction } from '../errors.ts';
import { maskedWeights, squeezeOrExpand } from '../losses/loss.ts';
import { asTensor, broadcastTo, mean, mul, stack, sum, type TensorLike } from '../ops/index.ts';
import { full, type Tensor } from '../tensor/tensor.ts';

/** Whether smaller or larger values are better. */
export type MetricDirection = 'min' | 'max';

/** A number; a tensor where there are several, one per class or threshold. */
export type MetricValue = number | Tensor;

/** The definition of a metric. */
export interface MetricDefinition {
  /** The name in the logs. */
  readonly name: string;
  /**
   * What a batch adds to the state: a vector, of the same length for every batch.
   * @param mask 1 or 0 per sample or step; as in Keras only metrics that are means take notice of it
   */
  readonly update: (yTrue: Tensor, yPred: Tensor, sampleWeight?: Tensor, mask?: Tensor) => Tensor;
  /** The value of the summed states. Default: the first entry divided by the second, 0 when nothing was counted. */
  readonly finish?: ((state: Float64Array) => MetricValue) | undefined;
  readonly direction?: MetricDirection | undefined;
  /** Keras's class name, for files; undefined for a user's function. */
  readonly className?: string | undefined;
  /** The settings as Keras writes them, beside the name. Default dtype: float32. */
  readonly config?: Readonly<Record<string, unknown>> | undefined;
  /** For a metric of several values: how it is made to have one. `compile` takes no other. */
  readonly severalValues?: string | undefined;
}

/** A metric: for `compile`, or by itself with `updateState`, `result` and `resetState`. */
export class Metric {
  readonly name: string;
  readonly direction: MetricDirection | undefined;
  readonly className: string | undefined;
  readonly severalValues: string | undefined;
  readonly #definition: MetricDefinition;
  #state: Float64Array = new Float64Array(0);

  constructor(definition: MetricDefinition) {
    this.name = definition.name;
    this.direction = definition.direction;
    this.className = definition.className;
    this.severalValues = definition.severalValues;
    this.#definition = definition;
  }

  /** What a batch adds to a state: a vector. Weights and mask as for losses. Changes nothing. */
  update(yTrue: Tensor, yPred: Tensor, sampleWeight?: Tensor, mask?: Tensor): Tensor {
    return this.#definition.update(yTrue, yPred, sampleWeight, mask);
  }

  /** The value of summed updates; an empty state is one without any. */
  finish(state: Float64Array): MetricValue {
    const { finish } = this.#definition;
    return finish ? finish(state) : quotient(state);
  }

  /**
   * Adds a batch to the metric's own state, which training does not touch.
   * @param sampleWeight one weight per sample, or per value
   * @example const auc = metrics.auc(); auc.updateState(tensor([0, 1]), tensor([0.2, 0.9])); auc.result() // 1
   */
  updateState(yTrue: TensorLike, yPred: TensorLike, sampleWeight?: TensorLike): void {
    const tensors = [yTrue, yPred, sampleWeight].map((one) => (one === undefined ? one : asTensor(one, this.name)));
    this.addToState(this.update(tensors[0] as Tensor, tensors[1] as Tensor, tensors[2]));
  }

  /** The value of everything since the last `resetState`; 0 before any. */
  result(): MetricValue {
    return this.finish(this.#state);
  }

  /** Forgets all batches. */
  resetState(): void {
    this.#state = new Float64Array(0);
  }

  /** The settings as Keras writes them. */
  getConfig(): Readonly<Record<string, unknown>> {
    return { name: this.name, dtype: 'float32', ...this.#definition.config };
  }

  /** @internal */
  protected addToState(update: Tensor): void {
    this.#state = addStates(this.name, this.#state, update.data);
  }
}

/** A metric of values alone, without targets. */
export class ValueMetric extends Metric {
  /** Adds a batch of values to the metric's own state. @example const m = metrics.mean(); m.updateState(tensor([1, 3])); m.result() // 2 */
  override updateState(values: TensorLike, sampleWeight?: TensorLike): void {
    const given = asTensor(values, this.name);
    const weights = sampleWeight === undefined ? undefined : asTensor(sampleWeight, this.name);
    this.addToState(this.update(given, given, weights));
  }
}

/**
 * Makes a metric of one's own.
 * @example
 * const share = defineMetric({
 *   name: 'share',
 *   update: (yTrue, yPred) => ops.stack([ops.sum(yPred), ops.sum(yTrue)]),
 *   finish: ([predicted = 0, actual = 0]) => predicted / actual,
 * });
 */
export function defineMetric(definition: MetricDefinition): Metric {
  checkFunction('defineMetric', 'update', (definition as MetricDefinition | undefined)?.update);
  return new Metric(definition);
}

/** Options that all metrics share. */
export interface MetricOptions {
  /** The name in the logs; default Keras's. */
  readonly name?: string | undefined;
}

/** @internal The sum of two states; the first may be empty. @throws ArgumentError when their lengths differ */
export function addStates(where: string, state: Float64Array, update: ArrayLike<number>): Float64Array {
  if (state.length === 0) return Float64Array.from(update);
  if (state.length !== update.length) {
    throw new ArgumentError(
      `${where}: a batch gives a state of ${update.length} numbers, those before gave ${state.length}. ` +
        'All batches need the same number of classes; call resetState() before other data.',
      { where, got: update.length, expected: state.length },
    );
  }
  return state.map((value, index) => value + (update[index] ?? NaN));
}

function quotient(state: Float64Array): number {
  const [total = 0, count = 0] = state;
  return count === 0 ? 0 : total / count;
}

/** Values per sample (and step, and feature) a metric is the mean of. */
export type MetricValues = (yTrue: Tensor, yPred: Tensor) => Tensor;

/** The definition of a metric that is a mean of values. */
export interface MeanMetricDefinition extends Omit<MetricDefinition, 'update'> {
  readonly values: MetricValues;
}

/**
 * Makes a metric that is a (weighted) mean of values over the samples.
 * @example const bias = metrics.meanMetric({ name: 'bias', values: (yTrue, yPred) => ops.sub(yPred, yTrue) });
 */
export function meanMetric(whole: MeanMetricDefinition): Metric {
  checkFunction('meanMetric', 'values', (whole as MeanMetricDefinition | undefined)?.values);
  const { values, ...definition } = whole;
  return new Metric({
    ...definition,
    update: (yTrue, yPred, sampleWeight, mask) =>
      meanState(values(...squeezeOrExpand(yTrue, yPred)), mask ? maskedWeights(sampleWeight, mask) : sampleWeight),
  });
}

/**
 * The state of a mean, `[sum, count]`: sum over samples, and their number or the sum of their weights. A sample's steps
 * and features are averaged first; where steps have weights of their own, values and weights are averaged alike.
 */
export function meanState(values: Tensor, weights?: Tensor): Tensor {
  if (!weights) {
    const perSample = averageFrom(values, 1);
    return stack([sum(perSample), full([], perSample.rank === 0 ? 1 : (perSample.shape[0] ?? 1))]);
  }
  const [all, given] = squeezeOrExpand(values, weights);
  const weighted = averageFrom(all, given.rank);
  const stretched = broadcastTo(given, weighted.shape);
  return stack([sum(averageFrom(mul(weighted, stretched), 1)), sum(averageFrom(stretched, 1))]);
}

// The mean over all axes from `first` on.
function averageFrom(x: Tensor, first: number): Tensor {
  if (x.rank <= first) return x;
  return mean(x, { axis: Array.from({ length: x.rank - first }, (_, index) => first + index) });
}
