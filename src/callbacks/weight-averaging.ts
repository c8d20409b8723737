/** Stochastic weight averaging: the mean of the weights along the last part of a training. */
import { ArgumentError, describeValue, optionsOf } from '../errors.ts';
import { BatchNormalization } from '../layers/batch-normalization.ts';
import type { Layer } from '../layers/layer.ts';
import type { Model } from '../models/model.ts';
import type { StateValue } from '../tensor/state-value.ts';
import { Tensor, zeros } from '../tensor/tensor.ts';
import type { Variable } from '../tensor/variable.ts';
import { batchStream } from '../training/batches.ts';
import { stateFieldsOf, type CallbackHooks, type CallbackParams } from '../training/callback.ts';
import type { BatchSource, DataSet } from '../training/data.ts';
import { inputSource } from '../training/predict.ts';
import { compilationOf } from '../training/state.ts';
import { predictor } from '../training/steps.ts';
import { countOption } from './monitor.ts';

const where = 'weightAveraging';

export interface WeightAveragingOptions {
  /** The first epoch, from 0, whose weights count. Default: three quarters of the epochs have passed. */
  readonly startEpoch?: number;
  /** `'epoch'`, the weights at the end of each, or a number of batches, counted across epochs. Default `'epoch'`. */
  readonly frequency?: 'epoch' | number;
  /**
   * The training inputs, or a part of them: the moving statistics of batch normalization are computed anew on them with
   * the averaged weights. Default none: the statistics are averaged as weights are.
   */
  readonly statistics?: DataSet | BatchSource;
  /** Samples per step of the statistics. Default 32. */
  readonly batchSize?: number;
}

/** @internal Use `weightAveraging()`. */
export class WeightAveraging implements CallbackHooks {
  declare model: Model;
  declare params: CallbackParams;
  /** How many weights were averaged. */
  count = 0;
  /** Only where batches are counted: nobody need wait for each. */
  readonly onTrainBatchEnd?: () => Promise<void>;
  readonly #options: WeightAveragingOptions;
  readonly #frequency: 'epoch' | number;
  #averages: readonly Tensor[] = [];
  #epoch = 0;
  #batches = 0;

  constructor(options?: WeightAveragingOptions) {
    this.#options = optionsOf(where, options);
    const { frequency = 'epoch', startEpoch, batchSize } = this.#options;
    if (frequency !== 'epoch' && !(Number.isSafeInteger(frequency) && frequency >= 1)) {
      throw new ArgumentError(
        `${where}: frequency is ${describeValue(frequency)}. Give 'epoch', or a number of batches.`,
        { where, got: frequency },
      );
    }
    if (startEpoch !== undefined) countOption(where, 'startEpoch', startEpoch);
    if (batchSize !== undefined && !(Number.isSafeInteger(batchSize) && batchSize >= 1)) {
      throw new ArgumentError(`${where}: batchSize is ${describeValue(batchSize)}. Give an integer of at least 1.`, {
        where,
        got: batchSize,
      });
    }
    this.#frequency = frequency;
    if (frequency !== 'epoch') this.onTrainBatchEnd = () => this.#countBatch(frequency);
  }

