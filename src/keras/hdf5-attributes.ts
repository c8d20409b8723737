/** The text attributes of an HDF5 object: of one length, or of any length in a heap that all of them share. */
import type { ByteBudget } from '../io/byte-budget.ts';
import { textOf, UNDEFINED, type H5Bytes } from './hdf5-bytes.ts';
import { MESSAGE, type H5Message } from './hdf5-header.ts';
import { shapeAt, typeAt } from './hdf5-types.ts';

/** Where the texts of a heap lie, by their numbers. */
type Heap = ReadonlyMap<number, Uint8Array>;

const HEAP_HEAD = 16;
/** Bytes that refer to a text in a heap. */
const REFERENCE_BYTES = 16;
/** A text takes two bytes a character in memory. */
const TEXT_FACTOR = 2;

export class H5Attributes {
  readonly #file: H5Bytes;
  readonly #budget: ByteBudget;
  readonly #heaps = new Map<number, Heap>();

  constructor(file: H5Bytes, budget: ByteBudget) {
    this.#file = file;
    this.#budget = budget;
  }

  /** Those of one object; an empty list has any type, and numbers are left out. */
  of(messages: readonly H5Message[]): Map<string, string | readonly string[]> {
    const found = new Map<string, string | readonly string[]>();
    for (const { type, at, size } of messages) {
      if (type === MESSAGE.attributeInfo && this.#isDense(at))
        throw this.#file.unsupported('attributes of the dense kind');
      if (type !== MESSAGE.attribute) continue;
      const [name, value] = this.#attribute(at, at + size);
      if (value !== undefined) found.set(name, value);
    }
    return found;
  }

  #isDense(at: number): boolean {
    return this.#file.u64(at + 2 + (this.#file.u8(at + 1) & 1 ? 2 : 0)) < UNDEFINED;
  }

  #attribute(start: number, end: number): [string, string | readonly string[] | undefined] {
    const file = this.#file;
    const version = file.u8(start);
    if (version < 1 || version > 3) throw file.unsupported(`an attribute of version ${version}`);
    if (version > 1 && file.u8(start + 1) !== 0) throw file.unsupported('a shared datatype');
    const padded = (size: number): number => (version === 1 ? Math.ceil(size / 8) * 8 : size);
    const nameAt = start + (version === 3 ? 9 : 8);
    const typeStart = nameAt + padded(file.u16(start + 2));
    const shapeStart = typeStart + padded(file.u16(start + 4));
    const dataAt = shapeStart + padded(file.u16(start + 6));
    const name = file.text(nameAt, file.u16(start + 2));
    const type = typeAt(file, typeStart);
    const shape = shapeAt(file, shapeStart) ?? [0];
    const count = shape.reduce((all, one) => all * one, 1);
    if (count === 0) return [name, []];
    if (type.kind !== 'text' && type.kind !== 'texts') return [name, undefined];
    const what = `the attribute '${name.slice(0, 100)}'`;
    if (!(dataAt + count * type.size <= end)) throw file.damaged(`${what} is longer than its message`);
    const texts: string[] = [];
    for (let index = 0; index < count; index++) {
      const at = dataAt + index * type.size;
      const bytes = type.kind === 'text' ? file.part(at, type.size) : this.#inHeap(at);
      this.#budget.charge(TEXT_FACTOR * bytes.length, what);
      texts.push(textOf(bytes));
    }
    return [name, shape.length === 0 ? (texts[0] ?? '') : texts];
  }

  #inHeap(at: number): Uint8Array {
    const file = this.#file;
    file.part(at, REFERENCE_BYTES);
    const length = file.u32(at);
    if (length === 0) return new Uint8Array(0);
    const address = file.u64(at + 4);
    const heap = this.#heaps.get(address) ?? this.#readHeap(address);
    const text = heap.get(file.u32(at + 12));
    if (!text || text.length < length) throw file.damaged(`a text is missing in its heap at byte ${address}`);
    return text.subarray(0, length);
  }

  #readHeap(address: number): Heap {
    const file = this.#file;
    file.signature(address, 'GCOL');
    const end = address + file.u64(address + 8);
    file.part(address, end - address);
    const heap = new Map<number, Uint8Array>();
    for (let at = address + HEAP_HEAD; at + HEAP_HEAD <= end;) {
      const number = file.u16(at);
      // Number 0 is the free space behind all texts.
      if (number === 0) break;
      const length = file.u64(at + 8);
      if (at + HEAP_HEAD + length > end) throw file.damaged(`a text is longer than its heap at byte ${address}`);
      heap.set(number, file.part(at + HEAP_HEAD, length));
      at += HEAP_HEAD + Math.ceil(length / 8) * 8;
    }
    this.#heaps.set(address, heap);
    return heap;
  }
}
