/** The readers of Keras's and TensorFlow.js's files, for hostile-readers.ts. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { unzipSync, zipSync } from 'fflate';
import { layers, modelFromJSON, sequential, type Model } from '../../../src/index.ts';
import { fromKeras, loadWeights, toKeras } from '../../../src/keras/index.ts';
import { newGroup, writeH5 } from '../../../src/keras/hdf5.ts';
import { root } from '../../house/sources.ts';
import type { HostileReader } from '../hostile-readers.ts';
import { configHoles } from './config-holes.ts';
import { h5Bytes, hdf5Holes } from './hdf5-holes.ts';
import type { Hole } from './hole.ts';
import { archiveOf, intactConfig } from './intact.ts';
import { intactMap, largeMap, loadMapBytes, shardHoles } from './shard-holes.ts';
import { intactTfjs, largeTfjs, loadTfjsBytes, tfjsHoles } from './tfjs-holes.ts';
import { intactArchive, zipHoles } from './zip-holes.ts';

const MB = 1024 * 1024;
const keras2 = (file: string): Uint8Array =>
  new Uint8Array(readFileSync(join(root, 'test/keras/fixtures/keras2/files', file)));
const bombsOf = (holes: readonly Hole[]): HostileReader['bombs'] =>
  Object.fromEntries(holes.filter(({ bomb }) => bomb).map(({ name, make }) => [name, make]));
const text = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));

/** The layers of `plain` in keras2/cases.py, compiled. */
function trained(): Model {
  const model = sequential([
    layers.dense(5, { activation: 'relu', inputShape: [4], name: 'hidden' }),
    layers.dense(3, { activation: 'softmax', name: 'end' }),
  ]);
  model.compile({ optimizer: 'adam', loss: 'mse', metrics: ['acc'] });
  return model;
}

/** The intact config with this name wherever it has one. */
const renamed = (name: string): string =>
  JSON.stringify(intactConfig, (_, value: unknown) => (value === 'd' ? name : value));

/** One dense layer of so many bytes, as `.keras`. */
async function largeArchive(bytes: number): Promise<Uint8Array> {
  const units = bytes / 16;
  const file = newGroup();
  const list = newGroup();
  const dense = newGroup();
  const vars = newGroup();
  vars.datasets.set('0', { shape: [4, units], data: new Float32Array(4 * units).fill(1) });
  dense.groups.set('vars', vars);
  list.groups.set('dense', dense);
  file.groups.set('layers', list);
  return archiveOf(JSON.stringify(intactConfig).replace('"units":2', `"units":${units}`), await writeH5(file));
}

/** The same, packed. */
async function packedArchive(bytes: number): Promise<Uint8Array> {
  return zipSync(unzipSync(await largeArchive(bytes)), { level: 9 });
}

const keras: HostileReader = {
  name: '.keras',
  files: async () => [await intactArchive(), await intactArchive(true), keras2('plain_v3.keras')],
  read: (bytes) => fromKeras(bytes),
  bombs: {
    ...bombsOf(zipHoles),
    ...bombsOf(configHoles),
    '40 MB of weights': () => largeArchive(40 * MB),
    '30 MB of weights in a few KB': () => packedArchive(30 * MB),
    '100 MB of weights in a few KB': () => packedArchive(100 * MB),
  },
  named: (name) => archiveOf(renamed(name)),
};

const h5: HostileReader = {
  name: '.h5',
  files: async () => [
    h5Bytes('intact'),
    keras2('plain.h5'),
    keras2('nested.h5'),
    await toKeras(trained(), { format: 'h5' }),
  ],
  read: (bytes) => fromKeras(bytes),
  bombs: bombsOf(hdf5Holes),
};

const weights: HostileReader = {
  name: '.weights.h5',
  files: async () => [await toKeras(trained(), { format: 'weights.h5' }), keras2('plain_weights.h5')],
  read: (bytes) => loadWeights(trained(), bytes),
  bombs: {},
};

/** A config with so many keys that nobody asked for. */
const largeConfig = (count: number): Uint8Array =>
  text({ class_name: 'Sequential', config: Object.fromEntries(Array.from({ length: count }, (_, i) => [`x${i}`, 0])) });

const json: HostileReader = {
  name: 'JSON of models',
  files: () => [text(intactConfig), keras2('plain_json.txt')],
  read: (bytes) => modelFromJSON(new TextDecoder().decode(bytes)),
  bombs: { 'as many keys as are taken': () => largeConfig(5.5e4), 'a million keys': () => largeConfig(1e6) },
  named: (name) => new TextEncoder().encode(renamed(name)),
};

const tfjs: HostileReader = {
  name: 'model.json',
  files: () => [text(intactTfjs()), largeTfjs(32), largeTfjs(8, { dtype: 'uint8', scale: 0.5, min: -1 })],
  read: loadTfjsBytes,
  bombs: {
    ...bombsOf(tfjsHoles),
    '40 MB of weights': () => largeTfjs(40 * MB),
    '12 MB of weights in single bytes': () => largeTfjs(12 * MB, { dtype: 'uint8', scale: 1, min: 0 }),
    '40 MB of weights in single bytes': () => largeTfjs(40 * MB, { dtype: 'uint8', scale: 1, min: 0 }),
  },
};

const shards: HostileReader = {
  name: '.weights.json',
  files: () => [text(intactMap)],
  read: loadMapBytes,
  bombs: { ...bombsOf(shardHoles), 'as many objects as are taken': largeMap },
};

export const kerasReaders: readonly HostileReader[] = [keras, h5, weights, json, tfjs, shards];
