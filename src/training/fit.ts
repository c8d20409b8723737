/** fit: epochs of batches through one program, with callbacks between steps. */
import { ArgumentError, describeValue } from '../errors.ts';
import { Yielder } from '../clock.ts';
import { warn } from '../console.ts';
import type { Model } from '../models/model.ts';
import type { Variable } from '../tensor/variable.ts';
import type { Verbosity } from './batches.ts';
import { CallbackList, type Callback, type Logs } from './callback.ts';
import { checkRunOptions, checkWhole, verbosityOf } from './checks.ts';
import type { BatchData, BatchSource, DataSet, SampleWeights } from './data.ts';
import { testLoop } from './evaluate.ts';
import { fitStreams, type FitStreams } from './fit-data.ts';
import { History } from './history.ts';
import type { ClassWeight } from './prepare.ts';
import { withProgressBar } from './progress-bar.ts';
import { Reports, stepsInFlight } from './reports.ts';
import { openBackups, type RunBackups } from './run-keeper.ts';
import type { RunPosition } from './run-state.ts';
import { exclusively, requireCompiled, setHistory, setShuffleCount, shuffleCount, stateOf } from './state.ts';
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
    const backups = await openBackups(options.callbacks ?? [], options.signal);
    try {
      const { saved } = backups;
      if (saved) setShuffleCount(model, saved.firstShuffle);
      const start = { firstShuffle: shuffleCount(model), initialEpoch: saved?.initialEpoch ?? initialEpoch };
      // The first batch may have to build the model.
      const hasEpochs = start.initialEpoch < epochs || !model.built;
      if (hasEpochs && !(await streams.training.begin()))
        throw new ArgumentError(`${where}: the data gave no batch.`, { where });
      return await runEpochs({ model, where, streams, backups, ...start }, options);
    } finally {
      backups.close();
      await streams.training.close();
      await streams.validation?.close();
    }
  });
}

interface FitRun {
  readonly model: Model;
  readonly where: string;
  readonly streams: FitStreams;
  readonly backups: RunBackups;
  readonly firstShuffle: number;
  readonly initialEpoch: number;
}

