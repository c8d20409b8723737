/** What packs the chunks of an HDF5 dataset: deflate, the shuffling of bytes, and a checksum behind them. */
import type { H5Bytes } from './hdf5-bytes.ts';
import { MESSAGE, type H5Message } from './hdf5-header.ts';
import { inflate } from './inflate.ts';

const DEFLATE = 1;
const SHUFFLE = 2;
const CHECKSUM = 3;

/** One filter. */
export interface Filter {
  readonly id: number;
  /** Its first setting. */
  readonly value: number;
}

/** The filters that a dataset's chunks went through, in their order. @throws FormatError for others than these three */
export function filtersOf(file: H5Bytes, messages: readonly H5Message[], path: string): readonly Filter[] {
  const message = messages.find(({ type }) => type === MESSAGE.filters);
  if (!message) return [];
  const version = file.u8(message.at);
  if (version < 1 || version > 2) throw file.unsupported(`filters of version ${version}`);
  let at = message.at + (version === 1 ? 8 : 2);
  return Array.from({ length: file.u8(message.at + 1) }, () => {
    const id = file.u16(at);
    if (id !== DEFLATE && id !== SHUFFLE && id !== CHECKSUM)
      throw file.refusal(path, `is packed by the filter ${id}. Only deflate and shuffle are read`);
    const named = version === 1 ? file.u16(at + 2) : 0;
    const head = at + (version === 1 ? 4 : 2);
    const count = file.u16(head + 2);
    const values = head + 4 + Math.ceil(named / 8) * 8;
    const value = count > 0 ? file.u32(values) : 0;
    at = values + 4 * count + (version === 1 && count % 2 === 1 ? 4 : 0);
    return { id, value };
  });
}

/** A chunk before a filter; undefined for one that cannot be. */
export function undo(filter: Filter, bytes: Uint8Array, chunkBytes: number): Uint8Array | undefined {
  switch (filter.id) {
    case DEFLATE:
      // A zlib stream: two bytes before, a checksum of four behind. A checksum of Fletcher's may be packed with it.
      if (bytes.length < 6 || ((bytes[0] as number) & 15) !== 8) return undefined;
      return inflate(bytes.subarray(2, -4), chunkBytes) ?? inflate(bytes.subarray(2, -4), chunkBytes + 4);
    case SHUFFLE:
      return unshuffled(bytes, filter.value);
    default:
      return bytes.subarray(0, -4);
  }
}

/** All first bytes of the elements stand first, then all second ones, and so on; a rest stands last as it is. */
function unshuffled(bytes: Uint8Array, size: number): Uint8Array | undefined {
  if (size < 1 || size > 8) return undefined;
  const count = Math.floor(bytes.length / size);
  const result = bytes.slice();
  for (let byte = 0; byte < size; byte++)
    for (let i = 0; i < count; i++) result[i * size + byte] = bytes[byte * count + i]!;
  return result;
}
