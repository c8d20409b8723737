/** The data of an HDF5 dataset: in one piece, in its header, or in chunks that may be packed. */
import type { ByteBudget } from '../io/byte-budget.ts';
import { UNDEFINED, type H5Bytes } from './hdf5-bytes.ts';
import { filtersOf, undo, type Filter } from './hdf5-filters.ts';
import { MESSAGE, type H5Message } from './hdf5-header.ts';
import { treeLeaves } from './hdf5-links.ts';

const COMPACT = 0;
const CONTIGUOUS = 1;
const CHUNKED = 2;
const VIRTUAL = 3;
const SINGLE_CHUNK = 1;

interface Chunk {
  readonly bytes: Uint8Array;
  /** Bits of the filters that were left out. */
  readonly skipped: number;
  /** Where its first element stands. */
  readonly offsets: readonly number[];
}

/** What is known of a dataset before its data are read. */
export interface DataPlan {
  readonly file: H5Bytes;
  readonly budget: ByteBudget;
  readonly messages: readonly H5Message[];
  readonly path: string;
  readonly shape: readonly number[];
  readonly count: number;
  /** Bytes of an element. */
  readonly size: number;
}

/** Whether the data of a dataset are bytes of the file, as they are. */
export function liesInOnePiece(file: H5Bytes, messages: readonly H5Message[]): boolean {
  const layout = messages.find(({ type }) => type === MESSAGE.layout);
  const kind = layout && file.u8(layout.at + 1);
  return kind === COMPACT || kind === CONTIGUOUS;
}

/** The bytes of all elements, row-major: a view of the file where they lie in one piece. */
export function dataOf(plan: DataPlan): Uint8Array {
  const { file, messages, path, count, size } = plan;
  const layout = messages.find(({ type }) => type === MESSAGE.layout);
  if (messages.some(({ type }) => type === MESSAGE.externalFiles))
    throw refusal(plan, 'keeps data in another file, which is never opened');
  if (!layout) throw file.damaged(`'${path}' has no layout of its data`);
  const { at } = layout;
  const version = file.u8(at);
  if (version < 3 || version > 5) throw file.unsupported(`a layout of version ${version}`);
  const kind = file.u8(at + 1);
  const total = count * size;
  switch (kind) {
    case COMPACT:
      if (file.u16(at + 2) !== total) throw file.damaged(`'${path}' has ${file.u16(at + 2)} bytes instead of ${total}`);
      return file.part(at + 4, total);
    case CONTIGUOUS: {
      if (total === 0) return new Uint8Array(0);
      const address = file.u64(at + 2);
      if (address === UNDEFINED) throw refusal(plan, `has a shape of ${total} bytes, and no data`);
      if (file.u64(at + 10) !== total)
        throw file.damaged(`'${path}' has ${file.u64(at + 10)} bytes instead of ${total}`);
      return file.part(address, total);
    }
    case CHUNKED:
      if (version > 4) throw file.unsupported('chunks of the newest kind');
      return total === 0 ? new Uint8Array(0) : chunked(plan, at, version);
    case VIRTUAL:
      throw refusal(plan, 'is a virtual dataset: its data is in other files, which are never opened');
    default:
      throw file.unsupported(`a layout of kind ${kind}`);
  }
}

function chunked(plan: DataPlan, at: number, version: number): Uint8Array {
  const { file, budget, path, shape, size, count } = plan;
  const filters = filtersOf(file, plan.messages, path);
  const { sizes, chunks } = version === 3 ? indexedChunks(plan, at) : singleChunk(plan, at, filters.length > 0);
  const chunkBytes = sizes.reduce((all, one) => all * one, size);
  const grid = shape.reduce((all, one, axis) => all * Math.ceil(one / (sizes[axis] as number)), 1);
  const what = `the dataset '${path}'`;
  budget.check(chunkBytes, `a chunk of ${what}`);
  budget.check(grid * chunkBytes, `the chunks of ${what}`);
  if (new Set(chunks.map(({ offsets }) => offsets.join())).size !== grid || chunks.length !== grid)
    throw file.damaged(`'${path}' has ${chunks.length} chunks instead of ${grid}`);
  budget.check(count * size, what);
  return assemble(plan, { filters, sizes, chunks, chunkBytes });
}

interface ChunkPlan {
  readonly filters: readonly Filter[];
  readonly sizes: readonly number[];
  readonly chunks: readonly Chunk[];
  readonly chunkBytes: number;
}

