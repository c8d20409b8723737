/** fit: epochs of batches through one program, with callbacks between steps. */
import { ArgumentError, describeValue } from '../errors.ts';
import { Yielder } from '../clock.ts';
import { warn } from '../console.ts';
import type { Model } from '../models/model.ts';
import {
  batchSizeFor,
  batchStream,
  isBatchSource,
  type BatchStream,
  type Source,
  type Verbosity,
} from './batches.ts';
import { CallbackList, type Callback, type Logs } from './callback.ts';
import { checkRunOptions, checkWhole, verbosityOf } from './checks.ts';
import { sliceColumns, type BatchData, type BatchSource, type DataSet, type SampleWeights } from './data.ts';
import { sourceOf, testLoop } from './evaluate.ts';
import { History } from './history.ts';
import { withClassWeights, type ClassWeight } from './prepare.ts';
import { withProgressBar } from './progress-bar.ts';
import { exclusively, requireCompiled, setHistory, stateOf } from './state.ts';
import { Meters, stepArguments } from './steps.ts';

export interface FitOptions {
  /** Samples per step. Default 32, or what `stepsPerEpoch` makes of arrays. */
  readonly batchSize?: number;
  /** The final epoch, counted from `initialEpoch`. Default 1. */
  readonly epochs?: number;
  /** 0 silent, 1 a progress bar, 2 one line per epoch. Default `'auto'`: 1. */
  readonly verbose?: Verbosity;
  readonly callbacks?: readonly Callback[];
  /** The last part of the data, by this fraction, is held out before shuffling. Default 0. */
  readonly validationSplit?: number;
  /** Held-out data: `[x, y]`, `[x, y, sampleWeight]` or an iterable of batches; overrides the split. */
  readonly validationData?: BatchData | BatchSource;
  /** Epochs between validations, or the epochs (from 1) that end with one. Default 1. */
  readonly validationFreq?: number | readonly number[];
  /** Batches of each validation, from the first one on. Default all. */
  readonly validationSteps?: number;
  /** Default: `batchSize`. */
  readonly validationBatchSize?: number;
  /** Default true. Reproducible: the order depends on the seed and on how many epochs the model has seen. */
  readonly shuffle?: boolean;
  /** Weight of each class's samples in the training loss; for one output, and not beside `sampleWeight`. */
  readonly classWeight?: ClassWeight;
  /** Weight of each sample, or of each sample and step, in the loss; for several outputs also a list or record. */
  readonly sampleWeight?: SampleWeights;
  /** Default 0. */
  readonly initialEpoch?: number;
  /** Batches per epoch, read on from epoch to epoch; needed for a generator that never ends. Default all. */
  readonly stepsPerEpoch?: number;
  /** Ends training with the signal's reason after the running step. */
  readonly signal?: AbortSignal;
}

/** @internal The body of `model.fit`. */
export async function fit(
  model: Model,
  x: DataSet | BatchSource,
  y: DataSet | null | undefined,
  options: FitOptions = {},
): Promise<History> {
  const where = `model '${model.name}': fit`;
  return exclusively(model, 'fit', async () => {
    checkOptions(where, options);
    requireCompiled(model, 'fit');
    const { epochs = 1, initialEpoch = 0, stepsPerEpoch, signal } = options;
    const { training, validation } = sources(model, where, x, y, options);
    const batchSize = batchSizeOf(training, options.batchSize, stepsPerEpoch);
    const batches = batchStream(model, where, training, {
      batchSize,
      steps: stepsPerEpoch,
      shuffle: options.shuffle !== false,
      restarts: false,
    });
    const validator = validation && validationStream(model, where, validation, options);
    const verbose = verbosityOf(options.verbose);
    const yielder = new Yielder();
    let logs: Logs = {};
    let finish: (() => Promise<History>) | undefined;
    try {
      // The first batch may have to build the model.
      const hasEpochs = initialEpoch < epochs || !model.built;
      if (hasEpochs && !(await batches.begin())) throw new ArgumentError(`${where}: the data gave no batch.`, { where });
      const { compilation, steps } = stateOf(model, 'fit');
      const given = options.callbacks ?? [];
      const ownHistory = given.find((one): one is History => one instanceof History);
      const history = ownHistory ?? new History();
      const callbacks = new CallbackList(withProgressBar(ownHistory ? given : [...given, history], verbose), model, {
        epochs,
        steps: stepsPerEpoch ?? (training.kind === 'columns' ? Math.ceil(training.columns.length / batchSize) : undefined), // prettier-ignore
        verbose,
      });
      setHistory(model, history);
      const meters = new Meters(compilation, steps);
      model.stopTraining = false;
      await callbacks.call('onTrainBegin', {});
      for (let epoch = initialEpoch; epoch < epochs; epoch++) {
        if (epoch > initialEpoch && !(await batches.begin())) {
          warn(
            `${where}: the data ran out after ${epoch - initialEpoch} epochs; training ends. ` +
              'A function that makes a generator is called again in each epoch.',
          );
          break;
        }
        meters.reset();
        await callbacks.call('onEpochBegin', epoch, {});
        let step = 0;
        for await (const batch of batches.batches()) {
          signal?.throwIfAborted();
          await callbacks.call('onTrainBatchBegin', step, {});
          const report = await steps.train(...stepArguments(batch));
          meters.update(report, batch.size);
          await callbacks.call('onTrainBatchEnd', step, meters.logs());
          step++;
          await yielder.pause();
          signal?.throwIfAborted();
          // A wish to stop from before the batch counts after it, as in Keras.
          if (model.stopTraining) break;
        }
        logs = meters.logs();
        if (validator && validates(epoch, options.validationFreq ?? 1)) {
          if (await validator.begin()) {
            const results = await testLoop(model, validator, { callbacks, yielder, signal });
            for (const [name, value] of Object.entries(results.logs())) logs[`val_${name}`] = value;
          } else {
            warn(
              `${where}: the validation data gave no batch in epoch ${epoch + 1}, which has no validation. ` +
                'A function that makes a generator is called again for each validation.',
            );
          }
        }
        await callbacks.call('onEpochEnd', epoch, logs);
        if (model.stopTraining) break;
      }
      finish = async () => {
        await callbacks.call('onTrainEnd', logs);
        return history;
      };
    } finally {
      await batches.close();
      await validator?.close();
      // Averaged weights take their place however training ended.
      const trained = model.built ? stateOf(model, 'fit').compilation : undefined;
      if (epochs > 0) await trained?.optimizer.finalizeVariableValues(trained.trainable);
    }
    return finish();
  });
}

