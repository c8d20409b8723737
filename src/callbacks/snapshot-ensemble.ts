/** One training, several models: the learning rate falls and rises in cycles, and the weights at the end of each are kept. */
import { cos } from '../../kernels/math.ts';
import { makeEnsemble, compileLike, type Ensemble, type EnsembleOptions } from '../ensemble/ensemble-model.ts';
import { ArgumentError, describeValue, optionsOf } from '../errors.ts';
import type { CustomObject } from '../models/from-json.ts';
import type { Model } from '../models/model.ts';
import { StateFields, type StateValue } from '../tensor/state-value.ts';
import { full, type Tensor } from '../tensor/tensor.ts';
import { stateFieldsOf, type CallbackHooks, type CallbackParams, type Logs } from '../training/callback.ts';
import { learningRateOf } from './learning-rate.ts';
import { numberOption } from './monitor.ts';

const where = 'snapshotEnsemble';

export interface SnapshotEnsembleOptions {
  /** Into how many cycles the epochs are divided, as evenly as whole epochs can be. Default 5. */
  readonly cycles?: number;
  /** The rate at the beginning of each cycle. Default: the optimizer's when training begins. */
  readonly maxLearningRate?: number;
  /** The rate that each cycle falls to. Default 0. */
  readonly minLearningRate?: number;
}

/** How models are made of the snapshots. */
export interface SnapshotModelsOptions {
  /** Makes a model like the trained one. Default: of its JSON, which holds no functions. */
  readonly build?: () => Model | Promise<Model>;
  /** As for `modelFromJSON`. */
  readonly customObjects?: Readonly<Record<string, CustomObject>>;
}

/** @internal Use `snapshotEnsemble()`. */
export class SnapshotEnsemble implements CallbackHooks {
  declare model: Model;
  declare params: CallbackParams;
  /** The weights at the end of each cycle so far, in the order of `model.weights`. */
  snapshots: readonly (readonly Tensor[])[] = [];
  readonly #cycles: number;
  readonly #given: number | undefined;
  readonly #least: number;
  #highest = 0;
  /** What the optimizer had, and gets back. */
  #before = 0;
  #epoch = 0;

