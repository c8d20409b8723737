/**
 * Models as Keras 3's JSON: envelopes of layers with the calls between them. Only keys that Keras 3.0 knew are written,
 * because an older Keras refuses the ones it does not know and misses none.
 */
import { layerEnvelope } from '../layers/envelope.ts';
import { joinOptions, mainInputs, type GraphNode } from '../layers/graph-node.ts';
import { OpLayer, type Config, type Json, type Layer } from '../layers/layer.ts';
import { SymbolicTensor } from '../layers/symbolic-tensor.ts';
import type { Model } from './model.ts';
import type { Sequential } from './sequential.ts';
import { operationArguments, operationEnvelope } from './operations.ts';
import { kerasKeys, layOut, type Layout } from './structure.ts';

/** Numbers for the layers that stand in several places of a tree of models. */
type SharedIds = ReadonlyMap<Layer, number>;

/** The root envelope of a model. @throws ArgumentError when a layer holds what no file can */
export function modelEnvelope(model: Model): Config {
  return envelope(model, sharedLayers(model));
}

/** `name, trainable, layers, input_layers, output_layers` of a functional model. */
export function functionalConfig(model: Model, shared: SharedIds = sharedLayers(model)): Config {
  const names = new GraphNames(model);
  const layers: Json[] = [...names.newInputs].map(([tensor, name]) => ({
    module: 'keras.layers',
    class_name: 'InputLayer',
    config: { batch_shape: tensor.shape, dtype: tensor.dtype, sparse: false, name },
    registered_name: null,
    name,
    inbound_nodes: [],
  }));
  for (const layer of model.layers) {
    layers.push({
      ...envelope(layer, shared),
      name: layer.name,
      inbound_nodes: names.callsOf(layer).map((node) => callConfig(node, names)),
    });
  }
  const ends = (layout: Layout, tensors: readonly SymbolicTensor[]): Json =>
    layOut<Json>(
      layout,
      tensors.map((one) => names.end(one)),
    ) as Json;
  return {
    name: model.name,
    trainable: model.trainable,
    layers,
    input_layers: ends(model.inputLayout, model.inputs),
    output_layers: ends(model.outputLayout, model.outputs),
  };
}

/** `name, trainable, layers, build_input_shape` of a sequential model. */
export function sequentialConfig(model: Sequential, shared: SharedIds = sharedLayers(model)): Config {
  const shape = model.inputs[0]?.shape;
  return {
    name: model.name,
    trainable: model.trainable,
    layers: model.stack.map((layer) => envelope(layer, shared)),
    ...(shape && model.built ? { build_input_shape: shape } : {}),
  };
}

function envelope(layer: Layer, shared: SharedIds): Config {
  const id = shared.get(layer);
  return {
    ...classEnvelope(layer, shared),
    ...buildConfig(layer),
    ...(id === undefined ? {} : { shared_object_id: id }),
  };
}

function classEnvelope(layer: Layer, shared: SharedIds): Config {
  if (isSequential(layer))
    return {
      module: 'keras',
      class_name: 'Sequential',
      config: sequentialConfig(layer, shared),
      registered_name: null,
    };
  if (isFunctional(layer)) {
    // Keras's loader imports the module path, so it must be exactly this one.
    return {
      module: 'keras.src.models.functional',
      class_name: 'Functional',
      config: functionalConfig(layer, shared),
      registered_name: 'Functional',
    };
  }
  if (layer instanceof OpLayer) return operationEnvelope(layer);
  return layerEnvelope(layer);
}

// Keras builds a layer from this before its first call, as an unbuilt sequential model needs it.
function buildConfig(layer: Layer): Config {
  const [node] = layer.nodes;
  if (!node || isFunctional(layer) || layer.weights.length === 0) return {};
  return {
    build_config: {
      input_shape: node.isList ? mainInputs(node).map((one) => one.shape) : (node.inputs[0]?.shape ?? []),
    },
  };
}

