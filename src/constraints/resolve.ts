/** Constraints by name and from Keras's files. */
import { ArgumentError, describeValue, FormatError } from '../errors.ts';
import { lookUp, toEnvelope, type KerasEnvelope } from '../names.ts';
import type { Constraint } from './constraint.ts';
import { maxNorm, minMaxNorm, nonNeg, unitNorm } from './norms.ts';

type Maker = (options: Readonly<Record<string, never>>) => Constraint;

const known: ReadonlyMap<string, Maker> = new Map<string, Maker>([
  ['max_norm', maxNorm],
  ['min_max_norm', minMaxNorm],
  ['non_neg', nonNeg],
  ['unit_norm', unitNorm],
]);

/**
 * The constraint that an option names: `'max_norm'`, `'non_neg'`, ..., or one made before; undefined for none.
 * @param where who asks
 * @throws ArgumentError for an unknown name or something that is no constraint
 */
export function resolveConstraint(
  where: string,
  value: string | Constraint | undefined | null,
): Constraint | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'string') return lookUp(where, 'constraint', value, known)({});
  if (typeof value === 'object' && typeof value.apply === 'function') return value;
  throw new ArgumentError(
    `${String(where)}: the constraint is ${describeValue(value)}. Give a name, or an object such as constraints.maxNorm({ maxValue: 3 }).`,
    { where, got: value },
  );
}

/** The constraint in Keras 3's envelope. */
export function serializeConstraint(constraint: Constraint): KerasEnvelope {
  resolveConstraint('serializeConstraint', constraint ?? '');
  return toEnvelope('keras.constraints', constraint.className, constraint.getConfig());
}

/**
 * The constraint of an envelope from a Keras file, or of a plain name.
 * @throws ArgumentError for an unknown class; FormatError for something else than an envelope or a name
 */
export function constraintFromConfig(value: unknown): Constraint {
  const where = 'constraintFromConfig';
  if (typeof value === 'string') return resolveConstraint(where, value) as Constraint;
  if (typeof value !== 'object' || value === null || !('class_name' in value) || typeof value.class_name !== 'string') {
    throw new FormatError(`${String(where)}: expected a name or an object with class_name and config.`, {
      where,
      got: value,
    });
  }
  const config = 'config' in value && typeof value.config === 'object' && value.config !== null ? value.config : {};
  const entries = Object.entries(config).map(
    ([key, one]) => [key.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase()), one as never] as const,
  );
  return lookUp(where, 'constraint', value.class_name, known)(Object.fromEntries(entries));
}
