/** Models from Keras's JSON, older forms translated first: the layers are made first, then called as their inputs come to exist. */
import { FormatError, GradtapeError, optionsOf } from '../errors.ts';
import type { CallOptions, GraphNode } from '../layers/graph-node.ts';
import { OpLayer, type Layer } from '../layers/layer.ts';
import type { SymbolicTensor } from '../layers/symbolic-tensor.ts';
import { InputLayer } from './input.ts';
import {
  envelopeOf,
  fieldsOf,
  isEnvelope,
  isObject,
  listOf,
  stringOf,
  type Envelope,
  type Fields,
} from './json-reader.ts';
import { isKeras2, toKeras3 } from './keras2/to-keras3.ts';
import { makeLayer, type CustomObject, type LayerReader } from './make-layer.ts';
import { isModel, model as makeModel, type Model, type ModelOptions } from './model.ts';
import { Sequential } from './sequential.ts';
import { isOperation, readOperation } from './operations.ts';
import { checkDepth, parseJson } from './parse-json.ts';
import { kerasKeys, type Structure } from './structure.ts';

export type { CustomObject } from './make-layer.ts';

export interface ModelFromJSONOptions {
  /** Layer classes, functions that make layers, and activations, by the names that the JSON has for them. */
  readonly customObjects?: Readonly<Record<string, CustomObject>>;
}

/** Models deeper in models than this are taken for an attack. */
const MAX_DEPTH = 32;

/**
 * Calls that a file may describe, those inside models that are called counted again at each call: thirty models that each
 * call the one inside twice are a billion calls in ten kilobytes.
 */
const MAX_CALLS = 200_000;

/** Layers that one file may have. Each takes some kilobytes of memory, and a few dozen bytes of the file. */
const MAX_LAYERS = 5_000;

/** Names that some program behind this one may take for the path of a file. */
const CLIMBS = /(^|[\\/])\.\.?([\\/]|$)|^[\\/]|\0/;

/** Layers whose calls Keras writes `training: false` for, whether anybody asked for it or not. */
const automaticTraining: ReadonlySet<string> = new Set([
  'AlphaDropout',
  'Bidirectional',
  'Dropout',
  'GaussianDropout',
  'GaussianNoise',
  'GRU',
  'LSTM',
  'SimpleRNN',
  'SpatialDropout1D',
  'SpatialDropout2D',
]);

/** One layer of a functional config while the graph grows. */
interface Entry {
  readonly layer: Layer;
  /** Calls that wait, in order. */
  readonly calls: readonly Fields[];
  /** Calls that were made. */
  readonly nodes: GraphNode[];
}

/**
 * The model of a JSON that `model.toJSON()` or Keras's `to_json()` gave, Keras 2's too, with new weights.
 * @param json the object, or its text
 * @throws FormatError for text that is no JSON, an unknown layer class, a key that cannot be honoured, a broken graph
 * @example const copy = modelFromJSON(net.toJSON());
 */
export function modelFromJSON(json: object | string, options: ModelFromJSONOptions = {}): Model {
  const where = 'modelFromJSON';
  const customObjects = new Map(Object.entries(optionsOf(where, options).customObjects ?? {}));
  let envelope = typeof json === 'string' ? parseJson(where, json) : json;
  if (typeof json !== 'string') checkDepth(where, json);
  if (isKeras2(envelope)) envelope = toKeras3(envelope as object);
  const made = read(where, customObjects, envelope);
  if (isModel(made)) return made;
  throw new FormatError(`${where}: the JSON is of a ${made.className} layer, not of a model.`, {
    where,
    got: made.className,
  });
}

// What a layer says of an option that is wrong is, here, said of the JSON.
function read(where: string, customObjects: ReadonlyMap<string, CustomObject>, envelope: unknown): Layer {
  try {
    return new ModelReader(customObjects).readInner(where, envelope);
  } catch (cause) {
    if (!(cause instanceof GradtapeError) || cause instanceof FormatError) throw cause;
    throw new FormatError(cause.message, {
      where: cause.where ?? where,
      got: cause.got,
      expected: cause.expected,
      cause,
    });
  }
}