  constructor(options?: SnapshotEnsembleOptions) {
    const { cycles = 5, maxLearningRate, minLearningRate = 0 } = optionsOf(where, options);
    if (!Number.isSafeInteger(cycles) || cycles < 1) {
      throw new ArgumentError(`${where}: cycles is ${describeValue(cycles)}. Give an integer of at least 1.`, {
        where,
        got: cycles,
      });
    }
    this.#cycles = cycles;
    this.#given = maxLearningRate === undefined ? undefined : numberOption(where, 'maxLearningRate', maxLearningRate);
    this.#least = numberOption(where, 'minLearningRate', minLearningRate);
    if (this.#least < 0 || (this.#given !== undefined && this.#given <= this.#least)) {
      throw new ArgumentError(
        `${where}: the rates fall from ${this.#given ?? "the optimizer's"} to ${this.#least}. The lower one is at least 0 and below the other.`,
        { where, got: [this.#given, this.#least] },
      );
    }
  }

  async onTrainBegin(): Promise<void> {
    const { epochs } = this.params;
    if (epochs < this.#cycles) {
      throw new ArgumentError(
        `${where}: ${epochs} epochs have no ${this.#cycles} cycles. Train for at least as many epochs, or ask for fewer cycles.`,
        { where, got: epochs, expected: this.#cycles },
      );
    }
    this.snapshots = [];
    this.#before = (await learningRateOf(where, this.model).read()).item();
    this.#highest = this.#given ?? this.#before;
  }

  onEpochBegin(epoch: number): void {
    this.#epoch = epoch;
    this.#setRate(0);
  }

  onTrainBatchBegin(batch: number): void {
    const { steps } = this.params;
    if (steps !== undefined) this.#setRate(batch / steps);
  }

  async onEpochEnd(epoch: number, logs: Logs): Promise<void> {
    logs['learning_rate'] = (await learningRateOf(where, this.model).read()).item();
    if (epoch + 1 === this.#cycle(epoch).end) this.snapshots = [...this.snapshots, await this.model.getWeights()];
  }

  onTrainEnd(): void {
    const variable = learningRateOf(where, this.model);
    variable.assign(full(variable.shape, this.#before));
  }

  getState(): StateValue {
    return {
      callback: where,
      snapshots: this.snapshots,
      highest: this.#highest,
      before: this.#before,
      epoch: this.#epoch,
    };
  }

  setState(state: StateValue): void {
    const fields = stateFieldsOf(where, state);
    const snapshots = fields.list('snapshots').map((one) => new StateFields(where, { one }).tensors('one'));
    this.#highest = fields.number('highest');
    this.#before = fields.number('before');
    this.#epoch = fields.count('epoch');
    this.snapshots = snapshots;
  }

  /**
   * A model of each snapshot.
   * @param options build, or customObjects for layers of one's own; default: what the trained model's JSON says
   * @throws ArgumentError before the first snapshot, and for a model that JSON cannot hold
   */
  async models(options?: SnapshotModelsOptions): Promise<Model[]> {
    const { build, customObjects = {} } = optionsOf(where, options);
    if (this.snapshots.length === 0) {
      throw new ArgumentError(`${where}: there is no snapshot yet. Train with the callback for at least one cycle.`, {
        where,
      });
    }
    // What makes models of JSON comes when it is asked for: it knows every layer.
    const make = build ?? (await copier(this.model, customObjects));
    const models: Model[] = [];
    for (const [index, weights] of this.snapshots.entries()) {
      const model = await make(index);
      model.setWeights(weights);
      models.push(model);
    }
    return models;
  }

  /**
   * The snapshots as one model, compiled with the losses and metrics of the trained one.
   * @param options those of `ensemble`, and of `models`
   * @example
   * const snapshots = callbacks.snapshotEnsemble({ cycles: 4 });
   * await net.fit(x, y, { epochs: 20, callbacks: [snapshots] });
   * const blend = await snapshots.ensemble();
   */
  async ensemble(options: EnsembleOptions & SnapshotModelsOptions = {}): Promise<Ensemble> {
    const { build, customObjects, ...rest } = optionsOf(where, options);
    const models = await this.models({ ...(build ? { build } : {}), ...(customObjects ? { customObjects } : {}) });
    const made = makeEnsemble(models, rest);
    compileLike(made, this.model);
    return made;
  }

  /** rate = min + (max - min) (1 + cos(pi t)) / 2, where t is the part of the cycle that has passed. */
  #setRate(partOfEpoch: number): void {
    const { begin, end } = this.#cycle(this.#epoch);
    const passed = (this.#epoch - begin + partOfEpoch) / (end - begin);
    const rate = this.#least + ((this.#highest - this.#least) * (1 + cos(Math.PI * passed))) / 2;
    const variable = learningRateOf(where, this.model);
    variable.assign(full(variable.shape, rate));
  }

  /** The epochs of the cycle that an epoch is in; the last one is before `end`. */
  #cycle(epoch: number): { readonly begin: number; readonly end: number } {
    const { epochs } = this.params;
    const edge = (cycle: number): number => Math.round((cycle * epochs) / this.#cycles);
    let cycle = 0;
    while (edge(cycle + 1) <= epoch && cycle + 1 < this.#cycles) cycle++;
    return { begin: edge(cycle), end: edge(cycle + 1) };
  }
}

async function copier(
  model: Model,
  customObjects: Readonly<Record<string, CustomObject>>,
): Promise<(index: number) => Model> {
  const { modelFromJSON } = await import('../training/models.ts');
  const json = model.toJSON() as { readonly config: object };
  return (index) =>
    modelFromJSON(
      { ...json, config: { ...json.config, name: `${model.name}_snapshot_${index + 1}` } },
      { customObjects },
    );
}

/**
 * Trains several models for the price of one: in each cycle the learning rate falls from its highest value along a cosine,
 * which leads into a minimum of the loss, whose weights are kept; then it jumps up again and leads out of it. After
 * training `snapshots` has the weights, `models()` makes models and `ensemble()` one of them all. The learning rate is set
 * before each batch (before each epoch where the data do not tell how many batches there are), `learning_rate` is added to
 * the logs, and in the end the optimizer has the rate that it had. Source: Huang, Li, Pleiss, Liu, Hopcroft, Weinberger 2017.
 * @param options cycles 5, maxLearningRate the optimizer's, minLearningRate 0
 * @throws ArgumentError for a wrong option; when training begins, for fewer epochs than cycles, and for an optimizer whose
 *   rate a schedule sets
 * @example await net.fit(x, y, { epochs: 20, callbacks: [snapshotEnsemble({ cycles: 4, maxLearningRate: 0.1 })] });
 */
export function snapshotEnsemble(options?: SnapshotEnsembleOptions): SnapshotEnsemble {
  return new SnapshotEnsemble(options);
}
