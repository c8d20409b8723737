/** Saves the model, or its weights, while it trains: after each epoch, after so many batches, or when it is the best so far. */
import { printLine, warn } from '../console.ts';
import { ArgumentError, describeValue, optionsOf } from '../errors.ts';
import type { FileSink } from '../io/sink.ts';
import type { KerasFormat } from '../keras/index.ts';
import type { Model } from '../models/model.ts';
import type { StateValue } from '../tensor/state-value.ts';
import { stateFieldsOf, type CallbackHooks, type Logs } from '../training/callback.ts';
import { Monitor, numberOption, type MonitorMode } from './monitor.ts';
import { formatTemplate, type FormatValue } from './python-format.ts';

const where = 'modelCheckpoint';

export interface ModelCheckpointSettings {
  /** Name of the log that tells which model is the best. Default `'val_loss'`. */
  readonly monitor?: string;
  /** 1 prints a line when it acts. Default 0. */
  readonly verbose?: 0 | 1;
  /** Saves only when the monitored log is better than ever before. Default false. */
  readonly saveBestOnly?: boolean;
  /** Saves the weights and the optimizer's state without the model. Default false. */
  readonly saveWeightsOnly?: boolean;
  /** Default `'auto'`. */
  readonly mode?: MonitorMode;
  /** `'epoch'`, or a number of batches, which are counted across epochs. Default `'epoch'`. */
  readonly saveFreq?: 'epoch' | number;
  /** A value of the log that the first model to be saved must beat. Default none. */
  readonly initialValueThreshold?: number;
}

export interface ModelCheckpointOptions extends ModelCheckpointSettings {
  /** Takes each file, in place of the one that it got under that name before. */
  readonly sink: FileSink;
  /** That of `gradtape/keras`. The core does not import it by itself: pages that save no models load none of it. */
  readonly toKeras: KerasWriter;
}

/** Makes the bytes of a file of Keras's. */
export type KerasWriter = (model: Model, options: { readonly format: KerasFormat }) => Promise<Uint8Array>;

/** @internal What the callback is made with. */
export interface ModelCheckpointParts {
  readonly sink: FileSink;
  /** Called when training begins. */
  readonly begin?: () => Promise<void>;
  readonly toKeras: KerasWriter;
}

/** @internal Use `modelCheckpoint()`. */
export class ModelCheckpoint implements CallbackHooks {
  declare model: Model;
  /** The best value so far; a further `fit` goes on with it. */
  best: number | undefined;
  readonly #filepath: string;
  readonly #parts: ModelCheckpointParts;
  readonly #monitor: Monitor;
  readonly #format: KerasFormat;
  readonly #verbose: boolean;
  readonly #bestOnly: boolean;
  readonly #saveFreq: 'epoch' | number;
  #epoch = 0;
  #batchesSinceSaving = 0;
  #lastBatch = 0;

  constructor(filepath: string, settings: ModelCheckpointSettings, parts: ModelCheckpointParts) {
    const { saveBestOnly = false, saveWeightsOnly = false, verbose = 0, saveFreq = 'epoch' } = settings;
    const { initialValueThreshold: threshold } = settings;
    check('saveBestOnly', saveBestOnly, typeof saveBestOnly === 'boolean', 'true or false');
    check('saveWeightsOnly', saveWeightsOnly, typeof saveWeightsOnly === 'boolean', 'true or false');
    check('verbose', verbose, verbose === 0 || verbose === 1, '0 or 1');
    const isFrequency = saveFreq === 'epoch' || (Number.isSafeInteger(saveFreq) && saveFreq > 0);
    check('saveFreq', saveFreq, isFrequency, "'epoch' or a number of batches");
    this.#monitor = new Monitor(where, settings);
    this.#filepath = filepath;
    this.#format = formatOf(filepath, saveWeightsOnly);
    this.#parts = parts;
    this.#verbose = verbose > 0;
    this.#bestOnly = saveBestOnly;
    this.#saveFreq = saveFreq;
    this.best = threshold === undefined ? undefined : numberOption(where, 'initialValueThreshold', threshold);
  }

