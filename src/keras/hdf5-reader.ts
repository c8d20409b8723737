/** HDF5 bytes into a tree: every size is charged to the budget before it is allocated. */
import { FormatError } from '../errors.ts';
import { ByteBudget } from '../io/byte-budget.ts';
import { checkHeaps } from './hdf5-heaps.ts';
import { withH5Library, type H5Library, type H5Metadata } from './h5wasm.ts';
import type { H5Dataset, H5Group } from './hdf5.ts';
import { withMemoryLimit } from './memory-limit.ts';

/** Groups deeper than this are taken for a circle of links. */
const MAX_DEPTH = 64;
/** No object of a file is smaller than this, so more objects than the file has room for are a circle of links. */
const LEAST_OBJECT_BYTES = 40;
/** What the library may take beside the size of the file. */
const LIBRARY_ROOM = 16 * 1024 * 1024;
const INTEGER = 0;
const FLOAT = 1;
const STRING = 3;
const OPAQUE = 5;
const ENUM = 8;
/** Deflate, shuffle and Fletcher's checksum. */
const KNOWN_FILTERS: ReadonlySet<number> = new Set([1, 2, 3]);
const SIGNATURE = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a];

/** Whether bytes begin as an HDF5 file does. */
export function isH5(bytes: Uint8Array): boolean {
  return SIGNATURE.every((byte, index) => bytes[index] === byte);
}

/**
 * The tree of an HDF5 file.
 * @param bytes the whole file; they are not changed
 * @param where its name, for messages
 * @throws FormatError for bytes that are no HDF5 file, a damaged one, links, data in other files, sizes that are too large
 * @example const root = await readH5(bytes, 'model.h5'); root.attributes.get('model_config');
 */
export async function readH5(bytes: Uint8Array, where: string): Promise<H5Group> {
  if (!isH5(bytes))
    throw new FormatError(`${where}: this is no HDF5 file: it does not begin with HDF5's signature.`, { where });
  checkHeaps(bytes, where);
  return withH5Library(where, (library, path) => {
    library.FS.createDataFile('/', path.slice(1), bytes, true, false, true);
    try {
      return withMemoryLimit(library.HEAPU8.length + bytes.length + LIBRARY_ROOM, () => {
        const file = library.open(path, 0, false, -1, -1);
        const root = new Reader(library, file, where, bytes.length).group('/', 0);
        library.close_file(file);
        return root;
      });
    } finally {
      library.FS.unlink(path);
    }
  });
}

class Reader {
  readonly #library: H5Library;
  readonly #file: bigint;
  readonly #where: string;
  readonly #budget: ByteBudget;
  #objectsLeft: number;

  constructor(library: H5Library, file: bigint, where: string, fileBytes: number) {
    this.#library = library;
    this.#file = file;
    this.#where = where;
    this.#budget = new ByteBudget(where, fileBytes);
    this.#objectsLeft = 100 + Math.ceil(fileBytes / LEAST_OBJECT_BYTES);
  }

