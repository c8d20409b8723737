/** What `model.compile` settles: optimizer, one loss per output, metrics, and the names in the logs. */
import type { DeviceName } from '../devices/default-device.ts';
import type { Device } from '../devices/device.ts';
import { ArgumentError } from '../errors.ts';
import { resolveLoss, type Loss, type LossLike } from '../losses/index.ts';
import { resolveMetric, type MetricLike } from '../metrics/index.ts';
import type { Model } from '../models/model.ts';
import { resolveOptimizer, type Optimizer } from '../optimizers/index.ts';
import type { Variable } from '../tensor/variable.ts';

/** A loss by name, as a function `(yTrue, yPred) => Tensor`, or an object of `losses`. */
export type LossSpec = LossLike;
/** A metric by name (`'acc'` keeps its spelling), an object of `metrics`, or a function `(yTrue, yPred) => Tensor`. */
export type MetricSpec = MetricLike;

/** One value for all outputs, a list in their order, or a record by their names. */
export type PerOutput<Value, Names extends string = string> =
  Value | readonly (Value | null)[] | { readonly [Name in Names]?: Value | null };

/** Metrics of one output in a list; of several in a list of lists, or a record. */
export type MetricSpecs<Names extends string = string> =
  | readonly (MetricSpec | readonly MetricSpec[] | null)[]
  | { readonly [Name in Names]?: MetricSpec | readonly MetricSpec[] | null };

export interface CompileModelOptions<Names extends string = string> {
  /** Default `'rmsprop'`, as in Keras. */
  readonly optimizer?: string | Optimizer;
  /** A record names every output; `null` for an output without a loss, a list for several that are added up. */
  readonly loss?: PerOutput<LossSpec | readonly LossSpec[], Names>;
  /** Factors of the losses in the total: a number for a single loss, else a list or record by output. Default 1. */
  readonly lossWeights?:
    number | readonly (number | null)[] | { readonly [Name in Names]?: number | readonly number[] | null };
  /** A list for a model of one output; else a list with one entry (a metric or a list) per output, or a record. They take no weights. */
  readonly metrics?: MetricSpecs<Names>;
  /** Metrics in which samples count by their weights; without weights as `metrics`. A name that is taken becomes `weighted_acc`. */
  readonly weightedMetrics?: MetricSpecs<Names>;
  /** Default: the device of `setDevice`. */
  readonly device?: DeviceName | Device;
}

/** A metric of one output, with its name in the logs. */
export interface OutputMetric {
  readonly output: number;
  readonly spec: MetricSpec;
  /** Whether the samples' weights count. */
  readonly weighted: boolean;
  readonly logName: string;
}

/** One output's loss. */
export interface OutputLoss {
  readonly output: number;
  readonly loss: Loss;
  readonly weight: number;
  /** The name in the logs; undefined when there is only one loss, which `loss` already tells. */
  readonly logName: string | undefined;
}

export interface Compilation {
  readonly optimizer: Optimizer;
  readonly losses: readonly OutputLoss[];
  readonly metrics: readonly OutputMetric[];
  /** Log names in the order in which `evaluate` lists the values. */
  readonly evaluationOrder: readonly string[];
  /** The trainable weights as of `compile()`. */
  readonly trainable: readonly Variable[];
  readonly device: DeviceName | Device | undefined;
}