  onTrainBegin(): void {
    const { epochs } = this.params;
    if (this.#startEpoch >= epochs && epochs > 0) {
      throw new ArgumentError(
        `${where}: startEpoch is ${this.#startEpoch}, and the last of ${epochs} epochs is ${epochs - 1}. Begin earlier, or train longer.`,
        { where, got: this.#startEpoch, expected: epochs },
      );
    }
    this.count = 0;
    this.#averages = [];
    this.#batches = 0;
  }

  onEpochBegin(epoch: number): void {
    this.#epoch = epoch;
  }

  async onEpochEnd(epoch: number): Promise<void> {
    if (this.#frequency === 'epoch' && epoch >= this.#startEpoch) await this.#add();
  }

  async onTrainEnd(): Promise<void> {
    if (this.count === 0) return;
    this.model.setWeights(this.#averages);
    this.#averages = [];
    const { statistics, batchSize = 32 } = this.#options;
    if (statistics !== undefined) await updateStatistics(this.model, statistics, batchSize);
  }

  getState(): StateValue {
    return {
      callback: where,
      count: this.count,
      averages: this.#averages,
      epoch: this.#epoch,
      batches: this.#batches,
    };
  }

  setState(state: StateValue): void {
    const fields = stateFieldsOf(where, state);
    this.count = fields.count('count');
    this.#averages = fields.tensors('averages');
    this.#epoch = fields.count('epoch');
    this.#batches = fields.count('batches');
  }

  get #startEpoch(): number {
    return this.#options.startEpoch ?? Math.floor(0.75 * this.params.epochs);
  }

  async #countBatch(frequency: number): Promise<void> {
    if (this.#epoch >= this.#startEpoch && ++this.#batches % frequency === 0) await this.#add();
  }

  async #add(): Promise<void> {
    const weights = await this.model.getWeights();
    this.count++;
    this.#averages =
      this.count === 1 ? weights : weights.map((one, index) => moved(this.#averages[index] as Tensor, one, this.count));
  }
}

/** a + (w - a) / n, rounded to float32 once. */
function moved(average: Tensor, weight: Tensor, count: number): Tensor {
  const [before, next] = [average.data, weight.data];
  const data = new Float32Array(before.length);
  for (let i = 0; i < data.length; i++) data[i] = before[i]! + (next[i]! - before[i]!) / count;
  return new Tensor(average.shape, data);
}

/**
 * Computes the moving statistics of batch normalization anew: the means over batches of what they were in each, in which
 * every sample counts alike. Layers that are frozen keep theirs; states of recurrent layers and random counters are left
 * as they were.
 */
async function updateStatistics(model: Model, x: DataSet | BatchSource, batchSize: number): Promise<void> {
  const statistics = normalizations(model).flatMap(({ movingMean, movingVariance, options: { momentum } }) =>
    [movingMean, movingVariance].map((variable) => new BatchMean(variable as Variable, momentum)),
  );
  if (statistics.length === 0) return;
  const kept = await Promise.all(model.runVariables.map(async (one) => [one, await one.read()] as const));
  const step = predictor(model, compilationOf(model)?.device, true);
  const source = inputSource(model, where, x);
  const batches = batchStream(model, where, source, { batchSize, steps: undefined, shuffle: false, restarts: true });
  try {
    if (!(await batches.begin())) throw new ArgumentError(`${where}: the statistics' data gave no batch.`, { where });
    for await (const { inputs, size } of batches.batches()) {
      for (const one of statistics) one.begin();
      await step(inputs);
      for (const one of statistics) await one.add(size);
    }
  } finally {
    await batches.close();
    for (const [variable, value] of kept) variable.assign(value);
  }
  for (const one of statistics) one.settle();
}

function normalizations(layer: Layer): readonly BatchNormalization[] {
  const inner = [...new Set(layer.sublayers)].flatMap(normalizations);
  const isOne = layer instanceof BatchNormalization && layer.trainable && layer.options.momentum < 1;
  return [...new Set(isOne ? [layer, ...inner] : inner)];
}

/** From v = momentum 0 + (1 - momentum) batch follows what the batch had. */
class BatchMean {
  readonly #variable: Variable;
  readonly #share: number;
  readonly #sums: Float64Array;
  #samples = 0;

  constructor(variable: Variable, momentum: number) {
    this.#variable = variable;
    this.#share = 1 - momentum;
    this.#sums = new Float64Array(variable.size);
  }

  begin(): void {
    this.#variable.assign(zeros(this.#variable.shape));
  }

  async add(samples: number): Promise<void> {
    const { data } = await this.#variable.read();
    for (let i = 0; i < data.length; i++) this.#sums[i] = this.#sums[i]! + (samples * data[i]!) / this.#share;
    this.#samples += samples;
  }

  settle(): void {
    const values = Float32Array.from(this.#sums, (sum) => sum / this.#samples);
    this.#variable.assign(new Tensor(this.#variable.shape, values));
  }
}

/**
 * Gives the model, when training has ended, the mean of the weights that it had from some epoch on, which often is better
 * than the last ones: with a rate that stays high they circle around a minimum. Put it after callbacks that set weights
 * when training ends, such as `earlyStopping` with `restoreBestWeights`.
 *
 * Averaged weights give other activations than any weights before them, so that the moving statistics of batch
 * normalization no longer fit. With `statistics` they are computed anew; without they are averaged too, which is near
 * enough where the weights change little. Source: Izmailov, Podoprikhin, Garipov, Vetrov, Wilson 2018.
 * @param options startEpoch after three quarters, frequency 'epoch', statistics none, batchSize 32
 * @throws ArgumentError for a wrong option; when training begins, for a start behind the last epoch
 * @example await net.fit(x, y, { epochs: 40, callbacks: [weightAveraging({ startEpoch: 30, statistics: x })] });
 */
export function weightAveraging(options?: WeightAveragingOptions): WeightAveraging {
  return new WeightAveraging(options);
}
