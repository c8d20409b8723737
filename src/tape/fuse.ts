/**
 * Fusion: element-wise nodes that hand values to each other become one node, whose kernel keeps what is between them in
 * registers; a reduction of the trailing axes may end it. Done after differentiation, on the live nodes of a program, in
 * one pass along their order.
 */
import type { Fusion } from '../devices/device.ts';
import { sameShape, sizeOf } from '../tensor/shape.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { fusedNode, reducedNode, type Group, type Surroundings } from './fused-node.ts';
import type { TapeNode } from './tape.ts';

/** Longer chains take long to compile. */
const MOST_PARTS = 24;

/**
 * The same program with chains fused. `kept` are the tensors that must exist after the run.
 * @param rootOf the tensor whose memory another one names
 */
export function fuse(
  nodes: readonly TapeNode[],
  kept: ReadonlySet<Tensor>,
  rootOf: (tensor: Tensor) => Tensor,
  fusion: Fusion,
): TapeNode[] {
  nodes = withActivations(nodes, kept, rootOf, fusion);
  const surroundings: Surroundings = { readers: readersOf(nodes, rootOf), kept, rootOf };
  const fused: TapeNode[] = [];
  // Each tensor that an open group computes.
  const open = new Map<Tensor, Group>();
  const forget = (group: Group): void => {
    for (const node of group.nodes) for (const output of node.outputs) open.delete(output);
  };
  const close = (group: Group): void => {
    forget(group);
    fused.push(...(group.nodes.length === 1 ? group.nodes : [fusedNode(group, surroundings)]));
  };
  for (const node of nodes) {
    const sources = new Set<Group>();
    for (const input of node.inputs) {
      const group = input && open.get(rootOf(input));
      if (group) sources.add(group);
    }
    let group: Group | undefined;
    if (node.operation.kernel?.lanes) {
      group = { nodes: [node], shape: node.outputs[0]?.shape ?? [] };
      for (const source of sources) {
        const joined = join(source, group, rootOf, fusion.mostInputs);
        if (!joined) continue;
        group = joined;
        sources.delete(source);
      }
    }
    const [source] = sources;
    const ended =
      source && fusion.reductions && node.operation.kernel?.rowFold && reducedNode(source, node, surroundings);
    if (ended) {
      forget(source);
      fused.push(ended);
      continue;
    }
    // What the node reads and did not join must be computed before it.
    for (const source of sources) close(source);
    if (group) for (const member of group.nodes) for (const output of member.outputs) open.set(output, group);
    else fused.push(node);
  }
  for (const group of new Set(open.values())) close(group);
  return fused;
}

/** Kernels that can take the element-wise op behind them over, with what they would have stored in between left out. */
function withActivations(
  nodes: readonly TapeNode[],
  kept: ReadonlySet<Tensor>,
  rootOf: (tensor: Tensor) => Tensor,
  fusion: Fusion,
): readonly TapeNode[] {
  const readers = readersOf(nodes, rootOf);
  const taken = new Set<TapeNode>();
  const joined = nodes.map((node) => {
    const [between] = node.outputs;
    const [next, ...others] = readers.get(between as Tensor) ?? [];
    const activation = next?.operation.kernel;
    const [result] = next?.outputs ?? [];
    const fits = activation?.lanes && next?.inputs.length === 1 && others.length === 0;
    if (
      !fits ||
      !node.operation.kernel ||
      !between ||
      !result ||
      kept.has(between) ||
      !sameShape(between.shape, result.shape)
    )
      return node;
    const kernel = fusion.activated(node.operation.kernel, activation);
    if (!kernel) return node;
    taken.add(next);
    const name = `${node.operation.name}+${next.operation.name}`;
    return { ...node, operation: { name, kernel, gradient: undefined }, outputs: [result] };
  });
  return joined.filter((node) => !taken.has(node));
}

function readersOf(nodes: readonly TapeNode[], rootOf: (tensor: Tensor) => Tensor): ReadonlyMap<Tensor, Set<TapeNode>> {
  const readers = new Map<Tensor, Set<TapeNode>>();
  for (const node of nodes) {
    for (const input of node.inputs) {
      if (!input) continue;
      const root = rootOf(input);
      const known = readers.get(root);
      if (known) known.add(node);
      else readers.set(root, new Set([node]));
    }
  }
  return readers;
}

/** One group of the nodes of two, the second of which reads the first; undefined where they do not fit together. */
function join(first: Group, second: Group, rootOf: (tensor: Tensor) => Tensor, mostInputs: number): Group | undefined {
  if (sizeOf(first.shape) !== sizeOf(second.shape)) return undefined;
  const nodes = [...first.nodes, ...second.nodes];
  const size = sizeOf(first.shape);
  // Under another shape of the same size, only operands that are read element by element, or one number, mean the same.
  const sameWalk = sameShape(first.shape, second.shape) || second.nodes.every((node) => readsWhole(node, size));
  if (!sameWalk || nodes.length > MOST_PARTS) return undefined;
  const inner = new Set(nodes.flatMap(({ outputs }) => outputs));
  const outer = new Set(nodes.flatMap(({ inputs }) => inputs.map((input) => input && rootOf(input))));
  for (const tensor of inner) outer.delete(tensor);
  return outer.size > mostInputs ? undefined : { nodes, shape: first.shape };
}

function readsWhole({ inputs }: TapeNode, size: number): boolean {
  return inputs.every((input) => input === undefined || input.size === size || input.size === 1);
}