/** Resolves all options before anything changes. @throws ArgumentError for unknown names and missing or surplus outputs */
export function compileOptions(model: Model, options: CompileModelOptions): Compilation {
  const where = `model '${model.name}': compile`;
  const names = model.outputNames;
  const optimizer = resolveOptimizer(where, options.optimizer ?? 'rmsprop');
  const losses = lossesPerOutput(where, options, names);
  const taken = new Set(['loss']);
  const outputLosses = losses.map(({ output, spec, weight }): OutputLoss => {
    const loss = resolveLoss(where, spec);
    refuseSeveralValues(where, loss);
    const logName = losses.length > 1 ? uniqueName(`${names[output]}_loss`, taken) : undefined;
    return { output, loss, weight: checkWeight(where, weight), logName };
  });
  const plain = metricsOf(where, 'metrics', options.metrics, names);
  const weighted = metricsOf(where, 'weightedMetrics', options.weightedMetrics, names);
  const prefix = (output: number): string => (names.length > 1 ? `${names[output]}_` : '');
  const metrics = [
    ...plain.map(({ output, spec, name }): OutputMetric => {
      return { output, spec, weighted: false, logName: uniqueName(prefix(output) + name, taken) };
    }),
    ...weighted.map(({ output, spec, name }): OutputMetric => {
      const wanted = prefix(output) + name;
      const free = taken.has(wanted) ? `${prefix(output)}weighted_${name}` : wanted;
      return { output, spec, weighted: true, logName: uniqueName(free, taken) };
    }),
  ];
  return {
    optimizer,
    losses: outputLosses,
    metrics,
    evaluationOrder: evaluationOrder(
      outputLosses,
      metrics,
      [...plain, ...weighted].map(({ name }) => name),
    ),
    trainable: model.trainableWeights,
    device: options.device,
  };
}

// Keras's: the total, then the logs that bear a metric's own name, the outputs' losses, and the others by name.
function evaluationOrder(
  losses: readonly OutputLoss[],
  metrics: readonly OutputMetric[],
  ownNames: readonly string[],
): string[] {
  const lossNames = losses.flatMap(({ logName }) => logName ?? []);
  const logNames = new Set(['loss', ...lossNames, ...metrics.map(({ logName }) => logName)]);
  const first = new Set(['loss', ...ownNames.filter((name) => logNames.has(name)), ...lossNames]);
  return [...first, ...[...logNames].filter((name) => !first.has(name)).sort()];
}

interface GivenLoss {
  readonly output: number;
  readonly spec: LossSpec;
  readonly weight: unknown;
}

function lossesPerOutput(where: string, options: CompileModelOptions, names: readonly string[]): GivenLoss[] {
  const specs = perOutput<LossSpec | readonly LossSpec[]>(where, 'loss', options.loss, names, true);
  const { lossWeights } = options;
  if (typeof lossWeights === 'number') {
    const given = specs.flatMap((spec, output) =>
      listOf<LossSpec>(spec).map((one) => ({ output, spec: one, weight: lossWeights })),
    );
    if (given.length <= 1) return given;
    throw new ArgumentError(
      `${where}: lossWeights is one number for ${given.length} losses. Give a list, or a record by output (${names.join(', ')}).`,
      { where, got: lossWeights, expected: names },
    );
  }
  const weights = perOutput<number | readonly number[]>(where, 'lossWeights', lossWeights, names, false);
  return specs.flatMap((spec, output) => {
    const ofOutput = listOf<LossSpec>(spec);
    const weight = weights[output] ?? 1;
    if (Array.isArray(weight) && weight.length !== ofOutput.length) {
      throw new ArgumentError(
        `${where}: the output '${names[output]}' has ${weight.length} lossWeights for ${ofOutput.length} losses. Give one each.`,
        { where, got: weight.length, expected: ofOutput.length },
      );
    }
    return ofOutput.map((one, index) => ({
      output,
      spec: one,
      weight: Array.isArray(weight) ? (weight as readonly number[])[index] : weight,
    }));
  });
}

function refuseSeveralValues(where: string, loss: Loss): void {
  if (loss.reduction !== 'none') return;
  throw new ArgumentError(
    `${where}: the loss '${loss.name}' has the reduction 'none', which gives one value per sample; training needs one number. Use 'sum_over_batch_size' or 'sum'.`,
    { where, got: loss.reduction },
  );
}

interface GivenMetric {
  readonly output: number;
  readonly spec: MetricSpec;
  readonly name: string;
}