class ModelReader implements LayerReader {
  readonly customObjects: ReadonlyMap<string, CustomObject>;
  readonly #shared = new Map<number, Layer>();
  readonly #calls = new Map<Layer, number>();
  #depth = 0;
  #callsLeft = MAX_CALLS;
  #layersLeft = MAX_LAYERS;

  constructor(customObjects: ReadonlyMap<string, CustomObject>) {
    this.customObjects = customObjects;
  }

  /** Envelopes of one `shared_object_id` are one layer. */
  readInner(where: string, value: unknown): Layer {
    const envelope = envelopeOf(where, value);
    const id = envelope.fields.get('shared_object_id');
    const known = typeof id === 'number' ? this.#shared.get(id) : undefined;
    if (known) return known;
    if (++this.#depth > MAX_DEPTH)
      throw new FormatError(`${where}: models lie more than ${MAX_DEPTH} deep in one another.`, { where });
    if (--this.#layersLeft < 0)
      throw new FormatError(`${where}: the JSON has more than ${MAX_LAYERS} layers.`, { where, expected: MAX_LAYERS });
    const layer = this.#make(envelope);
    checkName(layer.name);
    this.#depth--;
    if (typeof id === 'number') this.#shared.set(id, layer);
    return layer;
  }

  #make(envelope: Envelope): Layer {
    if (this.customObjects.has(envelope.className)) return makeLayer(this, envelope);
    switch (envelope.className) {
      case 'Functional':
      case 'Model':
        return this.#functional(fieldsOf('config of a model', envelope.config));
      case 'Sequential':
        return this.#sequential(fieldsOf('config of a model', envelope.config));
      default:
        return makeLayer(this, envelope);
    }
  }

  #sequential(config: Fields): Model {
    const where = nameOf(config);
    const layers = listOf(`${where}: layers`, config.get('layers')).map((one) => this.readInner(where, one));
    const calls = this.#count(
      where,
      layers.map((layer) => ({ layer, times: 1 })),
    );
    const made = new Sequential(layers, modelOptions(config));
    this.#calls.set(made, calls);
    const shape = config.get('build_input_shape');
    if (!made.built && layers.length > 0 && Array.isArray(shape)) made.build(shape as (number | null)[]);
    return made;
  }

  #functional(config: Fields): Model {
    const where = nameOf(config);
    const entries = new Map<string, Entry>();
    for (const value of listOf(`${where}: layers`, config.get('layers'))) {
      const inner = envelopeOf(where, value);
      const { fields } = inner;
      const called = typeof fields.get('name') === 'string' ? (fields.get('name') as string) : inner.className;
      const calls = listOf(`layer '${called}': inbound_nodes`, fields.get('inbound_nodes') ?? []).map((call) =>
        fieldsOf(`layer '${called}': inbound_nodes`, call),
      );
      const layer =
        isOperation(inner) && !this.customObjects.has(inner.className)
          ? readOperation(inner, calls[0])
          : this.readInner(where, value);
      const name = fields.has('name') ? stringOf(`${where}: the name of a layer`, fields.get('name')) : layer.name;
      if (entries.has(name)) throw new FormatError(`${where}: two layers are named '${name}'.`, { where, got: name });
      entries.set(name, { layer, calls, nodes: layer instanceof InputLayer ? [layer.tensor.node] : [] });
    }
    const calls = this.#count(
      where,
      [...entries.values()].map((entry) => ({ layer: entry.layer, times: entry.calls.length })),
    );
    connect(where, entries);
    const ends = (key: string): Structure<SymbolicTensor> => structureOf(`${where}: ${key}`, config.get(key), entries);
    const made = makeModel(ends('input_layers'), ends('output_layers'), modelOptions(config));
    this.#calls.set(made, calls);
    return made;
  }

  /** Counts calls before they are made. */
  #count(where: string, called: readonly { readonly layer: Layer; readonly times: number }[]): number {
    const calls = called.reduce((sum, { layer, times }) => sum + times * this.#callsIn(layer), 0);
    this.#callsLeft -= calls;
    if (this.#callsLeft >= 0) return calls;
    throw new FormatError(
      `${where}: the JSON describes more than ${MAX_CALLS} calls of layers: models that call models that call models.`,
      { where, expected: MAX_CALLS },
    );
  }

  #callsIn(layer: Layer): number {
    return this.#calls.get(layer) ?? layer.sublayers.reduce((sum, inner) => sum + this.#callsIn(inner), 1);
  }
}

