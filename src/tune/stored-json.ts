/**
 * Values of attributes as a journal's readers keep them: as what they are, or as their JSON where that is smaller, for lists
 * and objects take many times what they are written with, and most are never looked at.
 */
import { parsePythonJson } from '../io/python-json.ts';
import { isLongValue } from './long-values.ts';
import type { AttributeValue, JsonValue } from './records.ts';

/** What values take in memory, at most: measured, with what waits to be collected. */
export const VALUE_COST = {
  /** An object with names of its own, and each of them. */
  object: 290,
  field: 48,
  value: 16,
  list: 64,
  item: 8,
  text: 24,
  /** One that is kept as its JSON, and the same whose bytes are kept. */
  stored: 72,
  storedBytes: 400,
} as const;

/** Characters that take two bytes, and with them all of their text. */
const WIDE = /[\u0100-\uffff]/;
const decoder = /* @__PURE__ */ new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

export function textCost(text: string): number {
  return VALUE_COST.text + (WIDE.test(text) ? 2 : 1) * text.length;
}

/** A value as its JSON. */
export class StoredJson {
  readonly #json: string | Uint8Array;

  /** @param json of Python's kind, that a parser has taken */
  constructor(json: string | Uint8Array) {
    this.#json = json;
  }

  /** Parsed at each call; objects have no prototype, for their names may be any. */
  get value(): JsonValue {
    const json = this.#json;
    return withoutPrototypes(parsePythonJson(typeof json === 'string' ? json : decoder.decode(json)));
  }

  toJSON(): JsonValue {
    return this.value;
  }
}

/**
 * @param value as it was parsed, unless it is long; its depth is limited
 * @param json that it was parsed from; undefined for what is no list, no object and no long text
 * @param charge is told of what it will take
 * @throws TypeError for JSON that is no UTF-8
 */
export function storeValue(
  value: unknown,
  json: Uint8Array | undefined,
  charge: (bytes: number) => void,
): AttributeValue {
  const tree = json && isLongValue(json) ? Infinity : costOf(value);
  // No text takes less than one byte for two of its JSON's, so that most values need not be decoded for this.
  if (!json || tree <= VALUE_COST.stored + VALUE_COST.text + json.length / 2) return asTree();
  const text = decoder.decode(json);
  const decoded = VALUE_COST.stored + textCost(text);
  const bytes = VALUE_COST.stored + VALUE_COST.storedBytes + json.length;
  if (tree <= Math.min(decoded, bytes)) return asTree();
  charge(Math.min(decoded, bytes));
  return new StoredJson(decoded <= bytes ? text : json.slice());

  function asTree(): JsonValue {
    charge(tree);
    return withoutPrototypes(value);
  }
}

function costOf(value: unknown): number {
  if (typeof value === 'string') return textCost(value);
  if (typeof value !== 'object' || value === null) return VALUE_COST.value;
  let cost: number = VALUE_COST.list;
  if (Array.isArray(value)) {
    // Numbers are paid for with their list.
    for (const item of value) cost += VALUE_COST.item + (typeof item === 'number' ? 0 : costOf(item));
    return cost;
  }
  cost = VALUE_COST.object;
  for (const [key, field] of Object.entries(value)) cost += VALUE_COST.field + textCost(key) + costOf(field);
  return cost;
}

function withoutPrototypes(value: unknown): JsonValue {
  if (typeof value !== 'object' || value === null) return value as JsonValue;
  if (Array.isArray(value)) {
    const list = value as unknown[];
    list.forEach((item, index) => (list[index] = withoutPrototypes(item)));
    return list as readonly JsonValue[];
  }
  const object = Object.create(null) as Record<string, JsonValue>;
  for (const [key, field] of Object.entries(value)) object[key] = withoutPrototypes(field);
  return object;
}
