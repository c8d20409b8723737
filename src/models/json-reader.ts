/** Parsed JSON from outside, read with checks: objects become Maps, so that no key of theirs reaches a prototype. */
import { describeValue, FormatError } from '../errors.ts';

export type Fields = ReadonlyMap<string, unknown>;

/** An object of class_name and config, as Keras writes everything that it can make again. */
export interface Envelope {
  readonly className: string;
  readonly config: unknown;
  /** All its keys. */
  readonly fields: Fields;
}

export function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The keys and values of an object. @throws FormatError for anything else */
export function fieldsOf(where: string, value: unknown): Fields {
  if (!isObject(value))
    throw new FormatError(`${where}: expected an object, got ${describe(value)}.`, { where, got: value });
  return new Map<string, unknown>(Object.entries(value));
}

/** The items of a list. @throws FormatError for anything else */
export function listOf(where: string, value: unknown): readonly unknown[] {
  if (!Array.isArray(value))
    throw new FormatError(`${where}: expected a list, got ${describe(value)}.`, { where, got: value });
  return value as readonly unknown[];
}

/** A string. @throws FormatError for anything else */
export function stringOf(where: string, value: unknown): string {
  if (typeof value !== 'string')
    throw new FormatError(`${where}: expected a string, got ${describe(value)}.`, { where, got: value });
  return value;
}

export function isEnvelope(value: unknown): value is object {
  return isObject(value) && Object.hasOwn(value, 'class_name') && Object.hasOwn(value, 'config');
}

/** @throws FormatError for what has no class_name or no config */
export function envelopeOf(where: string, value: unknown): Envelope {
  const fields = fieldsOf(where, value);
  if (!fields.has('class_name') || !fields.has('config')) {
    throw new FormatError(
      `${where}: expected an object with class_name and config; it has ${[...fields.keys()].join(', ') || 'no keys'}.`,
      { where, got: [...fields.keys()] },
    );
  }
  return {
    className: stringOf(`${where}: class_name`, fields.get('class_name')),
    config: fields.get('config'),
    fields,
  };
}

function describe(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  return Array.isArray(value) ? 'a list' : typeof value === 'object' ? 'an object' : describeValue(value);
}
