/** Cross-validation: a model for each fold, trained on the others; what it scores there, and what it predicts. */
import { printLine } from '../console.ts';
import { ArgumentError, describeValue, optionsOf } from '../errors.ts';
import { itemsOf, layOut, type Structure } from '../models/structure.ts';
import { Tensor } from '../tensor/tensor.ts';
import { isArrayData } from '../training/data.ts';
import type { History } from '../training/history.ts';
import { checkSignal } from '../training/join-signals.ts';
import { Model } from '../training/models.ts';
import { SampleTable, type SampleData } from '../training/samples.ts';
import { checkSharedCallbacks, type BuildModel, type Fold, type FoldFit, type FoldResult } from './fold.ts';
import { foldRunner } from './fold-runner.ts';
import { inLanes } from './lanes.ts';
import { scoresOf, type Score } from './scores.ts';
import { chooseSplits, type SplitChoice } from './splits/choose-splits.ts';
import type { Split } from './splits/index.ts';
import { TrialPruned, type ObjectiveTrial } from './trial.ts';

/** Options of `crossValidate`. */
export interface CrossValidateOptions extends SplitChoice {
  /** Options of every `fit`, such as `{ epochs: 10 }`, or a function of the fold that gives them. */
  readonly fit?: FoldFit;
  /** Samples per step of evaluation and prediction. Default: that of `fit`, or 32. */
  readonly batchSize?: number;
  /**
   * Whether `fit` gets the fold as validation data, for curves. A callback that stops or chooses weights by them has then
   * seen the samples that judge the model: give it `validationSplit` in `fit` instead. Default: false.
   */
  readonly validate?: boolean;
  /** Folds that overlap in this thread. Default: 1. */
  readonly parallel?: number;
  /** Threads that run the folds when the builder is a module. Default: 1. */
  readonly workers?: number;
  /** A trial that is told the score of each fold, in order, and whose pruner may end it between folds. */
  readonly trial?: Pick<ObjectiveTrial, 'report' | 'shouldPrune' | 'signal'>;
  /** The score that the trial is told. Default: `loss`. */
  readonly monitor?: string;
  /** 1 prints a line for each fold. Default: 0. */
  readonly verbose?: 0 | 1;
  /** Ends the running folds with the signal's reason, as one in `fit` does. */
  readonly signal?: AbortSignal;
}

/** What a cross-validation gives. */
export interface CrossValidation<Outputs extends Structure<Tensor> = Tensor> {
  /** One for each fold, trained on the others. An ensemble takes them as they are. */
  readonly models: readonly Model[];
  readonly histories: readonly History[];
  /** Loss and metrics, each on the samples that its model was not trained on. */
  readonly scores: Readonly<Record<string, Score>>;
  /**
   * Out-of-fold predictions in the structure of the model's outputs: row i is what was predicted for sample i by the model
   * that was not trained on it, over repeats their mean. Samples that no split tests, as the first ones of a time series,
   * have NaN.
   */
  readonly predictions: Outputs;
  readonly splits: readonly Split[];
}

const where = 'crossValidate';

/**
 * Trains and tests a model k times, each time on other samples. The result depends on the global seed, the option `seed`
 * and the data, and not on what else was made, nor on how many folds overlap.
 * @param buildModel makes a new compiled model; called for each fold. Or the URL of a module whose default export does: then the
 *   folds run in threads. The models come back with their weights, built again here by the same module; what the
 *   optimizers remember stays behind
 * @param data `[x, y]` or `[x, y, sampleWeight]`: arrays, in lists or records for several inputs or outputs
 * @param options k 5, stratified false, groups none (both together: `stratifiedGroupKFold`), timeSeries false, repeats 1,
 *   shuffle true, seed 0; fit {}, validate false, parallel 1
 * @throws ArgumentError for wrong options, before a model is built, and for a model or trainable weights that an earlier
 *   fold has; what a fold throws; TrialPruned where the trial's pruner ends it
 * @example
 * const folds = await crossValidate(buildModel, [x, y], { k: 5, stratified: true, fit: { epochs: 10 } });
 * folds.scores['accuracy'].mean; // the values, std and confidenceInterval stand beside it
 * const blend = ensemble(folds.models);
 */
export async function crossValidate<Outputs extends Structure<Tensor> = Tensor>(
  buildModel: BuildModel | URL,
  data: SampleData,
  options?: CrossValidateOptions,
): Promise<CrossValidation<Outputs>> {
  const isFunction = typeof buildModel === 'function' && !((buildModel as unknown) instanceof Model);
  if (!isFunction && !(buildModel instanceof URL)) {
    throw new ArgumentError(
      `${where}: the first argument is ${describeValue(buildModel)}. Give a function that makes a compiled model, or the URL of a module whose default export is one: each fold needs a new one.`,
      { where, got: buildModel },
    );
  }
  const given = optionsOf(where, options);
  const table = new SampleTable(where, data);
  checkStratified(given, data[1]);
  const folds = chooseSplits(where, table.length, data[1], given).map((split, index): Fold => ({ ...split, index }));
  checkOptions(given);
  const { seed = 0, fit = {}, batchSize, validate = false } = given;
  const runner = await foldRunner(where, buildModel, given);
  try {
    const results = await inLanes(folds, {
      lanes: runner.lanes,
      signals: [given.signal, given.trial?.signal],
      run: (fold, signal) => {
        const samples = { fold, training: table.take(fold.train), test: table.take(fold.test) };
        return runner.run(samples, { seed, fit, batchSize, validate, signal });
      },
      ended: (result, index) => tell(result, index, folds.length, given),
    });
    return gather<Outputs>(results, folds, table.length);
  } finally {
    await runner.close();
  }
}

