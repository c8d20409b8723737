/** Attaches training to models: compile, fit, evaluate, predict and their single-batch forms. */
import { modelDot, type DotOptions } from '../models/dot.ts';
import { Model } from '../models/model.ts';
import { summary, type SummaryOptions } from '../models/summary.ts';
import type { Structure } from '../models/structure.ts';
import { renderDot, type VizPackage } from '../models/viz.ts';
import type { Optimizer } from '../optimizers/index.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { Logs } from './callback.ts';
import { checkOptionsObject } from './checks.ts';
import type { CompileModelOptions } from './compilation.ts';
import { isArrayData, type BatchSource, type DataSet, type SampleWeights } from './data.ts';
import { evaluate, resultOf, type EvaluateOptions } from './evaluate.ts';
import { buildFromData, isBatchSource } from './batches.ts';
import { fit, type FitOptions } from './fit.ts';
import type { History } from './history.ts';
import { predict, predictOnBatch, type PredictOptions } from './predict.ts';
import { prepareColumns, wholeBatch, type ClassWeight } from './prepare.ts';
import { compilationOf, compileModel, exclusively, historyOf, optimizerOf, requireCompiled, stateOf } from './state.ts';
import { logNames, Meters, stepArguments } from './steps.ts';

/** Options of `testOnBatch`. */
export interface TestOnBatchOptions {
  /** Weight of each sample, or of each sample and step, in the loss; for several outputs also a list or record. */
  readonly sampleWeight?: SampleWeights;
  /** Gives a record by log name instead of a number or list. Default false. */
  readonly returnDict?: boolean;
}

/** Options of `model.toSvg`. */
export interface ModelSvgOptions extends DotOptions {
  /** The package `@viz-js/viz`, where it cannot be looked up at run time, as in a bundled page. */
  readonly viz?: VizPackage;
}

/** Options of `trainOnBatch`. */
export interface TrainOnBatchOptions extends TestOnBatchOptions {
  /** Weight of each class's samples in the loss; for one output, and not beside `sampleWeight`. */
  readonly classWeight?: ClassWeight;
}

type AsRecord = { readonly returnDict: true };

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
    /** The history of the last `fit`, from its beginning on; undefined before it. */
    readonly history: History | undefined;
    /** Set it during `evaluate` to end the evaluation after the batch. */
    stopEvaluating: boolean;
    /** Set it during `predict` to end the prediction after the batch. */
    stopPredicting: boolean;
    /**
     * Trains on arrays: a tensor, nested arrays or `{ data, shape }` per input, in a list or a record by name.
     * @param y targets per output, likewise; null for a model whose losses are all added by its layers
     * @returns the logs of each epoch
     * @throws ShapeError, ArgumentError before the first step when data and model do not fit; what a callback or the data throws
     * @example const { history } = await net.fit(x, y, { epochs: 10, validationSplit: 0.2 });
     */
    fit(x: DataSet, y: DataSet | null, options?: FitOptions): Promise<History>;
    /** Trains on an (async) iterable of batches `[x, y]` or `[x, y, sampleWeight]`, or a function that makes one per epoch. */
    fit(batches: BatchSource, options?: FitOptions): Promise<History>;
    /**
     * Loss and metrics: a number, a list in the order of `metricsNames`, or a record with `returnDict`.
     * @example const [loss, accuracy] = (await net.evaluate(x, y)) as number[];
     */
    evaluate(x: DataSet, y: DataSet | null, options: EvaluateOptions & AsRecord): Promise<Logs>;
    evaluate(x: DataSet, y: DataSet | null, options?: EvaluateOptions): Promise<number | number[]>;
    /** The same over an (async) iterable of batches. */
    evaluate(batches: BatchSource, options: EvaluateOptions & AsRecord): Promise<Logs>;
    evaluate(batches: BatchSource, options?: EvaluateOptions): Promise<number | number[]>;
    /**
     * The outputs for all samples, in the structure that the model was made with; of an iterable of batches `[x]`,
     * what else they hold is not looked at.
     * @example const probabilities = await net.predict(x, { batchSize: 64 });
     */
    predict(x: DataSet | BatchSource, options?: PredictOptions): Promise<Tensor>;
    predict<Outputs extends Structure<Tensor>>(x: DataSet | BatchSource, options?: PredictOptions): Promise<Outputs>;
    /** One training step on one batch: the loss and metrics before the update. */
    trainOnBatch(x: DataSet, y: DataSet | null, options: TrainOnBatchOptions & AsRecord): Promise<Logs>;
    trainOnBatch(x: DataSet, y: DataSet | null, options?: TrainOnBatchOptions): Promise<number | number[]>;
    /** One evaluation step on one batch. */
    testOnBatch(x: DataSet, y: DataSet | null, options: TestOnBatchOptions & AsRecord): Promise<Logs>;
    testOnBatch(x: DataSet, y: DataSet | null, options?: TestOnBatchOptions): Promise<number | number[]>;
    /** The outputs for one batch. */
    predictOnBatch(x: DataSet): Promise<Tensor>;
    predictOnBatch<Outputs extends Structure<Tensor>>(x: DataSet): Promise<Outputs>;
    /**
     * The graph in the language of Graphviz: a box for each layer, models inside as frames.
     * @param options showShapes true, rankdir 'TB'
     * @example writeFileSync('net.dot', net.toDot({ rankdir: 'LR' }));
     */
    toDot(options?: DotOptions): string;
    /**
     * The same as a picture, drawn by the optional peer `@viz-js/viz`.
     * @throws ArgumentError when the peer is not installed
     * @example writeFileSync('net.svg', await net.toSvg());
     */
    toSvg(options?: ModelSvgOptions): Promise<string>;
    /** Prints a table of the layers, their output shapes and numbers of parameters, laid out like Keras's. */
    summary(options?: SummaryOptions): void;
  }
}

