/** The graph between a model's inputs and outputs: which calls run, in which order, and Keras's order of the layers. */
import { ArgumentError } from '../errors.ts';
import type { GraphNode } from '../layers/graph-node.ts';
import type { Layer } from '../layers/layer.ts';
import type { SymbolicTensor } from '../layers/symbolic-tensor.ts';
import { InputLayer } from './input.ts';

export interface ModelGraph {
  /** Calls in an order in which every input exists before it is used; the inputs' own calls are left out. */
  readonly nodes: readonly GraphNode[];
  /** Layers in the order of Keras's files and summaries: deepest first, ties by first visit. */
  readonly layers: readonly Layer[];
}

/**
 * Walks from the outputs back to the inputs.
 * @throws ArgumentError when an output does not come from the inputs alone, or two layers share a name
 */
export function buildGraph(
  where: string,
  inputs: readonly SymbolicTensor[],
  outputs: readonly SymbolicTensor[],
): ModelGraph {
  const boundary = new Set(inputs);
  const postOrder: GraphNode[] = [];
  const firstVisit = new Map<Layer, number>();
  const state = new Map<GraphNode, 'open' | 'done'>();

  for (const output of outputs) visit(output);
  const depthOf = depths();
  for (const tensor of inputs) {
    const { layer } = tensor.node;
    if (layer instanceof InputLayer && !firstVisit.has(layer)) {
      firstVisit.set(layer, -1);
      depthOf.set(layer, 0);
    }
  }
  const layers = [...firstVisit.keys()].sort(
    (a, b) => (depthOf.get(b) ?? 0) - (depthOf.get(a) ?? 0) || (firstVisit.get(a) ?? 0) - (firstVisit.get(b) ?? 0),
  );
  checkNames(where, layers);
  const nodes = postOrder.filter(
    (node) => !(node.layer instanceof InputLayer) && !node.outputs.every((one) => boundary.has(one)),
  );
  return { nodes, layers };

  // Depth first without recursion: a stack of calls and of how many of their inputs were entered.
  function visit(tensor: SymbolicTensor): void {
    const stack: { node: GraphNode; next: number }[] = [];
    const enter = (one: SymbolicTensor): void => {
      const { node } = one;
      if (state.has(node)) return;
      if (boundary.has(one) && !(node.layer instanceof InputLayer)) return;
      if (node.layer instanceof InputLayer && !boundary.has(one)) {
        throw new ArgumentError(
          `${where}: the graph is disconnected: the output depends on the input '${node.layer.name}', which is not among the model's inputs ` +
            `(${inputs.map((known) => known.name).join(', ')}). Add it to the inputs.`,
          { where, got: node.layer.name },
        );
      }
      state.set(node, 'open');
      if (!firstVisit.has(node.layer)) firstVisit.set(node.layer, firstVisit.size);
      stack.push({ node, next: 0 });
    };
    enter(tensor);
    for (let top = stack.at(-1); top; top = stack.at(-1)) {
      const input = top.node.inputs[top.next++];
      if (input) enter(input);
      else {
        stack.pop();
        state.set(top.node, 'done');
        postOrder.push(top.node);
      }
    }
  }

  function depths(): Map<Layer, number> {
    const byNode = new Map<GraphNode, number>();
    const byLayer = new Map<Layer, number>();
    for (let index = postOrder.length - 1; index >= 0; index--) {
      const node = postOrder[index] as GraphNode;
      const depth = Math.max(byNode.get(node) ?? 0, byLayer.get(node.layer) ?? 0);
      byNode.set(node, depth);
      byLayer.set(node.layer, depth);
      for (const input of node.inputs) {
        if (boundary.has(input) && !(input.node.layer instanceof InputLayer)) continue;
        byNode.set(input.node, Math.max(byNode.get(input.node) ?? 0, depth + 1));
      }
    }
    return byLayer;
  }
}

function checkNames(where: string, layers: readonly Layer[]): void {
  const seen = new Map<string, Layer>();
  for (const layer of layers) {
    const other = seen.get(layer.name);
    if (other) {
      throw new ArgumentError(
        `${where}: two layers are named '${layer.name}' (${other.className} and ${layer.className}). Names are unique within a model; give one of them another name.`,
        { where, got: layer.name },
      );
    }
    seen.set(layer.name, layer);
  }
}
