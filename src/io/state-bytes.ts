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
import { sizeOf } from '../tensor/shape.ts';
import type { StateValue } from '../tensor/state-value.ts';
import { Tensor } from '../tensor/tensor.ts';
import { ByteBudget } from './byte-budget.ts';

/** What a value of the JSON costs in memory, at most, in the two trees that reading makes. */
const VALUE_BYTES = 128;
const MAX_DEPTH = 64;
const HEAD = 8;

type NumberArray = Float32Array | Float64Array;
type JsonObject = Readonly<Record<string, unknown>>;

/** @throws FormatError for values that no state holds, such as functions */
export function writeState(value: StateValue): Uint8Array {
  const arrays: NumberArray[] = [];
  const tree = encode(value, arrays, MAX_DEPTH - 4);
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
  const arrays = (parsed['arrays'] as readonly unknown[]).map((head): NumberArray => {
    const { type, length } = isObject(head) ? head : {};
    if ((type !== 'f32' && type !== 'f64') || !Number.isSafeInteger(length) || (length as number) < 0)
      return refuse('the list of arrays is wrong');
    const byteLength = (length as number) * (type === 'f32' ? 4 : 8);
    if (offset + byteLength > bytes.length) return refuse('an array goes beyond the end');
    const array = fromLittleEndian(bytes.slice(offset, offset + byteLength), type);
    offset += aligned(byteLength);
    return array;
  });
  if (offset !== bytes.length) refuse(`there are ${bytes.length} bytes where ${offset} are described`);
  return decode(parsed['value'], new ArrayReader(arrays, refuse));
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

function decode(value: unknown, arrays: ArrayReader): StateValue {
  if (Array.isArray(value)) return value.map((one: unknown) => decode(one, arrays));
  if (!isObject(value)) return value as null | boolean | number | string;
  if (!Object.hasOwn(value, '$')) return objectOf(Object.entries(value), arrays);
  switch (value['$']) {
    case 'tensor':
      return arrays.tensor(value);
    case 'numbers':
      return [...arrays.at(value['data'], 'f64')];
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
function objectOf(entries: readonly (readonly [string, unknown])[], arrays: ArrayReader): StateValue {
  const object = Object.create(null) as Record<string, StateValue>;
  for (const [name, one] of entries) object[name] = decode(one, arrays);
  return object;
}

/** The arrays behind the JSON, each of which one value takes. */
class ArrayReader {
  readonly #arrays: readonly NumberArray[];
  readonly #taken = new Set<number>();
  readonly refuse: (what: string) => never;

  constructor(arrays: readonly NumberArray[], refuse: (what: string) => never) {
    this.#arrays = arrays;
    this.refuse = refuse;
  }

  at(index: unknown, type: 'f32' | 'f64'): NumberArray {
    const array = typeof index === 'number' ? this.#arrays[index] : undefined;
    if (!array || typeOf(array) !== type) return this.refuse('a value names an array that is not there');
    // A list that many values share would take the memory of them all.
    if (this.#taken.has(index as number)) return this.refuse('two values name the same array');
    this.#taken.add(index as number);
    return array;
  }

  tensor({ shape, data, wide }: JsonObject): Tensor {
    const values = this.at(data, 'f32') as Float32Array;
    const exact = wide === undefined ? undefined : (this.at(wide, 'f64') as Float64Array);
    const isShape = Array.isArray(shape) && shape.every((size) => Number.isSafeInteger(size) && (size as number) >= 0);
    const sizes = isShape ? (shape as readonly number[]) : this.refuse('a tensor has no shape');
    if (sizeOf(sizes) !== values.length || (exact && exact.length !== values.length))
      return this.refuse('a tensor has not the values that its shape asks for');
    return new Tensor(sizes, values, exact ? { wide: exact } : {});
  }
}

/** Refuses JSON that is nested too deep to be walked, or whose values would take more than the budget. */
function chargeJson(text: Uint8Array, budget: ByteBudget, refuse: (what: string) => never): void {
  let cost = text.length;
  let depth = 0;
  let inString = false;
  for (let i = 0; i < text.length; i++) {
    const byte = text[i];
    if (inString) {
      if (byte === 0x5c) i++;
      else if (byte === 0x22) inString = false;
      continue;
    }
    if (byte === 0x22) inString = true;
    else if (byte === 0x5b || byte === 0x7b) {
      cost += VALUE_BYTES;
      if (++depth > MAX_DEPTH) refuse('the JSON is nested too deep');
    } else if (byte === 0x5d || byte === 0x7d) depth--;
    else if (byte === 0x2c) cost += VALUE_BYTES;
  }
  budget.charge(cost, 'the JSON');
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

const isLittleEndian = /* @__PURE__ */ (() => new Uint8Array(Uint16Array.of(1).buffer)[0] === 1)();

/** The bytes of an array in the order of the file. */
function littleEndian(array: NumberArray): Uint8Array {
  const bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
  return isLittleEndian ? bytes : swapped(bytes, array.BYTES_PER_ELEMENT);
}

/** @param bytes a copy of the file's, which becomes the array's memory */
function fromLittleEndian(bytes: Uint8Array<ArrayBuffer>, type: 'f32' | 'f64'): NumberArray {
  const { buffer } = isLittleEndian ? bytes : swapped(bytes, type === 'f32' ? 4 : 8);
  return type === 'f32' ? new Float32Array(buffer) : new Float64Array(buffer);
}

function swapped(bytes: Uint8Array, size: number): Uint8Array<ArrayBuffer> {
  const result = bytes.slice();
  for (let start = 0; start < result.length; start += size) result.subarray(start, start + size).reverse();
  return result as Uint8Array<ArrayBuffer>;
}
