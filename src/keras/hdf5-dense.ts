/**
 * The links of a group that has many, in files of HDF5 1.8 and later: their messages lie in a fractal heap, and a version 2
 * B-tree of the names' hashes says where in it.
 */
import { UNDEFINED, type H5Bytes } from './hdf5-bytes.ts';

const MAX_DEPTH = 16;
/** Signature, version, type and checksum of a node. */
const NODE_BYTES = 10;
const HASH_BYTES = 4;
const FANOUT_ADDRESS = 8;

/** Where the link messages of a dense group begin; undefined for a group whose links stand in its header. */
export function denseLinks(file: H5Bytes, linkInfo: number): readonly number[] | undefined {
  const at = linkInfo + 2 + (file.u8(linkInfo + 1) & 1 ? 8 : 0);
  const heapAddress = file.u64(at);
  if (heapAddress === UNDEFINED) return undefined;
  const heap = new FractalHeap(file, heapAddress);
  return recordsOf(file, file.u64(at + 8)).map((record) => heap.addressOf(record + HASH_BYTES));
}

/** Where the records of a version 2 B-tree stand. */
function recordsOf(file: H5Bytes, header: number): readonly number[] {
  file.signature(header, 'BTHD');
  if (file.u8(header + 5) !== 5) throw file.damaged('the index of a group is one of something else');
  const nodeBytes = file.u32(header + 6);
  const recordBytes = file.u16(header + 10);
  const depth = file.u16(header + 12);
  if (depth > MAX_DEPTH || recordBytes < HASH_BYTES + 1 || nodeBytes < NODE_BYTES + recordBytes)
    throw file.damaged('the index of a group has impossible sizes');
  const inLeaf = Math.floor((nodeBytes - NODE_BYTES) / recordBytes);
  const countBytes = bytesFor(inLeaf);
  // Bytes of a pointer to a child, by the level of the node that has it.
  const pointerBytes = [0];
  for (let level = 1, below = inLeaf; level <= depth; level++) {
    const bytes = FANOUT_ADDRESS + countBytes + (level > 1 ? bytesFor(below) : 0);
    const inNode = Math.floor((nodeBytes - NODE_BYTES - bytes) / (recordBytes + bytes));
    pointerBytes.push(bytes);
    below = (inNode + 1) * below + inNode;
  }
  const records: number[] = [];
  const seen = new Set<number>();
  const visit = (address: number, count: number, level: number): void => {
    if (seen.has(address)) throw file.damaged('the index of a group goes round in a circle');
    seen.add(address);
    file.signature(address, level === 0 ? 'BTLF' : 'BTIN');
    file.part(address, nodeBytes);
    const first = address + 6;
    const bytes = pointerBytes[level] as number;
    if (NODE_BYTES + count * recordBytes + (level > 0 ? (count + 1) * bytes : 0) > nodeBytes)
      throw file.damaged('a node of the index of a group has too many entries');
    for (let index = 0; index < count; index++) records.push(first + index * recordBytes);
    if (level === 0) return;
    for (let child = 0; child <= count; child++) {
      const at = first + count * recordBytes + child * bytes;
      visit(file.u64(at), littleEndian(file, at + FANOUT_ADDRESS, countBytes), level - 1);
    }
  };
  const root = file.u64(header + 16);
  if (root !== UNDEFINED) visit(root, file.u16(header + 24), depth);
  return records;
}

/** Memory of many small things, in blocks whose sizes double from row to row. */
class FractalHeap {
  readonly #file: H5Bytes;
  readonly #width: number;
  readonly #startBytes: number;
  readonly #directRows: number;
  readonly #offsetBytes: number;
  readonly #lengthBytes: number;
  readonly #root: number;
  readonly #rows: number;

  constructor(file: H5Bytes, header: number) {
    file.signature(header, 'FRHP');
    if (file.u16(header + 7) !== 0) throw file.unsupported('a packed heap');
    this.#file = file;
    this.#width = file.u16(header + 110);
    this.#startBytes = file.u64(header + 112);
    const maxDirect = file.u64(header + 120);
    this.#offsetBytes = Math.ceil(file.u16(header + 128) / 8);
    this.#lengthBytes = file.u16(header + 5) - 1 - this.#offsetBytes;
    this.#root = file.u64(header + 132);
    this.#rows = file.u16(header + 140);
    const sizes = [this.#width, this.#startBytes, maxDirect];
    if (!sizes.every(isPowerOf2) || this.#offsetBytes > 6 || this.#lengthBytes < 1 || this.#lengthBytes > 4)
      throw file.damaged('a heap has impossible sizes');
    this.#directRows = log2(maxDirect) - log2(this.#startBytes) + 2;
  }

  /** Where the object of an identifier stands. */
  addressOf(identifier: number): number {
    const file = this.#file;
    if (file.u8(identifier) >> 4 !== 0) throw file.unsupported('a link of the huge or tiny kind');
    const offset = littleEndian(file, identifier + 1, this.#offsetBytes);
    const length = littleEndian(file, identifier + 1 + this.#offsetBytes, this.#lengthBytes);
    const address =
      this.#rows === 0 ? this.#root + offset : this.#find({ block: this.#root, rows: this.#rows, offset, depth: 0 });
    file.part(address, length);
    return address;
  }

  #find({ block, rows, offset, depth }: { block: number; rows: number; offset: number; depth: number }): number {
    const file = this.#file;
    file.signature(block, 'FHIB');
    const rowBytes = this.#startBytes * this.#width;
    // Rows 0 and 1 have blocks of the first size, each later row of twice the one before.
    const row = offset < rowBytes ? 0 : log2(Math.floor(offset / rowBytes)) + 1;
    if (row >= rows || depth > MAX_DEPTH) throw file.damaged('a link lies outside its heap');
    const blockBytes = this.#startBytes * (row < 2 ? 1 : powerOf2(row - 1));
    const inRow = offset - (row === 0 ? 0 : rowBytes * powerOf2(row - 1));
    const column = Math.floor(inRow / blockBytes);
    const child = file.u64(block + 13 + this.#offsetBytes + 8 * (row * this.#width + column));
    const rest = inRow - column * blockBytes;
    if (row < this.#directRows) return child + rest;
    return this.#find({ block: child, rows: log2(blockBytes) - log2(rowBytes) + 1, offset: rest, depth: depth + 1 });
  }
}

function littleEndian(file: H5Bytes, at: number, bytes: number): number {
  return file.part(at, bytes).reduceRight((value, byte) => value * 256 + byte, 0);
}

/** Bytes that numbers up to this one take. */
function bytesFor(largest: number): number {
  return Math.floor(log2(largest) / 8) + 1;
}

/** Rounded down. */
function log2(value: number): number {
  let power = 0;
  for (let rest = value; rest >= 2; rest = Math.floor(rest / 2)) power++;
  return power;
}

function powerOf2(exponent: number): number {
  let value = 1;
  for (let i = 0; i < exponent; i++) value *= 2;
  return value;
}

function isPowerOf2(value: number): boolean {
  return value >= 1 && powerOf2(log2(value)) === value;
}
