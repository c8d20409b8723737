/**
 * States as bytes and back, bit for bit: a tree of JSON, and behind it the numbers of tensors and of lists of numbers.
 *
 *     0  length of the JSON, 32 bits, little-endian      8  the JSON, then spaces up to a multiple of 8
 *     4  0, 32 bits                                      then the arrays, each from a multiple of 8 on
 *
 * The JSON is `{ arrays: [{ type: 'f32' | 'f64', length }], value }`. In the value an object with the key `$` stands for
 * something else: a tensor, a list of numbers, a number that JSON has not, or an object that has such a key itself.
 */
import { FormatError } from '../errors.ts';
import type { StateValue } from '../tensor/state-value.ts';
import { Tensor } from '../tensor/tensor.ts';
import { ByteBudget } from './byte-budget.ts';
import { chargeJson, MAX_JSON_DEPTH } from './json-cost.ts';
import {
  bytesOf,
  littleEndian,
  StateArrays,
  type ArrayPlace,
  type JsonObject,
  type NumberArray,
} from './state-arrays.ts';

const HEAD = 8;

/** @throws FormatError for values that no state holds, such as functions */
export function writeState(value: StateValue): Uint8Array {
  const arrays: NumberArray[] = [];
  const tree = encode(value, arrays, MAX_JSON_DEPTH - 4);
  const heads = arrays.map((array) => ({ type: typeOf(array), length: array.length }));
  const text = new TextEncoder().encode(JSON.stringify({ arrays: heads, value: tree }));
  let size = HEAD + aligned(text.length);
  const offsets = arrays.map((array) => {
    const offset = size;
    size += aligned(array.byteLength);
    return offset;
  });
  const bytes = new Uint8Array(size);
  new DataView(bytes.buffer).setUint32(0, text.length, true);
  bytes.fill(0x20, HEAD, HEAD + aligned(text.length));
  bytes.set(text, HEAD);
  arrays.forEach((array, index) => bytes.set(littleEndian(array), offsets[index]));
  return bytes;
}

/**
 * @param where names the file in messages
 * @throws FormatError for bytes that `writeState` does not write, and for what needs more memory than twice the file and 32 MB
 */
export function readState(bytes: Uint8Array, where: string): StateValue {
  const refuse = (what: string): never => {
    throw new FormatError(`${where}: ${what}. The file is damaged, or no state of a training.`, { where, got: what });
  };
  if (bytes.length < HEAD) refuse(`${bytes.length} bytes are too few`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const textLength = view.getUint32(0, true);
  if (view.getUint32(4, true) !== 0 || HEAD + aligned(textLength) > bytes.length)
    refuse('the length of the JSON is wrong');
  const text = bytes.subarray(HEAD, HEAD + textLength);
  chargeJson(text, new ByteBudget(where, bytes.length), refuse);
  let parsed: unknown;
  try {
    parsed = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(text));
  } catch (cause) {
    throw new FormatError(`${where}: the JSON cannot be read. The file is damaged, or no state of a training.`, {
      where,
      cause,
    });
  }
  if (!isObject(parsed) || !Array.isArray(parsed['arrays']) || !Object.hasOwn(parsed, 'value'))
    return refuse('the JSON has no arrays and no value');
  let offset = HEAD + aligned(textLength);
  const places = (parsed['arrays'] as readonly unknown[]).map((item): ArrayPlace => {
    const { type, length } = isObject(item) ? item : {};
    if ((type !== 'f32' && type !== 'f64') || !Number.isSafeInteger(length) || (length as number) < 0)
      return refuse('the list of arrays is wrong');
    const place: ArrayPlace = { type, length: length as number, offset };
    const byteLength = place.length * bytesOf(type);
    if (offset + byteLength > bytes.length) return refuse('an array goes beyond the end');
    offset += aligned(byteLength);
    return place;
  });
  if (offset !== bytes.length) refuse(`there are ${bytes.length} bytes where ${offset} are described`);
  return decode(parsed['value'], new StateArrays(bytes, places, refuse));
}

/** @param depth how many levels more there may be */
function encode(value: unknown, arrays: NumberArray[], depth: number): unknown {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return value;
  if (typeof value === 'number') return isPlainNumber(value) ? value : { $: 'number', value: numberName(value) };
  if (value instanceof Tensor) {
    const { shape, data, wide } = value;
    const tensor = { $: 'tensor', shape, data: arrays.push(data) - 1 };
    return wide ? { ...tensor, wide: arrays.push(wide) - 1 } : tensor;
  }
  if (depth === 0)
    throw new FormatError('a state is nested too deep. Give flatter objects and lists.', { where: 'getState' });
  if (Array.isArray(value)) {
    const list = value as readonly unknown[];
    return list.length > 0 && list.every((one) => typeof one === 'number')
      ? { $: 'numbers', data: arrays.push(Float64Array.from(list as readonly number[])) - 1 }
      : list.map((one) => encode(one, arrays, depth - 1));
  }
  if (typeof value === 'object' && isPlain(value)) {
    const entries = Object.entries(value)
      .filter(([, one]) => one !== undefined)
      .map(([name, one]) => [name, encode(one, arrays, depth - 1)] as const);
    const object = Object.fromEntries(entries);
    return Object.hasOwn(object, '$') ? { $: 'object', value: entries } : object;
  }
  throw new FormatError(
    `a state holds ${typeof value === 'object' ? `a ${value.constructor.name}` : `a ${typeof value}`}; it may hold numbers, strings, booleans, null, tensors, lists and plain objects.`,
    { where: 'getState', got: value },
  );
}

function decode(value: unknown, arrays: StateArrays): StateValue {
  if (Array.isArray(value)) return value.map((one: unknown) => decode(one, arrays));
  if (!isObject(value)) return value as null | boolean | number | string;
  if (!Object.hasOwn(value, '$')) return objectOf(Object.entries(value), arrays);
  switch (value['$']) {
    case 'tensor':
      return arrays.tensor(value);
    case 'numbers':
      return arrays.numbers(value['data']);
    case 'number':
      return numberNames.get(value['value']) ?? arrays.refuse('a number has an unknown name');
    case 'object': {
      const entries: unknown = value['value'];
      const isRight =
        Array.isArray(entries) &&
        entries.every((one: unknown) => Array.isArray(one) && one.length === 2 && typeof one[0] === 'string');
      return isRight
        ? objectOf(entries as readonly [string, unknown][], arrays)
        : arrays.refuse('an object is no list of fields');
    }
    default:
      return arrays.refuse('a value is of an unknown kind');
  }
}

/** Without a prototype, so that no name reaches one. */
function objectOf(entries: readonly (readonly [string, unknown])[], arrays: StateArrays): StateValue {
  const object = Object.create(null) as Record<string, StateValue>;
  for (const [name, one] of entries) object[name] = decode(one, arrays);
  return object;
}

const numberNames: ReadonlyMap<unknown, number> = new Map([
  ['NaN', NaN],
  ['Infinity', Infinity],
  ['-Infinity', -Infinity],
  ['-0', -0],
]);

function numberName(value: number): string {
  return Object.is(value, -0) ? '-0' : String(value);
}

function isPlainNumber(value: number): boolean {
  return Number.isFinite(value) && !Object.is(value, -0);
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}

function typeOf(array: NumberArray): 'f32' | 'f64' {
  return array instanceof Float32Array ? 'f32' : 'f64';
}

function aligned(length: number): number {
  return length + ((8 - (length % 8)) % 8);
}
