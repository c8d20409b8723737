/**
 * Pooling on a graphics card, a thread for each element of the result, one pass for each output. Gradients gather: a
 * cell looks at the windows that see it.
 */
import type { GpuCall } from '../contract.ts';
import { gpuRow, singlePass, type GpuRow } from '../gpu-form.ts';
import { quotientOf, sourcesOf } from '../gpu-math.ts';
import { divide, unravel } from '../gpu-source.ts';
import type { WindowAxis } from '../window.ts';
import { forImageCells, forImageOutputs } from '../window-gpu.ts';
import { avgPoolGradKernel, avgPoolKernel, maxPoolGradKernel, maxPoolKernel, poolGatherKernel } from './index.ts';
import type { PickGeometry, PoolSizes } from './cpu.ts';

/**
 * Lines that run `body` for each cell of the window of output (i0, i1, i2, i3), whose place in the sample is `cell`.
 * @param around as that of `forImageCells`
 */
function forWindow(sizes: PoolSizes, body: string, around?: (lines: string) => string): string {
  const cell = `const cell = (y * ${sizes.columns.size} + x) * ${sizes.channels} + i3;`;
  return forImageCells(sizes, `${cell}\n${body}`, around);
}

/** Lines that run `body` for each window (u, v) that sees cell (i0, i1, i2, i3), whose place in y is `from`. */
function forWindows(sizes: PoolSizes, body: string): string {
  const { rows, columns, channels } = sizes;
  const from = `const from = ((i0 * ${rows.outputSize} + u) * ${columns.outputSize} + v) * ${channels} + i3;`;
  return forImageOutputs(sizes, `${from}\n${body}`);
}

const ofOutput = ({ batch, rows, columns, channels }: PoolSizes): string =>
  unravel('i', 'this.thread.x', [batch, rows.outputSize, columns.outputSize, channels]);
const ofCell = ({ batch, rows, columns, channels }: PoolSizes): string =>
  unravel('i', 'this.thread.x', [batch, rows.size, columns.size, channels]);
const outputCount = ({ batch, rows, columns, channels }: PoolSizes): number =>
  batch * rows.outputSize * columns.outputSize * channels;
const cellCount = ({ batch, rows, columns, channels }: PoolSizes): number =>
  batch * rows.size * columns.size * channels;

/** Lines that set `flag` to 1 where a value is a number: WebGPU takes `x !== x` for false, comparisons it does not. */
const isNumber = (flag: string, value: string): string =>
  `${flag} = 0; if (${value} <= 0) { ${flag} = 1; } if (${value} > 0) { ${flag} = 1; }`;

/** The places of the maxima, then the values at these places. A NaN wins and stays. */
function maxPoolCall(sizes: PoolSizes): GpuCall {
  const { rows, columns, channels } = sizes;
  const sample = rows.size * columns.size * channels;
  const places = `${ofOutput(sizes)}
let top = i1 * ${rows.stride} - ${rows.before};
if (top < 0) { top = 0; }
let left = i2 * ${columns.stride} - ${columns.before};
if (left < 0) { left = 0; }
const from = i0 * ${sample};
let place = (top * ${columns.size} + left) * ${channels} + i3;
let best = a0[from + place];
let open = 0;
${isNumber('open', 'best')}
${forWindow(
  sizes,
  `const value = a0[from + cell];
let larger = open;
if (value <= best) { larger = 0; }
if (larger > 0.5) {
best = value;
place = cell;
${isNumber('open', 'best')}
}`,
)}
return place;`;
  const size = outputCount(sizes);
  return {
    passes: [
      { source: places, operands: [{ input: 0 }], size },
      {
        source: pickSource(rows.outputSize * columns.outputSize * channels, sample),
        operands: [{ input: 0 }, { pass: 0 }],
        size,
      },
    ],
    outputs: [1, 0],
  };
}

/** The element of `a0` that `a1` names, in the same sample. */
function pickSource(picked: number, image: number): string {
  return `${divide('sample', 'place', 'this.thread.x', picked)}
return a0[sample * ${image} + a1[this.thread.x]];`;
}

function poolGatherCall({ batch, image, picked }: PickGeometry): GpuCall {
  return singlePass(pickSource(picked, image), 2, batch * picked);
}

/** A cell sums dy of the windows whose maximum it was. */
function maxPoolGradCall({ windows }: PickGeometry): GpuCall {
  const { columns, channels } = windows;
  const source = `${ofCell(windows)}
const own = (i1 * ${columns.size} + i2) * ${channels} + i3;
let sum = 0;
${forWindows(windows, 'if (Math.abs(a1[from] - own) < 0.5) { sum += a0[from]; }')}
return sum;`;
  return singlePass(source, 2, cellCount(windows));
}

/** Lines that declare `name`, the cells of one axis that a window sees. */
function cellsSeen({ size, outputSize, kernelSize, stride, before }: WindowAxis, output: string, name: string): string {
  if (before === 0 && (outputSize - 1) * stride + kernelSize <= size) return `const ${name} = ${kernelSize};`;
  return `const ${name}Start = ${output} * ${stride} - ${before};
const ${name} = Math.min(${name}Start + ${kernelSize}, ${size}) - Math.max(${name}Start, 0);`;
}

/** A sum over the cells of a window that `cellsSeen` counted. */
const meanOf = (sum: string): string => `${quotientOf.name}(${sum}, high * wide)`;

/** Each row of a window has a sum of its own, so that rounding errors stay small where windows are large. */
function avgPoolCall(sizes: PoolSizes): GpuCall {
  const { rows, columns, channels } = sizes;
  const source = `${ofOutput(sizes)}
${cellsSeen(rows, 'i1', 'high')}
${cellsSeen(columns, 'i2', 'wide')}
const from = i0 * ${rows.size * columns.size * channels};
let sum = 0;
${forWindow(sizes, 'line += a0[from + cell];', (lines) => `let line = 0;\n${lines}\nsum += line;`)}
return ${meanOf('sum')};`;
  return singlePass(source, 1, outputCount(sizes), sourcesOf([quotientOf]));
}

function avgPoolGradCall(sizes: PoolSizes): GpuCall {
  const source = `${ofCell(sizes)}
let sum = 0;
${forWindows(
  sizes,
  `${cellsSeen(sizes.rows, 'u', 'high')}
${cellsSeen(sizes.columns, 'v', 'wide')}
sum += ${meanOf('a0[from]')};`,
)}
return sum;`;
  return singlePass(source, 1, cellCount(sizes), sourcesOf([quotientOf]));
}

export const poolRows: readonly GpuRow[] = [
  gpuRow(maxPoolKernel, maxPoolCall),
  gpuRow(maxPoolGradKernel, maxPoolGradCall),
  gpuRow(poolGatherKernel, poolGatherCall),
  gpuRow(avgPoolKernel, avgPoolCall),
  gpuRow(avgPoolGradKernel, avgPoolGradCall),
];