  group(path: string, depth: number): H5Group {
    if (depth > MAX_DEPTH) throw this.#refusal(path, `lies more than ${MAX_DEPTH} groups deep`);
    const library = this.#library;
    const group: H5Group = { attributes: this.#attributes(path), groups: new Map(), datasets: new Map() };
    for (const name of library.get_names(this.#file, path, false)) {
      const inner = `${path === '/' ? '' : path}/${name}`;
      if (name === '' || name === '.' || name.includes('/')) throw this.#refusal(inner, 'has a name that HDF5 forbids');
      if (--this.#objectsLeft < 0) throw this.#refusal(inner, 'is one of more objects than the file has room for');
      if (library.get_symbolic_link(this.#file, inner) !== null)
        throw this.#refusal(inner, 'is a soft link. Keras writes none; only the object itself is read');
      if ('filename' in library.get_external_link(this.#file, inner))
        throw this.#refusal(inner, 'is a link into another file, which is never opened');
      const type = library.get_type(this.#file, inner);
      if (type === library.H5G_GROUP) group.groups.set(name, this.group(inner, depth + 1));
      else if (type === library.H5G_DATASET) group.datasets.set(name, this.#dataset(inner));
      else throw this.#refusal(inner, 'is neither a group nor a dataset');
    }
    return group;
  }

  #dataset(path: string): H5Dataset {
    const metadata = this.#library.get_dataset_metadata(this.#file, path);
    if (metadata.virtual_sources)
      throw this.#refusal(path, 'is a virtual dataset: its data is in other files, which are never opened');
    const shape = metadata.shape ?? [0];
    const count = this.#countOf(path, shape);
    const what = `the dataset '${path}'`;
    this.#budget.charge(count * 4, what);
    this.#budget.check(count * metadata.size, what);
    if (metadata.chunks) {
      this.#budget.check(
        metadata.chunks.reduce((all, one) => all * one, metadata.size),
        `a chunk of ${what}`,
      );
      const filter = this.#library.get_dataset_filters(this.#file, path).find(({ id }) => !KNOWN_FILTERS.has(id));
      if (filter) throw this.#refusal(path, `is packed by the filter ${filter.id}. Only deflate and shuffle are read`);
    }
    const read = elementReader(metadata);
    if (!read || (metadata.type === OPAQUE && this.#attributes(path).get('dtype') !== 'bfloat16'))
      throw this.#refusal(path, 'holds neither floats nor integers');
    if (count === 0) return { shape, data: new Float32Array(0) };
    return this.#withMemory(count * metadata.size, (address) => {
      this.#library.get_dataset_data(this.#file, path, null, null, null, BigInt(address));
      const { buffer } = this.#library.HEAPU8;
      return { shape, data: this.#elements(path, read, new DataView(buffer, address, count * metadata.size), count) };
    });
  }

  #elements(path: string, read: ElementReader, view: DataView, count: number): Float32Array | Int32Array {
    if (read.kind === 'float') {
      const data = new Float32Array(count);
      for (let i = 0; i < count; i++) data[i] = read.at(view, i * read.size);
      return data;
    }
    const data = new Int32Array(count);
    for (let i = 0; i < count; i++) {
      const value = read.at(view, i * read.size);
      data[i] = value;
      if (data[i] !== value)
        throw this.#refusal(path, `holds the integer ${value}, which is larger than 32 bits can hold`);
    }
    return data;
  }

  #attributes(path: string): Map<string, string | readonly string[]> {
    const found = new Map<string, string | readonly string[]>();
    for (const name of this.#library.get_attribute_names(this.#file, path)) {
      const metadata = this.#library.get_attribute_metadata(this.#file, path, name);
      const shape = metadata.shape ?? [0];
      const count = this.#countOf(path, shape);
      if (count === 0) found.set(name, []);
      else if (metadata.type === STRING) {
        const values = this.#strings(path, name, metadata, count);
        found.set(name, shape.length === 0 ? (values[0] ?? '') : values);
      }
    }
    return found;
  }

  #strings(path: string, name: string, metadata: H5Metadata, count: number): string[] {
    const library = this.#library;
    const what = `the attribute '${name}' of '${path}'`;
    const bytes = count * metadata.size;
    this.#budget.charge(2 * bytes, what);
    return this.#withMemory(bytes, (address) => {
      library.get_attribute_data(this.#file, path, name, BigInt(address));
      if (!metadata.vlen) {
        const decoder = new TextDecoder();
        return Array.from({ length: count }, (_, index) => {
          const at = address + index * metadata.size;
          const text = library.HEAPU8.subarray(at, at + metadata.size);
          const end = text.indexOf(0);
          return decoder.decode(end < 0 ? text : text.subarray(0, end));
        });
      }
      const addresses = new Uint32Array(library.HEAPU8.buffer.slice(address, address + bytes));
      const texts = Array.from(addresses, (one) => {
        const end = library.HEAPU8.indexOf(0, one);
        this.#budget.charge(2 * (end - one), what);
        return one === 0 ? '' : library.UTF8ToString(one);
      });
      library.reclaim_vlen_memory(this.#file, path, name, BigInt(address));
      return texts;
    });
  }

  #withMemory<Result>(bytes: number, use: (address: number) => Result): Result {
    const address = this.#library._malloc(bytes);
    if (address === 0)
      throw new FormatError(`${this.#where}: no memory for ${bytes} bytes.`, { where: this.#where, got: bytes });
    try {
      return use(address);
    } finally {
      this.#library._free(address);
    }
  }

  #countOf(path: string, shape: readonly number[]): number {
    const count = shape.reduce((all, size) => all * size, 1);
    if (shape.every((size) => Number.isInteger(size) && size >= 0) && Number.isSafeInteger(count)) return count;
    throw this.#refusal(path, `has the shape [${shape.join(', ')}]`);
  }

  #refusal(path: string, what: string): FormatError {
    const shown = path.length > 100 ? `${path.slice(0, 100)}...` : path;
    return new FormatError(`${this.#where}: '${shown}' ${what}.`, { where: this.#where, got: path });
  }
}

interface ElementReader {
  readonly kind: 'float' | 'integer';
  readonly size: number;
  readonly at: (view: DataView, offset: number) => number;
}

/** How one element is read; undefined for types that no weight has. h5wasm turns every order of bytes into little-endian. */
function elementReader({ type, size, signed, enum_type: base }: H5Metadata): ElementReader | undefined {
  const kind = type === ENUM ? base?.type : type;
  const reader = (name: 'float' | 'integer', at: ElementReader['at']): ElementReader => ({ kind: name, size, at });
  if (kind === OPAQUE && size === 2) return reader('float', bfloat16);
  if (kind === FLOAT) {
    if (size === 2) return reader('float', float16);
    if (size === 4) return reader('float', (view, at) => view.getFloat32(at, true));
    if (size === 8) return reader('float', (view, at) => view.getFloat64(at, true));
  }
  if (kind === INTEGER) {
    if (size === 1) return reader('integer', (view, at) => (signed ? view.getInt8(at) : view.getUint8(at)));
    if (size === 2)
      return reader('integer', (view, at) => (signed ? view.getInt16(at, true) : view.getUint16(at, true)));
    if (size === 4)
      return reader('integer', (view, at) => (signed ? view.getInt32(at, true) : view.getUint32(at, true)));
    if (size === 8)
      return reader('integer', (view, at) => Number(signed ? view.getBigInt64(at, true) : view.getBigUint64(at, true)));
  }
  return undefined;
}

const bits = new DataView(new ArrayBuffer(4));

/** The upper half of a float32. */
function bfloat16(view: DataView, at: number): number {
  bits.setUint32(0, view.getUint16(at, true) << 16);
  return bits.getFloat32(0);
}

/** Sign, five bits of exponent, ten of mantissa. */
function float16(view: DataView, at: number): number {
  const half = view.getUint16(at, true);
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >> 10) & 31;
  const mantissa = half & 1023;
  if (exponent === 31) return mantissa === 0 ? sign * Infinity : NaN;
  if (exponent === 0) return (sign * mantissa) / 16777216;
  bits.setUint32(0, ((exponent + 112) << 23) | (mantissa << 13));
  return sign * bits.getFloat32(0);
}