async function onBatch(
  model: Model,
  kind: 'train' | 'test',
  x: DataSet,
  y: DataSet | null,
  options: TrainOnBatchOptions = {},
): Promise<number | number[] | Logs> {
  const name = kind === 'train' ? 'trainOnBatch' : 'testOnBatch';
  const where = `model '${model.name}': ${name}`;
  checkOptionsObject(where, options);
  requireCompiled(model, name);
  buildFromData(model, where, x);
  const { compilation, steps } = stateOf(model, name);
  const batch = wholeBatch(prepareColumns(model, compilation, where, x, y, options));
  const meters = new Meters(compilation, steps);
  meters.update(await steps[kind](...stepArguments(batch)), batch.size);
  return resultOf(meters, options.returnDict);
}

// `method(batches, options)` and `method(x, y, options)` are told apart by what comes first.
function withoutTargets(x: unknown, second: unknown, third: unknown): boolean {
  const isOptions = typeof second === 'object' && second !== null && !isArrayData(second) && !Array.isArray(second);
  return isBatchSource(x) && third === undefined && (second === undefined || isOptions);
}

const methods = {
  compile(this: Model, options: CompileModelOptions = {}): void {
    checkOptionsObject(`model '${this.name}': compile`, options);
    compileModel(this, options);
  },
  async fit(
    this: Model,
    x: DataSet | BatchSource,
    second?: DataSet | FitOptions | null,
    third?: FitOptions,
  ): Promise<History> {
    return withoutTargets(x, second, third)
      ? fit(this, x, undefined, second as FitOptions | undefined)
      : fit(this, x, second as DataSet, third);
  },
  async evaluate(
    this: Model,
    x: DataSet | BatchSource,
    second?: DataSet | EvaluateOptions | null,
    third?: EvaluateOptions,
  ): Promise<number | number[] | Logs> {
    return withoutTargets(x, second, third)
      ? evaluate(this, x, undefined, second as EvaluateOptions | undefined)
      : evaluate(this, x, second as DataSet, third);
  },
  predict(this: Model, x: DataSet | BatchSource, options?: PredictOptions): Promise<Structure<Tensor>> {
    return predict(this, x, options);
  },
  async trainOnBatch(this: Model, x: DataSet, y: DataSet | null, options?: TrainOnBatchOptions): Promise<unknown> {
    return exclusively(this, 'trainOnBatch', () => onBatch(this, 'train', x, y, options));
  },
  async testOnBatch(this: Model, x: DataSet, y: DataSet | null, options?: TestOnBatchOptions): Promise<unknown> {
    return onBatch(this, 'test', x, y, options);
  },
  predictOnBatch(this: Model, x: DataSet): Promise<Structure<Tensor>> {
    return predictOnBatch(this, x);
  },
  toDot(this: Model, options: DotOptions = {}): string {
    checkOptionsObject(`model '${this.name}': toDot`, options);
    return modelDot(this, options);
  },
  async toSvg(this: Model, options: ModelSvgOptions = {}): Promise<string> {
    const where = `model '${this.name}': toSvg`;
    checkOptionsObject(where, options);
    return renderDot(where, modelDot(this, options), options.viz);
  },
  summary(this: Model, options: SummaryOptions = {}): void {
    checkOptionsObject(`model '${this.name}': summary`, options);
    const optimizer = optimizerOf(this);
    summary(
      this,
      optimizer?.built
        ? { ...options, optimizerParams: optimizer.variables.reduce((sum, one) => sum + one.size, 0) }
        : options,
    );
  },
};

/** Attaches the methods to all models; a second time changes nothing. */
export function attachTraining(): void {
  for (const [name, value] of Object.entries(methods))
    Object.defineProperty(Model.prototype, name, { value, writable: true, configurable: true });
  Object.defineProperties(Model.prototype, {
    optimizer: {
      configurable: true,
      get(this: Model) {
        return optimizerOf(this);
      },
    },
    history: {
      configurable: true,
      get(this: Model) {
        return historyOf(this);
      },
    },
    stopEvaluating: { configurable: true, writable: true, value: false },
    stopPredicting: { configurable: true, writable: true, value: false },
    metricsNames: {
      configurable: true,
      get(this: Model) {
        const compilation = compilationOf(this);
        return compilation ? logNames(compilation) : [];
      },
    },
  });
}
