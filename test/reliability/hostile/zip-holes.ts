/** `.keras` archives that mean harm: names, sizes and directories that lie. */
import { fromKeras } from '../../../src/keras/index.ts';
import { buildZip, type ZipEnd, type ZipMember } from '../../support/zip-builder.ts';
import { intactConfig, intactWeights } from './intact.ts';
import type { Hole } from './hole.ts';

const config: ZipMember = { name: 'config.json', data: JSON.stringify(intactConfig) };
const MB = 1024 * 1024;

/** An archive with the usual members, one of them changed, and others behind them. */
async function archive(
  change: { config?: Partial<ZipMember>; weights?: Partial<ZipMember>; more?: readonly ZipMember[]; end?: ZipEnd } = {},
): Promise<Uint8Array> {
  const weights: ZipMember = { name: 'model.weights.h5', data: await intactWeights() };
  const members = [
    { name: 'metadata.json', data: '{"keras_version":"3.15.1"}' },
    { ...config, ...change.config },
    { ...weights, ...change.weights },
    ...(change.more ?? []),
  ];
  return buildZip(members, change.end);
}

/** The intact archive, as Keras writes it or packed. */
export const intactArchive = (deflate = false): Promise<Uint8Array> =>
  archive({ config: { deflate }, weights: { deflate } });

const more = (member: ZipMember): (() => Promise<Uint8Array>) => {
  return () => archive({ more: [member] });
};

const cases: readonly (readonly [
  name: string,
  make: () => Uint8Array | Promise<Uint8Array>,
  message: RegExp,
  bomb?: 'bomb',
])[] = [
  [
    'a name that climbs',
    more({ name: '../../evil.json', data: '{}' }),
    /'\.\.\/\.\.\/evil\.json' has a name that leads out/,
  ],
  ['a name that climbs in the middle', more({ name: 'assets/../../evil', data: '' }), /leads out of the archive/],
  ['an absolute name', more({ name: '/etc/passwd', data: '' }), /'\/etc\/passwd' has a name that leads out/],
  ['a name of Windows', more({ name: '..\\..\\evil', data: '' }), /leads out of the archive/],
  ['a drive', more({ name: 'C:evil', data: '' }), /leads out of the archive/],
  ['a zero in a name', more({ name: 'config.json\0.png', data: '' }), /leads out of the archive/],
  ['no name', more({ name: '', data: '' }), /leads out of the archive/],
  ['a symbolic link', more({ name: 'assets/x', data: '/etc/passwd', mode: 0o120777 }), /is a symbolic link/],
  ['config.json a symbolic link', () => archive({ config: { mode: 0o120777 } }), /'config\.json' is a symbolic link/],
  ['config.json twice', more(config), /'config\.json' is there twice/],
  ['a program', more({ name: 'setup.py', data: 'import os' }), /the archive has a member 'setup\.py'/],
  ['a pickle', more({ name: 'model.pkl', data: 'cos\nsystem\n' }), /the archive has a member 'model\.pkl'/],
  ['a member named __proto__', more({ name: '__proto__', data: '' }), /the archive has a member '__proto__'/],
  [
    'packed a hundred thousand times',
    () => archive({ weights: { deflate: true, size: 4_000_000_000 } }),
    /unpack to 4000000000/,
    'bomb',
  ],
  [
    'a hundred megabytes of spaces',
    () => archive({ config: { data: `${' '.repeat(100 * MB)}{}`, deflate: true } }),
    /needs 10485760\d bytes of memory/,
    'bomb',
  ],
  [
    'more than the directory says',
    () => archive({ config: { data: ' '.repeat(10 * MB), deflate: true, size: 100 } }),
    /does not unpack to 100 bytes/,
    'bomb',
  ],
  [
    'less than the directory says',
    () => archive({ config: { deflate: true, size: 3000 } }),
    /does not unpack to 3000 bytes/,
  ],
  [
    'stored, and larger than it is',
    () => archive({ weights: { size: 4_000_000_000 } }),
    /unpack to 4000000000/,
    'bomb',
  ],
  [
    'larger than the archive',
    () => archive({ weights: { size: 4_000_000_000, packedSize: 4_000_000_000 } }),
    /the archive has less/,
    'bomb',
  ],
  [
    'sizes of zip64',
    () => archive({ weights: { size: 0xffffffff, packedSize: 0xffffffff } }),
    /the archive has less/,
    'bomb',
  ],
  [
    'bytes that lie elsewhere',
    () => archive({ config: { offset: 3 } }),
    /'config\.json' is not where the directory says/,
  ],
  ['bytes that lie far outside', () => archive({ config: { offset: 0xfffffff0 } }), /is not where the directory says/],
  [
    'bytes that are those of another',
    () => archive({ config: { offset: 0 } }),
    /is called 'metadata\.json' where its bytes are/,
  ],
  [
    'bytes of two in one place',
    () => archive({ more: [{ name: 'metadata.json', data: '{}', offset: 0 }] }),
    /is there twice|lie over one another/,
  ],
  [
    'another name where the bytes are',
    () => archive({ config: { localName: 'kernel.json' } }),
    /is called 'kernel\.json' where its bytes are/,
  ],
  ['encrypted', () => archive({ config: { flags: 1 } }), /'config\.json' is encrypted/],
  ['an unknown method', () => archive({ config: { method: 14 } }), /is packed by method 14/],
  [
    'deflated garbage',
    () => archive({ config: { method: 8, data: 'not deflated at all' } }),
    /is damaged|does not unpack/,
  ],
  ['a wrong checksum', () => archive({ config: { checksum: 7 } }), /its checksum differs/],
  [
    'more entries than there are',
    () => archive({ end: { count: 4 } }),
    /entry 3 of the archive's directory is damaged/,
  ],
  ['fewer entries than there are', () => archive({ end: { count: 2 } }), /directory is longer than its entries/],
  ['65,535 entries', () => archive({ end: { count: 65535 } }), /says that it has 65535 members/],
  ['a directory elsewhere', () => archive({ end: { directoryOffset: 0 } }), /no directory before its end/],
  ['a directory outside', () => archive({ end: { directoryOffset: 0xffffff00 } }), /no directory before its end/],
  ['one disk of several', () => archive({ end: { disk: 2 } }), /one part of several/],
  ['no config', () => buildZip([{ name: 'metadata.json', data: '{}' }]), /the archive has no 'config\.json'/],
  ['no weights', () => buildZip([config]), /the archive has no 'model\.weights\.h5'/],
  ['weights that are no HDF5', () => archive({ weights: { data: 'PK' } }), /this is no HDF5 file/],
  ['nothing in it', () => buildZip([]), /neither a \.keras file|has no 'config\.json'/],
  ['its first half', async () => (await archive()).subarray(0, 2000), /cut off or no zip file/],
];

export const zipHoles: readonly Hole[] = cases.map(([name, make, message, bomb]) => ({
  name: `keras: ${name}`,
  make,
  load: (bytes) => fromKeras(bytes),
  message,
  bomb: bomb === 'bomb',
}));
