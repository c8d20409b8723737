/** The numbers behind the JSON of a state: their places, and their values as tensors and lists. */
import { sizeOf } from '../tensor/shape.ts';
import { Tensor } from '../tensor/tensor.ts';

export type NumberArray = Float32Array | Float64Array;
export type JsonObject = Readonly<Record<string, unknown>>;

/** Where an array stands. */
export interface ArrayPlace {
  readonly type: 'f32' | 'f64';
  readonly length: number;
  readonly offset: number;
}

/** Takes arrays out of a file, each for one value. */
export class StateArrays {
  readonly #bytes: Uint8Array;
  readonly #places: readonly ArrayPlace[];
  readonly #taken = new Set<number>();
  readonly refuse: (what: string) => never;

  constructor(bytes: Uint8Array, places: readonly ArrayPlace[], refuse: (what: string) => never) {
    this.#bytes = bytes;
    this.#places = places;
    this.refuse = refuse;
  }

  /** A list of numbers, from where they stand: a copy of a copy would not be within the budget. */
  numbers(index: unknown): number[] {
    const { offset, length } = this.#take(index, 'f64');
    const { buffer, byteOffset } = this.#bytes;
    const view = new DataView(buffer, byteOffset + offset, 8 * length);
    // Of its length at once: one that grows leaves twice itself behind.
    const numbers = new Array<number>(length);
    for (let i = 0; i < length; i++) numbers[i] = view.getFloat64(8 * i, true);
    return numbers;
  }

  tensor({ shape, data, wide }: JsonObject): Tensor {
    const isShape = Array.isArray(shape) && shape.every((size) => Number.isSafeInteger(size) && (size as number) >= 0);
    const sizes = isShape ? (shape as readonly number[]) : this.refuse('a tensor has no shape');
    const place = this.#take(data, 'f32');
    const exact = wide === undefined ? undefined : this.#take(wide, 'f64');
    if (sizeOf(sizes) !== place.length || (exact && exact.length !== place.length))
      return this.refuse('a tensor has not the values that its shape asks for');
    const values = new Float32Array(this.#copy(place));
    return new Tensor(sizes, values, exact ? { wide: new Float64Array(this.#copy(exact)) } : {});
  }

  #take(index: unknown, type: 'f32' | 'f64'): ArrayPlace {
    const place = typeof index === 'number' ? this.#places[index] : undefined;
    if (place?.type !== type) return this.refuse('a value names an array that is not there');
    // An array that many values share would take the memory of them all.
    if (this.#taken.has(index as number)) return this.refuse('two values name the same array');
    this.#taken.add(index as number);
    return place;
  }

  #copy({ type, offset, length }: ArrayPlace): ArrayBuffer {
    const bytes = this.#bytes.slice(offset, offset + length * bytesOf(type)) as Uint8Array<ArrayBuffer>;
    return (isLittleEndian ? bytes : swapped(bytes, bytesOf(type))).buffer;
  }
}

/** Bytes of one number. */
export function bytesOf(type: 'f32' | 'f64'): number {
  return type === 'f32' ? 4 : 8;
}

/** The bytes of an array in the order of the file. */
export function littleEndian(array: NumberArray): Uint8Array {
  const bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
  return isLittleEndian ? bytes : swapped(bytes, array.BYTES_PER_ELEMENT);
}

const isLittleEndian = /* @__PURE__ */ (() => new Uint8Array(Uint16Array.of(1).buffer)[0] === 1)();

function swapped(bytes: Uint8Array, size: number): Uint8Array<ArrayBuffer> {
  const result = bytes.slice();
  for (let start = 0; start < result.length; start += size) result.subarray(start, start + size).reverse();
  return result as Uint8Array<ArrayBuffer>;
}
