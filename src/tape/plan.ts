/**
 * Turns a traced tape into a Plan: dead nodes dropped, aliases resolved, buffers placed in one scratch region by
 * liveness, and assigned values written straight into their variable where no later step reads the old one.
 */
import type { Kernel } from '../../kernels/contract.ts';
import { broadcastToKernel } from '../../kernels/elementwise/index.ts';
import type { BufferRef, Fusion, Plan, PlannedStep } from '../devices/device.ts';
import { FreeList } from '../devices/free-list.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { fuse } from './fuse.ts';
import { describeNode } from './label.ts';
import type { Tape, TapeNode } from './tape.ts';

/** Buffers start at multiples of 16 bytes of float32. */
const ALIGNMENT = 4;

/** What a plan leaves to tell about itself. */
export interface PlannedProgram {
  readonly plan: Plan;
  /** The live nodes that became steps, in order. */
  readonly nodes: readonly TapeNode[];
  /** Error-flag outputs, after the program's own outputs in `plan.outputs`. */
  readonly flagged: readonly TapeNode[];
  /** Distinct buffers in scratch. */
  readonly bufferCount: number;
  readonly refOf: (tensor: Tensor) => BufferRef | undefined;
  /** The tensor whose memory another one names. */
  readonly rootOf: (tensor: Tensor) => Tensor;
}

/** One piece of memory: the tensors that are other names of it share it. */
interface Buffer {
  readonly size: number;
  ref: BufferRef | undefined;
  /** Step that produces it; -1 for what exists before the run. */
  readonly firstStep: number;
  lastStep: number;
}

export interface PlanOptions {
  /** How element-wise chains become one step each: for a device that emits code. Default: they do not. */
  readonly fuse?: Fusion | undefined;
}

export function planProgram(
  tape: Tape,
  args: readonly Tensor[],
  results: readonly Tensor[],
  { fuse: fusion }: PlanOptions = {},
): PlannedProgram {
  const live = liveNodes(tape, results);
  let nodes = live.filter((node) => node.operation.kernel !== undefined);
  const flagged = nodes.filter((node) => node.operation.errorFlag !== undefined);
  const roots = aliasRoots(live);
  const rootOf = (tensor: Tensor): Tensor => roots.get(tensor) ?? tensor;
  const flags = flagged.flatMap((node) => node.outputs[node.operation.errorFlag?.output ?? 0] ?? []);
  // A result that is the old value of a variable which changes is copied before it does.
  const kept = new Map<Tensor, Tensor>();
  const outputs = [...results, ...flags].map((result) => {
    const root = rootOf(result);
    const variable = tape.reads.get(root);
    const value = variable && tape.assigned.get(variable);
    if (value === undefined || rootOf(value) === root) return root;
    const copy = kept.get(root) ?? copyStep(tape, nodes, root);
    kept.set(root, copy);
    return copy;
  });
  const assigned = [...tape.assigned].map(([variable, value]) => {
    const root = rootOf(value);
    const source = tape.reads.get(root);
    // One variable's old value becomes another's: copied by a step of its own, so that two variables can swap.
    return { variable, value: source && source !== variable ? copyStep(tape, nodes, root) : root };
  });
  if (fusion) nodes = fuse(nodes, new Set([...outputs, ...assigned.map(({ value }) => value)]), rootOf, fusion);

  // Lifetimes, in step numbers. What is copied out at the end lives until `end`.
  const end = nodes.length;
  const buffers = new Map<Tensor, Buffer>();
  for (const arg of args) buffers.set(arg, { size: arg.size, ref: undefined, firstStep: -1, lastStep: -1 });
  nodes.forEach((node, step) => {
    for (const input of node.inputs) if (input) extend(bufferFor(rootOf(input)), step);
    for (const output of node.outputs) {
      buffers.set(output, { size: output.size, ref: undefined, firstStep: step, lastStep: step });
    }
  });
  for (const tensor of [...outputs, ...assigned.map(({ value }) => value)]) extend(bufferFor(tensor), end);

  placeInVariables();
  const { scratchSize, bufferCount } = placeInScratch(nodes, buffers, rootOf);

  const refOf = (tensor: Tensor): BufferRef | undefined => buffers.get(rootOf(tensor))?.ref;
  const mustRef = (tensor: Tensor): BufferRef => {
    const ref = refOf(tensor);
    if (!ref) throw new Error('plan: a buffer was not placed');
    return ref;
  };
  const steps: PlannedStep[] = nodes.map((node) => {
    const kernel = node.operation.kernel as Kernel;
    const geometry = kernel.plan(
      node.inputs.map((input) => input?.shape),
      node.outputs.map((output) => output.shape),
      node.options,
    );
    return {
      kernel,
      geometry,
      label: describeNode(node.operation.name, node.label),
      inputs: node.inputs.map((input) => input && mustRef(input)),
      outputs: node.outputs.map(mustRef),
    };
  });
  const writes = assigned
    .map(({ variable, value }) => ({ variable, from: mustRef(value) }))
    .filter(({ variable, from }) => from.kind !== 'variable' || from.variable !== variable);
  const read = [...buffers].flatMap(([tensor, buffer]) => (tape.reads.has(tensor) && buffer.ref ? [buffer.ref] : []));
  const variables = new Set(read.flatMap((ref) => (ref.kind === 'variable' ? [ref.variable] : [])));
  for (const { variable } of assigned) variables.add(variable);
  const plan: Plan = {
    steps,
    scratchSize,
    inputs: args.map((arg) => refOf(arg)),
    outputs: outputs.map(mustRef),
    writes,
    variables: [...variables],
    written: assigned
      .filter(({ variable, value }) => tape.reads.get(value) !== variable)
      .map(({ variable }) => variable),
  };
  return { plan, nodes, flagged, bufferCount, refOf, rootOf };

  function bufferFor(tensor: Tensor): Buffer {
    let buffer = buffers.get(tensor);
    if (!buffer) {
      const variable = tape.reads.get(tensor);
      const ref: BufferRef = variable ? { kind: 'variable', variable } : { kind: 'constant', tensor };
      buffer = { size: tensor.size, ref, firstStep: -1, lastStep: -1 };
      buffers.set(tensor, buffer);
    }
    return buffer;
  }

  // An assigned value is computed in the variable's own memory when the step that makes it is the last to read the old
  // value, and reads it element by element.
  function placeInVariables(): void {
    const oldValues = new Map([...tape.reads].map(([tensor, variable]) => [variable, tensor]));
    for (const { variable, value } of assigned) {
      const buffer = bufferFor(value);
      if (buffer.ref !== undefined || buffer.firstStep < 0) continue;
      const old = oldValues.get(variable);
      const lastRead = old === undefined ? -1 : (buffers.get(old)?.lastStep ?? -1);
      if (lastRead > buffer.firstStep) continue;
      const node = nodes[buffer.firstStep];
      if (!node) continue;
      const inPlace = node.operation.kernel?.inPlace?.[node.outputs.indexOf(value)] ?? [];
      const safe = node.inputs.every((input, position) => {
        return input === undefined || old === undefined || rootOf(input) !== old || inPlace.includes(position);
      });
      if (safe) buffer.ref = { kind: 'variable', variable };
    }
  }
}

