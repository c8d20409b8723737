/** fit: epochs of batches through one program, with callbacks between steps. */
import { ArgumentError, describeValue } from '../errors.ts';
import type { Model } from '../models/model.ts';
import type { FitWorkerOptions } from './background/options.ts';
import type { Verbosity } from './batches.ts';
import { CallbackList, type Callback } from './callback.ts';
import { checkRunOptions, checkWhole, verbosityOf } from './checks.ts';
import type { BatchData, BatchSource, DataSet, SampleWeights } from './data.ts';
import { runEpochs, type FitRun } from './epochs.ts';
import { fitStreams, type FitStreams } from './fit-data.ts';
import { History } from './history.ts';
import type { ClassWeight } from './prepare.ts';
import { withProgressBar } from './progress-bar.ts';
import { openBackups } from './run-keeper.ts';
import { exclusively, requireCompiled, setHistory, setShuffleCount, shuffleCount } from './state.ts';

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
  /**
   * Trains in a worker, a thread of Node or a Worker of the page, to the same bits; callbacks are called here, where
   * weights are read with `await` meanwhile, as from a graphics card. A record names what the worker needs: functions and
   * classes of one's own, the program that a bundler made, the device. Default false.
   */
  readonly worker?: boolean | FitWorkerOptions;
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
    // Before anything is waited for: an end that is asked for while data or a worker come counts.
    model.stopTraining = false;
    const { epochs = 1, initialEpoch = 0 } = options;
    const streams = fitStreams(model, where, x, y, options);
    const backups = await openBackups(options.callbacks ?? [], options.signal);
    try {
      const { saved } = backups;
      if (saved) setShuffleCount(model, saved.firstShuffle);
      const start = { firstShuffle: shuffleCount(model), initialEpoch: saved?.initialEpoch ?? initialEpoch };
      // The first batch may have to build the model.
      const hasEpochs = start.initialEpoch < epochs || !model.built;
      const isHere = !hasEpochs || !options.worker;
      // A worker that has the arrays begins by itself.
      const begins = hasEpochs && (isHere || streams.samples === undefined);
      if (begins && !(await streams.training.begin()))
        throw new ArgumentError(`${where}: the data gave no batch.`, { where });
      return await run({ model, where, streams, backups, ...start }, options, isHere);
    } finally {
      backups.close();
      await streams.training.close();
      await streams.validation?.close();
    }
  });
}

/** Trains with the callbacks around it. */
async function run(parts: FitRun<FitStreams>, options: FitOptions, isHere: boolean): Promise<History> {
  const { model, streams, backups } = parts;
  const { epochs = 1, callbacks: given = [] } = options;
  const ownHistory = given.find((one): one is History => one instanceof History);
  const history = ownHistory ?? new History();
  const verbose = verbosityOf(options.verbose);
  const all = withProgressBar(ownHistory ? given : [...given, history], verbose);
  const callbacks = new CallbackList(all, model, { epochs, steps: streams.steps, verbose });
  setHistory(model, history);
  const isKept = given.some(({ runKeeper }) => runKeeper);
  // What speaks with workers comes with the first training in one: programs that train here need not carry it.
  const train = isHere ? runEpochs : (await import('./background/run-in-worker.ts')).runInWorker;
  const logs = await train(parts, options, callbacks, isKept);
  await callbacks.call('onTrainEnd', logs);
  await backups.finish();
  return history;
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
