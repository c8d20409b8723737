/** Stacking: a model that learns from what other models predict. */
import { ArgumentError, describeValue, optionsOf } from '../errors.ts';
import { activation } from '../layers/activation.ts';
import { dense } from '../layers/dense.ts';
import type { Layer } from '../layers/layer.ts';
import { concatenate } from '../layers/merge.ts';
import { automaticName } from '../layers/naming.ts';
import { reshape } from '../layers/reshape.ts';
import type { SymbolicTensor } from '../layers/symbolic-tensor.ts';
import { InputLayer } from '../models/input.ts';
import { layOut } from '../models/structure.ts';
import { adam } from '../optimizers/index.ts';
import { formatShape, sizeOf } from '../tensor/shape.ts';
import { Tensor } from '../tensor/tensor.ts';
import type { ArrayData, DataSet } from '../training/data.ts';
import type { FitOptions } from '../training/fit.ts';
import { model, Model } from '../training/models.ts';
import { SampleTable, type SampleData } from '../training/samples.ts';
import { requireCompiled } from '../training/state.ts';
import { meaningOf } from './combining.ts';
import { compileLike } from './ensemble-model.ts';
import { predictionsOf, rowShares, targetsOf, type GivenPredictions, type MemberPredictions } from './held-out.ts';
import { callAsLayer, callMembers, checkModels, freeName } from './members.ts';

/** Options of `stacking`. */
export interface StackingOptions {
  /** Default `stacking`, then `stacking_1`. */
  readonly name?: string;
}

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

/** `stacking` and what it has. */
export interface StackingMaker {
  /**
   * One model of several and a further one, whose input is what they predict, side by side: all outputs of the first,
   * flattened, then those of the second, and so on.
   * @param models with inputs and outputs of the same shapes, each once
   * @param meta takes `[features]`: the number of all outputs of all models
   * @throws ArgumentError, ShapeError for models that do not fit together
   * @example const stacked = stacking([modelA, modelB], meta);
   */
  (models: readonly Model[], meta: Model, options?: StackingOptions): Model;
  /**
   * Trains the further model on what the models predict, and makes one model of all. The models stay as they are. Their
   * predictions should be of samples that they were not trained on: of held-out ones, or out-of-fold predictions of
   * `crossValidate`. Source: Wolpert 1992.
   * @param x inputs, or null with the option `predictions`
   * @param y targets, as the meta model takes them
   * @param options meta one dense layer, fit { epochs: 100 }, predictions none, sampleWeight none
   * @throws ArgumentError, ShapeError for models, data or options that do not fit
   * @example
   * const stacked = await stacking.fit([modelA, modelB], xVal, yVal);
   * const predictions = await stacked.predict(xTest);
   */
  fit(models: readonly Model[], x: DataSet | null, y: DataSet, options?: StackingFitOptions): Promise<Model>;
}

/** The rate of the default meta model, whose inputs are probabilities. */
const META_RATE = 0.01;
const META_EPOCHS = 100;

function makeStacking(models: readonly Model[], meta: Model, options?: StackingOptions): Model {
  const where = 'stacking';
  checkModels(where, models);
  const { name } = optionsOf(where, options);
  checkMeta(where, meta, models);
  const { inputs, outputs, outputNames, taken } = callMembers(where, models);
  // The names of the outputs are for those of the meta model.
  for (const one of outputNames) taken.delete(one);
  const columns = models.flatMap((_, member) => outputs.map((given) => flat(given[member] as SymbolicTensor)));
  const features = columns.length === 1 ? (columns[0] as SymbolicTensor) : concatenate(columns);
  const names = meta.outputs.map((output) => freeName(output.name, taken));
  // A layer for each output, so that it has the name that it has in the meta model.
  const named = callAsLayer(meta, [features], taken).map((one, index) =>
    activation('linear', { name: names[index] as string })(one),
  );
  const made = model(inputs, layOut(meta.outputLayout, named), { name: name ?? automaticName('Stacking') }) as Model;
  compileLike(made, meta);
  return made;
}

async function fitStacking(
  models: readonly Model[],
  x: DataSet | null,
  y: DataSet,
  options?: StackingFitOptions,
): Promise<Model> {
  const where = 'stacking.fit';
  checkModels(where, models);
  const { meta: given, fit = {}, predictions, sampleWeight, batchSize, signal, name } = optionsOf(where, options);
  optionsOf(`${where}: fit`, fit);
  const run = { ...(batchSize === undefined ? {} : { batchSize }), ...(signal ? { signal } : {}) };
  const outputs = await predictionsOf(where, models, x, predictions, run);
  const features = featuresOf(outputs);
  const width = features.shape[1] as number;
  const meta = given instanceof Model ? given : given ? given(width) : defaultMeta(where, models[0] as Model, width, y);
  checkMeta(where, meta, models);
  requireCompiled(meta, where);
  const shares = rowShares(where, outputs, sampleWeight);
  const data: SampleData = sampleWeight === undefined ? [features, y] : [features, y, sampleWeight];
  const known = Uint32Array.from(shares.keys()).filter((row) => shares[row] !== 0);
  const samples = new SampleTable(where, data).take(known);
  await meta.fit(samples.x, samples.y, {
    epochs: META_EPOCHS,
    verbose: 0,
    ...(samples.sampleWeight === undefined ? {} : { sampleWeight: samples.sampleWeight }),
    ...(signal ? { signal } : {}),
    ...fit,
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

function flat(output: SymbolicTensor): SymbolicTensor {
  const sizes = output.shape.slice(1);
  if (sizes.length === 1) return output;
  if (!sizes.includes(null)) return reshape([sizeOf(sizes as readonly number[])])(output);
  throw new ArgumentError(
    `stacking: the output '${output.name}' has the shape ${formatShape(output.shape)}; a further model needs to know how many numbers a sample has.`,
    { where: 'stacking', got: output.shape },
  );
}

/** Logistic or linear regression. */
function defaultMeta(where: string, first: Model, features: number, y: DataSet): Model {
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

function checkMeta(where: string, meta: unknown, models: readonly Model[]): asserts meta is Model {
  if (!(meta instanceof Model) || !meta.built || meta.inputs.length !== 1) {
    const got = meta instanceof Model && meta.built ? `a model of ${meta.inputs.length} inputs` : describeValue(meta);
    throw new ArgumentError(
      `${where}: the meta model is ${got}. Give a model of one input, whose shape is known: the number of features.`,
      { where, got: meta },
    );
  }
  if (!models.includes(meta)) return;
  throw new ArgumentError(`${where}: the meta model '${meta.name}' is one of the models, too. Give another one.`, {
    where,
    got: meta.name,
  });
}

export const stacking: StackingMaker = /* @__PURE__ */ Object.assign(
  (models: readonly Model[], meta: Model, options?: StackingOptions): Model => makeStacking(models, meta, options),
  { fit: fitStacking },
);
