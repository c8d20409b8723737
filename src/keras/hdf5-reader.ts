/**
 * HDF5 bytes into a tree. The reader is our own and not the HDF5 library, which a damaged file can send round for ever
 * and which unpacks whatever a file says: here each address is checked, and each size charged before it is allocated.
 */
import { FormatError } from '../errors.ts';
import { ByteBudget } from '../io/byte-budget.ts';
import { H5Attributes } from './hdf5-attributes.ts';
import { H5Bytes } from './hdf5-bytes.ts';
import { dataOf, liesInOnePiece } from './hdf5-data.ts';
import { MESSAGE, messagesAt, rootAddress, type H5Message } from './hdf5-header.ts';
import { isGroup, linksOf } from './hdf5-links.ts';
import { opaqueBfloat16, shapeAt, typeAt, type H5Type } from './hdf5-types.ts';
import type { H5Dataset, H5Group } from './hdf5.ts';

const MAX_DEPTH = 64;
const SIGNATURE = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a];

/** Whether bytes begin as an HDF5 file does. */
export function isH5(bytes: Uint8Array): boolean {
  return SIGNATURE.every((byte, index) => bytes[index] === byte);
}

/**
 * The tree of an HDF5 file.
 * @param bytes the whole file; they are not changed
 * @param where its name, for messages
 * @param options budget: that of a file of which this one is a part, default its own; isOwn: nobody else has the bytes, so
 *   that arrays may be views of them, default false
 * @throws FormatError for bytes that are no HDF5 file, a damaged one, links, data in other files, sizes that are too
 *   large, and parts of HDF5 that Keras's files never have
 * @example const root = await readH5(bytes, 'model.h5'); root.attributes.get('model_config');
 */
export async function readH5(
  bytes: Uint8Array,
  where: string,
  { budget = new ByteBudget(where, bytes.length), isOwn = false }: { budget?: ByteBudget; isOwn?: boolean } = {},
): Promise<H5Group> {
  if (!isH5(bytes))
    throw new FormatError(`${where}: this is no HDF5 file: it does not begin with HDF5's signature.`, { where });
  const file = new H5Bytes(bytes, where);
  return new Reader(file, budget, isOwn).group(rootAddress(file), '', 0);
}

type NumberType = Extract<H5Type, { readonly at: unknown }>;

class Reader {
  readonly #file: H5Bytes;
  readonly #budget: ByteBudget;
  readonly #isOwn: boolean;
  readonly #attributes: H5Attributes;
  readonly #seen = new Set<number>();

  constructor(file: H5Bytes, budget: ByteBudget, isOwn: boolean) {
    this.#file = file;
    this.#budget = budget;
    this.#isOwn = isOwn;
    this.#attributes = new H5Attributes(file, budget);
  }

  group(address: number, path: string, depth: number): H5Group {
    if (depth > MAX_DEPTH) throw this.#file.refusal(path, `lies more than ${MAX_DEPTH} groups deep`);
    const messages = this.#visit(address, path);
    if (!isGroup(messages)) throw this.#file.damaged('its root is no group');
    return this.#groupOf(messages, path, depth);
  }

  #groupOf(messages: readonly H5Message[], path: string, depth: number): H5Group {
    const file = this.#file;
    const group: H5Group = { attributes: this.#attributes.of(messages), groups: new Map(), datasets: new Map() };
    for (const link of linksOf(file, messages)) {
      const { name } = link;
      const inner = `${path}/${name}`;
      if (name === '' || name === '.' || name.includes('/')) throw file.refusal(inner, 'has a name that HDF5 forbids');
      if (group.groups.has(name) || group.datasets.has(name)) throw file.refusal(inner, 'is there twice');
      if (link.kind === 'soft')
        throw file.refusal(inner, 'is a soft link. Keras writes none; only the object itself is read');
      if (link.kind !== 'object') throw file.refusal(inner, 'is a link into another file, which is never opened');
      if (depth >= MAX_DEPTH) throw file.refusal(inner, `lies more than ${MAX_DEPTH} groups deep`);
      const found = this.#visit(link.address, inner);
      if (isGroup(found)) group.groups.set(name, this.#groupOf(found, inner, depth + 1));
      else if (found.some(({ type }) => type === MESSAGE.dataspace))
        group.datasets.set(name, this.#dataset(found, inner));
      else throw file.refusal(inner, 'is neither a group nor a dataset');
    }
    return group;
  }

  // Each object once: a second link to one may make a circle, or a small file a large tree.
  #visit(address: number, path: string): readonly H5Message[] {
    if (this.#seen.has(address))
      throw this.#file.refusal(path, 'leads to an object that another name leads to. Keras gives each one name');
    this.#seen.add(address);
    return messagesAt(this.#file, address);
  }

  #dataset(messages: readonly H5Message[], path: string): H5Dataset {
    const file = this.#file;
    const at = (type: number): number => {
      const message = messages.find((one) => one.type === type);
      if (message) return message.at;
      throw file.damaged(`'${path}' has no type or no shape`);
    };
    const shape = shapeAt(file, at(MESSAGE.dataspace)) ?? [0];
    const count = shape.reduce((all, size) => all * size, 1);
    if (!Number.isSafeInteger(count)) throw file.refusal(path, `has the shape [${shape.join(', ')}]`);
    const found = typeAt(file, at(MESSAGE.datatype));
    const type = found.kind === 'opaque' && this.#isBfloat16(messages) && found.size === 2 ? opaqueBfloat16 : found;
    if (!('at' in type)) throw file.refusal(path, 'holds neither floats nor integers');
    const what = `the dataset '${path}'`;
    const isView = this.#isOwn && type.plain && liesInOnePiece(file, messages);
    if (!isView) this.#budget.charge(count * 4, what);
    const plan = { file, budget: this.#budget, messages, path, shape, count, size: type.size };
    const bytes = dataOf(plan);
    if (isView) {
      if (bytes.byteOffset % 4 === 0) return { shape, data: new Float32Array(bytes.buffer, bytes.byteOffset, count) };
      this.#budget.charge(count * 4, what);
    }
    return { shape, data: this.#numbers(type, bytes, count, path) };
  }

  #isBfloat16(messages: readonly H5Message[]): boolean {
    return this.#attributes.of(messages).get('dtype') === 'bfloat16';
  }

  #numbers(type: NumberType, bytes: Uint8Array, count: number, path: string): Float32Array | Int32Array {
    // A copy begins at a multiple of 4.
    if (type.plain) return new Float32Array(bytes.slice().buffer, 0, count);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    if (type.kind === 'float' || count === 0)
      return Float32Array.from({ length: count }, (_, i) => type.at(view, i * type.size));
    const data = new Int32Array(count);
    for (let i = 0; i < count; i++) {
      const value = type.at(view, i * type.size);
      data[i] = value;
      if (data[i] !== value)
        throw this.#file.refusal(path, `holds the integer ${value}, which is larger than 32 bits can hold`);
    }
    return data;
  }
}
