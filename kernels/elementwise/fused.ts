/** The kernel of a fused chain: made by the planner from the element-wise nodes of a program, for devices that emit code. */
import { sizeOf, type Shape } from '../../src/tensor/shape.ts';
import type { FloatArray, Kernel } from '../contract.ts';
import { planBroadcast, planFoldedRows, type BroadcastGeometry } from './broadcast.ts';
import type { Chain } from './chain-row.ts';
import { chainCall } from './chain.ts';
import { reducedChainCall } from './reduced-chain.ts';

/** One node of a fused chain. */
export interface FusedPart {
  readonly kernel: Kernel;
  /** Operands count the inputs of the chain first, then the parts before. */
  readonly operands: readonly number[];
  readonly shape: Shape;
}

export interface FusedParts {
  /** The shape that every input is read with; it may be another name for its memory. */
  readonly inputShapes: readonly Shape[];
  readonly parts: readonly FusedPart[];
  /** The parts whose values are written, one per output. */
  readonly results: readonly number[];
}

/** A reduction of one part, whose result is the last output. */
export interface FusedReduction {
  readonly kernel: Kernel;
  /** The reduction's own, as if it stood alone. */
  readonly geometry: unknown;
  readonly part: number;
}

/** The kernel of a chain, with what it is made of: for devices that write code of their own. */
export interface FusedKernel extends Kernel<unknown, BroadcastGeometry> {
  readonly fused: FusedParts;
  readonly reduction?: FusedReduction;
}

export function isFused(kernel: Kernel): kernel is FusedKernel {
  return 'fused' in kernel;
}

/** `shape` is that of every output; all inputs broadcast to it. */
export function fusedKernel(fused: FusedParts, shape: Shape): FusedKernel {
  const { inputShapes, parts, results } = fused;
  const size = sizeOf(shape);
  const full = inputShapes.flatMap((one, index) => (sizeOf(one) === size ? [index] : []));
  return {
    name: 'fused',
    fused,
    plan: () => planBroadcast(inputShapes, [shape]),
    wasm: (geometry) => chainCall(chainOf(fused), geometry.walk),
    cpu: (inputs, outputs) => {
      const values = runParts(inputs, fused);
      results.forEach((part, index) => outputs[index]!.set(values[part]!));
    },
    flops: (geometry) => geometry.size * parts.length,
    inPlace: results.map(() => full),
  };
}

/** The same with a reduction behind it; undefined where the chain's rows are not those that the reduction folds. */
export function reducedKernel(fused: FusedParts, shape: Shape, reduction: FusedReduction): FusedKernel | undefined {
  const { kernel, geometry, part } = reduction;
  const rowFold = kernel.rowFold?.(geometry);
  const first = rowFold && firstAxisOf(shape, rowFold.row);
  const rows = first === undefined ? undefined : planFoldedRows(fused.inputShapes, shape, first);
  if (!rowFold || !rows) return undefined;
  const chain = fusedKernel(fused, shape);
  return {
    ...chain,
    reduction,
    wasm: () => reducedChainCall(chainOf(fused), part, rowFold, rows),
    cpu: (inputs, outputs) => {
      const values = runParts(inputs, fused);
      fused.results.forEach((one, index) => outputs[index]!.set(values[one]!));
      kernel.cpu([values[part]], [outputs[fused.results.length]!], geometry);
    },
    flops: (all) => chain.flops(all) + kernel.flops(geometry),
  };
}

/** The axis from which on a shape has this many elements; undefined where an axis would have to be split, or is empty. */
function firstAxisOf(shape: Shape, row: number): number | undefined {
  let elements = 1;
  for (let axis = shape.length; ; axis--) {
    if (elements === row) return axis;
    if (axis === 0 || elements > row || elements === 0) return undefined;
    elements *= shape[axis - 1]!;
  }
}

function chainOf({ inputShapes, parts, results }: FusedParts): Chain {
  return {
    inputCount: inputShapes.length,
    steps: parts.map(({ kernel, operands }) => ({ name: kernel.name, lanes: kernel.lanes!, operands })),
    results,
  };
}

/** The value of each part: for a device that fuses and meets a chain that it cannot run otherwise. */
function runParts(inputs: readonly (FloatArray | undefined)[], { inputShapes, parts }: FusedParts): FloatArray[] {
  const values = inputs.map((input) => input!);
  const shapes = [...inputShapes];
  for (const { kernel, operands, shape } of parts) {
    const result =
      values[0] instanceof Float64Array ? new Float64Array(sizeOf(shape)) : new Float32Array(sizeOf(shape));
    const given = operands.map((operand) => values[operand]!);
    const geometry = kernel.plan(
      operands.map((operand) => shapes[operand]!),
      [shape],
      undefined,
    );
    kernel.cpu(given, [result], geometry);
    values.push(result);
    shapes.push(shape);
  }
  return values.slice(inputs.length);
}
