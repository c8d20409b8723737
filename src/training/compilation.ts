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

export interface CompileModelOptions<Names extends string = string> {
  /** Default `'rmsprop'`, as in Keras. */
  readonly optimizer?: string | Optimizer;
  /** A record names every output; `null` for an output without a loss. */
  readonly loss?: PerOutput<LossSpec, Names>;
  /** Factors of the losses in the total. Default 1. */
  readonly lossWeights?: readonly number[] | { readonly [Name in Names]?: number };
  /** For all outputs a list; per output a list of lists, or a record. */
  readonly metrics?:
    readonly (MetricSpec | readonly MetricSpec[])[] | { readonly [Name in Names]?: MetricSpec | readonly MetricSpec[] };
  /** Default: the device of `setDevice`. */
  readonly device?: DeviceName | Device;
}

/** A metric of one output, with its name in the logs. */
export interface OutputMetric {
  readonly output: number;
  readonly spec: MetricSpec;
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
  /** The trainable weights as of `compile()`. */
  readonly trainable: readonly Variable[];
  readonly device: DeviceName | Device | undefined;
}

/** Resolves all options before anything changes. @throws ArgumentError for unknown names and missing or surplus outputs */
export function compileOptions(model: Model, options: CompileModelOptions): Compilation {
  const where = `model '${model.name}': compile`;
  const names = model.outputNames;
  const optimizer = resolveOptimizer(where, options.optimizer ?? 'rmsprop');
  const losses = perOutput<LossSpec>(where, 'loss', options.loss, names, true);
  const weights = perOutput<number>(where, 'lossWeights', options.lossWeights, names, false);
  const given = losses.flatMap((spec, output) => (spec === null ? [] : [{ output, spec }]));
  const several = given.length > 1;
  const outputLosses = given.map(({ output, spec }) => ({
    output,
    loss: resolveLoss(where, spec),
    weight: checkWeight(where, weights[output] ?? 1),
    logName: several ? `${names[output]}_loss` : undefined,
  }));
  const taken = new Set(['loss', ...outputLosses.flatMap(({ logName }) => logName ?? [])]);
  const metrics = metricsPerOutput(where, options.metrics, names).flatMap((specs, output) =>
    specs.map((spec): OutputMetric => {
      // Which kind of accuracy it is depends on the data; the name does not.
      const own = resolveMetric(where, spec, { targetShape: [1, 1], outputShape: [1, 1] }).name;
      return { output, spec, logName: uniqueName(names.length > 1 ? `${names[output]}_${own}` : own, taken) };
    }),
  );
  return { optimizer, losses: outputLosses, metrics, trainable: model.trainableWeights, device: options.device };
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
  spec: CompileModelOptions['metrics'],
  names: readonly string[],
): readonly (readonly MetricSpec[])[] {
  if (spec === undefined) return names.map(() => []);
  const listOf = (value: unknown): readonly MetricSpec[] =>
    Array.isArray(value) ? (value as MetricSpec[]) : value === null || value === undefined ? [] : [value as MetricSpec];
  if (Array.isArray(spec) && !spec.some((one) => Array.isArray(one))) {
    return names.length === 1
      ? [listOf(spec)]
      : perOutput<MetricSpec>(where, 'metrics', spec, names, false).map(listOf);
  }
  return perOutput<unknown>(where, 'metrics', spec, names, false).map(listOf);
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
