/** The programs of a compiled model: one whole training step, one evaluation step, one prediction step. */
import { collectLosses } from '../layers/call-scope.ts';
import { maskOf } from '../layers/masks.ts';
import { computeLoss } from '../losses/index.ts';
import { addStates, resolveMetric, type Metric } from '../metrics/index.ts';
import type { Model } from '../models/model.ts';
import { concat, div, mul, add, reshape } from '../ops/index.ts';
import { withKeysOf } from '../ops/random-state.ts';
import { compile, type Compiled } from '../tape/compile.ts';
import { valueAndGrad } from '../tape/grad.ts';
import { StateFields, type StateValue } from '../tensor/state-value.ts';
import { full, Tensor } from '../tensor/tensor.ts';
import type { Variable } from '../tensor/variable.ts';
import type { Compilation } from './compilation.ts';
import type { Batch } from './data.ts';
import type { Logs } from './callback.ts';
import { takeGradientRequests } from './gradient-requests.ts';

/** A metric, and how many numbers of a step's report are its state. */
export interface TracedMetric {
  readonly metric: Metric;
  readonly size: number;
}

type StepArguments = [inputs: readonly Tensor[], targets: readonly Tensor[], weights: readonly (Tensor | null)[]];

/**
 * Programs of one compilation. A training or test step gives one vector: the total loss, each output's loss, then the
 * state of each metric, so that a step is read back in one piece.
 */
export class Steps {
  readonly test: Compiled<StepArguments, Tensor>;
  readonly trainProgram: Compiled<StepArguments, Tensor>;
  /** The same step, which also gives the gradients; traced when somebody asks for them. */
  readonly #trainWithGradients: Compiled<StepArguments, [report: Tensor, gradients: Tensor[]]>;
  readonly #model: Model;
  readonly #compilation: Compilation;
  #metrics: TracedMetric[] = [];

