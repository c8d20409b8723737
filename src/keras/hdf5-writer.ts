/** A tree into HDF5 bytes, laid out as h5py lays them out, so that every reader of HDF5 reads them. */
import { ArgumentError } from '../errors.ts';
import { removeTimes } from './hdf5-times.ts';
import { withH5Library, type H5Library, type H5WriteMetadata } from './h5wasm.ts';
import type { H5Dataset, H5Group } from './hdf5.ts';

/** An attribute lies in its object's header, which HDF5 limits. */
export const MAX_ATTRIBUTE_BYTES = 64512;
const TRUNCATE = 2;
const INTEGER = 0;
const FLOAT = 1;
const STRING = 3;

/**
 * The HDF5 file of a tree: single texts as strings of variable length, lists of them as strings of one length.
 * @throws ArgumentError for a list of texts that HDF5 has no room for, or a name with a slash
 * @example const bytes = await writeH5(root);
 */
export async function writeH5(root: H5Group): Promise<Uint8Array> {
  checkTree(root, '');
  return withH5Library('writeH5', (library, path) => {
    const [low, high] = [library.H5F_LIBVER_EARLIEST, library.H5F_LIBVER_V18];
    const file = library.open(path, TRUNCATE, false, low, high);
    try {
      writeGroup(library, file, '', root);
      library.close_file(file);
      const bytes = library.FS.readFile(path);
      removeTimes(bytes);
      return bytes;
    } finally {
      library.FS.unlink(path);
    }
  });
}

function checkTree(group: H5Group, path: string): void {
  for (const [name, value] of group.attributes) {
    if (typeof value === 'string') continue;
    const bytes = longest(value) * value.length;
    if (bytes <= MAX_ATTRIBUTE_BYTES) continue;
    throw new ArgumentError(
      `writeH5: the attribute '${name}' of '${path}/' takes ${bytes} bytes; HDF5 has room for ${MAX_ATTRIBUTE_BYTES}. Split the list.`,
      { where: 'writeH5', got: bytes, expected: MAX_ATTRIBUTE_BYTES },
    );
  }
  for (const name of [...group.groups.keys(), ...group.datasets.keys()]) {
    if (name !== '' && name !== '.' && !/[/\0]/.test(name)) continue;
    throw new ArgumentError(`writeH5: HDF5 cannot hold the name '${name}' in '${path}/'.`, {
      where: 'writeH5',
      got: name,
    });
  }
  for (const [name, inner] of group.groups) checkTree(inner, `${path}/${name}`);
}

function writeGroup(library: H5Library, file: bigint, path: string, group: H5Group): void {
  for (const [name, value] of group.attributes) writeAttribute(library, file, path === '' ? '/' : path, name, value);
  for (const [name, dataset] of group.datasets) writeDataset(library, file, `${path}/${name}`, dataset);
  for (const [name, inner] of group.groups) {
    library.create_group(file, `${path}/${name}`, false);
    writeGroup(library, file, `${path}/${name}`, inner);
  }
}

function writeAttribute(
  library: H5Library,
  file: bigint,
  path: string,
  name: string,
  value: string | readonly string[],
): void {
  if (typeof value === 'string') {
    library.create_vlen_str_attribute(file, path, name, [value], metadataOf(STRING, 4, [], { vlen: true, cset: 1 }));
    return;
  }
  // As h5py writes an empty list: of no strings there is no length.
  if (value.length === 0) {
    withBytes(library, new Uint8Array(0), (address) =>
      library.create_attribute(file, path, name, address, metadataOf(FLOAT, 8, [0])),
    );
    return;
  }
  const size = longest(value);
  const bytes = new Uint8Array(size * value.length);
  value.forEach((text, index) => bytes.set(new TextEncoder().encode(text), index * size));
  withBytes(library, bytes, (address) =>
    library.create_attribute(file, path, name, address, metadataOf(STRING, size, [value.length], { cset: 0 })),
  );
}

function writeDataset(library: H5Library, file: bigint, path: string, { shape, data }: H5Dataset): void {
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  const metadata = metadataOf(data instanceof Float32Array ? FLOAT : INTEGER, 4, shape);
  withBytes(library, bytes, (address) => library.create_dataset(file, path, address, metadata));
}

/** Bytes that the longest text takes, and one for the zero that ends it. */
function longest(texts: readonly string[]): number {
  const encoder = new TextEncoder();
  return texts.reduce((most, text) => Math.max(most, encoder.encode(text).length), 0) + 1;
}

function metadataOf(
  type: number,
  size: number,
  shape: readonly number[],
  more: { readonly vlen?: boolean; readonly cset?: number } = {},
): H5WriteMetadata {
  const sizes = shape.map(BigInt);
  return { type, size, signed: true, littleEndian: true, vlen: false, shape: sizes, maxshape: sizes, ...more };
}

function withBytes(library: H5Library, bytes: Uint8Array, use: (address: bigint) => void): void {
  const address = library._malloc(Math.max(1, bytes.length));
  if (address === 0)
    throw new ArgumentError(`writeH5: no memory for ${bytes.length} bytes.`, { where: 'writeH5', got: bytes.length });
  try {
    library.HEAPU8.set(bytes, address);
    use(BigInt(address));
  } finally {
    library._free(address);
  }
}
