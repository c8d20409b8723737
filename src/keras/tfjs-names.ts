/** Which weight of which layer a name in a TensorFlow.js model means. */
import { FormatError } from '../errors.ts';
import type { Layer } from '../layers/layer.ts';
import type { Model } from '../models/model.ts';
import { formatShape, sameShape } from '../tensor/shape.ts';
import { tensor } from '../tensor/tensor.ts';
import type { Variable } from '../tensor/variable.ts';
import type { TfjsWeight } from './tfjs-shards.ts';

/** What Keras 2 and TensorFlow.js call weights that have another name here. */
const oldNames: ReadonlyMap<string, string> = new Map([
  ['DepthwiseConv1D', 'depthwise_kernel'],
  ['DepthwiseConv2D', 'depthwise_kernel'],
]);

/**
 * Gives each weight of a model the tensor of its name; nothing changes when one is missing, is left over or does not fit.
 * @throws FormatError naming the weights, and both shapes where they differ
 */
export function assignByName(where: string, model: Model, tensors: readonly TfjsWeight[]): void {
  const weights = weightsByName(model);
  const given = new Map<Variable, TfjsWeight>();
  for (const one of tensors) {
    const weight = namesOf(one.name)
      .map((name) => weights.get(name))
      .find((found) => found !== undefined);
    if (!weight) {
      throw new FormatError(
        `${where}: no layer has the weight '${one.name}'; the weights are ${shortList([...weights.keys()])}.`,
        { where, got: one.name, expected: [...weights.keys()] },
      );
    }
    if (given.has(weight))
      throw new FormatError(`${where}: '${one.name}' is a second tensor for the weight '${weight.name}'.`, {
        where,
        got: one.name,
      });
    if (!sameShape(one.shape, weight.shape)) {
      throw new FormatError(
        `${where}: '${one.name}' has the shape ${formatShape(one.shape)}, the weight '${weight.name}' of the model ${formatShape(weight.shape)}.`,
        { where, got: one.shape, expected: weight.shape },
      );
    }
    given.set(weight, one);
  }
  const missing = model.weights.filter((weight) => !given.has(weight)).map(({ name }) => name);
  if (missing.length > 0)
    throw new FormatError(`${where}: there is no tensor for the weights ${shortList(missing)}.`, {
      where,
      got: tensors.map(({ name }) => name),
      expected: missing,
    });
  for (const [weight, { shape, data }] of given) weight.assign(tensor(data, shape));
}

/**
 * The weights of all layers by `layer/weight`. A layer inside a wrapper also goes by the wrapper's name, under which
 * TimeDistributed's weights stand in files.
 */
function weightsByName(model: Model): ReadonlyMap<string, Variable> {
  const found = new Map<string, Variable>();
  const visit = (layer: Layer, wrappers: readonly string[]): void => {
    const own = new Set(layer.weights);
    for (const inner of layer.sublayers) {
      for (const weight of inner.weights) own.delete(weight);
      visit(inner, 'graphNodes' in layer ? [] : [...wrappers, layer.name]);
    }
    for (const weight of own) {
      const leaf = weight.name.slice(weight.name.lastIndexOf('/') + 1);
      const leaves = leaf === 'kernel' ? [leaf, oldNames.get(layer.className) ?? leaf] : [leaf];
      for (const name of [layer.name, ...wrappers])
        for (const last of leaves) if (!found.has(`${name}/${last}`)) found.set(`${name}/${last}`, weight);
    }
  };
  visit(model, []);
  return found;
}

// 'lstm/lstm_cell/kernel' and 'both/forward_lstm/kernel': the layer's name stands before the last part, or one before that.
function namesOf(name: string): readonly string[] {
  const parts = name.split('/');
  const last = parts.at(-1) ?? '';
  return [parts.at(-2), parts.at(-3)].flatMap((layer) => (layer === undefined ? [] : [`${layer}/${last}`]));
}

function shortList(names: readonly string[]): string {
  return `${names.slice(0, 8).join(', ')}${names.length > 8 ? `, ... (${names.length})` : ''}`;
}