function metricsOf(
  where: string,
  what: 'metrics' | 'weightedMetrics',
  specs: MetricSpecs | undefined,
  names: readonly string[],
): GivenMetric[] {
  return metricsPerOutput(where, what, specs, names).flatMap((ofOutput, output) =>
    ofOutput.map((spec) => {
      // Which kind of accuracy it is depends on the data; the name does not.
      const metric = resolveMetric(where, spec, { targetShape: [1, 1], outputShape: [1, 1] });
      if (metric.severalValues !== undefined) {
        throw new ArgumentError(
          `${where}: the metric '${metric.name}' has several values, a log is one number. ${metric.severalValues}, or use the metric by itself: updateState() and result().`,
          { where, got: metric.name },
        );
      }
      return { output, spec, name: metric.name };
    }),
  );
}

function perOutput<Value>(
  where: string,
  what: string,
  spec: unknown,
  names: readonly string[],
  complete: boolean,
): readonly (Value | null)[] {
  if (spec === undefined) return names.map(() => null);
  if (Array.isArray(spec)) {
    if (spec.length !== names.length) {
      throw new ArgumentError(
        `${where}: ${what} has ${spec.length} entries, the model has ${names.length} outputs (${names.join(', ')}).`,
        {
          where,
          got: spec.length,
          expected: names,
        },
      );
    }
    return (spec as readonly (Value | null | undefined)[]).map((value) => value ?? null);
  }
  if (isRecord(spec)) {
    const keys = Object.keys(spec);
    const surplus = keys.filter((key) => !names.includes(key));
    const missing = complete ? names.filter((name) => !keys.includes(name)) : [];
    if (surplus.length > 0 || missing.length > 0) {
      const parts = [
        ...(missing.length > 0
          ? [`no entry for ${missing.map((name) => `'${name}'`).join(', ')} (null for no ${what})`]
          : []),
        ...(surplus.length > 0 ? [`unknown output ${surplus.map((name) => `'${name}'`).join(', ')}`] : []),
      ];
      throw new ArgumentError(
        `${where}: ${what}: ${parts.join('; ')}. The outputs are ${names.map((name) => `'${name}'`).join(', ')}.`,
        {
          where,
          got: keys,
          expected: names,
        },
      );
    }
    return names.map((name) => (spec as Record<string, Value | null | undefined>)[name] ?? null);
  }
  return names.map(() => spec as Value);
}

function metricsPerOutput(
  where: string,
  what: string,
  spec: MetricSpecs | undefined,
  names: readonly string[],
): readonly (readonly MetricSpec[])[] {
  if (spec === undefined || spec === null) return names.map(() => []);
  const isList = Array.isArray(spec);
  if (!isList && !isRecord(spec)) {
    throw new ArgumentError(
      `${where}: ${what} is ${typeof spec === 'object' ? 'a single metric' : `of type ${typeof spec}`}. Give a list, or a record by output (${names.join(', ')}).`,
      { where, got: spec, expected: names },
    );
  }
  if (isList && names.length === 1) return [(spec as readonly unknown[]).flatMap((one) => listOf<MetricSpec>(one))];
  if (isList && spec.length === 0) return names.map(() => []);
  return perOutput<unknown>(where, what, spec, names, false).map((one) => listOf<MetricSpec>(one));
}

function listOf<Value>(value: unknown): readonly Value[] {
  if (value === null || value === undefined) return [];
  return Array.isArray(value) ? (value as Value[]) : [value as Value];
}

function uniqueName(name: string, taken: Set<string>): string {
  let candidate = name;
  for (let suffix = 1; taken.has(candidate); suffix++) candidate = `${name}_${suffix}`;
  taken.add(candidate);
  return candidate;
}

function checkWeight(where: string, weight: unknown): number {
  if (typeof weight !== 'number' || !Number.isFinite(weight)) {
    throw new ArgumentError(`${where}: the loss weight ${String(weight)} is not a finite number.`, {
      where,
      got: weight,
    });
  }
  return weight;
}

// Losses and metrics may be objects themselves: a record by output is a plain object without a `name` of its own function.
function isRecord(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  return (
    Object.getPrototypeOf(value) === Object.prototype &&
    typeof (value as { perElement?: unknown }).perElement !== 'function' &&
    typeof (value as { update?: unknown }).update !== 'function'
  );
}
