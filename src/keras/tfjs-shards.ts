/** The weights in the shards of a TensorFlow.js model: groups of files, each cut into tensors without gaps, little-endian. */
import { describeValue, FormatError } from '../errors.ts';
import { fieldsOf, listOf, stringOf, type Fields } from '../models/json-reader.ts';
import { formatShape } from '../tensor/shape.ts';
import { ByteBudget } from '../io/byte-budget.ts';
import { halfToFloat } from '../io/half.ts';
import { bareName } from './beside.ts';
import type { TfjsShards } from './tfjs.ts';

/** One tensor of the file. */
export interface TfjsWeight {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** How the numbers of one tensor are stored. */
interface Storage {
  readonly bytes: number;
  /** @param at byte offset */
  readonly read: (view: DataView, at: number) => number;
}

const storages: ReadonlyMap<string, Storage> = new Map([
  ['float32', { bytes: 4, read: (view, at) => view.getFloat32(at, true) }],
  ['int32', { bytes: 4, read: (view, at) => view.getInt32(at, true) }],
  ['bool', { bytes: 1, read: (view, at) => view.getUint8(at) }],
  ['float16', { bytes: 2, read: (view, at) => halfToFloat(view.getUint16(at, true)) }],
  ['uint8', { bytes: 1, read: (view, at) => view.getUint8(at) }],
  ['uint16', { bytes: 2, read: (view, at) => view.getUint16(at, true) }],
]);
const plain = ['float32', 'int32', 'bool'] as const;
const packed = ['uint8', 'uint16', 'float16'] as const;

interface Entry {
  readonly name: string;
  readonly shape: readonly number[];
  readonly count: number;
  readonly storage: Storage;
  readonly scale: number;
  readonly min: number;
  /** An integer was quantized. */
  readonly whole: boolean;
  readonly isModels: boolean;
}

/** The files that the groups name, in order. @throws FormatError for names that lead into another folder */
export function shardNames(where: string, groups: readonly Fields[]): readonly string[] {
  return groups.flatMap((group) =>
    listOf(`${where}: paths of weightsManifest`, group.get('paths')).map((path) =>
      bareName(where, 'weightsManifest', path),
    ),
  );
}

/**
 * The tensors of all groups, those of the optimizer left out.
 * @throws FormatError when the tensors need more or fewer bytes than the shards hold, or are of another type than floats and integers
 */
export function readShards(where: string, groups: readonly Fields[], shards: TfjsShards): readonly TfjsWeight[] {
  const names = shardNames(where, groups);
  const bytesOf = shardsBy(where, names, shards);
  const budget = new ByteBudget(where, sizeOf(new Set(names.map(bytesOf))));
  let next = 0;
  return groups.flatMap((group) => {
    const count = listOf(where, group.get('paths')).length;
    const parts = names.slice(next, next + count).map((name, index) => bytesOf(name, next + index));
    next += count;
    const entries = listOf(`${where}: weights of weightsManifest`, group.get('weights')).map((one) =>
      entryOf(where, one),
    );
    return readGroup({ where, budget }, entries, parts);
  });
}

function sizeOf(shards: ReadonlySet<Uint8Array>): number {
  return [...shards].reduce((sum, { length }) => sum + length, 0);
}

function shardsBy(
  where: string,
  names: readonly string[],
  shards: TfjsShards,
): (name: string, index: number) => Uint8Array {
  return (name, index) => {
    const bytes: unknown = Array.isArray(shards)
      ? (shards as readonly unknown[])[index]
      : shards instanceof Map
        ? (shards as ReadonlyMap<string, unknown>).get(name)
        : undefined;
    if (bytes instanceof Uint8Array) return bytes;
    throw new FormatError(
      `${where}: the bytes of the shard '${name}' are not there. Give all of them, as a Map by name or as a list in this order: ${names.slice(0, 5).join(', ')}${names.length > 5 ? ', ...' : ''}.`,
      { where, got: name, expected: names },
    );
  };
}

function entryOf(where: string, value: unknown): Entry {
  const fields = fieldsOf(`${where}: a weight`, value);
  const name = stringOf(`${where}: the name of a weight`, fields.get('name'));
  const at = `${where}: weight '${name}'`;
  const shape = listOf(`${at}: shape`, fields.get('shape')).map((size) => {
    if (Number.isSafeInteger(size) && (size as number) >= 0) return size as number;
    throw new FormatError(`${at}: its shape holds ${JSON.stringify(size) ?? 'nothing'}; sizes are whole numbers.`, {
      where,
      got: size,
    });
  });
  const dtype = stringOf(`${at}: dtype`, fields.get('dtype'));
  const quantization = quantizationOf(at, fields.get('quantization'));
  const storage = storages.get(quantization?.dtype ?? dtype);
  if (!storage || !(plain as readonly string[]).includes(dtype)) {
    throw new FormatError(`${at}: its dtype is ${dtype}; known: ${plain.join(', ')}.`, {
      where,
      got: dtype,
      expected: plain,
    });
  }
  return {
    name,
    shape,
    count: shape.reduce((all, size) => all * size, 1),
    storage,
    scale: quantization?.scale ?? 1,
    min: quantization?.min ?? 0,
    whole: quantization !== undefined && dtype !== 'float32',
    isModels: fields.get('group') !== 'optimizer',
  };
}

interface Quantization {
  readonly dtype: string;
  readonly scale: number;
  readonly min: number;
}

function quantizationOf(at: string, value: unknown): Quantization | undefined {
  if (value === undefined || value === null) return undefined;
  const fields = fieldsOf(`${at}: quantization`, value);
  const dtype = stringOf(`${at}: dtype of quantization`, fields.get('dtype'));
  const [scale, min] = [fields.get('scale') ?? 1, fields.get('min') ?? 0];
  if (!(packed as readonly string[]).includes(dtype) || !Number.isFinite(scale) || !Number.isFinite(min)) {
    throw new FormatError(
      `${at}: it is quantized as ${dtype} with scale ${describeValue(scale)} and min ${describeValue(min)}; known: ${packed.join(', ')}, with finite numbers.`,
      { where: at, got: dtype, expected: packed },
    );
  }
  return { dtype, scale: scale as number, min: min as number };
}

// All sizes are compared with the bytes that are there before the first array is made.
function readGroup(
  file: { readonly where: string; readonly budget: ByteBudget },
  entries: readonly Entry[],
  parts: readonly Uint8Array[],
): TfjsWeight[] {
  const { where, budget } = file;
  const total = parts.reduce((sum, { length }) => sum + length, 0);
  let needed = 0;
  for (const { name, shape, count, storage } of entries) {
    needed += count * storage.bytes;
    if (!(needed <= total)) {
      throw new FormatError(
        `${where}: weight '${name}' of shape ${formatShape(shape)} ends at byte ${needed}, but the shards of its group hold ${total} bytes.`,
        { where, got: needed, expected: total },
      );
    }
  }
  if (needed !== total) {
    throw new FormatError(
      `${where}: the shards of a group hold ${total} bytes, but its weights take ${needed}. A shard belongs to another model.`,
      { where, got: total, expected: needed },
    );
  }
  // Weights packed into single bytes are four times as large in memory.
  for (const { name, count, isModels } of entries)
    if (isModels)
      budget.charge(
        Float32Array.BYTES_PER_ELEMENT * count,
        `the weight '${name}'`,
        'Large models must be saved without quantization.',
      );
  const bytes = new PartReader(parts);
  return entries.flatMap((entry) => {
    const view = bytes.take(entry.count * entry.storage.bytes);
    return entry.isModels ? [{ name: entry.name, shape: entry.shape, data: decode(entry, view) }] : [];
  });
}

function decode({ count, storage: { bytes, read }, scale, min, whole }: Entry, view: DataView): Float32Array {
  const data = new Float32Array(count);
  for (let i = 0; i < count; i++) {
    const value = read(view, i * bytes) * scale + min;
    data[i] = whole ? Math.round(value) : value;
  }
  return data;
}

/** The bytes of several arrays as one run of them; a piece is copied only where it lies in two of them. */
class PartReader {
  readonly #parts: readonly Uint8Array[];
  #part = 0;
  #offset = 0;

  constructor(parts: readonly Uint8Array[]) {
    this.#parts = parts;
  }

  /** The next bytes, which are there. */
  take(length: number): DataView {
    const pieces: Uint8Array[] = [];
    for (let left = length; left > 0;) {
      const part = this.#parts[this.#part] as Uint8Array;
      const piece = part.subarray(this.#offset, this.#offset + left);
      this.#offset += piece.length;
      if (piece.length > 0) pieces.push(piece);
      left -= piece.length;
      if (this.#offset === part.length) {
        this.#part++;
        this.#offset = 0;
      }
    }
    const [only] = pieces;
    if (!only) return new DataView(new ArrayBuffer(0));
    if (pieces.length === 1) return new DataView(only.buffer, only.byteOffset, only.length);
    const joined = new Uint8Array(length);
    let at = 0;
    for (const piece of pieces) {
      joined.set(piece, at);
      at += piece.length;
    }
    return new DataView(joined.buffer);
  }
}