async function runEpochs(run: FitRun, options: FitOptions): Promise<History> {
  const { model, where, streams, backups, initialEpoch } = run;
  const { training, validation, steps: stepCount } = streams;
  const { epochs = 1 } = options;
  const { compilation, steps } = stateOf(model, 'fit');
  const given = options.callbacks ?? [];
  const ownHistory = given.find((one): one is History => one instanceof History);
  const history = ownHistory ?? new History();
  const verbose = verbosityOf(options.verbose);
  const all = withProgressBar(ownHistory ? given : [...given, history], verbose);
  const callbacks = new CallbackList(all, model, { epochs, steps: stepCount, verbose });
  const meters = new Meters(compilation, steps);
  // A hook between steps, or a backup, sees what every step before it did.
  const isWatched = callbacks.has('onTrainBatchEnd') || given.some(({ runKeeper }) => runKeeper);
  const reports = new Reports(meters, isWatched ? 1 : stepsInFlight(compilation));
  const yielder = new Yielder();
  const check = (): void | Promise<void> => backups.check();
  const validated: number[] = [...(backups.saved?.validated ?? [])];
  const passed = { options, validated: [...validated].values() };
  backups.attach({ ...run, compilation, steps, callbacks, meters, validated });
  const from: RunPosition = backups.saved?.position ?? { epoch: initialEpoch, batch: 0, begun: false };
  let logs: Logs = backups.saved?.logs ?? {};
  setHistory(model, history);
  model.stopTraining = false;
  try {
    await callbacks.call('onTrainBegin', {});
    await backups.restore();
    backups.reach(from, () => logs);
    // What was saved when training had ended, or as far as it is to go now, has no epoch left.
    const isOver = backups.saved && (from.epoch >= epochs || (!from.begun && model.stopTraining));
    for (let epoch = isOver ? epochs : initialEpoch; epoch < epochs; epoch++) {
      if (epoch > initialEpoch && !(await training.begin())) {
        warn(
          `${where}: the data ran out after ${epoch} of ${epochs} epochs; training ends. ` +
            'A function that makes a generator is called again in each epoch.',
        );
        break;
      }
      if (epoch < from.epoch) {
        await passEpoch(run, epoch, passed);
        await yielder.pause();
        await check();
        continue;
      }
      const isResumed = epoch === from.epoch && from.begun;
      let step = 0;
      if (isResumed) {
        step = from.batch;
        await passBatches(run, from);
      } else {
        await check();
        meters.reset();
        await callbacks.call('onEpochBegin', epoch, {});
        backups.reach({ epoch, batch: 0, begun: true }, () => ({}));
      }
      const batches = isResumed && step > 0 && model.stopTraining ? [] : training.batches();
      for await (const batch of batches) {
        await check();
        await callbacks.call('onTrainBatchBegin', step, {});
        await reports.add(steps.train(...stepArguments(batch)), batch.size);
        if (isWatched) await callbacks.call('onTrainBatchEnd', step, meters.logs());
        step++;
        backups.reach({ epoch, batch: step, begun: true }, () => meters.logs());
        await backups.save('batch');
        await yielder.pause();
        await check();
        // A wish to stop from before the batch counts after it, as in Keras.
        if (model.stopTraining) break;
      }
      await reports.settle();
      // An epoch whose batches were all done before has the logs that were saved with it.
      if (!isResumed || step > from.batch) logs = meters.logs();
      if (validation && validates(epoch, options.validationFreq ?? 1)) {
        if (await validation.begin()) {
          await backups.holdDuringValidation();
          const tested = await testLoop(model, validation, { callbacks, yielder, check });
          validated.push(tested.batches);
          for (const [name, value] of Object.entries(tested.meters.logs())) logs[`val_${name}`] = value;
        } else {
          warn(
            `${where}: the validation data gave no batch in epoch ${epoch + 1}, which has no validation. ` +
              'A function that makes a generator is called again for each validation.',
          );
        }
      }
      await callbacks.call('onEpochEnd', epoch, logs);
      backups.reach({ epoch: epoch + 1, batch: 0, begun: false }, () => logs);
      await backups.save('epoch');
      if (model.stopTraining) break;
    }
  } finally {
    // Averaged weights take their place however training ended.
    if (epochs > 0) await compilation.optimizer.finalizeVariableValues(compilation.trainable);
    await bringHome([...model.weights, ...model.runVariables, ...compilation.optimizer.variables]);
  }
  await callbacks.call('onTrainEnd', logs);
  await backups.finish();
  return history;
}

/** Reads what a graphics card trained, so that the values are at hand and outlive it. */
async function bringHome(variables: readonly Variable[]): Promise<void> {
  await Promise.all(
    variables.filter(({ newestCopy }) => newestCopy && !newestCopy.readSync).map((variable) => variable.read()),
  );
}

interface Passed {
  readonly options: FitOptions;
  /** Batches of each validation that the interrupted run had, in order. */
  readonly validated: Iterator<number, undefined>;
}

/** Draws what an epoch before the one that training goes on in had drawn, and drops it. */
async function passEpoch({ streams, where }: FitRun, epoch: number, { options, validated }: Passed): Promise<void> {
  const { training, validation } = streams;
  if ((await training.skip()) === 0) throw tooFewBatches(where, epoch, 0);
  if (validation && validates(epoch, options.validationFreq ?? 1) && (await validation.begin()))
    await validation.skip(validated.next().value);
}

async function passBatches({ streams, where }: FitRun, { epoch, batch }: RunPosition): Promise<void> {
  const passed = await streams.training.skip(batch);
  if (passed < batch) throw tooFewBatches(where, epoch, passed);
}

function tooFewBatches(where: string, epoch: number, batch: number): ArgumentError {
  return new ArgumentError(
    `${where}: the data ended at batch ${batch} of epoch ${epoch}, before the batch that the interrupted run had come to. ` +
      'To go on, give data with the same batches in the same order; to begin anew, remove the backup.',
    { where, got: batch },
  );
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
