/** Strings that name things as Keras users spell them: `glorot_uniform`, `GlorotUniform` and `glorotUniform` are one name. */
import { ArgumentError, suggestName } from './errors.ts';

/**
 * The entry that a name means, whatever its spelling: only letters and digits count, upper or lower case.
 * @param where who asks; the message begins with it
 * @param kind what is looked for: `'optimizer'`
 * @param known snake_case names
 * @param aliases further names, which the message of an unknown one leaves out
 * @throws ArgumentError for an unknown name: the nearest one and all of them
 */
export function lookUp<Entry>(
  where: string,
  kind: string,
  name: string,
  known: ReadonlyMap<string, Entry>,
  aliases: ReadonlyMap<string, Entry> = new Map(),
): Entry {
  const wanted = withoutSpelling(name);
  for (const [candidate, entry] of [...known, ...aliases]) if (withoutSpelling(candidate) === wanted) return entry;
  throw new ArgumentError(`${String(where)}: unknown ${kind} '${name}'; ${suggestName(name, [...known.keys()])}`, {
    where,
    got: name,
    expected: [...known.keys()],
  });
}

function withoutSpelling(name: string): string {
  return name.replaceAll('_', '').toLowerCase();
}

/** The envelope in which Keras 3 writes an object into a file. */
export interface KerasEnvelope {
  readonly module?: string | null;
  readonly class_name: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly registered_name?: string | null;
}

/** Keras 3's envelope of an object of its own: `{ module, class_name, config, registered_name: null }`. */
export function toEnvelope(
  module: string,
  className: string,
  config: Readonly<Record<string, unknown>>,
): KerasEnvelope {
  return { module, class_name: className, config, registered_name: null };
}

/** The options of a maker, from an object's settings as Keras writes them: `from_logits` is `fromLogits`; null and dtype go. */
export function optionsFromConfig(config: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const camelCase = (key: string): string => key.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
  const entries = Object.entries(config).filter(([key, value]) => key !== 'dtype' && value !== null);
  return Object.fromEntries(entries.map(([key, value]) => [camelCase(key), value]));
}
