/**
 * Convolution on a graphics card, a thread for each element of the result: the forward pass and the input gradient in
 * one pass each, the filter gradient in two where a sum over all pixels is long.
 */
import type { GpuCall, GpuPass } from '../contract.ts';
import { gpuRow, singlePass, storingRow, type GpuRow, type GpuStore } from '../gpu-form.ts';
import { divide, unravel, within } from '../gpu-source.ts';
import { appendSum, sumLines } from '../gpu-sum.ts';
import { forImageCells, forImageOutputs, withCell } from '../window-gpu.ts';
import type { ConvSizes } from './geometry.ts';
import { conv2dFilterGradKernel, conv2dInputGradKernel, conv2dKernel } from './index.ts';

/** y, activated as it is stored. */
export function convolutionCall(sizes: ConvSizes, hasBias: boolean, store: GpuStore): GpuCall {
  const { batch, rows, columns, groups, inChannels, outChannels } = sizes;
  const [ins, outs] = [groups * inChannels, groups * outChannels];
  const source = `${unravel('i', 'this.thread.x', [batch, rows.outputSize, columns.outputSize, outs])}
${divide('group', 'member', 'i3', outChannels)}
let sum = 0;
${forImageCells(
  sizes,
  `const from = ((i0 * ${rows.size} + y) * ${columns.size} + x) * ${ins} + group * ${inChannels};
const filter = (tapY * ${columns.kernelSize} + tapX) * ${inChannels * outs} + i3;
${sumLines('part', inChannels, (c) => `a0[from + ${c}] * a1[filter + ${c} * ${outs}]`)}
sum += part;`,
)}
${hasBias ? 'sum += a2[i3];' : ''}
return ${store.expression('sum')};`;
  const size = batch * rows.outputSize * columns.outputSize * outs;
  return singlePass(source, hasBias ? 3 : 2, size, store.functions);
}

/** dx from (dy, filters): each cell sums over the outputs that see it and over the channels of its group. */
export function convolutionInputGradCall(sizes: ConvSizes): GpuCall {
  const { batch, rows, columns, groups, inChannels, outChannels } = sizes;
  const [ins, outs] = [groups * inChannels, groups * outChannels];
  const source = `${unravel('i', 'this.thread.x', [batch, rows.size, columns.size, ins])}
${divide('group', 'member', 'i3', inChannels)}
const channel = group * ${outChannels};
let sum = 0;
${forImageOutputs(
  sizes,
  `const from = ((i0 * ${rows.outputSize} + u) * ${columns.outputSize} + v) * ${outs} + channel;
const filter = ((tapY * ${columns.kernelSize} + tapX) * ${inChannels} + member) * ${outs} + channel;
${sumLines('part', outChannels, (c) => `a0[from + ${c}] * a1[filter + ${c}]`)}
sum += part;`,
)}
return sum;`;
  return singlePass(source, 2, batch * rows.size * columns.size * ins);
}

/** Outputs of a line that are summed at a time, so that rounding errors stay small. */
const LONGEST_STRETCH = 64;

/** dFilters from (x, dy): a sum over stretches of the lines of y. */
export function convolutionFilterGradCall(sizes: ConvSizes): GpuCall {
  const { batch, rows, columns, groups, inChannels, outChannels } = sizes;
  const [ins, outs] = [groups * inChannels, groups * outChannels];
  const stretches = Math.max(1, Math.ceil(columns.outputSize / LONGEST_STRETCH));
  const length = Math.ceil(columns.outputSize / stretches);
  const line = withCell(
    rows,
    { output: 'u1', tap: 'f0', cell: 'y' },
    `const from = (u0 * ${rows.size} + y) * ${columns.size};
const to = (u0 * ${rows.outputSize} + u1) * ${columns.outputSize};
for (let j = 0; j < ${length}; j++) {
const v = u2 * ${length} + j;
${within(
  'v',
  [0, stretches * length - 1],
  columns.outputSize,
  withCell(
    columns,
    { output: 'v', tap: 'f1', cell: 'x' },
    `part += a0[(from + x) * ${ins} + channel] * a1[(to + v) * ${outs} + f3];`,
  ),
)}
}`,
  );
  const passes: GpuPass[] = [];
  const last = appendSum(passes, {
    size: rows.kernelSize * columns.kernelSize * inChannels * outs,
    count: batch * rows.outputSize * stretches,
    weight: length,
    operands: [{ input: 0 }, { input: 1 }],
    prepare: `${unravel('f', 'result', [rows.kernelSize, columns.kernelSize, inChannels, outs])}
${divide('group', 'member', 'f3', outChannels)}
const channel = group * ${inChannels} + f2;`,
    add: (name, first, count) => `let ${name} = 0;
for (let stretch = 0; stretch < ${count}; stretch++) {
const at = ${first} + stretch;
${unravel('u', 'at', [batch, rows.outputSize, stretches])}
let part = 0;
${line}
${name} += part;
}`,
  });
  return { passes, outputs: [last] };
}

export const conv2dRows: readonly GpuRow[] = [
  storingRow(conv2dKernel, ({ sizes }, [, , hasBias = false], store) => convolutionCall(sizes, hasBias, store)),
  gpuRow(conv2dInputGradKernel, ({ sizes }) => convolutionInputGradCall(sizes)),
  gpuRow(conv2dFilterGradKernel, convolutionFilterGradCall),
];
