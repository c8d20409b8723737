/** fit: epochs of batches through one program, with callbacks between steps. */
import { ArgumentError } from '../errors.ts';
import { Yielder } from '../clock.ts';
import type { Model } from '../models/model.ts';
import { batchStream, buildFromData, isBatchSource, type Source, type Verbosity } from './batches.ts';
import { CallbackList, type Callback, type Logs } from './callback.ts';
import { sliceColumns, type BatchData, type BatchSource, type DataSet } from './data.ts';
import { testLoop } from './evaluate.ts';
import { History } from './history.ts';
import { prepareColumns, type ClassWeight } from './prepare.ts';
import { withProgressBar } from './progress-bar.ts';
import { exclusively, stateOf } from './state.ts';
import { Meters, stepArguments } from './steps.ts';

export interface FitOptions {
  /** Samples per step. Default 32. */
  readonly batchSize?: number;
  /** The final epoch, counted from `initialEpoch`. Default 1. */
  readonly epochs?: number;
  /** 0 silent, 1 a progress bar, 2 one line per epoch. Default `'auto'`: 1. */
  readonly verbose?: Verbosity;
  readonly callbacks?: readonly Callback[];
  /** The last part of the data, by this fraction, is held out before shuffling. Default 0. */
  readonly validationSplit?: number;
  /** Held-out data: `[x, y]` or `[x, y, sampleWeight]`; overrides the split. */
  readonly validationData?: BatchData | BatchSource;
  /** Epochs between validations, or the epochs (from 1) that end with one. Default 1. */
  readonly validationFreq?: number | readonly number[];
  readonly validationSteps?: number;
  readonly validationBatchSize?: number;
  /** Default true. Reproducible: the order depends on the seed and on how many epochs the model has seen. */
  readonly shuffle?: boolean;
  /** Weight of each class's samples in the loss; for one output. */
  readonly classWeight?: ClassWeight;
  /** Weight of each sample in the loss; per output a list or record. */
  readonly sampleWeight?: DataSet;
  /** Default 0. */
  readonly initialEpoch?: number;
  /** Batches per epoch; needed for a generator that never ends. */
  readonly stepsPerEpoch?: number;
  /** Ends training with the signal's reason after the running step. */
  readonly signal?: AbortSignal;
}

/** @internal The body of `model.fit`. */
export async function fit(
  model: Model,
  x: DataSet | BatchSource,
  y: DataSet | undefined,
  options: FitOptions = {},
): Promise<History> {
  const where = `model '${model.name}': fit`;
  return exclusively(model, 'fit', async () => {
    checkOptions(where, options);
    const { compilation, steps } = stateOf(model, 'fit');
    const batchSize = options.batchSize ?? 32;
    const epochs = options.epochs ?? 1;
    const initialEpoch = options.initialEpoch ?? 0;
    const { training, validation } = await prepare(model, where, x, y, options);
    const given = options.callbacks ?? [];
    const ownHistory = given.find((one): one is History => one instanceof History);
    const history = ownHistory ?? new History();
    const verbose = options.verbose === undefined || options.verbose === 'auto' ? 1 : options.verbose;
    const stepCount =
      training.kind === 'columns'
        ? Math.min(options.stepsPerEpoch ?? Infinity, Math.ceil(training.columns.length / batchSize))
        : options.stepsPerEpoch;
    const callbacks = new CallbackList(withProgressBar(ownHistory ? given : [...given, history], verbose), model, {
      epochs,
      steps: stepCount,
      verbose,
    });
    const batches = batchStream(model, where, training, batchSize, options);
    const meters = new Meters(compilation, steps);
    const yielder = new Yielder();
    model.stopTraining = false;
    try {
      await callbacks.call('onTrainBegin', {});
      let logs: Logs = {};
      for (let epoch = initialEpoch; epoch < epochs && !model.stopTraining; epoch++) {
        meters.reset();
        await callbacks.call('onEpochBegin', epoch, {});
        let step = 0;
        for await (const batch of batches.epoch()) {
          options.signal?.throwIfAborted();
          await callbacks.call('onTrainBatchBegin', step, {});
          const report = await steps.train(...stepArguments(batch));
          meters.update(report, batch.size);
          await callbacks.call('onTrainBatchEnd', step, meters.logs());
          step++;
          await yielder.pause();
          options.signal?.throwIfAborted();
          if (model.stopTraining) break;
        }
        if (step === 0) throw new ArgumentError(`${where}: the data gave no batch in epoch ${epoch + 1}.`, { where });
        logs = meters.logs();
        if (validation && validates(epoch, options.validationFreq ?? 1)) {
          const results = await testLoop(model, validation, {
            callbacks,
            yielder,
            signal: options.signal,
            steps: options.validationSteps,
            batchSize: options.validationBatchSize ?? batchSize,
          });
          for (const [name, value] of Object.entries(results.logs())) logs[`val_${name}`] = value;
        }
        await callbacks.call('onEpochEnd', epoch, logs);
      }
      await callbacks.call('onTrainEnd', logs);
    } finally {
      await batches.close();
    }
    return history;
  });
}

