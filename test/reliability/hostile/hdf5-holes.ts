/** HDF5 files that mean harm, as test/keras/hostile/generate.py made them with h5py. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fromKeras } from '../../../src/keras/index.ts';
import { root } from '../../house/sources.ts';
import type { Hole } from './hole.ts';

const folder = join(root, 'test/keras/fixtures/hostile/h5');

const messages: Readonly<Record<string, RegExp>> = {
  'link-to-file': /'\/model_weights\/d\/d\/kernel:0' is a link into another file/,
  'link-to-file-beside': /is a link into another file/,
  'link-of-group-to-file': /'\/model_weights\/d' is a link into another file/,
  'soft-link': /is a soft link/,
  'soft-link-circle': /is a soft link/,
  'hard-link-circle': /leads to an object that another name leads to/,
  'data-in-other-file': /keeps data in another file/,
  'virtual-data': /is a virtual dataset/,
  'shape-chunked': /needs 4398046511104 bytes of memory/,
  'shape-contiguous': /needs 4398046511104 bytes of memory/,
  'shape-overflow': /has the shape \[2147483648, 2147483648, 2\]/,
  'shape-with-zero': /the file's array \[1099511627776, 0\]/,
  'one-huge-chunk': /a chunk of the dataset .* needs 1073741824 bytes/,
  'zeros-packed': /needs 100000000 bytes of memory/,
  'unknown-filter': /packed by the filter 32000/,
  compound: /holds neither floats nor integers/,
  'text-for-numbers': /holds neither floats nor integers/,
  'lists-for-numbers': /holds neither floats nor integers/,
  references: /holds neither floats nor integers/,
  'long-double': /holds neither floats nor integers/,
  'large-integers': /holds the integer 1099511627776/,
  'other-shape': /has the shape \[4, 2\], the file's array \[2, 4\]/,
  'deep-groups': /more than 64 groups deep/,
  'type-for-group': /is neither a group nor a dataset/,
  'dataset-for-group': /the layer 'd' is named, but has no group/,
  'layer-name-climbs': /the layer '\.\.\/\.\.\/etc' is named, but has no group/,
  'layer-name-absolute': /the layer '\/model_weights' is named, but has no group/,
  'layer-name-prototype': /the layer '__proto__' is named, but has no group/,
  'layer-name-missing': /the layer 'e' is named, but has no group/,
  'layer-name-twice': /weights of 2 layers \('d', 'd'\)/,
  'weight-name-climbs': /the weight '\.\.\/\.\.\/\.\.\/d\/kernel:0' is named, but has no array/,
  'weight-name-prototype': /the weight 'constructor' is named, but has no array/,
  'config-number': /this HDF5 file is not one of Keras/,
  'config-no-json': /model_config: the text is no JSON/,
  'config-list': /model_config: expected an object, got a list/,
};
const bombs = /^(shape|one-huge|zeros|deep|hard-link)/;

/** The bytes of one of them, without its ending. */
export function h5Bytes(name: string): Uint8Array {
  return new Uint8Array(readFileSync(join(folder, `${name}.h5`)));
}

const cut = (bytes: Uint8Array, share: number): Uint8Array => bytes.subarray(0, Math.floor(bytes.length * share));

const holes: readonly Hole[] = [
  ...readdirSync(folder)
    .map((file) => file.replace(/\.h5$/, ''))
    .filter((name) => name !== 'intact')
    .map((name): Hole => ({
      name: `h5: ${name}`,
      make: () => h5Bytes(name),
      load: (bytes) => fromKeras(bytes),
      message: messages[name] ?? /a file without an expected message/,
      bomb: bombs.test(name),
    })),
  ...[0, 0.001, 0.01, 0.3, 0.9].map((share): Hole => ({
    name: `h5: cut off after ${100 * share} %`,
    make: () => cut(h5Bytes('intact'), share),
    load: (bytes) => fromKeras(bytes),
    message:
      share === 0
        ? /neither a \.keras file \(a zip archive\) nor an \.h5 file/
        : /the HDF5 file (is damaged|cannot be read)|this is no HDF5 file/,
  })),
];

export const hdf5Holes: readonly Hole[] = holes;
