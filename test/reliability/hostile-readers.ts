/**
 * Every reader of bytes from outside, with intact files to mutate, and with what a file can do that means harm. A new
 * format is one more row; what stands here is measured by hostile-files.ts, memory-bombs.ts and prototype-pollution.ts.
 */
import { openSealed, sealBytes } from '../../src/io/sealed-bytes.ts';
import { readState, writeState } from '../../src/io/state-bytes.ts';
import { readSafetensors, writeSafetensors } from '../../src/safetensors.ts';
import { tensor, zeros } from '../../src/tensor/tensor.ts';
import { fileOf } from '../src/io/safetensors/files.ts';
import { journalReader } from './hostile/journal-reader.ts';
import { kerasReaders } from './hostile/keras-readers.ts';

export interface HostileReader {
  readonly name: string;
  /** Intact files to mutate, small ones. */
  readonly files: () => readonly Uint8Array[] | Promise<readonly Uint8Array[]>;
  readonly read: (bytes: Uint8Array) => unknown;
  /** Files that would need much memory, by what they do; made one at a time. */
  readonly bombs: Readonly<Record<string, () => Uint8Array | Promise<Uint8Array>>>;
  /** A file in which the name stands wherever a name can; undefined where the format has no names. */
  readonly named?: (name: string) => Uint8Array | Promise<Uint8Array>;
}

const MB = 1024 * 1024;
const repeated = (text: string, bytes: number, between = ''): string =>
  Array.from({ length: Math.floor(bytes / (text.length + between.length)) }, () => text).join(between);
const numbered = (bytes: number, entry: (i: number) => string): string =>
  Array.from({ length: Math.floor(bytes / entry(1e6).length) }, (_, i) => entry(i)).join(',');
const entry = (name: string, dtype: string, shape: string, bytes: number): string =>
  `"${name}":{"dtype":"${dtype}","shape":${shape},"data_offsets":[0,${bytes}]}`;
const dataOf = (dtype: string, elementBytes: number, bytes: number): Uint8Array =>
  fileOf(`{${entry('x', dtype, `[${bytes / elementBytes}]`, bytes)}}`, new Uint8Array(bytes));

const safetensors: HostileReader = {
  name: 'safetensors',
  files: () => [
    writeSafetensors(
      {
        kernel: tensor([
          [1, 2, 3],
          [4, 5, 6],
        ]),
        bias: tensor([1, 2, 3]),
        none: zeros([0, 4]),
        scalar: tensor(1),
      },
      { metadata: { format: 'pt', author: 'nobody' } },
    ),
    fileOf(
      `{${entry('half', 'F16', '[4]', 8)},"ids":{"dtype":"I64","shape":[2],"data_offsets":[8,24]},"mask":{"dtype":"BOOL","shape":[3],"data_offsets":[24,27]}}`,
      new Uint8Array(27),
    ),
    writeSafetensors({}),
  ],
  read: (bytes) => readSafetensors(bytes),
  bombs: {
    'a million tensors without elements': () =>
      fileOf(`{${numbered(8 * MB, (i) => entry(String(i), 'F32', '[0]', 0))}}`),
    'as many as are taken': () => fileOf(`{${numbered(1.4 * MB, (i) => entry(String(i), 'F32', '[0]', 0))}}`),
    'one long name': () => fileOf(`{${entry('n'.repeat(8 * MB), 'F32', '[0]', 0)}}`),
    'one long name of wide characters': () => fileOf(`{${entry('語'.repeat(4 * MB), 'F32', '[0]', 0)}}`),
    'one long name of escapes': () => fileOf(`{${entry(repeated('\\u8a9e', 8 * MB), 'F32', '[0]', 0)}}`),
    'much metadata': () => fileOf(`{"__metadata__":{${numbered(8 * MB, (i) => `"${i}":""`)}}}`),
    'a shape of millions of axes': () =>
      fileOf(`{${entry('x', 'F32', `[${repeated('1', 8 * MB, ',')}]`, 4)}}`, new Uint8Array(4)),
    'a header of white space': () => fileOf(`{${' '.repeat(16 * MB)}}`),
    'a header that should have 100 MB': () => fileOf('{}').fill(5, 3, 4),
    'a shape of 2^50 elements': () => fileOf(`{${entry('x', 'U8', `[${2 ** 50}]`, 2 ** 50)}}`),
    'nested arrays': () => fileOf(`{"x":${'['.repeat(8 * MB)}`),
    '16 MB of float32': () => dataOf('F32', 4, 16 * MB),
    '16 MB of float64': () => dataOf('F64', 8, 16 * MB),
    '16 MB of float16': () => dataOf('F16', 2, 16 * MB),
    '16 MB of 64-bit integers': () => dataOf('I64', 8, 16 * MB),
    '15 MB of bytes': () => dataOf('U8', 1, 15 * MB),
    '32 MB of bytes': () => dataOf('U8', 1, 32 * MB),
  },
  named: (name) => {
    const quoted = JSON.stringify(name);
    return fileOf(
      `{"__metadata__":{${quoted}:${quoted}},${quoted}:{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}`,
      new Uint8Array(4),
    );
  },
};

