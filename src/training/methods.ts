/** Attaches training to models: compile, fit, evaluate, predict and their single-batch forms. */
import { Model } from '../models/model.ts';
import { summary, type SummaryOptions } from '../models/summary.ts';
import type { Structure } from '../models/structure.ts';
import type { Optimizer } from '../optimizers/index.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { Logs } from './callback.ts';
import type { CompileModelOptions } from './compilation.ts';
import type { BatchSource, DataSet } from './data.ts';
import { evaluate, type EvaluateOptions } from './evaluate.ts';
import { buildFromData, isBatchSource } from './batches.ts';
import { fit, type FitOptions } from './fit.ts';
import type { History } from './history.ts';
import { predict, type PredictOptions } from './predict.ts';
import { prepareColumns, wholeBatch, type DataOptions } from './prepare.ts';
import { compilationOf, compileModel, exclusively, stateOf } from './state.ts';
import { logNames, Meters, stepArguments } from './steps.ts';

export interface OnBatchOptions extends DataOptions {
  /** Gives a record by log name instead of a number or list. Default false. */
  readonly returnDict?: boolean;
}

declare module '../models/model.ts' {
  interface Model<Names extends string = string> {
    /**
     * Settles how the model is trained. The trainable weights are those of now: compile again after changing `trainable`.
     * @throws ArgumentError for an unknown name, a missing or surplus output; the model then stays as it was
     */
    compile(options?: CompileModelOptions<Names>): void;
    /** The optimizer of the last `compile`. */
    readonly optimizer: Optimizer | undefined;
    /** Names in the logs, in the order of `evaluate`'s values. */
    readonly metricsNames: readonly string[];
    /**
     * Trains on arrays: a tensor, nested arrays or `{ data, shape }` per input, in a list or a record by name.
     * @returns the logs of each epoch
     * @throws ShapeError, ArgumentError before the first step when data and model do not fit; what a callback or the data throws
     */
    fit(x: DataSet, y: DataSet, options?: FitOptions): Promise<History>;
    /** Trains on an (async) iterable of batches `[x, y]` or `[x, y, sampleWeight]`. */
    fit(batches: BatchSource, options?: FitOptions): Promise<History>;
    /** Loss and metrics: a number, a list in the order of `metricsNames`, or a record with `returnDict`. */
    evaluate(x: DataSet, y: DataSet, options: EvaluateOptions & { readonly returnDict: true }): Promise<Logs>;
    evaluate(x: DataSet, y: DataSet, options?: EvaluateOptions): Promise<number | number[]>;
    evaluate(batches: BatchSource, options?: EvaluateOptions): Promise<number | number[] | Logs>;
    /** The outputs for all samples, in the structure that the model was made with. */
    predict(x: DataSet, options?: PredictOptions): Promise<Tensor>;
    predict<Outputs extends Structure<Tensor>>(x: DataSet, options?: PredictOptions): Promise<Outputs>;
    /** One training step on one batch. */
    trainOnBatch(x: DataSet, y: DataSet, options?: OnBatchOptions): Promise<number | number[] | Logs>;
    /** One evaluation step on one batch. */
    testOnBatch(x: DataSet, y: DataSet, options?: OnBatchOptions): Promise<number | number[] | Logs>;
    /** The outputs for one batch. */
    predictOnBatch(x: DataSet): Promise<Tensor>;
    /** Prints a table of the layers, their output shapes and numbers of parameters, laid out like Keras's. */
    summary(options?: SummaryOptions): void;
  }
}

function onBatch(kind: 'train' | 'test', where: string) {
  return async function (
    this: Model,
    x: DataSet,
    y: DataSet,
    options: OnBatchOptions = {},
  ): Promise<number | number[] | Logs> {
    return exclusively(this, where, async () => {
      const { compilation, steps } = stateOf(this, where);
      if (!this.built) buildFromData(this, x);
      const batch = wholeBatch(prepareColumns(this, compilation, `model '${this.name}': ${where}`, x, y, options));
      const meters = new Meters(compilation, steps);
      meters.update(await steps[kind](...stepArguments(batch)), batch.size);
      if (options.returnDict) return meters.logs();
      const values = meters.values();
      return values.length === 1 ? (values[0] ?? NaN) : values;
    });
  };
}

const methods = {
  compile(this: Model, options: CompileModelOptions = {}): void {
    compileModel(this, options);
  },
  fit(this: Model, x: DataSet | BatchSource, second?: DataSet | FitOptions, third?: FitOptions): Promise<History> {
    return third === undefined && isBatchSource(x)
      ? fit(this, x, undefined, second as FitOptions)
      : fit(this, x, second as DataSet, third);
  },
  evaluate(
    this: Model,
    x: DataSet | BatchSource,
    second?: DataSet | EvaluateOptions,
    third?: EvaluateOptions,
  ): Promise<number | number[] | Logs> {
    return third === undefined && isBatchSource(x)
      ? evaluate(this, x, undefined, second as EvaluateOptions)
      : evaluate(this, x, second as DataSet, third);
  },
  predict(this: Model, x: DataSet, options?: PredictOptions): Promise<Structure<Tensor>> {
    return predict(this, x, options);
  },
  trainOnBatch: onBatch('train', 'trainOnBatch'),
  testOnBatch: onBatch('test', 'testOnBatch'),
  predictOnBatch(this: Model, x: DataSet): Promise<Structure<Tensor>> {
    return predict(this, x, { batchSize: 2 ** 30 });
  },
  summary(this: Model, options: SummaryOptions = {}): void {
    const optimizer = compilationOf(this)?.optimizer;
    summary(
      this,
      optimizer?.built
        ? { ...options, optimizerParams: optimizer.variables.reduce((sum, one) => sum + one.size, 0) }
        : options,
    );
  },
};

for (const [name, value] of Object.entries(methods))
  Object.defineProperty(Model.prototype, name, { value, writable: true, configurable: true });
Object.defineProperties(Model.prototype, {
  optimizer: {
    configurable: true,
    get(this: Model) {
      return compilationOf(this)?.optimizer;
    },
  },
  metricsNames: {
    configurable: true,
    get(this: Model) {
      const compilation = compilationOf(this);
      return compilation ? logNames(compilation) : [];
    },
  },
});
