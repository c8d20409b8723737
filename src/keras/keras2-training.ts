/** The settings of `compile` in Keras 2's files, as Keras 3 writes them. */
import { fieldsOf, isEnvelope, isObject, type Fields } from '../models/json-reader.ts';

/** Short names that Keras 2 kept in a metric's name while it saved the function behind them. */
const shortNames: ReadonlyMap<unknown, readonly string[]> = new Map([
  ['binary_accuracy', ['accuracy', 'acc']],
  ['categorical_accuracy', ['accuracy', 'acc']],
  ['sparse_categorical_accuracy', ['accuracy', 'acc']],
  ['binary_crossentropy', ['crossentropy', 'ce']],
  ['categorical_crossentropy', ['crossentropy', 'ce']],
  ['sparse_categorical_crossentropy', ['crossentropy', 'ce']],
  ['mean_absolute_error', ['mae']],
  ['mean_squared_error', ['mse']],
  ['mean_absolute_percentage_error', ['mape']],
  ['mean_squared_logarithmic_error', ['msle']],
]);

/** Whether a file's `keras_version` is one before 3. */
export function isKeras2Version(version: unknown): boolean {
  return typeof version === 'string' && /^[12]\./.test(version);
}

/** A `training_config` or `compile_config` of Keras 2; the optimizer stands under `optimizer`. */
export function toKeras3Training(where: string, config: unknown): object {
  const fields = fieldsOf(where, config);
  return {
    optimizer: optimizerOf(where, fields.get('optimizer') ?? fields.get('optimizer_config')),
    loss: mapStructure(fields.get('loss'), (one) => lossOf(where, one)),
    loss_weights: fields.get('loss_weights') ?? null,
    metrics: metricsOf(where, fields.get('metrics')),
    weighted_metrics: metricsOf(where, fields.get('weighted_metrics')),
  };
}

// Before 2.11 every optimizer had a decay of its own.
function optimizerOf(where: string, value: unknown): unknown {
  if (!isEnvelope(value)) return value;
  const fields = fieldsOf(where, value);
  const { class_name: name, config: given } = Object.fromEntries(fields);
  if (typeof name !== 'string' || !isObject(given)) return value;
  const config = new Map(fieldsOf(where, given));
  const rate = config.get('learning_rate') ?? config.get('lr');
  const decay = config.get('decay');
  for (const key of ['lr', 'decay', 'jit_compile', 'is_legacy_optimizer', 'schedule_decay']) config.delete(key);
  config.set(
    'learning_rate',
    typeof decay === 'number' && decay > 0 && typeof rate === 'number'
      ? {
          class_name: 'InverseTimeDecay',
          config: { initial_learning_rate: rate, decay_steps: 1, decay_rate: decay, staircase: false },
        }
      : rate,
  );
  return { class_name: name.slice(name.lastIndexOf('>') + 1), config: Object.fromEntries(config) };
}

function lossOf(where: string, value: unknown): unknown {
  if (!isEnvelope(value)) return value;
  const fields = new Map(fieldsOf(where, value));
  const given = fields.get('config');
  if (!isObject(given)) return value;
  const config = new Map(fieldsOf(where, given));
  const called = config.get('fn');
  config.delete('fn');
  if (config.get('reduction') === 'auto') config.set('reduction', 'sum_over_batch_size');
  if (fields.get('class_name') === 'LossFunctionWrapper' && typeof called === 'string') return called;
  fields.set('config', Object.fromEntries(config));
  return Object.fromEntries(fields);
}

// A model of one output has its metrics in a list of one list.
function metricsOf(where: string, value: unknown): unknown {
  const metrics = mapStructure(value, (one) => metricOf(where, one));
  return Array.isArray(metrics) && metrics.length === 1 && Array.isArray(metrics[0])
    ? (metrics[0] as unknown)
    : metrics;
}

function metricOf(where: string, value: unknown): unknown {
  if (!isEnvelope(value)) return value;
  const { class_name: className, config } = Object.fromEntries(fieldsOf(where, value));
  if (className !== 'MeanMetricWrapper' || !isObject(config)) return value;
  const { fn: called, name } = Object.fromEntries(fieldsOf(where, config) as Fields);
  if (typeof called !== 'string') return value;
  // With several outputs the name begins with the output's.
  const named = (short: string): boolean => typeof name === 'string' && (name === short || name.endsWith(`_${short}`));
  return shortNames.get(called)?.find(named) ?? called;
}

function mapStructure(value: unknown, map: (one: unknown) => unknown): unknown {
  if (Array.isArray(value)) return (value as unknown[]).map((one) => mapStructure(one, map));
  if (isObject(value) && !isEnvelope(value))
    return Object.fromEntries([...fieldsOf('', value)].map(([key, one]) => [key, mapStructure(one, map)]));
  return value === undefined ? null : map(value);
}
