/** Optimizers by name and from Keras's files. */
import { ArgumentError, describeValue, FormatError } from '../errors.ts';
import { lookUp, toEnvelope, type KerasEnvelope } from '../names.ts';
import { adadelta } from './adadelta.ts';
import { adagrad } from './adagrad.ts';
import { adam } from './adam.ts';
import { adamax } from './adamax.ts';
import { adamw } from './adamw.ts';
import { ftrl } from './ftrl.ts';
import { lion } from './lion.ts';
import { nadam } from './nadam.ts';
import { Optimizer } from './optimizer.ts';
import { rmsprop } from './rmsprop.ts';
import { scheduleFromConfig } from './schedules/index.ts';
import { sgd } from './sgd.ts';
import { fromSnakeCase, isEnvelope } from './snake-case.ts';

/** What `compile` takes as an optimizer. */
export type OptimizerLike = string | Optimizer;

type Maker = (options: Readonly<Record<string, never>>) => Optimizer;

const known: ReadonlyMap<string, Maker> = new Map<string, Maker>([
  ['adadelta', adadelta],
  ['adagrad', adagrad],
  ['adam', adam],
  ['adamax', adamax],
  ['adamw', adamw],
  ['ftrl', ftrl],
  ['lion', lion],
  ['nadam', nadam],
  ['rmsprop', rmsprop],
  ['sgd', sgd],
]);

/**
 * The optimizer that `compile` was given: a new one for a name, in any spelling.
 * @param where who asks
 * @throws ArgumentError for an unknown name, or something that is no optimizer
 */
export function resolveOptimizer(where: string, value: OptimizerLike): Optimizer {
  if (typeof value === 'string') return lookUp(where, 'optimizer', value, known)({});
  if (value instanceof Optimizer) return value;
  throw new ArgumentError(
    `${where}: the optimizer is ${describeValue(value)}. Give a name or an object such as optimizers.adam({ learningRate: 1e-3 }).`,
    {
      where,
      got: value,
    },
  );
}

/** The optimizer in Keras 3's envelope. Its variables are saved apart. */
export function serializeOptimizer(optimizer: Optimizer): KerasEnvelope {
  return toEnvelope('keras.optimizers', optimizer.className, optimizer.getConfig());
}

/**
 * The optimizer of a name or of an envelope from a Keras file.
 * @throws ArgumentError for an unknown class, of the optimizer or of its schedule, or a setting out of range; FormatError for
 *   something that is no envelope
 */
export function optimizerFromConfig(value: string | KerasEnvelope): Optimizer {
  if (typeof value === 'string') return resolveOptimizer('optimizerFromConfig', value);
  if (!isEnvelope(value)) {
    throw new FormatError(
      `optimizerFromConfig: ${describeValue(value)} is no optimizer. Give a name or Keras's envelope: an object with class_name and config.`,
      { where: 'optimizerFromConfig', got: value },
    );
  }
  const make = lookUp('optimizerFromConfig', 'optimizer', value.class_name, known);
  const options = fromSnakeCase(value.config);
  const { learningRate } = options;
  if (typeof learningRate === 'object') options['learningRate'] = scheduleFromConfig(learningRate as KerasEnvelope);
  return make(options as Record<string, never>);
}
