/** fit: epochs of batches through one program, with callbacks between steps. */
import { ArgumentError, describeValue } from '../errors.ts';
import { Yielder } from '../clock.ts';
import { warn } from '../console.ts';
import type { Model } from '../models/model.ts';
import type { Verbosity } from './batches.ts';
import { CallbackList, type Callback, type Logs } from './callback.ts';
import { checkRunOptions, checkWhole, verbosityOf } from './checks.ts';
import type { BatchData, BatchSource, DataSet, SampleWeights } from './data.ts';
import { testLoop } from './evaluate.ts';
import { fitStreams, type FitStreams } from './fit-data.ts';
import { History } from './history.ts';
import type { ClassWeight } from './prepare.ts';
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
    const { epochs = 1, initialEpoch = 0 } = options;
    const streams = fitStreams(model, where, x, y, options);
    try {
      // The first batch may have to build the model.
      const hasEpochs = initialEpoch < epochs || !model.built;
      if (hasEpochs && !(await streams.training.begin()))
        throw new ArgumentError(`${where}: the data gave no batch.`, { where });
      return await runEpochs(model, where, streams, options);
    } finally {
      await streams.training.close();
      await streams.validation?.close();
    }
  });
}

async function runEpochs(
  model: Model,
  where: string,
  { training, validation, steps: stepCount }: FitStreams,
  options: FitOptions,
): Promise<History> {
  const { epochs = 1, initialEpoch = 0, signal } = options;
  const { compilation, steps } = stateOf(model, 'fit');
  const given = options.callbacks ?? [];
  const ownHistory = given.find((one): one is History => one instanceof History);
  const history = ownHistory ?? new History();
  const verbose = verbosityOf(options.verbose);
  const all = withProgressBar(ownHistory ? given : [...given, history], verbose);
  const callbacks = new CallbackList(all, model, { epochs, steps: stepCount, verbose });
  const meters = new Meters(compilation, steps);
  const yielder = new Yielder();
  let logs: Logs = {};
  setHistory(model, history);
  model.stopTraining = false;
  try {
    await callbacks.call('onTrainBegin', {});
    for (let epoch = initialEpoch; epoch < epochs; epoch++) {
      if (epoch > initialEpoch && !(await training.begin())) {
        warn(
          `${where}: the data ran out after ${epoch} of ${epochs} epochs; training ends. ` +
            'A function that makes a generator is called again in each epoch.',
        );
        break;
      }
      meters.reset();
      await callbacks.call('onEpochBegin', epoch, {});
      let step = 0;
      for await (const batch of training.batches()) {
        signal?.throwIfAborted();
        await callbacks.call('onTrainBatchBegin', step, {});
        meters.update(await steps.train(...stepArguments(batch)), batch.size);
        await callbacks.call('onTrainBatchEnd', step, meters.logs());
        step++;
        await yielder.pause();
        signal?.throwIfAborted();
        // A wish to stop from before the batch counts after it, as in Keras.
        if (model.stopTraining) break;
      }
      logs = meters.logs();
      if (validation && validates(epoch, options.validationFreq ?? 1)) {
        if (await validation.begin()) {
          const results = await testLoop(model, validation, { callbacks, yielder, signal });
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
  } finally {
    // Averaged weights take their place however training ended.
    if (epochs > 0) await compilation.optimizer.finalizeVariableValues(compilation.trainable);
  }
  await callbacks.call('onTrainEnd', logs);
  return history;
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