  constructor(model: Model, compilation: Compilation) {
    this.#model = model;
    this.#compilation = compilation;
    const options = compilation.device === undefined ? {} : { device: compilation.device };
    this.trainProgram = compile((...args: StepArguments) => this.#update(args).report, options);
    this.#trainWithGradients = compile((...args: StepArguments): [Tensor, Tensor[]] => {
      const { report, gradients } = this.#update(args);
      const factor = compilation.optimizer.lossScaleFactor;
      return [report, factor === undefined ? gradients : gradients.map((one) => div(one, factor))];
    }, options);
    this.test = compile(
      (...args: StepArguments) => withKeysOf('test', () => pack(this.#report(args, false).values)),
      options,
    );
  }

  /** One training step; gives its report. */
  async train(...args: StepArguments): Promise<Tensor> {
    const receivers = takeGradientRequests(this.#model);
    if (receivers.length === 0) return this.trainProgram(...args);
    const [report, gradients] = await this.#trainWithGradients(...args);
    const { trainable } = this.#compilation;
    const byVariable = new Map(trainable.map((one, index) => [one, gradients[index] as Tensor]));
    for (const receive of receivers) receive(byVariable);
    return report;
  }

  /** The metrics as they were resolved when a step was traced. */
  get metrics(): readonly TracedMetric[] {
    return this.#metrics;
  }

  /** The variables that the steps traced so far change. */
  get written(): readonly Variable[] {
    return [this.trainProgram, this.#trainWithGradients, this.test].flatMap((program) => [...program.written]);
  }

  #update(args: StepArguments): { report: Tensor; gradients: Tensor[] } {
    const { optimizer, trainable } = this.#compilation;
    let report: readonly Tensor[] = [];
    const total = (): Tensor => {
      const result = this.#report(args, true);
      report = result.values;
      return optimizer.scaleLoss(result.total);
    };
    const [, gradients] = withKeysOf('train', () => valueAndGrad(total, trainable));
    optimizer.apply(gradients, trainable);
    return { report: pack(report), gradients };
  }

  #report([inputs, targets, weights]: StepArguments, training: boolean): { total: Tensor; values: Tensor[] } {
    const { losses, metrics } = this.#compilation;
    const { result: outputs, losses: added } = collectLosses(() => outputsOf(this.#model, inputs, training));
    const masks = outputs.map((output) => maskOf(output));
    const values = losses.map(({ loss, output }) =>
      computeLoss(loss, targets[output] as Tensor, outputs[output] as Tensor, {
        sampleWeight: weights[output] ?? undefined,
        mask: masks[output],
      }),
    );
    const total = values.reduce<Tensor | undefined>((sum, value, index) => {
      const weight = losses[index]?.weight ?? 1;
      const term = weight === 1 ? value : mul(value, weight);
      return sum ? add(sum, term) : term;
    }, undefined);
    // What layers added and what the weights' regularizers ask for is part of the loss, in evaluation too.
    const whole = [...added, ...this.#model.regularizationLosses()].reduce<Tensor | undefined>(
      (sum, term) => (sum ? add(sum, term) : term),
      total,
    );
    const states = metrics.map(({ spec, output, weighted }) => {
      const [yTrue, yPred] = [targets[output] as Tensor, outputs[output] as Tensor];
      const shapes = { targetShape: yTrue.shape, outputShape: yPred.shape };
      const metric = resolveMetric(`model '${this.#model.name}'`, spec, shapes);
      const sampleWeight = weighted ? (weights[output] ?? undefined) : undefined;
      return { metric, state: metric.update(yTrue, yPred, sampleWeight, masks[output]) };
    });
    this.#metrics = states.map(({ metric, state }) => ({ metric, size: state.size }));
    const loss = whole ?? full([], 0);
    return { total: loss, values: [loss, ...values, ...states.map(({ state }) => state)] };
  }
}

export type Predictor = Compiled<[inputs: readonly Tensor[]], Tensor[]>;

/** The prediction program of a model. */
export function predictor(model: Model, device?: Compilation['device'], training = false): Predictor {
  return compile(
    (inputs: readonly Tensor[]) => outputsOf(model, inputs, training),
    device === undefined ? {} : { device },
  );
}

/** Running means of everything a step reports, summed in double. */
export class Meters {
  readonly #compilation: Compilation;
  readonly #steps: Steps;
  #sums: Float64Array = new Float64Array(0);
  #samples = 0;

  constructor(compilation: Compilation, steps: Steps) {
    this.#compilation = compilation;
    this.#steps = steps;
  }

  reset(): void {
    this.#sums = new Float64Array(0);
    this.#samples = 0;
  }

  /** What has been added up. */
  get state(): StateValue {
    return { sums: [...this.#sums], samples: this.#samples };
  }

  set state(state: StateValue) {
    const fields = new StateFields('meters', state);
    this.#sums = Float64Array.from(fields.numbers('sums'));
    this.#samples = fields.count('samples');
  }

  /** Adds one step's report of a batch. */
  update(report: Tensor, batchSize: number): void {
    const lossCount = 1 + this.#compilation.losses.length;
    const values = Float64Array.from(report.data, (value, index) => (index < lossCount ? value * batchSize : value));
    this.#sums = addStates('metrics', this.#sums, values);
    this.#samples += batchSize;
  }

  /** The means so far by log name, in the names' order. */
  logs(): Logs {
    const { losses, metrics } = this.#compilation;
    const at = (index: number): number => this.#sums[index] ?? 0;
    const entries: [string, number][] = [['loss', at(0) / this.#samples]];
    losses.forEach(({ logName }, index) => {
      if (logName !== undefined) entries.push([logName, at(1 + index) / this.#samples]);
    });
    let position = 1 + losses.length;
    metrics.forEach(({ logName }, index) => {
      const traced = this.#steps.metrics[index];
      if (!traced) return;
      const value = traced.metric.finish(this.#sums.subarray(position, position + traced.size));
      position += traced.size;
      entries.push([logName, typeof value === 'number' ? value : NaN]);
    });
    return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  /** The values in the order of `model.metricsNames`: loss, the outputs' losses, the metrics. */
  values(): number[] {
    const logs = this.logs();
    return logNames(this.#compilation).map((name) => logs[name] ?? NaN);
  }
}

/** Log names in the order in which `evaluate` lists them. */
export function logNames({ evaluationOrder }: Compilation): readonly string[] {
  return evaluationOrder;
}

/** The arguments of a training or test step. */
export function stepArguments({ inputs, targets, weights }: Batch): StepArguments {
  return [inputs, targets, weights];
}

function outputsOf(model: Model, inputs: readonly Tensor[], training: boolean): Tensor[] {
  const given =
    model.inputLayout.kind === 'single'
      ? inputs[0]
      : model.inputLayout.kind === 'list'
        ? inputs
        : Object.fromEntries(model.inputNames.map((name, index) => [name, inputs[index]]));
  const result = model.invoke(given, { training });
  if (result instanceof Tensor) return [result];
  return Array.isArray(result)
    ? (result as Tensor[])
    : model.outputNames.map((name) => (result as Record<string, Tensor>)[name] as Tensor);
}

function pack(values: readonly Tensor[]): Tensor {
  return concat(
    values.map((value) => reshape(value, [-1])),
    { axis: 0 },
  );
}
