/** stacking.fit(): trains the model that learns from what the others predict. */
import { ArgumentError, optionsOf } from '../errors.ts';
import { dense } from '../layers/dense.ts';
import type { Layer } from '../layers/layer.ts';
import { InputLayer } from '../models/input.ts';
import { adam } from '../optimizers/index.ts';
import { sizeOf } from '../tensor/shape.ts';
import { Tensor } from '../tensor/tensor.ts';
import type { ArrayData, Column, DataSet } from '../training/data.ts';
import type { FitOptions } from '../training/fit.ts';
import { joinSignals } from '../training/join-signals.ts';
import { model, Model } from '../training/models.ts';
import { SampleTable, type SampleData } from '../training/samples.ts';
import { requireCompiled } from '../training/state.ts';
import { meaningOf } from './combining.ts';
import {
  likePredictions,
  predictionsOf,
  rowShares,
  targetsOf,
  type GivenPredictions,
  type MemberPredictions,
} from './held-out.ts';
import { checkModels } from './members.ts';
import { checkMeta, makeStacking, type StackingOptions } from './stacking-model.ts';

/** Options of `stacking.fit`. */
export interface StackingFitOptions extends StackingOptions {
  /**
   * The compiled model that learns, or a function of the number of its inputs that makes it. Default: one dense layer, with
   * the activation that the models' output has, for a model with one output.
   */
  readonly meta?: Model | ((features: number) => Model);
  /** Options of its `fit`. Default: 100 epochs. */
  readonly fit?: FitOptions;
  /** What the models predicted for the samples of y, in place of x. Samples for which all have NaN are left out. */
  readonly predictions?: GivenPredictions;
  /** One number for each sample. Default: all count alike. */
  readonly sampleWeight?: ArrayData;
  /** Samples per step of the models' predictions. Default: 32. */
  readonly batchSize?: number;
  readonly signal?: AbortSignal;
}

/** The rate of the default meta model, whose inputs are probabilities. */
const META_RATE = 0.01;
const META_EPOCHS = 100;

const where = 'stacking.fit';

/** @internal See `stacking.fit`. */
export async function fitStacking(
  models: readonly Model[],
  x: DataSet | null,
  y: DataSet,
  options?: StackingFitOptions,
): Promise<Model> {
  checkModels(where, models);
  const { fit = {}, signal: outer, ...rest } = optionsOf(where, options);
  optionsOf(`${where}: fit`, fit);
  const { signal, release } = joinSignals(where, [outer, fit.signal]);
  return trained(models, x, y, { ...rest, fit, signal }).finally(release);
}

async function trained(
  models: readonly Model[],
  x: DataSet | null,
  y: DataSet,
  {
    meta: given,
    fit,
    predictions,
    sampleWeight,
    batchSize,
    signal,
    name,
  }: StackingFitOptions & { readonly signal: AbortSignal },
): Promise<Model> {
  const run = { signal, ...(batchSize === undefined ? {} : { batchSize }) };
  const outputs = await predictionsOf(where, models, x, predictions, run);
  const features = featuresOf(outputs);
  const width = features.shape[1] as number;
  const meta = given instanceof Model ? given : given ? given(width) : defaultMeta(models[0] as Model, width, y);
  checkMeta(where, meta, models);
  requireCompiled(meta, where);
  const shares = rowShares(where, outputs, sampleWeight);
  if (given === undefined) checkDefaultTargets(models[0] as Model, outputs, y, shares);
  const data: SampleData = sampleWeight === undefined ? [features, y] : [features, y, sampleWeight];
  const known = Uint32Array.from(shares.keys()).filter((row) => shares[row] !== 0);
  const samples = new SampleTable(where, data).take(known);
  await meta.fit(samples.x, samples.y, {
    epochs: META_EPOCHS,
    verbose: 0,
    ...(samples.sampleWeight === undefined ? {} : { sampleWeight: samples.sampleWeight }),
    ...fit,
    signal,
  });
  return makeStacking(models, meta, name === undefined ? {} : { name });
}

/** `[samples, features]` */
function featuresOf(outputs: MemberPredictions): Tensor {
  const samples = outputs[0]?.[0]?.shape[0] ?? 0;
  const columns = (outputs[0] ?? []).flatMap((_, member) => outputs.map((given) => given[member] as Tensor));
  const widths = columns.map(({ shape }) => sizeOf(shape.slice(1)));
  const width = widths.reduce((sum, one) => sum + one, 0);
  const data = new Float32Array(samples * width);
  let from = 0;
  for (const [index, column] of columns.entries()) {
    const own = widths[index] as number;
    for (let row = 0; row < samples; row++)
      data.set(column.data.subarray(row * own, (row + 1) * own), row * width + from);
    from += own;
  }
  return new Tensor([samples, width], data);
}

/** @throws ArgumentError for targets that the losses of the default meta model are not for */
function checkDefaultTargets(first: Model, outputs: MemberPredictions, y: DataSet, shares: Float64Array): void {
  const [output] = first.outputs;
  if (output === undefined) return;
  likePredictions(where, targetsOf(where, first, y)[0] as Column, outputs[0]?.[0] as Tensor, {
    name: output.name,
    kind: meaningOf(output),
    shares,
    instead: 'give a meta model with a loss for them',
  });
}

/** Logistic or linear regression. */
function defaultMeta(first: Model, features: number, y: DataSet): Model {
  const [output] = first.outputs;
  const units = output?.shape.at(-1);
  if (first.outputs.length !== 1 || output?.shape.length !== 2 || typeof units !== 'number') {
    throw new ArgumentError(
      `${where}: models of several outputs, or of outputs that are no rows of numbers, need a meta model of their own. Give it as meta.`,
      { where, got: first.outputs.map(({ shape }) => shape) },
    );
  }
  const meaning = meaningOf(output);
  const start = new InputLayer([null, features]).tensor;
  const act = { classes: 'softmax', independent: 'sigmoid', numbers: 'linear' }[meaning];
  const made = model(start, (dense(units, { name: output.name, activation: act }) as Layer)(start)) as Model;
  const isLabels = targetsOf(where, first, y)[0]?.shape[1] !== units;
  const loss = { classes: isLabels ? 'sparse_categorical_crossentropy' : 'categorical_crossentropy', independent: 'binary_crossentropy', numbers: 'mse' }[meaning]; // prettier-ignore
  made.compile({ optimizer: adam({ learningRate: META_RATE }), loss });
  return made;
}
