/** tuneModel(): a study whose trials build and train a model, and the best model. */
import { warn } from '../console.ts';
import { ArgumentError, describeValue, optionsOf, suggestName } from '../errors.ts';
import { inSession } from '../layers/naming.ts';
import { metricDirection } from '../metrics/index.ts';
import type { FitOptions } from '../training/fit.ts';
import type { History } from '../training/history.ts';
import { joinSignals } from '../training/join-signals.ts';
import { Model } from '../training/models.ts';
import { createStudy, type CreateStudyOptions } from './create-study.ts';
import { isBetter } from './dominance.ts';
import { checkSharedCallbacks, modelOf } from './fold.ts';
import { FreshModels } from './fresh-models.ts';
import type { OptimizeOptions } from './optimize.ts';
import { BestWeights, checkMonitor, pruningCallback } from './pruning-callback.ts';
import type { Direction } from './records.ts';
import { ReplayedTrial } from './replayed-trial.ts';
import type { SampleData } from '../training/samples.ts';
import type { Study } from './study.ts';
import type { ObjectiveTrial } from './trial.ts';
import type { TrialRecord } from './trial-record.ts';

/** Makes a new compiled model for a trial, of parameters that the trial suggests. */
export type BuildTrialModel = (trial: ObjectiveTrial) => Model | Promise<Model>;

/** Options of `tuneModel`: of the study, of `optimize`, and of every `fit`. */
export interface TuneModelOptions
  extends Omit<CreateStudyOptions, 'direction' | 'directions'>, Omit<OptimizeOptions, 'workers'> {
  /**
   * Options of every `fit`, or a function of the trial that gives them: it may suggest, say, the batch size. A signal in
   * them ends the search as `signal` does; one that the function gives ends its trial, which fails with its reason.
   */
  readonly fit?: FitOptions | ((trial: ObjectiveTrial) => FitOptions);
  /** The log whose best value in any epoch is the value of a trial. Default: `val_loss`. */
  readonly monitor?: string;
  /** Whether it should fall or rise. Default `auto`: as its name tells. */
  readonly mode?: 'auto' | 'min' | 'max';
}

/** What `tuneModel` gives. */
export interface TunedModel {
  readonly study: Study;
  /** The model of the best trial, with the weights of its best epoch. */
  readonly model: Model;
  readonly history: History;
}

/** The name of the user attribute with the epoch, from 0, whose value is the trial's. */
const BEST_EPOCH = 'best_epoch';
const where = 'tuneModel';

/** A trained model. */
interface Trained {
  readonly trial: number;
  readonly value: number;
  readonly model: Model;
  readonly history: History;
}

/**
 * Searches the parameters of a model: builds and trains one for each trial, ends what the pruner gives up after any epoch,
 * and keeps the best with the weights of its best epoch. A trial's value is the best that the watched log had; the user
 * attribute `best_epoch` tells in which epoch, from 0.
 *
 * A trial's training depends on the global seed, its number and its parameters alone. So a study in storage goes on where
 * it was, and a best trial that another process ran is trained again, to the same bits.
 *
 * When a signal ends it, the best trial so far is what it gives.
 * @param buildModel makes a new compiled model of what the trial suggests
 * @param data `[x, y]` or `[x, y, sampleWeight]`, as for `fit`
 * @param options fit {}; monitor 'val_loss', for which a fifth of the data is held out unless `fit` says otherwise; sampler,
 *   pruner, storage and name as in `createStudy`; trials, totalTrials, timeout, parallel, signal, callbacks, showProgress and
 *   maxConsecutiveFailures as in `study.optimize`
 * @throws ArgumentError for wrong options, for a log that there is not, for anything but a new compiled model;
 *   GradtapeError when trials in a row failed, or none is complete; the reason of a signal before one is
 * @example
 * const { model, study } = await tuneModel((trial) => build(trial.suggestInt('units', 16, 256, { log: true })), [x, y], {
 *   trials: 20, fit: { epochs: 10 }, sampler: samplers.random({ seed: 1 }),
 * });
 */
export async function tuneModel(
  buildModel: BuildTrialModel,
  data: SampleData,
  options?: TuneModelOptions,
): Promise<TunedModel> {
  const {
    fit = {},
    monitor = 'val_loss',
    mode = 'auto',
    sampler,
    pruner,
    storage,
    name,
    ...run
  } = optionsOf(where, options);
  if (typeof buildModel !== 'function' || (buildModel as unknown) instanceof Model) {
    throw new ArgumentError(
      `${where}: the first argument is ${describeValue(buildModel)}. Give a function of a trial that makes a compiled model.`,
      { where, got: buildModel },
    );
  }
  checkData(data);
  checkMonitor(where, monitor);
  checkSharedCallbacks(where, fit, run.parallel ?? 1, 'trials');
  const direction = directionOf(monitor, mode);
  const fresh = new FreshModels(where);
  const train = (trial: ObjectiveTrial): Promise<Trained> =>
    trainOne(buildModel, data, { fit, monitor, direction, fresh }, trial);
  const { signal, release } = joinSignals(where, [run.signal, typeof fit === 'function' ? undefined : fit.signal]);
  try {
    const study = await createStudy({
      direction,
      ...(sampler ? { sampler } : {}),
      ...(pruner ? { pruner } : {}),
      ...(storage ? { storage } : {}),
      ...(name === undefined ? {} : { name }),
    });
    const best = await search(study, train, { ...run, signal });
    if (signal.aborted && !study.trials.some(({ state }) => state === 'complete')) throw signal.reason;
    const record = study.bestTrial;
    const { model, history } = best?.trial === record.number ? best : await trainAgain(train, record, signal);
    return { study, model, history };
  } finally {
    release();
  }
}

