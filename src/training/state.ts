/** What training keeps beside a model: its compilation and programs, and whether a run is under way. */
import { ArgumentError } from '../errors.ts';
import type { Model } from '../models/model.ts';
import { compileOptions, type CompileModelOptions, type Compilation } from './compilation.ts';
import { predictor, Steps, type Predictor } from './steps.ts';

export interface TrainingState {
  readonly compilation: Compilation;
  readonly steps: Steps;
}

const compiled = new WeakMap<Model, TrainingState>();
const running = new WeakSet<Model>();
const predictors = new WeakMap<Model, Predictor>();
const shuffles = new WeakMap<Model, number>();

/** Replaces the compilation; a wrong option leaves the old one. */
export function compileModel<Names extends string>(model: Model<Names>, options: CompileModelOptions<Names>): void {
  refuseWhileRunning(model, 'compile');
  const compilation = compileOptions(model as Model, options as CompileModelOptions);
  predictors.delete(model as Model);
  compiled.set(model as Model, { compilation, steps: new Steps(model as Model, compilation) });
}

/** @throws ArgumentError when the model was not compiled */
export function stateOf(model: Model, where: string): TrainingState {
  const state = compiled.get(model);
  if (!state) {
    throw new ArgumentError(
      `model '${model.name}': ${where} needs a compiled model. Call model.compile({ optimizer, loss }) first.`,
      { where: model.name },
    );
  }
  return state;
}

/** The prediction program; it needs no compilation. */
export function predictorOf(model: Model): Predictor {
  let step = predictors.get(model);
  if (!step) predictors.set(model, (step = predictor(model, compiled.get(model)?.compilation.device)));
  return step;
}

/** The optimizer of a compiled model. */
export function compilationOf(model: Model): Compilation | undefined {
  return compiled.get(model)?.compilation;
}

/** Number of the next shuffle of this model's data: epochs of one model are never shuffled alike. */
export function nextShuffle(model: Model): number {
  const number = shuffles.get(model) ?? 0;
  shuffles.set(model, number + 1);
  return number;
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