function checkName(name: string): void {
  if (!CLIMBS.test(name)) return;
  throw new FormatError(
    `layer '${name}': its name is the path of a file outside a folder. Give the layer another name.`,
    { where: name, got: name },
  );
}

function nameOf(config: Fields): string {
  return typeof config.get('name') === 'string' ? `model '${config.get('name') as string}'` : 'a model';
}

function modelOptions(config: Fields): ModelOptions {
  const name = config.get('name');
  return {
    ...(typeof name === 'string' ? { name } : {}),
    ...(config.get('trainable') === false ? { trainable: false } : {}),
  };
}

// Calls every layer as often as the config says, each layer's calls in order. A call whose inputs do not exist yet waits
// for the layer that will make the first of them.
function connect(where: string, entries: ReadonlyMap<string, Entry>): void {
  const waiting = new Map<string, string[]>();
  const pending = [...entries.keys()].reverse();
  for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
    const entry = entries.get(name) as Entry;
    const done = entry.nodes.length;
    const isInput = entry.layer instanceof InputLayer;
    for (let call = isInput ? undefined : entry.calls[done]; call; call = entry.calls[entry.nodes.length]) {
      const missing = callLayer(name, entry, call, entries);
      if (missing !== undefined) {
        waiting.set(missing, [...(waiting.get(missing) ?? []), name]);
        break;
      }
    }
    if (entry.nodes.length > done) {
      pending.push(...(waiting.get(name) ?? []).reverse());
      waiting.delete(name);
    }
  }
  const stuck = [...entries]
    .filter(([, { layer, calls, nodes }]) => !(layer instanceof InputLayer) && nodes.length < calls.length)
    .map(([name]) => name);
  if (stuck.length > 0) {
    throw new FormatError(
      `${where}: the graph has a cycle or a hole: the inputs of these layers never come to exist: ${stuck.slice(0, 10).join(', ')}${stuck.length > 10 ? ', ...' : ''}.`,
      {
        where,
        got: stuck,
      },
    );
  }
}

/** Makes one call. @returns the name of a layer that must be called first, if there is one */
function callLayer(name: string, entry: Entry, call: Fields, entries: ReadonlyMap<string, Entry>): string | undefined {
  const where = `layer '${name}'`;
  let missing: string | undefined;
  const tensorOf = (value: unknown): SymbolicTensor | undefined => {
    const found = tensorAt(where, historyOf(where, value), entries, 0);
    if (typeof found === 'string') missing ??= found;
    return typeof found === 'string' ? undefined : found;
  };
  const args = listOf(`${where}: args of a call`, call.get('args'));
  if (entry.layer instanceof OpLayer) {
    const inputs = tensorsIn(args).map(tensorOf);
    if (missing !== undefined) return missing;
    entry.layer.connect(inputs as SymbolicTensor[], true, {});
  } else {
    const [first, ...more] = args;
    if (more.some((one) => one !== null)) {
      throw new FormatError(
        `${where}: is called with several arguments. Only one, a tensor or a list of them, is supported.`,
        { where },
      );
    }
    let input: Structure<SymbolicTensor | undefined>;
    if (isEnvelope(first)) input = tensorOf(first);
    else if (Array.isArray(first)) input = first.map(tensorOf);
    else
      input = recordOf([...fieldsOf(`${where}: args of a call`, first)].map(([key, value]) => [key, tensorOf(value)]));
    const options = callOptions(where, entry.layer, call, tensorOf);
    if (missing !== undefined) return missing;
    entry.layer.invoke(input, options);
  }
  entry.nodes.push(entry.layer.nodes.at(-1) as GraphNode);
  return undefined;
}

/** All tensors of the graph in an operation's arguments, in order. */
function tensorsIn(value: unknown): object[] {
  if (isEnvelope(value)) return [value];
  return Array.isArray(value)
    ? (value as unknown[])
        .flatMap(tensorsIn)
        .filter((one) => (one as { class_name?: unknown }).class_name !== '__slice__')
    : [];
}