function tell({ logs }: FoldResult, index: number, count: number, options: CrossValidateOptions): void {
  const { trial, monitor = 'loss', verbose = 0 } = options;
  if (verbose > 0) {
    const values = Object.entries(logs).map(([name, value]) => `${name} ${value.toFixed(4)}`);
    printLine(`${where}: fold ${index + 1} of ${count}: ${values.join(', ')}`);
  }
  if (trial === undefined) return;
  const value = logs[monitor];
  if (value === undefined) {
    throw new ArgumentError(
      `${where}: there is no score '${monitor}'. Take one of ${Object.keys(logs).join(', ')} as monitor.`,
      { where, got: monitor, expected: Object.keys(logs) },
    );
  }
  trial.report(value, index);
  if (index + 1 < count && trial.shouldPrune()) throw new TrialPruned();
}

/** @internal Joins what the folds gave. @param length number of samples */
export function gather<Outputs extends Structure<Tensor>>(
  results: readonly FoldResult[],
  splits: readonly Split[],
  length: number,
): CrossValidation<Outputs> {
  const { outputLayout } = (results[0] as FoldResult).model;
  const parts = results.map(
    ({ predictions }) => itemsOf(predictions, (one): one is Tensor => one instanceof Tensor).items,
  );
  const joined = (parts[0] as Tensor[]).map((_, output) =>
    inPlace(
      parts.map((own) => own[output] as Tensor),
      splits,
      length,
    ),
  );
  return {
    models: results.map(({ model }) => model),
    histories: results.map(({ history }) => history),
    scores: scoresOf(results.map(({ logs }) => logs)),
    predictions: layOut(outputLayout, joined) as Outputs,
    splits,
  };
}

/** The mean of what was predicted for each sample. */
function inPlace(parts: readonly Tensor[], splits: readonly Split[], length: number): Tensor {
  const rest = (parts[0] as Tensor).shape.slice(1);
  const width = rest.reduce((product, size) => product * size, 1);
  const sums = new Float64Array(length * width);
  const counts = new Uint32Array(length);
  for (const [index, { data, shape }] of parts.entries()) {
    if (shape.slice(1).join() !== rest.join()) {
      throw new ArgumentError(
        `${where}: two folds have outputs of the shapes [${rest.join(', ')}] and [${shape.slice(1).join(', ')}]. Models of all folds need the same.`,
        { where, got: shape },
      );
    }
    for (const [row, sample] of (splits[index] as Split).test.entries()) {
      counts[sample] = (counts[sample] as number) + 1;
      for (let i = 0; i < width; i++) sums[sample * width + i]! += data[row * width + i] as number;
    }
  }
  const values = Float32Array.from(sums, (sum, at) => sum / (counts[Math.floor(at / width)] as number));
  return new Tensor([length, ...rest], values);
}

/** @throws ArgumentError where the classes are not told by y alone */
function checkStratified({ stratified }: CrossValidateOptions, y: unknown): void {
  if (stratified !== true || isArrayData(y)) return;
  throw new ArgumentError(
    `${where}: stratified is true, but y is ${describeValue(y)}, not one array of labels. Say by which labels the folds are stratified: stratified: labels, one per sample.`,
    { where, got: y },
  );
}

function checkOptions({
  fit = {},
  batchSize,
  parallel = 1,
  workers = 1,
  validate = false,
  verbose = 0,
  trial,
  signal,
}: CrossValidateOptions): void {
  const refuse = (name: string, value: unknown, rule: string): never => {
    throw new ArgumentError(`${where}: ${name} is ${describeValue(value)}. ${rule}`, { where, got: value });
  };
  for (const [name, value] of Object.entries({ batchSize, parallel, workers }))
    if (value !== undefined && !(Number.isSafeInteger(value) && value >= 1))
      refuse(name, value, 'Give an integer of at least 1.');
  if (typeof validate !== 'boolean') refuse('validate', validate, 'Give true or false.');
  if (![0, 1].includes(verbose)) refuse('verbose', verbose, 'Give 0 or 1.');
  checkSharedCallbacks(where, fit, parallel, 'folds');
  checkSignal(where, signal);
  if (trial === undefined) return;
  const { report, shouldPrune } = Object(trial) as Partial<ObjectiveTrial>;
  if (typeof report !== 'function' || typeof shouldPrune !== 'function')
    refuse('the trial', trial, 'Give that of the objective, or of study.ask().');
  checkSignal(`${where}: trial`, trial.signal);
}
