/** Initializers by name and from Keras's files. */
import { ArgumentError, describeValue, FormatError } from '../errors.ts';
import { lookUp, toEnvelope, type KerasEnvelope } from '../names.ts';
import { constant, identity, ones, zeros } from './constant.ts';
import type { Initializer } from './initializer.ts';
import { orthogonal } from './orthogonal.ts';
import { randomNormal, randomUniform, truncatedNormal } from './random.ts';
import {
  glorotNormal,
  glorotUniform,
  heNormal,
  heUniform,
  lecunNormal,
  lecunUniform,
  varianceScaling,
} from './variance-scaling.ts';

type Maker = (options: Readonly<Record<string, never>>) => Initializer;

const known: ReadonlyMap<string, Maker> = new Map<string, Maker>([
  ['zeros', zeros],
  ['ones', ones],
  ['constant', constant],
  ['identity', identity],
  ['random_normal', randomNormal],
  ['random_uniform', randomUniform],
  ['truncated_normal', truncatedNormal],
  ['variance_scaling', varianceScaling],
  ['glorot_uniform', glorotUniform],
  ['glorot_normal', glorotNormal],
  ['he_uniform', heUniform],
  ['he_normal', heNormal],
  ['lecun_uniform', lecunUniform],
  ['lecun_normal', lecunNormal],
  ['orthogonal', orthogonal],
]);

/** Keras's other names. */
const aliases: ReadonlyMap<string, Maker> = new Map<string, Maker>([
  ['zero', zeros],
  ['one', ones],
  ['normal', randomNormal],
  ['uniform', randomUniform],
  ['identity_initializer', identity],
  ['orthogonal_initializer', orthogonal],
]);

/**
 * The initializer that an option names: `'glorot_uniform'`, `'GlorotUniform'` or `'glorotUniform'`, or one made before.
 * @param where the layer that asks
 * @throws ArgumentError for an unknown name or something that is no initializer
 */
export function resolveInitializer(where: string, value: string | Initializer): Initializer {
  if (typeof value === 'string') return lookUp(where, 'initializer', value, known, aliases)({});
  if (typeof value === 'object' && typeof (value as Initializer | null)?.initialize === 'function') return value;
  throw new ArgumentError(
    `${String(where)}: the initializer is ${describeValue(value)}. Give a name, or an object such as initializers.constant({ value: 1 }).`,
    { where, got: value },
  );
}

/** The initializer in Keras 3's envelope. */
export function serializeInitializer(initializer: Initializer): KerasEnvelope {
  resolveInitializer('serializeInitializer', initializer ?? '');
  return toEnvelope('keras.initializers', initializer.className, initializer.getConfig());
}

/**
 * The initializer of an envelope from a Keras file, or of a plain name.
 * @throws ArgumentError for an unknown class; FormatError for something else than an envelope or a name
 */
export function initializerFromConfig(value: unknown): Initializer {
  if (typeof value === 'string') return resolveInitializer('initializerFromConfig', value);
  if (typeof value !== 'object' || value === null || !('class_name' in value) || typeof value.class_name !== 'string') {
    throw new FormatError('initializerFromConfig: expected a name or an object with class_name and config.', {
      where: 'initializerFromConfig',
      got: value,
    });
  }
  const config = 'config' in value && typeof value.config === 'object' && value.config !== null ? value.config : {};
  return lookUp('initializerFromConfig', 'initializer', value.class_name, known, aliases)(toOptions(config));
}

// Keras's files spell options in snake_case and write null for what is left out.
function toOptions(config: object): Readonly<Record<string, never>> {
  const entries = Object.entries(config)
    .filter(([, value]) => value !== null)
    .map(
      ([name, value]) => [name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase()), value as never] as const,
    );
  return Object.fromEntries(entries);
}
