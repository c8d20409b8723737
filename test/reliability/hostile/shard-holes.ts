/** `.weights.json` files of Keras that mean harm: they name files beside them. */
import { FormatError } from '../../../src/errors.ts';
import { makeGroup, newGroup, writeH5 } from '../../../src/keras/hdf5.ts';
import { readWeightShards, weightShardNames } from '../../../src/keras/weight-shards.ts';
import type { Hole } from './hole.ts';

const FIRST = 'm_00000.weights.h5';
const SECOND = 'm_00001.weights.h5';
/** The first one under another name. */
const COPY = 'm_00002.weights.h5';

/** The map of two shards. */
export const intactMap: object = {
  metadata: { total_size: 16 },
  weight_map: { '/layers/d/vars': FIRST, '/optimizer/vars': [FIRST, SECOND] },
};

async function shardOf(arrays: readonly string[]): Promise<Uint8Array> {
  const root = newGroup();
  for (const path of arrays) {
    const group = makeGroup(root, path.slice(0, path.lastIndexOf('/')));
    group.datasets.set(path.slice(path.lastIndexOf('/') + 1), { shape: [2], data: Float32Array.of(1, 2) });
  }
  return writeH5(root);
}

let made: ReadonlyMap<string, Uint8Array> | undefined;

async function shards(): Promise<ReadonlyMap<string, Uint8Array>> {
  const first = await shardOf(['layers/d/vars/0', 'optimizer/vars/0']);
  return (made ??= new Map([
    [FIRST, first],
    [SECOND, await shardOf(['optimizer/vars/1'])],
    [COPY, first],
  ]));
}

/** Reads a map whose shards are at hand, as loadWeights does with those beside it. */
export async function loadMapBytes(bytes: Uint8Array): Promise<unknown> {
  const files = await shards();
  const named = weightShardNames('map', bytes).map((name) => {
    const shard = files.get(name);
    if (shard) return [name, shard] as const;
    throw new FormatError(`map: there is no '${name}'.`, { where: 'map' });
  });
  return readWeightShards('map', new Map(named));
}

/** A map of so many objects; the first name is refused, when all of it has been parsed. */
const manyObjects = (count: number): object =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`x${index}`, '..']));

const beside = /only files beside this one are read/;
const cases: readonly (readonly [name: string, weightMap: unknown, message: RegExp, bomb?: 'bomb'])[] = [
  ['a shard that climbs', { x: '../../etc/passwd' }, beside],
  ['a shard that climbs, in a list', { x: [FIRST, '../m_00001.weights.h5'] }, beside],
  ['a shard at an absolute path', { x: '/etc/passwd' }, beside],
  ['a shard on the web', { x: 'https://localhost/m.weights.h5' }, beside],
  ['a shard of Windows', { x: '..\\m.weights.h5' }, beside],
  ['the folder itself', { x: '.' }, beside],
  ['a shard that is not named', { x: 7 }, /a path of weight_map: expected a string, got 7/],
  ['lists of lists', { x: [[FIRST]] }, /a path of weight_map: expected a string/],
  ['a shard called __proto__', JSON.parse('{"__proto__":"__proto__"}'), /there is no '__proto__'/],
  ['an array that is twice there', { x: [FIRST, COPY] }, /layers\/d\/vars\/0 is in two shards/],
  ['a map that is a list', [FIRST], /weight_map: expected an object/],
  ['a million empty names', { x: Array.from({ length: 1e6 }, () => '') }, beside, 'bomb'],
  ['a million objects', manyObjects(1e6), /would take \d+ bytes/, 'bomb'],
]; // prettier-ignore

const mapOf = (weightMap: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify({ weight_map: weightMap }));

/** As many objects as may be parsed. */
export const largeMap = (): Uint8Array => mapOf(manyObjects(5.5e4));

export const shardHoles: readonly Hole[] = cases.map(([name, weightMap, message, bomb]) => ({
  name: `weights.json: ${name}`,
  make: () => mapOf(weightMap),
  load: loadMapBytes,
  message,
  bomb: bomb === 'bomb',
}));