function assemble(plan: DataPlan, { filters, sizes, chunks, chunkBytes }: ChunkPlan): Uint8Array {
  const { file, path, shape, size, count } = plan;
  const all = new Uint8Array(count * size);
  for (const { bytes, skipped, offsets } of chunks) {
    let content: Uint8Array | undefined = bytes;
    for (let index = filters.length - 1; index >= 0 && content; index--) {
      if ((skipped >> index) & 1) continue;
      content = undo(filters[index] as Filter, content, chunkBytes);
    }
    if (content?.length !== chunkBytes)
      throw file.damaged(`a chunk of '${path}' does not unpack to ${chunkBytes} bytes`);
    copyChunk(content, all, { shape, sizes, offsets, size });
  }
  return all;
}

interface Placing {
  readonly shape: readonly number[];
  readonly sizes: readonly number[];
  readonly offsets: readonly number[];
  readonly size: number;
}

// Row by row of the last axis; what lies outside the dataset is left out.
function copyChunk(chunk: Uint8Array, all: Uint8Array, { shape, sizes, offsets, size }: Placing): void {
  const last = shape.length - 1;
  const width = Math.min(sizes[last] as number, (shape[last] as number) - (offsets[last] as number));
  const index = sizes.map(() => 0);
  for (;;) {
    let from = 0;
    let to = 0;
    for (let axis = 0; axis <= last; axis++) {
      from = from * (sizes[axis] as number) + (index[axis] as number);
      to = to * (shape[axis] as number) + (offsets[axis] as number) + (index[axis] as number);
    }
    all.set(chunk.subarray(from * size, (from + width) * size), to * size);
    let axis = last - 1;
    for (; axis >= 0; axis--) {
      index[axis] = (index[axis] as number) + 1;
      const within = (index[axis] as number) < (sizes[axis] as number);
      if (within && (offsets[axis] as number) + (index[axis] as number) < (shape[axis] as number)) break;
      index[axis] = 0;
    }
    if (axis < 0) return;
  }
}

function indexedChunks({ file, path, shape, size }: DataPlan, at: number): { sizes: number[]; chunks: Chunk[] } {
  const rank = file.u8(at + 2) - 1;
  if (rank !== shape.length || rank < 1) throw file.damaged(`'${path}' has chunks of ${rank} axes`);
  const root = file.u64(at + 3);
  const sizes = Array.from({ length: rank }, (_, axis) => file.u32(at + 11 + 4 * axis));
  if (sizes.includes(0) || file.u32(at + 11 + 4 * rank) !== size) throw file.damaged(`'${path}' has chunks of no size`);
  if (root === UNDEFINED) return { sizes, chunks: [] };
  const keyBytes = 8 + 8 * (rank + 1);
  const chunks = treeLeaves(file, root, 1, keyBytes).map(({ address, keyAt }): Chunk => {
    const offsets = Array.from({ length: rank }, (_, axis) => file.u64(keyAt + 8 + 8 * axis));
    if (offsets.some((one, axis) => one % (sizes[axis] as number) !== 0 || one >= (shape[axis] as number)))
      throw file.damaged(`'${path}' has a chunk outside its shape`);
    return { bytes: file.part(address, file.u32(keyAt)), skipped: file.u32(keyAt + 4), offsets };
  });
  return { sizes, chunks };
}

function singleChunk(plan: DataPlan, at: number, packed: boolean): { sizes: number[]; chunks: Chunk[] } {
  const { file, path, shape, size } = plan;
  const flags = file.u8(at + 2);
  const rank = file.u8(at + 3) - 1;
  const bytes = file.u8(at + 4);
  if (rank !== shape.length || rank < 1 || ![1, 2, 4, 8].includes(bytes))
    throw file.damaged(`'${path}' has chunks of ${rank} axes`);
  const sizes = Array.from({ length: rank }, (_, axis) => file.uint(at + 5 + bytes * axis, bytes));
  if (sizes.includes(0)) throw file.damaged(`'${path}' has chunks of no size`);
  const typeAt = at + 5 + bytes * (rank + 1);
  if (file.u8(typeAt) !== SINGLE_CHUNK) throw file.unsupported('an index of chunks of the newer kinds');
  const filtered = packed && (flags & 2) !== 0;
  const address = file.u64(typeAt + 1 + (filtered ? 12 : 0));
  const length = filtered ? file.u64(typeAt + 1) : sizes.reduce((all, one) => all * one, size);
  const skipped = filtered ? file.u32(typeAt + 9) : 0;
  return { sizes, chunks: [{ bytes: file.part(address, length), skipped, offsets: sizes.map(() => 0) }] };
}

function refusal({ file, path }: DataPlan, what: string): Error {
  return file.refusal(path, what);
}
