/**
 * Rows picked by index on a graphics card: one pass for the result, one for the flag of bad indices, or two of them
 * where there are many indices. A scatter is a gather, too: the thread of a result walks over all indices and adds the
 * updates of those that are its own, in order.
 */
import type { GpuCall, GpuOperand, GpuPass } from '../contract.ts';
import { gpuRow, type GpuRow } from '../gpu-form.ts';
import { unravel } from '../gpu-source.ts';
import type { GatherGeometry } from './cpu.ts';
import { gatherKernel, oneHotKernel, scatterAddKernel, type OneHotGeometry } from './index.ts';

/** Indices whose updates are added in a row. */
const RUN = 64;

/** Positions that one thread checks. */
const CHECKED = 64;

/** Lines that declare `good` as 1 for a whole number of the axis, else 0: NaN is in no range. */
function checkIndex(index: string, size: number): string {
  return `let good = 0;
if (${index} >= 0) { if (${index} < ${size}) { if (Math.floor(${index}) === ${index}) { good = 1; } } }`;
}

function gatherCall({ outer, size, inner, count }: GatherGeometry): GpuCall {
  const source = `${unravel('i', 'this.thread.x', [outer, count, inner])}
const index = a1[i1];
${checkIndex('index', size)}
let value = 0;
if (good === 1) { value = a0[(i0 * ${size} + index) * ${inner} + i2]; }
return value;`;
  const pass = { source, operands: [{ input: 0 }, { input: 1 }], size: outer * count * inner };
  return withFlag(pass, { input: 1 }, count, size);
}

/** Updates of many indices are added in runs, which are added up: float32 loses less. */
function scatterAddCall({ outer, size, inner, count }: GatherGeometry): GpuCall {
  const source = `${unravel('i', 'this.thread.x', [outer, size, inner])}
let sum = 0;
for (let run = 0; run < ${Math.ceil(count / RUN)}; run++) {
let part = 0;
for (let step = 0; step < ${Math.min(RUN, count)}; step++) {
const k = run * ${RUN} + step;
if (k < ${count}) { if (a0[k] === i1) { part += a1[(i0 * ${count} + k) * ${inner} + i2]; } }
}
sum += part;
}
return sum;`;
  const pass = { source, operands: [{ input: 0 }, { input: 1 }], size: outer * size * inner };
  return withFlag(pass, { input: 0 }, count, size);
}

function oneHotCall({ count, depth }: OneHotGeometry): GpuCall {
  const source = `${unravel('i', 'this.thread.x', [count, depth])}
let value = 0;
if (a0[i0] === i1) { value = 1; }
return value;`;
  return withFlag({ source, operands: [{ input: 0 }], size: count * depth }, { input: 0 }, count, depth);
}

/** The pass of the result, then those of the flag: each stage finds the first bad index of every 64 that are left. */
function withFlag(pass: GpuPass, indices: GpuOperand, count: number, size: number): GpuCall {
  const bad = `const index = a0[position];
${checkIndex('index', size)}
if (good === 0) { value = position + 1; }`;
  const passes = [pass, firstOf(indices, count, bad)];
  for (let left = passes[1]!.size; left > 1; left = passes.at(-1)!.size) {
    const found = 'if (a0[position] > 0) { value = a0[position]; }';
    passes.push(firstOf({ pass: passes.length - 1 }, left, found));
  }
  return { passes, outputs: [0, passes.length - 1] };
}

/** Each thread looks at 64 positions, the first one last, so that it keeps what it finds there. */
function firstOf(operand: GpuOperand, count: number, look: string): GpuPass {
  const source = `let value = 0;
for (let k = 0; k < ${CHECKED}; k++) {
const position = this.thread.x * ${CHECKED} + ${CHECKED - 1} - k;
if (position < ${count}) {
${look}
}
}
return value;`;
  return { source, operands: [operand], size: Math.max(1, Math.ceil(count / CHECKED)) };
}

export const gatherRows: readonly GpuRow[] = [
  gpuRow(gatherKernel, gatherCall),
  gpuRow(scatterAddKernel, scatterAddCall),
  gpuRow(oneHotKernel, oneHotCall),
];
