/**
 * Rows picked by index, and the reverse. Each kernel's output 1, of shape `[1]`, is 0 when every index is a whole number
 * within its axis, else 1 + the flat position of the first that is not; such an index reads zeros and adds nothing.
 */
import { sizeOf } from '../../src/tensor/shape.ts';
import type { Kernel } from '../contract.ts';
import { firstBad, runGather, runOneHot, runScatterAdd, type GatherGeometry, type ScatterGeometry } from './cpu.ts';
import { scatterAddCall } from './scatter.ts';
import { gatherCall, oneHotCall } from './wasm.ts';

export interface GatherOptions {
  readonly axis: number;
}

/** Inputs (x, indices); output `x.shape[:axis] + indices.shape + x.shape[axis + 1:]`. */
export const gatherKernel: Kernel<GatherOptions, GatherGeometry> = {
  name: 'gather',
  plan: (inputs, _outputs, { axis }) => planTable(inputs[0]!, axis, inputs[1]!),
  cpu(inputs, outputs, geometry) {
    const indices = inputs[1]!;
    runGather(outputs[0]!, inputs[0]!, indices, geometry);
    outputs[1]![0] = firstBad(indices, geometry.count, geometry.size);
  },
  wasm: gatherCall,
  exact: true,
  flops: () => 0,
};

/** Inputs (indices, updates), updates shaped as gather's output: zeros plus each update at its index, in order. */
export const scatterAddKernel: Kernel<GatherOptions, ScatterGeometry> = {
  name: 'scatterAdd',
  plan(inputs, outputs, { axis }) {
    const table = planTable(outputs[0]!, axis, inputs[0]!);
    return {
      ...table,
      first: new Int32Array(table.size),
      next: new Int32Array(table.count),
      sums: new Float64Array(table.inner),
    };
  },
  cpu(inputs, outputs, geometry) {
    const indices = inputs[0]!;
    runScatterAdd(outputs[0]!, indices, inputs[1]!, geometry);
    outputs[1]![0] = firstBad(indices, geometry.count, geometry.size);
  },
  wasm: scatterAddCall,
  flops: ({ outer, count, inner }) => outer * count * inner,
};

export interface OneHotOptions {
  readonly depth: number;
}

export interface OneHotGeometry {
  readonly count: number;
  readonly depth: number;
}

/** Input indices; output `indices.shape + [depth]`: 1 at each index, else 0. */
export const oneHotKernel: Kernel<OneHotOptions, OneHotGeometry> = {
  name: 'oneHot',
  plan: (inputs, _outputs, { depth }) => ({ count: sizeOf(inputs[0]!), depth }),
  cpu(inputs, outputs, { count, depth }) {
    const indices = inputs[0]!;
    runOneHot(outputs[0]!, indices, count, depth);
    outputs[1]![0] = firstBad(indices, count, depth);
  },
  wasm: ({ count, depth }) => oneHotCall(count, depth),
  exact: true,
  flops: () => 0,
};

function planTable(table: readonly number[], axis: number, indices: readonly number[]): GatherGeometry {
  return {
    outer: sizeOf(table.slice(0, axis)),
    size: table[axis]!,
    inner: sizeOf(table.slice(axis + 1)),
    count: sizeOf(indices),
  };
}
