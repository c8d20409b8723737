/** What `compile` was given, as Keras writes it into files, and back. */
import { ArgumentError, describeValue, FormatError } from '../errors.ts';
import { lossFromConfig, serializeLoss, type Loss } from '../losses/index.ts';
import { Metric, metricFromConfig, serializeMetric } from '../metrics/index.ts';
import { fieldsOf, isEnvelope, isObject, stringOf } from '../models/json-reader.ts';
import type { Model } from '../models/model.ts';
import type { KerasEnvelope } from '../names.ts';
import { optimizerFromConfig, serializeOptimizer } from '../optimizers/index.ts';
import type { CompileModelOptions, LossSpec, MetricSpec } from './compilation.ts';
import { compileOptionsOf, optimizerOf } from './state.ts';

/** Keras's `compile_config`; undefined for a model that was not compiled. */
export interface CompileConfig {
  readonly optimizer: KerasEnvelope;
  readonly loss: unknown;
  readonly loss_weights: unknown;
  readonly metrics: unknown;
  readonly weighted_metrics: unknown;
}

/**
 * The settings of a model's `compile`. Keys of the optimizer that Keras 3.0 lacked are written only where they say
 * something.
 * @throws ArgumentError for a loss or metric without a name of its own
 */
export function compileConfig(model: Model): CompileConfig | undefined {
  const options = compileOptionsOf(model);
  const optimizer = optimizerOf(model);
  if (!options || !optimizer) return undefined;
  const { config, ...envelope } = serializeOptimizer(optimizer);
  const { gradient_accumulation_steps: steps, ...settings } = config;
  return {
    optimizer: { ...envelope, config: steps === null ? settings : config },
    loss: eachSpec(options.loss, lossSpec),
    loss_weights: options.lossWeights ?? null,
    metrics: metricSpecs(model, options.metrics),
    weighted_metrics: metricSpecs(model, options.weightedMetrics),
  };
}

/** Applies to each loss in a structure: one, a list, a record by output, lists inside those. */
function eachSpec(specs: unknown, write: (spec: unknown) => unknown): unknown {
  if (specs === undefined || specs === null) return null;
  if (Array.isArray(specs)) return specs.map((one) => eachSpec(one, write));
  if (isPlainRecord(specs))
    return Object.fromEntries(Object.entries(specs).map(([name, one]) => [name, eachSpec(one, write)]));
  return write(specs);
}

// Keras takes a flat list for one output, and lists by output for several.
function metricSpecs(model: Model, specs: CompileModelOptions['metrics']): unknown {
  const written = eachSpec(specs, metricSpec);
  if (!Array.isArray(written) || written.length === 0) return written;
  if (model.outputs.length <= 1) return (written as unknown[]).flat();
  return written.map((one) => (Array.isArray(one) || one === null ? (one as unknown) : [one]));
}

function lossSpec(spec: unknown): unknown {
  const loss = spec as LossSpec;
  if (typeof loss === 'string') return loss;
  if (typeof loss === 'function')
    return 'lossName' in loss ? kerasFunction(loss.lossName) : customFunction('loss', loss.name);
  return serializeLoss(loss as Loss);
}

function metricSpec(spec: unknown): unknown {
  const metric = spec as MetricSpec;
  if (typeof metric === 'string') return metric;
  if (typeof metric === 'function')
    return 'lossName' in metric ? kerasFunction(metric.lossName) : customFunction('metric', metric.name);
  if (metric instanceof Metric) return serializeMetric(metric);
  return customFunction('metric', metric.name);
}

function kerasFunction(name: string): object {
  return { module: 'builtins', class_name: 'function', config: name, registered_name: 'function' };
}

function customFunction(what: string, name: string): object {
  if (name !== '') return { module: null, class_name: 'function', config: name, registered_name: name };
  throw new ArgumentError(
    `saving: a ${what} of compile() is a function without a name, which no file can hold. Give it a name and, when loading, give it in customObjects; or save with { includeOptimizer: false }.`,
    { where: 'saving' },
  );
}

/**
 * Compiles a model with the settings of a file.
 * @param where the file
 * @throws FormatError for what is not known here; `{ compile: false }` loads the model all the same
 */
export function compileFrom(
  where: string,
  model: Model,
  config: unknown,
  customObjects: ReadonlyMap<string, unknown>,
): void {
  try {
    model.compile(compileOptionsFrom(config, customObjects));
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new FormatError(
      `${where}: its compile settings cannot be read: ${reason} Give functions and classes of your own in customObjects, or load the model without these settings: { compile: false }.`,
      { where, cause },
    );
  }
}

/** @internal What `compile` was given. @throws ArgumentError or FormatError for what is not known here */
export function compileOptionsFrom(config: unknown, customObjects: ReadonlyMap<string, unknown>): CompileModelOptions {
  const fields = fieldsOf('compile_config', config);
  const lossOf = (spec: unknown): unknown => readSpec('loss', spec, customObjects, lossFromConfig);
  const metricOf = (spec: unknown): unknown => readSpec('metrics', spec, customObjects, metricFromConfig);
  const option = (name: keyof CompileModelOptions, value: unknown): object =>
    value === undefined || value === null ? {} : { [name]: value };
  return {
    optimizer: optimizerFromConfig(fields.get('optimizer') as KerasEnvelope),
    ...option('loss', readStructure(fields.get('loss'), lossOf)),
    ...option(
      'lossWeights',
      readStructure(fields.get('loss_weights'), (weight) => weight),
    ),
    ...option('metrics', readStructure(fields.get('metrics'), metricOf)),
    ...option('weightedMetrics', readStructure(fields.get('weighted_metrics'), metricOf)),
  };
}

function readStructure(value: unknown, read: (spec: unknown) => unknown): unknown {
  if (value === undefined || value === null) return null;
  if (Array.isArray(value)) return value.map((one) => readStructure(one, read));
  if (isObject(value) && !isEnvelope(value))
    return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, readStructure(one, read)]));
  return read(value);
}

function readSpec(
  where: string,
  spec: unknown,
  customObjects: ReadonlyMap<string, unknown>,
  fromConfig: (envelope: never) => unknown,
): unknown {
  if (typeof spec === 'string') return customObjects.get(spec) ?? spec;
  if (!isEnvelope(spec)) {
    throw new FormatError(
      `${where}: expected a name or an object with class_name and config, got ${describeValue(spec)}.`,
      {
        where,
        got: spec,
      },
    );
  }
  const fields = fieldsOf(where, spec);
  const className = stringOf(where, fields.get('class_name'));
  const name = className === 'function' ? stringOf(where, fields.get('config')) : className;
  const custom = customObjects.get(name);
  if (custom !== undefined) return custom;
  return className === 'function' ? name : fromConfig(spec as never);
}

function isPlainRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return (
    (prototype === Object.prototype || prototype === null) &&
    typeof (value as { perElement?: unknown }).perElement !== 'function' &&
    typeof (value as { update?: unknown }).update !== 'function'
  );
}
