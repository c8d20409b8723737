/** What training keeps beside a model: its compilation and programs, and whether a run is under way. */
import { ArgumentError } from '../errors.ts';
import { resolveLoss } from '../losses/index.ts';
import type { Model } from '../models/model.ts';
import { resolveOptimizer, type Optimizer } from '../optimizers/index.ts';
import type { Variable } from '../tensor/variable.ts';
import { compileOptions, type CompileModelOptions, type Compilation } from './compilation.ts';
import type { History } from './history.ts';
import { predictor, Steps, type Predictor } from './steps.ts';

export interface TrainingState {
  readonly compilation: Compilation;
  /** What `compile` was given, for files. */
  readonly options: CompileModelOptions;
  readonly steps: Steps;
}

const compiled = new WeakMap<Model, TrainingState>();
const pending = new WeakMap<Model, CompileModelOptions & { readonly optimizer: Optimizer }>();
const running = new WeakSet<Model>();
const predictors = new WeakMap<Model, Predictor>();
const shuffles = new WeakMap<Model, number>();
const histories = new WeakMap<Model, History>();

/**
 * Replaces the compilation; a wrong option leaves the old one. A sequential model without an input shape has no
 * outputs yet: the rest is settled when the first data have built it.
 * @param trainable the weights of a built model that training changes. Default: those that are trainable now
 */
export function compileModel<Names extends string>(
  model: Model<Names>,
  options: CompileModelOptions<Names>,
  trainable?: readonly Variable[],
): void {
  refuseWhileRunning(model, 'compile');
  const one = model as Model;
  const given = options as CompileModelOptions;
  if (!one.built) {
    const where = `model '${one.name}': compile`;
    const optimizer = resolveOptimizer(where, given.optimizer ?? 'rmsprop');
    if (typeof given.loss === 'string') resolveLoss(where, given.loss);
    pending.set(one, { ...given, optimizer });
    compiled.delete(one);
  } else {
    const settings = compileOptions(one, given);
    const compilation = trainable ? { ...settings, trainable } : settings;
    pending.delete(one);
    compiled.set(one, { compilation, options: given, steps: new Steps(one, compilation) });
  }
  predictors.delete(one);
}

function settled(model: Model): TrainingState | undefined {
  const options = pending.get(model);
  if (options && model.built) {
    const compilation = compileOptions(model, options);
    pending.delete(model);
    compiled.set(model, { compilation, options, steps: new Steps(model, compilation) });
  }
  return compiled.get(model);
}

/** @throws ArgumentError when the model was not compiled */
export function requireCompiled(model: Model, where: string): void {
  if (compiled.has(model) || pending.has(model)) return;
  throw new ArgumentError(
    `model '${model.name}': ${where} needs a compiled model. Call model.compile({ optimizer, loss }) first.`,
    { where: model.name },
  );
}

/** The compilation of a built model. @throws ArgumentError when it was not compiled */
export function stateOf(model: Model, where: string): TrainingState {
  requireCompiled(model, where);
  const state = settled(model);
  if (state) return state;
  throw new ArgumentError(
    `model '${model.name}': ${where} needs the shape of the input. Give the first layer an inputShape, or train on data first.`,
    { where: model.name },
  );
}

/** The prediction program; it needs no compilation. */
export function predictorOf(model: Model): Predictor {
  let step = predictors.get(model);
  if (!step) predictors.set(model, (step = predictor(model, settled(model)?.compilation.device)));
  return step;
}

/** The compilation of a compiled model. */
export function compilationOf(model: Model): Compilation | undefined {
  return settled(model)?.compilation;
}

/** What `compile` was given; undefined for a model that was not compiled. */
export function compileOptionsOf(model: Model): CompileModelOptions | undefined {
  return settled(model)?.options ?? pending.get(model);
}

/** The optimizer of a compiled model, also before its first data. */
export function optimizerOf(model: Model): Optimizer | undefined {
  return settled(model)?.compilation.optimizer ?? pending.get(model)?.optimizer;
}

/** The history of the last `fit`, from its beginning on. */
export function historyOf(model: Model): History | undefined {
  return histories.get(model);
}

export function setHistory(model: Model, history: History): void {
  histories.set(model, history);
}

/** Number of the next shuffle of this model's data: epochs of one model are never shuffled alike. */
export function nextShuffle(model: Model): number {
  const number = shuffles.get(model) ?? 0;
  shuffles.set(model, number + 1);
  return number;
}

/** How many shuffles there have been. */
export function shuffleCount(model: Model): number {
  return shuffles.get(model) ?? 0;
}

export function setShuffleCount(model: Model, count: number): void {
  shuffles.set(model, count);
}

/** Runs `body` while no other training run may touch the model. */
export async function exclusively<Result>(model: Model, where: string, body: () => Promise<Result>): Promise<Result> {
  refuseWhileRunning(model, where);
  running.add(model);
  try {
    return await body();
  } finally {
    running.delete(model);
  }
}

function refuseWhileRunning(model: Model, where: string): void {
  if (!running.has(model)) return;
  throw new ArgumentError(
    `model '${model.name}': ${where} was called while a fit of this model is running. Await it first, or abort it with its signal.`,
    {
      where: model.name,
    },
  );
}