  async onTrainBegin(): Promise<void> {
    // Which way is better matters to the best only.
    if (this.#bestOnly) this.#monitor.begin(this.model);
    await this.#parts.begin?.();
  }

  onEpochBegin(epoch: number): void {
    this.#epoch = epoch;
  }

  async onTrainBatchEnd(batch: number, logs: Logs): Promise<void> {
    if (this.#saveFreq === 'epoch') return;
    this.#batchesSinceSaving += batch <= this.#lastBatch ? batch + 1 : batch - this.#lastBatch;
    this.#lastBatch = batch;
    if (this.#batchesSinceSaving < this.#saveFreq) return;
    this.#batchesSinceSaving = 0;
    await this.#save(this.#epoch, batch, logs);
  }

  async onEpochEnd(epoch: number, logs: Logs): Promise<void> {
    if (this.#saveFreq === 'epoch') await this.#save(epoch, undefined, logs);
  }

  getState(): StateValue {
    return {
      callback: where,
      best: this.best,
      epoch: this.#epoch,
      batchesSinceSaving: this.#batchesSinceSaving,
      lastBatch: this.#lastBatch,
    };
  }

  setState(state: StateValue): void {
    const fields = stateFieldsOf(where, state);
    this.best = fields.optionalNumber('best');
    this.#epoch = fields.count('epoch');
    this.#batchesSinceSaving = fields.count('batchesSinceSaving');
    this.#lastBatch = fields.count('lastBatch');
  }

  async #save(epoch: number, batch: number | undefined, logs: Logs): Promise<void> {
    const values = new Map<string, FormatValue>([['epoch', { int: epoch + 1 }]]);
    if (batch !== undefined) values.set('batch', { int: batch + 1 });
    for (const [name, value] of Object.entries(logs)) values.set(name, { float: value });
    const path = formatTemplate(where, this.#filepath, values);
    if (!this.#isToBeSaved(epoch, logs, path)) return;
    const { sink, toKeras } = this.#parts;
    await sink(path, await toKeras(this.model, { format: this.#format }));
  }

  #isToBeSaved(epoch: number, logs: Logs, path: string): boolean {
    const { name } = this.#monitor;
    const say = (what: string): void => {
      if (this.#verbose) printLine(`${where}: epoch ${epoch + 1}: ${what}`);
    };
    if (!this.#bestOnly) {
      say(`saving '${path}'.`);
      return true;
    }
    const value = logs[name];
    if (value === undefined) {
      warn(
        `${where}: there is no log '${name}', so whether the model is the best is not known, and it is saved. The logs are ${Object.keys(logs).join(', ') || 'none'}.`,
      );
      return true;
    }
    const before = this.best === undefined ? 'nothing' : shortText(this.best);
    if (!this.#monitor.improves(value, this.best)) {
      say(`${name} is ${shortText(value)}, no better than ${before}.`);
      return false;
    }
    say(`${name} improved from ${before} to ${shortText(value)}; saving '${path}'.`);
    this.best = value;
    return true;
  }
}

/** @throws ArgumentError for a name that does not tell a format */
function formatOf(filepath: unknown, weightsOnly: boolean): KerasFormat {
  const path = typeof filepath === 'string' ? filepath : '';
  if (weightsOnly && path.endsWith('.weights.h5')) return 'weights.h5';
  if (!weightsOnly && path.endsWith('.keras')) return 'keras';
  if (!weightsOnly && path.endsWith('.h5')) return 'h5';
  const rule = weightsOnly ? 'With saveWeightsOnly it must end in .weights.h5' : 'It must end in .keras or .h5';
  throw new ArgumentError(`${where}: the path is ${describeValue(filepath)}. ${rule}.`, { where, got: filepath });
}

function shortText(value: number): string {
  return String(Number(value.toPrecision(6)));
}

function check(name: string, value: unknown, passes: boolean, rule: string): void {
  if (passes) return;
  throw new ArgumentError(`${where}: ${name} is ${describeValue(value)}. Give ${rule}.`, { where, got: value });
}

/**
 * Saves the model as Keras's ModelCheckpoint does, in Keras's formats.
 * @param filepath ends in `.keras`, `.h5`, or with `saveWeightsOnly` in `.weights.h5`; `{epoch:02d}` (from 1), `{batch:02d}`
 *   and any log, `{val_loss:.2f}`, are filled in as Python does it. The sink gets it as the name; in `gradtape/node` a path
 * @param options sink, toKeras; monitor `'val_loss'`, mode `'auto'`, saveBestOnly false, saveWeightsOnly false, saveFreq `'epoch'`,
 *   initialValueThreshold none, verbose 0
 * @throws ArgumentError for a wrong option; when training begins, if mode `'auto'` cannot tell which way is better; when it
 *   saves, for a name in the path that no log has
 * @example
 * import { toKeras } from 'gradtape/keras';
 * const sink = (name: string, bytes: Uint8Array) => void files.set(name, bytes);
 * await net.fit(xs, ys, { epochs: 9, callbacks: [modelCheckpoint('{epoch:02d}.keras', { sink, toKeras })] });
 */
export function modelCheckpoint(filepath: string, options: ModelCheckpointOptions): ModelCheckpoint {
  const { sink, toKeras } = optionsOf(where, options);
  check('sink', sink, typeof sink === 'function', 'a function (name, bytes) that keeps the bytes, or import from gradtape/node, which writes files'); // prettier-ignore
  check(
    'toKeras',
    toKeras,
    typeof toKeras === 'function',
    "that of gradtape/keras: import { toKeras } from 'gradtape/keras'",
  );
  return new ModelCheckpoint(filepath, options, { sink, toKeras });
}