const sealed: HostileReader = {
  name: 'sealed files',
  files: () => [
    sealBytes(
      Uint8Array.from({ length: 300 }, (_, i) => i % 256),
      7,
    ),
    sealBytes(new Uint8Array(), 1),
  ],
  read: (bytes) => openSealed(bytes, 'file'),
  bombs: { '16 MB': () => sealBytes(new Uint8Array(16 * MB), 1) },
};

/** A state's bytes around this JSON, and these arrays behind it. */
const stateOf = (json: string, arrays = new Uint8Array(0)): Uint8Array => {
  const text = new TextEncoder().encode(json);
  const start = 8 + 8 * Math.ceil(text.length / 8);
  const bytes = new Uint8Array(start + arrays.length).fill(0x20, 8, start);
  new DataView(bytes.buffer).setUint32(0, text.length, true);
  bytes.set(text, 8);
  bytes.set(arrays, start);
  return bytes;
};
const valueOf = (json: string): Uint8Array => stateOf(`{"arrays":[],"value":${json}}`);
const arrayOf = (type: 'f32' | 'f64', bytes: number, value: string): Uint8Array =>
  stateOf(`{"arrays":[{"type":"${type}","length":${bytes / (type === 'f32' ? 4 : 8)}}],"value":${value}}`, new Uint8Array(bytes)); // prettier-ignore

const backups: HostileReader = {
  name: 'backups of runs',
  files: () => [
    writeState({
      version: 1,
      position: { epoch: 1, batch: 2, begun: true },
      weights: [tensor([1.5, -2]), zeros([2, 3])],
      meters: { sums: [0.25, NaN, -0], samples: 4 },
      callbacks: [{ callback: 'history', history: { loss: [3, 2, 1] } }, null, { $: 'own' }],
    }),
    writeState({}),
  ],
  read: (bytes) => {
    const state = readState(bytes, 'file');
    // Lists and texts have no names.
    const hasNames = typeof state === 'object' && state !== null && Object.getPrototypeOf(state) === null;
    return { state, fields: new Map(hasNames ? Object.entries(state) : []) };
  },
  bombs: {
    'a million empty lists': () => valueOf(`[${repeated('[]', 8 * MB, ',')}]`),
    'as many as are taken': () => valueOf(`[${repeated('[]', 0.6 * MB, ',')}]`),
    'a million numbers': () => valueOf(`[${repeated('1', 8 * MB, ',')}]`),
    'a million fields': () => valueOf(`{${numbered(8 * MB, (i) => `"${i}":1`)}}`),
    'nested lists': () => valueOf('['.repeat(8 * MB)),
    'one long text': () => valueOf(`"${'n'.repeat(16 * MB)}"`),
    'one long text of wide characters': () => valueOf(`"${'語'.repeat(6 * MB)}"`),
    'one long text of escapes': () => valueOf(`"${repeated('\\u8a9e', 16 * MB)}"`),
    'a million arrays': () => stateOf(`{"arrays":[${repeated('{"type":"f32","length":0}', 16 * MB, ',')}],"value":1}`),
    'an array of 2^53 numbers': () => stateOf('{"arrays":[{"type":"f64","length":9007199254740991}],"value":1}'),
    '16 MB of numbers': () => arrayOf('f64', 16 * MB, '{"$":"numbers","data":0}'),
    '16 MB of a tensor': () => arrayOf('f32', 16 * MB, `{"$":"tensor","shape":[${4 * MB}],"data":0}`),
    'white space': () => stateOf(' '.repeat(16 * MB)),
  },
  named: (name) => valueOf(`{${JSON.stringify(name)}:{${JSON.stringify(name)}:${JSON.stringify(name)}}}`),
};

export const hostileReaders: readonly HostileReader[] = [safetensors, sealed, backups, journalReader, ...kerasReaders];