function callOptions(
  where: string,
  layer: Layer,
  call: Fields,
  tensorOf: (value: unknown) => SymbolicTensor | undefined,
): CallOptions {
  const kwargs = fieldsOf(`${where}: kwargs of a call`, call.get('kwargs') ?? {});
  const side: { mask?: CallOptions['mask']; initialState?: CallOptions['initialState'] } = {};
  const tensors = (value: unknown): unknown =>
    Array.isArray(value) ? value.map(tensors) : isEmpty(value) ? null : tensorOf(value);
  for (const [key, value] of kwargs) {
    if (key === 'training' || isEmpty(value)) continue;
    if (key === 'mask') side.mask = tensors(value) as SymbolicTensor;
    else if (key === 'initial_state') side.initialState = tensors(value) as SymbolicTensor;
    else throw new FormatError(`${where}: is called with ${key}, which is not supported.`, { where, got: key });
  }
  const training = kwargs.get('training');
  if (typeof training !== 'boolean' || (!training && automaticTraining.has(layer.className))) return side;
  return { ...side, training };
}

/** Null, or a structure of nulls, as Keras writes masks that are not there. */
function isEmpty(value: unknown): boolean {
  return value === null || (typeof value === 'object' && Object.values(value as object).every((one) => one === null));
}

function historyOf(where: string, value: unknown): readonly unknown[] {
  const { className, config } = envelopeOf(`${where}: an argument`, value);
  if (className !== '__keras_tensor__')
    throw new FormatError(`${where}: is called with a ${className} instead of a tensor of the graph.`, {
      where,
      got: className,
    });
  return listOf(`${where}: keras_history`, fieldsOf(`${where}: an argument`, config).get('keras_history'));
}

/** The tensor at `[layer, call, output]`, or the layer's name while that call is still to be made. */
function tensorAt(
  where: string,
  history: readonly unknown[],
  entries: ReadonlyMap<string, Entry>,
  firstCall: number,
): SymbolicTensor | string {
  const [name, call, output] = history;
  const entry = entries.get(stringOf(`${where}: a layer's name`, name));
  if (!entry || !Number.isInteger(call) || !Number.isInteger(output)) {
    throw new FormatError(
      `${where}: refers to ${JSON.stringify(history)}, which is no [layer, call, output] of this model.`,
      { where, got: history },
    );
  }
  const number = (call as number) - (isModel(entry.layer) && entry.layer.className === 'Functional' ? firstCall : 0);
  const node = entry.nodes[number];
  if (!node) return name as string;
  const tensor = node.outputs[outputIndex(entry.layer, output as number)];
  if (!tensor)
    throw new FormatError(
      `${where}: refers to output ${String(output)} of '${String(name)}', which has ${node.outputs.length}.`,
      { where, got: history },
    );
  return tensor;
}

// Keras counts the outputs of a model that gives a record by sorted keys.
function outputIndex(layer: Layer, index: number): number {
  if (!isModel(layer) || layer.outputLayout.kind !== 'record') return index;
  return layer.outputLayout.keys.indexOf(kerasKeys(layer.outputLayout.keys)[index] ?? '');
}

/** One `[layer, call, output]`, a list of them, or an object of them. */
function structureOf(where: string, value: unknown, entries: ReadonlyMap<string, Entry>): Structure<SymbolicTensor> {
  const end = (history: unknown): SymbolicTensor => {
    const found = tensorAt(where, listOf(where, history), entries, 1);
    if (typeof found === 'string')
      throw new FormatError(`${where}: refers to a call of '${found}' that is not there.`, { where, got: history });
    return found;
  };
  if (isObject(value)) return recordOf([...fieldsOf(where, value)].map(([key, one]) => [key, end(one)]));
  const list = listOf(where, value);
  return list.length === 3 && typeof list[0] === 'string' ? end(list) : list.map(end);
}

function recordOf<Item>(entries: readonly (readonly [string, Item])[]): Readonly<Record<string, Item>> {
  return Object.assign(Object.create(null) as object, Object.fromEntries(entries)) as Readonly<Record<string, Item>>;
}
