/**
 * Where each array lies in `model.weights.h5`: Keras walks the tree of objects, and a layer's arrays stand in the group
 * of its path. In lists the path has the layer's class and its number among those of that class, not its name.
 */
import { Layer, OpLayer } from '../layers/layer.ts';
import { snakeCase } from '../layers/naming.ts';
import { Recurrent } from '../layers/recurrent.ts';
import { isModel, type Model } from '../models/model.ts';
import type { Variable } from '../tensor/variable.ts';

/** An object with arrays of its own, none perhaps. */
export interface WeightPlace {
  /** `layers/dense_1`; empty for the model itself. */
  readonly path: string;
  /** The name of the object: the layer's, or its cell's. */
  readonly name: string;
  /** In the order of the file: trainable ones first, as they were made. */
  readonly variables: readonly Variable[];
}

/** The places of all weights of a model, each object once: under the first path that leads to it. */
export function weightPlaces(model: Model): readonly WeightPlace[] {
  const places: WeightPlace[] = [];
  const seen = new Set<Layer>();
  walk(model, '', seen, places);
  return places;
}

function walk(layer: Layer, path: string, seen: Set<Layer>, places: WeightPlace[]): void {
  if (seen.has(layer)) return;
  seen.add(layer);
  const variables = ownVariables(layer);
  const below = path === '' ? '' : `${path}/`;
  if (layer instanceof Recurrent) {
    const cell = `${snakeCase(layer.className)}_cell`;
    places.push({ path, name: layer.name, variables: [] }, { path: `${below}cell`, name: cell, variables });
    return;
  }
  places.push({ path, name: layer.name, variables });
  if (isModel(layer)) {
    walkList(layer.layers, `${below}layers`, seen, places);
    return;
  }
  const fields = Object.entries(layer) as [string, unknown][];
  for (const [field, value] of fields.sort(([a], [b]) => compareFields(a, b))) {
    const inner = `${below}${fieldName(field)}`;
    if (isLayer(value)) walk(value, inner, seen, places);
    else if (Array.isArray(value)) walkList(value.filter(isLayer), inner, seen, places);
  }
}

function walkList(layers: readonly Layer[], path: string, seen: Set<Layer>, places: WeightPlace[]): void {
  const used = new Map<string, number>();
  for (const layer of layers) {
    // In Keras an op between tensors is no layer.
    if (layer instanceof OpLayer) continue;
    const name = snakeCase(layer.className);
    const number = used.get(name) ?? 0;
    used.set(name, number + 1);
    walk(layer, `${path}/${number === 0 ? name : `${name}_${number}`}`, seen, places);
  }
}

/** The weights that a layer made itself. */
function ownVariables(layer: Layer): readonly Variable[] {
  const inner = new Set(layer.sublayers.flatMap((one) => one.weights));
  return layer.weights.filter((weight) => !inner.has(weight));
}

function isLayer(value: unknown): value is Layer {
  return value instanceof Layer;
}

/** A field under Python's kind of name: `forwardLayer` is `forward_layer`. */
function fieldName(field: string): string {
  return field.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toLowerCase();
}

// Private ones last.
function compareFields(a: string, b: string): number {
  const key = (field: string): string => (field.startsWith('_') ? `~${field}` : fieldName(field));
  return key(a) < key(b) ? -1 : 1;
}