function batchSizeOf(source: Source, batchSize: number | undefined, steps: number | undefined): number {
  return batchSizeFor(source.kind === 'columns' ? source.columns.length : 0, batchSize, steps);
}

function validationStream(model: Model, where: string, source: Source, options: FitOptions): BatchStream {
  const steps = options.validationSteps;
  const batchSize = batchSizeOf(source, options.validationBatchSize ?? options.batchSize, steps);
  return batchStream(model, `${where}: validation`, source, { batchSize, steps, shuffle: false, restarts: true });
}

function sources(
  model: Model,
  where: string,
  x: DataSet | BatchSource,
  y: DataSet | null | undefined,
  options: FitOptions,
): { training: Source; validation: Source | undefined } {
  const { sampleWeight, classWeight, validationData } = options;
  const split = validationData === undefined ? (options.validationSplit ?? 0) : 0;
  if (isBatchSource(x)) {
    if (split > 0) {
      throw new ArgumentError(`${where}: validationSplit needs arrays; give validationData beside an iterable.`, {
        where,
      });
    }
    const training = sourceOf(model, where, x, y, { sampleWeight, classWeight });
    return { training, validation: validationSource(model, where, validationData) };
  }
  const whole = sourceOf(model, where, x, y, { sampleWeight });
  if (whole.kind !== 'columns') return { training: whole, validation: undefined };
  const { columns } = whole;
  if (columns.length === 0) throw new ArgumentError(`${where}: the data have no samples.`, { where });
  const cut = Math.floor(columns.length * (1 - split));
  if (split > 0 && (cut === 0 || cut === columns.length)) {
    throw new ArgumentError(
      `${where}: validationSplit ${split} of ${columns.length} samples leaves ${cut} for training and ${columns.length - cut} for validation. Both need at least one.`,
      { where, got: split },
    );
  }
  const kept = split > 0 ? sliceColumns(columns, 0, cut) : columns;
  // Class weights are for training alone: a split validates without them.
  const trained = classWeight === undefined ? kept : withClassWeights(model, where, kept, classWeight);
  return {
    training: { kind: 'columns', columns: trained },
    validation:
      split > 0
        ? { kind: 'columns', columns: sliceColumns(columns, cut, columns.length) }
        : validationSource(model, where, validationData),
  };
}

/** `[x, y]`, `[x, y, sampleWeight]` or an iterable of batches as a source. */
function validationSource(model: Model, where: string, data: BatchData | BatchSource | undefined): Source | undefined {
  if (data === undefined || data === null) return undefined;
  const here = `${where}: validationData`;
  if (isBatchSource(data)) return sourceOf(model, here, data, undefined, {});
  if (!Array.isArray(data) || data.length < 1 || data.length > 3) {
    throw new ArgumentError(`${here} is ${describeValue(data)}. Give [x, y], [x, y, sampleWeight] or an iterable.`, {
      where,
      got: data,
    });
  }
  const [x, y, sampleWeight] = data as BatchData;
  const source = sourceOf(model, here, x, y, { sampleWeight: sampleWeight ?? undefined });
  if (source.kind === 'columns' && source.columns.length === 0)
    throw new ArgumentError(`${here}: the data have no samples.`, { where });
  return source;
}

function validates(epoch: number, frequency: number | readonly number[]): boolean {
  return typeof frequency === 'number' ? (epoch + 1) % frequency === 0 : frequency.includes(epoch + 1);
}

function checkOptions(where: string, options: FitOptions): void {
  checkRunOptions(where, options);
  const { validationSplit = 0, validationFreq } = options;
  checkWhole(where, 'epochs', options.epochs, 0);
  checkWhole(where, 'initialEpoch', options.initialEpoch, 0);
  checkWhole(where, 'stepsPerEpoch', options.stepsPerEpoch, 1);
  checkWhole(where, 'validationSteps', options.validationSteps, 1);
  checkWhole(where, 'validationBatchSize', options.validationBatchSize, 1);
  if (Array.isArray(validationFreq)) {
    for (const epoch of validationFreq as readonly unknown[]) checkWhole(where, 'an epoch of validationFreq', epoch, 1);
  } else checkWhole(where, 'validationFreq', validationFreq, 1);
  if (!(validationSplit >= 0 && validationSplit < 1)) {
    throw new ArgumentError(
      `${where}: validationSplit is ${describeValue(validationSplit)}; it must be at least 0 and below 1.`,
      { where, got: validationSplit },
    );
  }
}