async function prepare(
  model: Model,
  where: string,
  x: DataSet | BatchSource,
  y: DataSet | undefined,
  options: FitOptions,
): Promise<{ training: Source; validation: Source | undefined }> {
  const { compilation } = stateOf(model, 'fit');
  if (!model.built && !isBatchSource(x)) buildFromData(model, x);
  const validation = options.validationData === undefined ? undefined : sourceOf(model, where, options.validationData);
  if (isBatchSource(x)) {
    if ((options.validationSplit ?? 0) > 0)
      throw new ArgumentError(`${where}: validationSplit needs arrays; give validationData beside an iterable.`, {
        where,
      });
    return { training: { kind: 'iterable', source: x }, validation };
  }
  const columns = prepareColumns(model, compilation, where, x, y, {
    sampleWeight: options.sampleWeight,
    classWeight: options.classWeight,
  });
  if (columns.length === 0) throw new ArgumentError(`${where}: the data have no samples.`, { where });
  const split = options.validationSplit ?? 0;
  if (validation || split === 0) return { training: { kind: 'columns', columns }, validation };
  const cut = Math.floor(columns.length * (1 - split));
  if (cut === 0 || cut === columns.length) {
    throw new ArgumentError(
      `${where}: validationSplit ${split} of ${columns.length} samples leaves ${cut} for training and ${columns.length - cut} for validation. Both need at least one.`,
      {
        where,
        got: split,
      },
    );
  }
  return {
    training: { kind: 'columns', columns: sliceColumns(columns, 0, cut) },
    validation: { kind: 'columns', columns: sliceColumns(columns, cut, columns.length) },
  };
}

/** `[x, y]`, `[x, y, sampleWeight]` or an iterable of batches as a source. */
function sourceOf(model: Model, where: string, data: BatchData | BatchSource): Source {
  if (isBatchSource(data)) return { kind: 'iterable', source: data };
  const [x, y, sampleWeight] = data;
  const columns = prepareColumns(model, stateOf(model, 'fit').compilation, `${where}: validationData`, x, y, {
    sampleWeight: sampleWeight ?? undefined,
  });
  if (columns.length === 0) throw new ArgumentError(`${where}: the validation data have no samples.`, { where });
  return { kind: 'columns', columns };
}

function validates(epoch: number, frequency: number | readonly number[]): boolean {
  return typeof frequency === 'number' ? (epoch + 1) % frequency === 0 : frequency.includes(epoch + 1);
}

function checkOptions(where: string, options: FitOptions): void {
  const { batchSize = 32, epochs = 1, initialEpoch = 0, validationSplit = 0, stepsPerEpoch, validationFreq } = options;
  const whole = (name: string, value: unknown, least: number): void => {
    if (typeof value !== 'number' || !Number.isInteger(value) || value < least) {
      throw new ArgumentError(`${where}: ${name} is ${String(value)}; it must be an integer of at least ${least}.`, {
        where,
        got: value,
      });
    }
  };
  whole('batchSize', batchSize, 1);
  whole('epochs', epochs, 0);
  whole('initialEpoch', initialEpoch, 0);
  if (stepsPerEpoch !== undefined) whole('stepsPerEpoch', stepsPerEpoch, 1);
  if (typeof validationFreq === 'number') whole('validationFreq', validationFreq, 1);
  if (!(validationSplit >= 0 && validationSplit < 1)) {
    throw new ArgumentError(`${where}: validationSplit is ${validationSplit}; it must be at least 0 and below 1.`, {
      where,
      got: validationSplit,
    });
  }
  options.signal?.throwIfAborted();
}
