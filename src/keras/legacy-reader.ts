/** The `.h5` file of Keras 2 and 3, read: config in attributes, weights by the order of the layers, or by their names. */
import { warn } from '../console.ts';
import { FormatError } from '../errors.ts';
import { OpLayer, type Layer } from '../layers/layer.ts';
import { fieldsOf } from '../models/json-reader.ts';
import type { Model } from '../models/model.ts';
import { parseJson } from '../models/parse-json.ts';
import type { Variable } from '../tensor/variable.ts';
import { assignArrays, type Delivery } from './assign-arrays.ts';
import { compileFrom } from '../training/compile-config.ts';
import type { LoadOptions } from './options.ts';
import { groupAt, newGroup, type H5Dataset, type H5Group } from './hdf5.ts';
import { toKeras3Optimizer } from './keras2-optimizer.ts';
import { isKeras2Version, toKeras3Training } from './keras2-training.ts';
import { readNames } from './legacy-lists.ts';
import { makeModel } from './make-model.ts';
import { optimizerDelivery } from './weights-file.ts';

/** The model of a legacy file's tree. @param weightBytes size of the file @throws FormatError */
export function readLegacy(root: H5Group, weightBytes: number, options: LoadOptions): Model {
  const { where, customObjects, compile } = options;
  const version = root.attributes.get('keras_version');
  const config = fieldsOf(`${where}: model_config`, jsonAttribute(root, 'model_config', where));
  const versioned = Object.fromEntries(isKeras2Version(version) ? [...config, ['keras_version', version]] : config);
  const model = makeModel(versioned, { where, customObjects, weightBytes });
  loadLegacyWeights(model, groupAt(root, 'model_weights') ?? newGroup(), { where: `${where}: model_weights` });
  if (!compile || !root.attributes.has('training_config')) return model;
  const training = jsonAttribute(root, 'training_config', where);
  const fields = fieldsOf(`${where}: training_config`, training);
  const settings = isKeras2Version(version)
    ? toKeras3Training(`${where}: training_config`, training)
    : { ...(training as object), optimizer: fields.get('optimizer_config') };
  compileFrom(where, model, settings, customObjects);
  const group = groupAt(root, 'optimizer_weights');
  if (!group || !model.optimizer) return model;
  const found = weightsOf(`${where}: optimizer_weights`, group);
  const names = isKeras2Version(version) ? readNames(where, group, 'weight_names') : undefined;
  const arrays = names ? toKeras3Optimizer(model.optimizer, model.trainableWeights, { arrays: found, names }) : found;
  assignArrays(where, optimizerDelivery(where, model.optimizer, model.trainableWeights, arrays), {});
  return model;
}

export interface LegacyLoadOptions {
  readonly where: string;
  /** Leaves out what does not fit, with a warning. */
  readonly skipMismatch?: boolean | undefined;
  /** Takes layers by their names, and leaves out those that the file or the model lacks. */
  readonly byName?: boolean | undefined;
}

/** Whether a tree is one of weights by layers' names. */
export function isLegacyWeights(root: H5Group): boolean {
  return root.attributes.has('layer_names') || root.attributes.has('layer_names0');
}

/**
 * Weights by layers into a model: by their order, or by name.
 * @throws FormatError that lists what does not fit; nothing is changed then
 */
export function loadLegacyWeights(model: Model, group: H5Group, options: LegacyLoadOptions): void {
  const { where, skipMismatch = false, byName = false } = options;
  const found = readNames(where, group, 'layer_names').flatMap((name) => {
    const inner = groupAt(group, name);
    if (!inner)
      throw new FormatError(`${where}: the layer '${name}' is named, but has no group.`, { where, got: name });
    const arrays = weightsOf(`${where}: layer '${name}'`, inner);
    return arrays.length > 0 ? [{ name, arrays }] : [];
  });
  const layers = model.layers.filter((layer) => !(layer instanceof OpLayer) && layer.weights.length > 0);
  const deliveries = byName ? deliveriesByName(where, layers, found) : deliveriesInOrder(where, layers, found);
  assignArrays(where, deliveries, { skipMismatch });
}

interface FoundLayer {
  readonly name: string;
  readonly arrays: readonly H5Dataset[];
}

function deliveriesInOrder(where: string, layers: readonly Layer[], found: readonly FoundLayer[]): Delivery[] {
  if (found.length !== layers.length) {
    const list = (names: readonly string[]): string => names.map((name) => `'${name}'`).join(', ') || 'none';
    throw new FormatError(
      `${where}: the file has weights of ${found.length} layers (${list(found.map(({ name }) => name))}), the model has ${layers.length} layers with weights (${list(layers.map(({ name }) => name))}). Load them into the model that was saved, or by name with { byName: true }.`,
      { where, got: found.map(({ name }) => name), expected: layers.map(({ name }) => name) },
    );
  }
  return layers.map((layer, index) => {
    const { name, arrays } = found[index] as FoundLayer;
    const what = `layer '${layer.name}'${name === layer.name ? '' : ` (in the file '${name}')`}`;
    return { what, variables: legacyWeights(layer), arrays };
  });
}

function deliveriesByName(where: string, layers: readonly Layer[], found: readonly FoundLayer[]): Delivery[] {
  const byName = new Map(found.map(({ name, arrays }) => [name, arrays]));
  const deliveries = layers.flatMap((layer): Delivery[] => {
    const arrays = byName.get(layer.name);
    return arrays ? [{ what: `layer '${layer.name}'`, variables: legacyWeights(layer), arrays }] : [];
  });
  if (deliveries.length === 0) {
    warn(
      `${where}: no layer of the model bears a name that the file has. The model: ${layers.map(({ name }) => name).join(', ')}. The file: ${[...byName.keys()].join(', ')}.`,
    );
  }
  return deliveries;
}

/** Legacy files hold what is trained now before what is not. */
export function legacyWeights(layer: Layer): readonly Variable[] {
  return [...layer.trainableWeights, ...layer.nonTrainableWeights];
}

/** The arrays of a group, in the order of its list of names. */
function weightsOf(where: string, group: H5Group): readonly H5Dataset[] {
  return readNames(where, group, 'weight_names').map((name) => {
    const slash = name.lastIndexOf('/');
    const dataset = groupAt(group, name.slice(0, Math.max(0, slash)))?.datasets.get(name.slice(slash + 1));
    if (dataset) return dataset;
    throw new FormatError(`${where}: the weight '${name}' is named, but has no array.`, { where, got: name });
  });
}

function jsonAttribute(root: H5Group, name: string, where: string): unknown {
  const text = root.attributes.get(name);
  if (typeof text === 'string') return parseJson(`${where}: ${name}`, text);
  throw new FormatError(
    `${where}: the file has no '${name}'. It has ${[...root.attributes.keys()].join(', ') || 'no attributes'}.`,
    { where, got: [...root.attributes.keys()] },
  );
}
