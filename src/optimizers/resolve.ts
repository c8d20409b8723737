/** Optimizers by name and from Keras's files. */
import { ArgumentError, FormatError } from '../errors.ts';
import { lookUp, toEnvelope, type KerasEnvelope } from '../names.ts';
import { adam } from './adam.ts';
import { Optimizer } from './optimizer.ts';
import { rmsprop } from './rmsprop.ts';
import { sgd } from './sgd.ts';

/** What `compile` takes as an optimizer. */
export type OptimizerLike = string | Optimizer;

type Maker = (options: Readonly<Record<string, never>>) => Optimizer;

const known: ReadonlyMap<string, Maker> = new Map<string, Maker>([
  ['adam', adam],
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
    `${where}: the optimizer is ${String(value)}. Give a name or an object such as optimizers.adam({ learningRate: 1e-3 }).`,
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
 * @throws ArgumentError for an unknown class; FormatError for settings that change the steps and are not known here
 */
export function optimizerFromConfig(value: string | KerasEnvelope): Optimizer {
  if (typeof value === 'string') return resolveOptimizer('optimizerFromConfig', value);
  const make = lookUp('optimizerFromConfig', 'optimizer', value.class_name, known);
  const { use_ema, gradient_accumulation_steps, loss_scale_factor, learning_rate } = value.config;
  if (use_ema || gradient_accumulation_steps || loss_scale_factor || typeof learning_rate === 'object') {
    throw new FormatError(
      `optimizerFromConfig: ${value.class_name} uses a schedule, use_ema, gradient_accumulation_steps or loss_scale_factor, which cannot be read. Compile again after loading.`,
      { where: 'optimizerFromConfig', got: value.config },
    );
  }
  const options = Object.entries(value.config)
    .filter(([, setting]) => setting !== null && setting !== undefined)
    .map(
      ([name, setting]) =>
        [name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase()), setting as never] as const,
    );
  return make(Object.fromEntries(options));
}