function copyStep(tape: Tape, nodes: TapeNode[], source: Tensor): Tensor {
  const copy = tape.createTensor(source.shape);
  const operation = { name: 'copy', kernel: broadcastToKernel, gradient: undefined };
  nodes.push({ operation, inputs: [source], options: undefined, outputs: [copy] });
  return copy;
}

function extend(buffer: Buffer, step: number): void {
  if (step > buffer.lastStep) buffer.lastStep = step;
}

/** The nodes that outputs, assignments and error flags need, in order. */
function liveNodes(tape: Tape, results: readonly Tensor[]): TapeNode[] {
  const needed = new Set<Tensor>([...results, ...tape.assigned.values()]);
  const live: TapeNode[] = [];
  for (let index = tape.nodes.length - 1; index >= 0; index--) {
    const node = tape.nodes[index];
    if (!node?.outputs.some((output) => needed.has(output))) continue;
    // An alias has the memory of its first input; what else it names is for its gradient.
    const inputs = node.operation.kernel === undefined ? node.inputs.slice(0, 1) : node.inputs;
    for (const input of inputs) if (input) needed.add(input);
    live.push(node);
  }
  return live.reverse();
}

/** For each alias, the tensor whose memory it names. */
function aliasRoots(nodes: readonly TapeNode[]): Map<Tensor, Tensor> {
  const roots = new Map<Tensor, Tensor>();
  for (const { operation, inputs, outputs } of nodes) {
    const [input] = inputs;
    const [output] = outputs;
    if (operation.kernel === undefined && input && output) roots.set(output, roots.get(input) ?? input);
  }
  return roots;
}

/** Places every buffer that has no home yet, first come first served, best fit, freed after its last step. */
function placeInScratch(
  nodes: readonly TapeNode[],
  buffers: ReadonlyMap<Tensor, Buffer>,
  rootOf: (tensor: Tensor) => Tensor,
): { scratchSize: number; bufferCount: number } {
  const space = new FreeList(ALIGNMENT);
  const expiring: Buffer[][] = nodes.map(() => []);
  const offsets = new Map<Buffer, number>();
  const claimed = new Set<Buffer>();
  const place = (buffer: Buffer, offset: number): void => {
    buffer.ref = { kind: 'scratch', offset, size: buffer.size };
    offsets.set(buffer, offset);
    if (buffer.lastStep >= 0) expiring[buffer.lastStep]?.push(buffer);
  };
  let bufferCount = 0;
  for (const buffer of buffers.values()) {
    // An argument that nothing reads needs no place.
    if (buffer.ref === undefined && buffer.firstStep < 0 && buffer.lastStep >= 0) {
      place(buffer, space.allocate(buffer.size));
      bufferCount++;
    }
  }
  nodes.forEach((node, step) => {
    node.outputs.forEach((output, position) => {
      const buffer = buffers.get(output);
      if (!buffer || buffer.ref !== undefined) return;
      const candidates = node.operation.kernel?.inPlace?.[position] ?? [];
      for (const candidate of candidates) {
        const input = node.inputs[candidate];
        const donor = input && buffers.get(rootOf(input));
        const offset = donor && offsets.get(donor);
        if (
          !donor ||
          offset === undefined ||
          claimed.has(donor) ||
          donor.lastStep !== step ||
          donor.size !== buffer.size
        )
          continue;
        // Read at another position as well, the donor may be needed whole.
        const readers = node.inputs.filter((other) => other && buffers.get(rootOf(other)) === donor);
        if (readers.length !== 1) continue;
        claimed.add(donor);
        place(buffer, offset);
        return;
      }
      place(buffer, space.allocate(buffer.size));
      bufferCount++;
    });
    for (const buffer of expiring[step] ?? []) {
      const offset = offsets.get(buffer);
      if (offset !== undefined && !claimed.has(buffer)) space.free(offset, buffer.size);
    }
  });
  return { scratchSize: space.size, bufferCount };
}
