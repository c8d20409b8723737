/** tuneModel(): a study whose trials build and train a model, and the best model. */
import { warn } from '../console.ts';
import { ArgumentError, describeValue, optionsOf, suggestName } from '../errors.ts';
import { inSession } from '../layers/naming.ts';
import { metricDirection } from '../metrics/index.ts';
import type { FitOptions } from '../training/fit.ts';
import type { History } from '../training/history.ts';
import { Model } from '../training/models.ts';
import { createStudy, type CreateStudyOptions } from './create-study.ts';
import { isBetter } from './dominance.ts';
import { checkSharedCallbacks, modelOf } from './fold.ts';
import type { OptimizeOptions } from './optimize.ts';
import { BestWeights, checkMonitor, pruningCallback } from './pruning-callback.ts';
import type { Direction } from './records.ts';
import { ReplayedTrial } from './replayed-trial.ts';
import type { SampleData } from '../training/samples.ts';
import type { Study } from './study.ts';
import type { ObjectiveTrial } from './trial.ts';
import type { TrialRecord } from './trial-record.ts';

/** Makes the compiled model of a trial, of parameters that the trial suggests. */
export type BuildTrialModel = (trial: ObjectiveTrial) => Model | Promise<Model>;

/** Options of `tuneModel`: of the study, of `optimize`, and of every `fit`. */
export interface TuneModelOptions
  extends Omit<CreateStudyOptions, 'direction' | 'directions'>, Omit<OptimizeOptions, 'workers'> {
  /** Options of every `fit`, or a function of the trial that gives them: it may suggest, say, the batch size. */
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
 * @param buildModel makes a compiled model of what the trial suggests
 * @param data `[x, y]` or `[x, y, sampleWeight]`, as for `fit`
 * @param options fit {}; monitor 'val_loss', for which a fifth of the data is held out unless `fit` says otherwise; sampler,
 *   pruner, storage and name as in `createStudy`; trials, totalTrials, timeout, parallel, signal, callbacks, showProgress and
 *   maxConsecutiveFailures as in `study.optimize`
 * @throws ArgumentError for wrong options; GradtapeError when trials in a row failed, or none is complete
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
  const study = await createStudy({
    direction,
    ...(sampler ? { sampler } : {}),
    ...(pruner ? { pruner } : {}),
    ...(storage ? { storage } : {}),
    ...(name === undefined ? {} : { name }),
  });
  const train = (trial: ObjectiveTrial): Promise<Trained> =>
    trainOne(buildModel, data, { fit, monitor, direction }, trial);
  let best: Trained | undefined;
  await study.optimize(async (trial) => {
    const trained = await train(trial);
    if (!best || isFirst(direction, trained, best)) best = trained;
    return trained.value;
  }, run);
  const record = study.bestTrial;
  const { model, history } = best?.trial === record.number ? best : await trainAgain(train, record, run.signal);
  return { study, model, history };
}

interface TrainOptions {
  readonly fit: FitOptions | ((trial: ObjectiveTrial) => FitOptions);
  readonly monitor: string;
  readonly direction: Direction;
}

async function trainOne(
  buildModel: BuildTrialModel,
  [x, y, sampleWeight]: SampleData,
  { fit, monitor, direction }: TrainOptions,
  trial: ObjectiveTrial,
): Promise<Trained> {
  const model = modelOf(where, await inSession(where, trial.number, () => buildModel(trial)), `trial ${trial.number}`);
  const given = typeof fit === 'function' ? fit(trial) : fit;
  const best = new BestWeights(where, monitor, (value, other) => isBetter(direction, value, other));
  const history = await model.fit(x, y, {
    verbose: 0,
    ...(monitor.startsWith('val_') && given.validationData === undefined ? { validationSplit: 0.2 } : {}),
    ...(sampleWeight === undefined ? {} : { sampleWeight }),
    ...given,
    callbacks: [...(given.callbacks ?? []), best, pruningCallback(trial, { monitor })],
    signal: trial.signal,
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
