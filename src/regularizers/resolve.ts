/** Regularizers by name and from Keras's files. */
import { ArgumentError, describeValue, FormatError } from '../errors.ts';
import { lookUp, toEnvelope, type KerasEnvelope } from '../names.ts';
import { l1, l1l2, l2 } from './norms.ts';
import { orthogonalRegularizer } from './orthogonal.ts';
import type { Regularizer } from './regularizer.ts';

type Maker = (options: Readonly<Record<string, never>>) => Regularizer;

const known: ReadonlyMap<string, Maker> = new Map<string, Maker>([
  ['l1', l1],
  ['l2', l2],
  ['l1_l2', l1l2],
  ['orthogonal_regularizer', orthogonalRegularizer],
]);

/**
 * The regularizer that an option names: `'l1'`, `'l2'`, `'l1_l2'` (0.01 both), or one made before; undefined for none.
 * @param where who asks
 * @throws ArgumentError for an unknown name or something that is no regularizer
 */
export function resolveRegularizer(
  where: string,
  value: string | Regularizer | undefined | null,
): Regularizer | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'string') {
    const make = lookUp(where, 'regularizer', value, known);
    return make === l1l2 ? l1l2({ l1: 0.01, l2: 0.01 }) : make({});
  }
  if (typeof value === 'object' && typeof value.apply === 'function') return value;
  throw new ArgumentError(
    `${String(where)}: the regularizer is ${describeValue(value)}. Give a name, or an object such as regularizers.l2(1e-4).`,
    { where, got: value },
  );
}

/** The regularizer in Keras 3's envelope. */
export function serializeRegularizer(regularizer: Regularizer): KerasEnvelope {
  resolveRegularizer('serializeRegularizer', regularizer ?? '');
  return toEnvelope('keras.regularizers', regularizer.className, regularizer.getConfig());
}

/**
 * The regularizer of an envelope from a Keras file, or of a plain name.
 * @throws ArgumentError for an unknown class; FormatError for something else than an envelope or a name
 */
export function regularizerFromConfig(value: unknown): Regularizer {
  const where = 'regularizerFromConfig';
  if (typeof value === 'string') return resolveRegularizer(where, value) as Regularizer;
  if (typeof value !== 'object' || value === null || !('class_name' in value) || typeof value.class_name !== 'string') {
    throw new FormatError(`${String(where)}: expected a name or an object with class_name and config.`, {
      where,
      got: value,
    });
  }
  const config = 'config' in value && typeof value.config === 'object' && value.config !== null ? value.config : {};
  return lookUp(where, 'regularizer', value.class_name, known)(config as Readonly<Record<string, never>>);
}
