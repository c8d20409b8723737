/** One fold: builds a model, trains it on the rest, tests it on the fold. It needs nothing of the other folds. */
import { ArgumentError, describeValue } from '../errors.ts';
import { inSession } from '../layers/naming.ts';
import type { Structure } from '../models/structure.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { Logs } from '../training/callback.ts';
import type { FitOptions } from '../training/fit.ts';
import type { History } from '../training/history.ts';
import { joinSignals } from '../training/join-signals.ts';
import { Model } from '../training/models.ts';
import { requireCompiled } from '../training/state.ts';
import type { Samples } from '../training/samples.ts';
import type { Split } from './splits/index.ts';

/** Which fold a model is for. */
export interface Fold extends Split {
  /** From 0, over all repeats. */
  readonly index: number;
}

/**
 * Makes the compiled model of a fold. Its initial weights, dropout and shuffles depend on the global seed, the one of the
 * cross-validation and the fold's index alone, as far as it is made before an `await`.
 */
export type BuildModel = (fold: Fold) => Model | Promise<Model>;

/** Options of every fold's `fit`, or a function that gives those of each: callbacks of its own, say. */
export type FoldFit = FitOptions | ((fold: Fold) => FitOptions);

/** @internal */
export interface FoldOptions {
  readonly seed: number;
  readonly fit: FoldFit;
  readonly batchSize: number | undefined;
  readonly validate: boolean;
  readonly signal: AbortSignal;
}

/** @internal A fold with the rows of the data that are its own. */
export interface FoldSamples {
  readonly fold: Fold;
  readonly training: Samples;
  readonly test: Samples;
}

/** What one fold gave. */
export interface FoldResult {
  readonly model: Model;
  readonly history: History;
  /** Loss and metrics on the fold's samples. */
  readonly logs: Logs;
  /** For the fold's samples, in their order. */
  readonly predictions: Structure<Tensor>;
}

/** @internal Trains and tests the model of one fold. @throws what training throws */
export async function runFold(
  where: string,
  model: Model,
  samples: FoldSamples,
  options: FoldOptions,
): Promise<FoldResult> {
  const fit = typeof options.fit === 'function' ? options.fit(samples.fold) : options.fit;
  const { signal, release } = joinSignals(`${where}: fit`, [options.signal, fit.signal]);
  try {
    return await trainAndTest(model, samples, { ...options, fit, signal });
  } finally {
    release();
  }
}

async function trainAndTest(
  model: Model,
  { training, test }: FoldSamples,
  { fit, validate, batchSize, signal }: Omit<FoldOptions, 'fit'> & { readonly fit: FitOptions },
): Promise<FoldResult> {
  const weights = test.sampleWeight === undefined ? {} : { sampleWeight: test.sampleWeight };
  const history = await model.fit(training.x, training.y, {
    verbose: 0,
    ...(validate ? { validationData: [test.x, test.y, test.sampleWeight ?? null] } : {}),
    ...(training.sampleWeight === undefined ? {} : { sampleWeight: training.sampleWeight }),
    ...fit,
    signal,
  });
  const size = batchSize ?? fit.validationBatchSize ?? fit.batchSize;
  const run = { signal, verbose: 0, ...(size === undefined ? {} : { batchSize: size }) } as const;
  const logs = await model.evaluate(test.x, test.y, { ...run, ...weights, returnDict: true });
  const predictions = await model.predict<Structure<Tensor>>(test.x, run);
  return { model, history, logs, predictions };
}

/** @internal The model of a fold as it is before training. @throws ArgumentError for anything but a compiled model */
export async function buildFold(where: string, build: BuildModel, fold: Fold, seed: number): Promise<Model> {
  return modelOf(where, await inSession(`${where}/${seed}`, fold.index, () => build(fold)), `fold ${fold.index}`);
}

/** @internal What a builder gave. @throws ArgumentError for anything but a compiled model */
export function modelOf(where: string, made: unknown, what: string): Model {
  if (!(made instanceof Model)) {
    throw new ArgumentError(
      `${where}: the function gave ${describeValue(made)} for ${what}. It must return a compiled model.`,
      { where, got: made },
    );
  }
  requireCompiled(made, where);
  return made;
}

/** @internal @throws ArgumentError for options of `fit` that are none, and callbacks that trainings at one time would share */
export function checkSharedCallbacks(where: string, fit: unknown, parallel: number, what: string): void {
  if (typeof fit === 'function') return;
  if (typeof fit !== 'object' || fit === null || Array.isArray(fit)) {
    throw new ArgumentError(
      `${where}: fit is ${describeValue(fit)}. Give the options of fit, or a function that gives them.`,
      { where, got: fit },
    );
  }
  const { callbacks } = fit as FitOptions;
  if (parallel === 1 || !callbacks || callbacks.length === 0) return;
  throw new ArgumentError(
    `${where}: ${what} that overlap would share the callbacks in fit. Give a function that makes new ones: fit: () => ({ callbacks: [...] }).`,
    { where, got: parallel },
  );
}
