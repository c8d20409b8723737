/** Weights that Keras saved in parts: a `.weights.json` that names, for each object, the `.weights.h5` files beside it. */
import { FormatError } from '../errors.ts';
import { ByteBudget } from '../io/byte-budget.ts';
import { fieldsOf } from '../models/json-reader.ts';
import { parseJson } from '../models/parse-json.ts';
import { bareName } from './beside.ts';
import { newGroup, readH5, type H5Group } from './hdf5.ts';

const MAP = 'weight_map';

/** The files that a `.weights.json` names, each once. @throws FormatError for other JSON, and names in another folder */
export function weightShardNames(where: string, json: Uint8Array): readonly string[] {
  const root = fieldsOf(where, parseJson(where, new TextDecoder().decode(json)));
  if (!root.has(MAP)) {
    throw new FormatError(
      `${where}: this JSON has no ${MAP}, so it is no .weights.json of Keras. A model.json of TensorFlow.js is a whole model: loadModel(path).`,
      { where, got: [...root.keys()], expected: MAP },
    );
  }
  const names = new Set<string>();
  // One name, or a list of them where an object lies in several files.
  for (const value of fieldsOf(`${where}: ${MAP}`, root.get(MAP)).values())
    for (const name of Array.isArray(value) ? (value as unknown[]) : [value]) names.add(bareName(where, MAP, name));
  return [...names];
}

/** The tree of all shards: each array lies in one of them. @throws FormatError as for one file; for an array that is there twice */
export async function readWeightShards(where: string, shards: ReadonlyMap<string, Uint8Array>): Promise<H5Group> {
  const bytes = [...shards.values()].reduce((sum, { length }) => sum + length, 0);
  const budget = new ByteBudget(where, bytes);
  const root = newGroup();
  for (const [name, shard] of shards) merge(root, await readH5(shard, `${where}: ${name}`, { budget }), where);
  return root;
}

function merge(into: H5Group, from: H5Group, path: string): void {
  for (const [name, value] of from.attributes) into.attributes.set(name, value);
  for (const [name, dataset] of from.datasets) {
    if (into.datasets.has(name))
      throw new FormatError(`${path}/${name} is in two shards; each array lies in one.`, { where: path, got: name });
    into.datasets.set(name, dataset);
  }
  for (const [name, group] of from.groups) {
    const known = into.groups.get(name);
    if (known) merge(known, group, `${path}/${name}`);
    else into.groups.set(name, group);
  }
}
