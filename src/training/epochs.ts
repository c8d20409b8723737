/** The epochs of a fit: batches through one program, with callbacks between steps. Here, or in a worker. */
import { Yielder } from '../clock.ts';
import { warn } from '../console.ts';
import { ArgumentError } from '../errors.ts';
import type { Model } from '../models/model.ts';
import type { Variable } from '../tensor/variable.ts';
import type { CallbackList, Logs } from './callback.ts';
import { testLoop } from './evaluate.ts';
import type { FitStreams } from './fit-data.ts';
import type { FitOptions } from './fit.ts';
import { Reports, stepsInFlight } from './reports.ts';
import type { RunBackups } from './run-keeper.ts';
import type { RunPosition } from './run-state.ts';
import { stateOf } from './state.ts';
import { Meters, stepArguments } from './steps.ts';

/** The streams of a run, wherever their batches come from. */
export type RunStreams = Omit<FitStreams, 'setups'>;

/** What a fit is made of once its data are known. */
export interface FitRun<Streams extends RunStreams = RunStreams> {
  readonly model: Model;
  readonly where: string;
  readonly streams: Streams;
  readonly backups: RunBackups;
  readonly firstShuffle: number;
  readonly initialEpoch: number;
}

/** How long, and when it validates. */
export type EpochOptions = Pick<FitOptions, 'epochs' | 'validationFreq'>;

/**
 * @internal Trains, from `onTrainBegin` on; `onTrainEnd` is left to the caller.
 * @param isKept whether backups see every batch
 * @returns the logs of the last epoch
 */
export async function runEpochs(
  run: FitRun,
  options: EpochOptions,
  callbacks: CallbackList,
  isKept: boolean,
): Promise<Logs> {
  const { model, where, streams, backups, initialEpoch } = run;
  const { training, validation } = streams;
  const { epochs = 1 } = options;
  const { compilation, steps } = stateOf(model, 'fit');
  const meters = new Meters(compilation, steps);
  // A hook between steps, or a backup, sees what every step before it did.
  const isWatched = callbacks.has('onTrainBatchEnd') || isKept;
  const reports = new Reports(meters, isWatched ? 1 : stepsInFlight(compilation));
  const yielder = new Yielder();
  const check = (): void | Promise<void> => backups.check();
  const validated: number[] = [...(backups.saved?.validated ?? [])];
  const passed = { options, validated: [...validated].values() };
  backups.attach({ ...run, compilation, steps, callbacks, meters, validated });
  const from: RunPosition = backups.saved?.position ?? { epoch: initialEpoch, batch: 0, begun: false };
  let logs: Logs = backups.saved?.logs ?? {};
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
  return logs;
}

/** Reads what a graphics card trained, so that the values are at hand and outlive it. */
async function bringHome(variables: readonly Variable[]): Promise<void> {
  await Promise.all(
    variables.filter(({ newestCopy }) => newestCopy && !newestCopy.readSync).map((variable) => variable.read()),
  );
}

interface Passed {
  readonly options: EpochOptions;
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