function callConfig(node: GraphNode, names: GraphNames): Json {
  if (node.layer instanceof OpLayer)
    return { args: operationArguments(node.layer, node.inputs, (one) => names.tensor(one)), kwargs: {} };
  const layout: Layout =
    hasGraph(node.layer) && node.layer.inputLayout.kind === 'record'
      ? node.layer.inputLayout
      : { kind: node.isList ? 'list' : 'single' };
  const args = [
    layOut<Json>(
      layout,
      mainInputs(node).map((one) => names.tensor(one)),
    ) as Json,
  ];
  const { training } = node.options;
  const side = joinOptions({ ...node, options: {} }, (symbolic) => symbolic);
  const tensors = (value: unknown): Json => {
    if (Array.isArray(value)) return (value as unknown[]).map(tensors);
    return value instanceof SymbolicTensor ? names.tensor(value) : null;
  };
  return {
    args,
    kwargs: {
      ...(training === undefined ? {} : { training }),
      ...(side.mask ? { mask: tensors(side.mask) } : {}),
      ...(side.initialState ? { initial_state: tensors(side.initialState) } : {}),
    },
  };
}

/** The names under which one model's config knows calls and tensors: Keras counts a layer's calls within the model only. */
class GraphNames {
  /** Names of the input layers that stand for inputs from the middle of another graph. */
  readonly newInputs: Map<SymbolicTensor, string> = new Map();
  readonly #numbers = new Map<GraphNode, number>();

  constructor(model: Model) {
    const own = new Set(model.graphNodes);
    for (const layer of model.layers) {
      let number = 0;
      for (const node of layer.nodes) if (own.has(node) || node.inputs.length === 0) this.#numbers.set(node, number++);
    }
    const taken = new Set(model.layers.map((layer) => layer.name));
    for (const tensor of model.inputs) {
      if (tensor.node.inputs.length === 0) continue;
      const name = freeName(tensor.name, taken);
      taken.add(name);
      this.newInputs.set(tensor, name);
    }
  }

  callsOf(layer: Layer): GraphNode[] {
    return layer.nodes.filter((node) => node.inputs.length > 0 && this.#numbers.has(node));
  }

  /** The envelope of a tensor that a layer is called on. */
  tensor(tensor: SymbolicTensor): Json {
    return {
      class_name: '__keras_tensor__',
      config: { shape: tensor.shape, dtype: tensor.dtype, keras_history: this.#history(tensor, 0) },
    };
  }

  /** Where a model begins or ends. Here alone Keras counts a nested functional model's calls from 1. */
  end(tensor: SymbolicTensor): Json {
    return this.#history(tensor, isFunctional(tensor.node.layer) ? 1 : 0);
  }

  #history(tensor: SymbolicTensor, firstCall: number): Json {
    const input = this.newInputs.get(tensor);
    if (input !== undefined) return [input, 0, 0];
    const { node } = tensor;
    return [node.layer.name, firstCall + (this.#numbers.get(node) ?? 0), kerasOutputIndex(node.layer, tensor.index)];
  }
}

/** Keras's number of a layer's output: it sorts the keys of a model's record of outputs. */
function kerasOutputIndex(layer: Layer, index: number): number {
  if (!hasGraph(layer) || layer.outputLayout.kind !== 'record') return index;
  return kerasKeys(layer.outputLayout.keys).indexOf(layer.outputLayout.keys[index] ?? '');
}

function freeName(name: string, taken: ReadonlySet<string>): string {
  if (!taken.has(name)) return name;
  let candidate = `${name}_input`;
  for (let number = 1; taken.has(candidate); number++) candidate = `${name}_input_${number}`;
  return candidate;
}

function sharedLayers(root: Model): SharedIds {
  const seen = new Set<Layer>();
  const shared = new Map<Layer, number>();
  const pending: Model[] = [root];
  for (let model = pending.pop(); model; model = pending.pop()) {
    for (const layer of model.layers) {
      if (seen.has(layer)) {
        if (!shared.has(layer)) shared.set(layer, shared.size + 1);
        continue;
      }
      seen.add(layer);
      if (hasGraph(layer)) pending.push(layer);
    }
  }
  return shared;
}

function hasGraph(layer: Layer): layer is Model {
  return 'graphNodes' in layer;
}

function isSequential(layer: Layer): layer is Sequential {
  return hasGraph(layer) && layer.className === 'Sequential';
}

function isFunctional(layer: Layer): layer is Model {
  return hasGraph(layer) && layer.className === 'Functional';
}
