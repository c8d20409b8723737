/** What a picture of a model shows: a box for each layer, models inside as groups of boxes, and arrows between boxes. */
import type { GraphNode } from '../layers/graph-node.ts';
import { mainInputs } from '../layers/graph-node.ts';
import type { Layer } from '../layers/layer.ts';
import type { SymbolicTensor } from '../layers/symbolic-tensor.ts';
import type { PartialShape } from '../tensor/symbolic.ts';
import { InputLayer } from './input.ts';
import { isModel, type Model } from './model.ts';

/** One layer, drawn once however often it is called. */
export interface DiagramBox {
  /** Unlike that of any other box: the names of the models around it and its own, `outer/inner/dense`. */
  readonly path: string;
  readonly name: string;
  readonly className: string;
  /** Of the last call in the model; none for a layer without a call. */
  readonly inputShapes: readonly PartialShape[];
  readonly outputShapes: readonly PartialShape[];
  /** Boxes whose outputs it is called on, each once. */
  readonly sources: readonly DiagramBox[];
}

/** The boxes of one model and the models in it, in running order. */
export interface DiagramGroup {
  readonly path: string;
  readonly name: string;
  readonly boxes: readonly DiagramBox[];
  readonly groups: readonly DiagramGroup[];
}

/** A box whose sources are still being found. */
type OpenBox = DiagramBox & { readonly sources: DiagramBox[] };

/** One model on the way down, with the calls of it in the model around it. */
class Scope implements DiagramGroup {
  readonly model: Model;
  readonly path: string;
  readonly outer: Scope | undefined;
  readonly calls: GraphNode[] = [];
  readonly #boxes = new Map<Layer | SymbolicTensor, OpenBox>();
  readonly #groups = new Map<Model, Scope>();

  constructor(model: Model, outer?: Scope) {
    this.model = model;
    this.outer = outer;
    this.path = outer ? `${outer.path}/${model.name}` : model.name;
  }

  get name(): string {
    return this.model.name;
  }

  get boxes(): readonly OpenBox[] {
    return [...this.#boxes.values()];
  }

  get groups(): readonly Scope[] {
    return [...this.#groups.values()];
  }

  groupOf(model: Model): Scope {
    let group = this.#groups.get(model);
    if (!group) this.#groups.set(model, (group = new Scope(model, this)));
    return group;
  }

  boxOf(layer: Layer): OpenBox {
    let box = this.#boxes.get(layer);
    if (!box) {
      const own = new Set(this.model.graphNodes);
      const call = layer.nodes.findLast((one) => own.has(one)) ?? layer.nodes.at(-1);
      box = this.#newBox(layer.name, layer.className, {
        inputs: call?.inputs ?? [],
        outputs: call?.outputs ?? [],
      });
      this.#boxes.set(layer, box);
    }
    return box;
  }

  /** The box of a declared input: its layer's, or one of its own for a tensor from the middle of another graph. */
  inputBox(tensor: SymbolicTensor): OpenBox {
    const { layer } = tensor.node;
    if (layer instanceof InputLayer) return this.boxOf(layer);
    let box = this.#boxes.get(tensor);
    if (!box) {
      box = this.#newBox(`${tensor.name}_input`, 'InputLayer', { inputs: [], outputs: [tensor] });
      this.#boxes.set(tensor, box);
    }
    return box;
  }

  #newBox(
    name: string,
    className: string,
    { inputs, outputs }: { readonly inputs: readonly SymbolicTensor[]; readonly outputs: readonly SymbolicTensor[] },
  ): OpenBox {
    return {
      path: `${this.path}/${name}`,
      name,
      className,
      inputShapes: inputs.map((one) => one.shape),
      outputShapes: outputs.map((one) => one.shape),
      sources: [],
    };
  }
}

/** The boxes and arrows of a built model; of one without a graph yet, the model's name alone. */
export function modelDiagram(model: Model): DiagramGroup {
  const root = new Scope(model);
  for (const tensor of model.inputs) root.inputBox(tensor);
  fill(root);
  return root;
}

// Boxes of every call, models inside first, so that a call of one finds its outputs.
function fill(scope: Scope): void {
  for (const node of scope.model.graphNodes) {
    const { layer } = node;
    if (isModel(layer)) {
      const group = scope.groupOf(layer);
      group.calls.push(node);
      // A model that is called again has its boxes; their sources are looked up anew below.
      if (group.calls.length === 1) fill(group);
    } else scope.boxOf(layer);
  }
  if (!scope.outer) connect(scope);
}

function connect(scope: Scope): void {
  for (const node of scope.model.graphNodes) {
    if (isModel(node.layer)) continue;
    const box = scope.boxOf(node.layer);
    for (const input of node.inputs) {
      for (const source of sourcesOf(scope, input, new Map()))
        if (!box.sources.includes(source)) box.sources.push(source);
    }
  }
  for (const group of scope.groups) connect(group);
}

/** The boxes that make a tensor: an input of a model inside is what the model is called on. */
function sourcesOf(scope: Scope, tensor: SymbolicTensor, seen: Map<Scope, Set<SymbolicTensor>>): DiagramBox[] {
  // A model that gives its input back and is called on what it gave leads here again.
  const tensors = seen.get(scope) ?? new Set();
  if (tensors.has(tensor)) return [];
  seen.set(scope, tensors.add(tensor));
  const position = scope.model.inputs.indexOf(tensor);
  if (position >= 0) {
    const { outer } = scope;
    if (!outer) return [scope.inputBox(tensor)];
    return scope.calls.flatMap((call) => sourcesOf(outer, mainInputs(call)[position] as SymbolicTensor, seen));
  }
  const { layer } = tensor.node;
  if (!isModel(layer)) return [scope.boxOf(layer)];
  return sourcesOf(scope.groupOf(layer), layer.outputs[tensor.index] as SymbolicTensor, seen);
}
