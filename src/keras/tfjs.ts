/** TensorFlow.js layers models: a `model.json` with the layers and a list of the weights, and the weights in `.bin` shards. */
import { FormatError, optionsOf } from '../errors.ts';
import { withoutInitializers } from '../layers/first-values.ts';
import type { CustomObject } from '../models/from-json.ts';
import { fieldsOf, isObject, listOf, stringOf, type Fields } from '../models/json-reader.ts';
import { parseJson } from '../models/parse-json.ts';
import { modelFromJSON, type Model } from '../training/models.ts';
import { readShards, shardNames } from './tfjs-shards.ts';
import { assignByName } from './tfjs-names.ts';
import { holdsWeights } from './weights-file.ts';

/** What the states of stateful layers may take, which are in no file. */
const STATE_BYTES = 16 * 1024 * 1024;

export interface FromTfjsOptions {
  /** Layer classes, functions that make layers, and activations, by the names that the file has for them. */
  readonly customObjects?: Readonly<Record<string, CustomObject>>;
}

/** The shards by the names in `model.json`, or in the order in which it names them. */
export type TfjsShards = ReadonlyMap<string, Uint8Array> | readonly Uint8Array[];

/**
 * The model of a TensorFlow.js `model.json` and its shards, not compiled. Quantized weights are read as float32; weights of
 * an optimizer are left out.
 * @param json `model.json`, as an object or as text
 * @throws FormatError for another format, a layer that is not known, weights that do not fit the layers or the shards
 * @example const model = await fromTfjs(text, [new Uint8Array(await response.arrayBuffer())]);
 */
export async function fromTfjs(
  json: object | string,
  shards: TfjsShards,
  options: FromTfjsOptions = {},
): Promise<Model> {
  const { customObjects } = optionsOf('fromTfjs', options);
  return readTfjs({ where: 'model.json', json, shards, customObjects });
}

/** @internal */
export function readTfjs(file: {
  readonly where: string;
  readonly json: object | string;
  readonly shards: TfjsShards;
  readonly customObjects: Readonly<Record<string, CustomObject>> | undefined;
}): Model {
  const { where, shards, customObjects } = file;
  const root = rootOf(where, file.json);
  const weights = readShards(where, manifestOf(where, root), shards);
  const bytes = weights.reduce((sum, { data }) => sum + data.byteLength, 0);
  const model = withoutInitializers(bytes + STATE_BYTES, () =>
    modelFromJSON(topologyOf(where, root), customObjects ? { customObjects } : {}),
  );
  assignByName(where, model, weights);
  return model;
}

/** @internal The names of the shards that a `model.json` asks for, in order. */
export function shardsOf(where: string, json: object | string): readonly string[] {
  return shardNames(where, manifestOf(where, rootOf(where, json)));
}

function rootOf(where: string, json: object | string): Fields {
  const root = fieldsOf(where, typeof json === 'string' ? parseJson(where, json) : json);
  const format = root.get('format') ?? 'layers-model';
  if (format === 'layers-model' && root.has('modelTopology')) return root;
  if (format === 'graph-model') {
    throw new FormatError(
      `${where}: this is a graph model: TensorFlow's operations instead of layers. Convert the Keras model with --output_format tfjs_layers_model, or load the .keras or .h5 file itself.`,
      { where, got: format, expected: 'layers-model' },
    );
  }
  if (root.has('weight_map')) throw holdsWeights(where);
  if (root.has('class_name') && root.has('config')) {
    throw new FormatError(
      `${where}: this is the config of a model, without weights. Make the model with modelFromJSON(text), then load its weights.`,
      { where, got: [...root.keys()] },
    );
  }
  throw new FormatError(
    `${where}: this is no layers model of TensorFlow.js: its keys are ${[...root.keys()].slice(0, 10).join(', ') || 'none'}; modelTopology and weightsManifest are expected.`,
    { where, got: [...root.keys()], expected: ['modelTopology', 'weightsManifest'] },
  );
}

function manifestOf(where: string, root: Fields): readonly Fields[] {
  return listOf(`${where}: weightsManifest`, root.get('weightsManifest')).map((group) =>
    fieldsOf(`${where}: a group of weightsManifest`, group),
  );
}

// The converter wraps the model in model_config, TensorFlow.js itself does not. Only the version tells which Keras it is.
function topologyOf(where: string, root: Fields): object {
  const topology = fieldsOf(`${where}: modelTopology`, root.get('modelTopology'));
  const config = topology.get('model_config') ?? root.get('modelTopology');
  if (!isObject(config)) throw new FormatError(`${where}: model_config is no object.`, { where, got: config });
  const version = topology.get('keras_version');
  const fields = new Map(fieldsOf(where, config));
  fields.set('keras_version', version === undefined ? 'tfjs' : stringOf(`${where}: keras_version`, version));
  return Object.fromEntries(fields);
}