/** @returns the best of the trials that ran. @throws at once what every trial would fail with */
async function search(
  study: Study,
  train: (trial: ObjectiveTrial) => Promise<Trained>,
  options: OptimizeOptions,
): Promise<Trained | undefined> {
  let best: Trained | undefined;
  let mistake: ArgumentError | undefined;
  const objective = async (trial: ObjectiveTrial): Promise<number> => {
    try {
      const trained = await train(trial);
      if (!best || isFirst(study.direction, trained, best)) best = trained;
      return trained.value;
    } catch (error) {
      // What this function itself refuses, not the model or `fit`, does not depend on parameters.
      if (error instanceof ArgumentError && error.where === where) {
        mistake ??= error;
        study.stop();
      }
      throw error;
    }
  };
  try {
    await study.optimize(objective, options);
  } catch (error) {
    throw mistake ?? error;
  }
  if (mistake) throw mistake;
  return best;
}

interface TrainOptions {
  readonly fit: FitOptions | ((trial: ObjectiveTrial) => FitOptions);
  readonly monitor: string;
  readonly direction: Direction;
  readonly fresh: FreshModels;
}

async function trainOne(
  buildModel: BuildTrialModel,
  [x, y, sampleWeight]: SampleData,
  { fit, monitor, direction, fresh }: TrainOptions,
  trial: ObjectiveTrial,
): Promise<Trained> {
  const owner = { what: `trial ${trial.number}` };
  const model = modelOf(where, await inSession(where, trial.number, () => buildModel(trial)), owner.what);
  fresh.claim(model, owner);
  const given = typeof fit === 'function' ? fit(trial) : fit;
  const { signal, release } = joinSignals(`${where}: fit`, [trial.signal, given.signal]);
  const best = new BestWeights(where, monitor, (value, other) => isBetter(direction, value, other));
  const options: FitOptions = {
    verbose: 0,
    ...(monitor.startsWith('val_') && given.validationData === undefined ? { validationSplit: 0.2 } : {}),
    ...(sampleWeight === undefined ? {} : { sampleWeight }),
    ...given,
    callbacks: [...(given.callbacks ?? []), best, pruningCallback(trial, { monitor })],
    signal,
  };
  const history = await model.fit(x, y, options).finally(() => {
    release();
    fresh.claim(model, owner);
  });
  best.restore();
  if (best.value !== undefined) trial.setUserAttribute(BEST_EPOCH, best.epoch);
  return { trial: trial.number, value: best.value ?? NaN, model, history };
}

async function trainAgain(
  train: (trial: ObjectiveTrial) => Promise<Trained>,
  record: TrialRecord,
  signal: AbortSignal | undefined,
): Promise<Trained> {
  const trained = await train(new ReplayedTrial(record, signal));
  if (trained.value !== record.value) {
    warn(
      `gradtape: ${where}: trial ${record.number}, the best one, was trained again and has ${trained.value} in place of ${record.value}. ` +
        'The data, the model or the options are not what they were when it ran.',
    );
  }
  return trained;
}

/** Whether it is the study's best trial: of equal ones the first. */
function isFirst(direction: Direction, one: Trained, other: Trained): boolean {
  if (Number.isNaN(one.value)) return false;
  return (
    Number.isNaN(other.value) ||
    isBetter(direction, one.value, other.value) ||
    (one.value === other.value && one.trial < other.trial)
  );
}

function directionOf(monitor: string, mode: string): Direction {
  if (!['auto', 'min', 'max'].includes(mode)) {
    throw new ArgumentError(
      `${where}: the mode is ${describeValue(mode)}; ${suggestName(mode, ['auto', 'min', 'max'])}`,
      {
        where,
        got: mode,
      },
    );
  }
  const direction = mode === 'auto' ? metricDirection(monitor) : mode;
  if (direction !== undefined) return direction === 'max' ? 'maximize' : 'minimize';
  throw new ArgumentError(
    `${where}: whether '${monitor}' should rise or fall is not known from its name. Give mode 'max' or 'min'.`,
    { where, got: monitor },
  );
}

function checkData(data: unknown): void {
  if (Array.isArray(data) && (data.length === 2 || data.length === 3)) return;
  throw new ArgumentError(`${where}: the data are ${describeValue(data)}. Give [x, y] or [x, y, sampleWeight].`, {
    where,
    got: data,
  });
}
