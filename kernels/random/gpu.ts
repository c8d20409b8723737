/**
 * Random numbers on a graphics card: one pass; a thread computes a whole block and keeps one of its two words. The
 * key is passed as numbers, so that all layers share the code. Masks and uniform numbers have the bits of the other
 * devices, normal numbers differ by the rounding of float32.
 */
import type { GpuCall } from '../contract.ts';
import { gpuRow, type GpuRow } from '../gpu-form.ts';
import { cosOf, logOf, sinOf, sourcesOf } from '../gpu-math.ts';
import { divide } from '../gpu-source.ts';
import type { RandomGeometry, RandomOptions } from './geometry.ts';
import { intervalLines } from './gpu-interval.ts';
import { blockLines, keyNumbers } from './gpu-threefry.ts';
import { dropoutMaskKernel, randomNormalKernel, randomUniformKernel } from './index.ts';

const UNIT = 2 ** -24;

/** @param value lines that end in a return, from `first`, `second`, `word` and the numbers from `n4` on */
function randomCall(
  { size, options }: RandomGeometry<RandomOptions>,
  value: string,
  numbers: readonly number[],
  functions: readonly string[] = [],
): GpuCall {
  const source = `${divide('block', 'word', 'this.thread.x', 2)}
${blockLines('block')}
${value}`;
  const pass = { source, functions, operands: [{ input: 0 }], numbers: [...keyNumbers(options.key), ...numbers], size };
  return { passes: [pass], outputs: [0] };
}

const PICKED = `let bits = first;
if (word === 1) { bits = second; }`;

/** Compared as whole numbers. */
const DROPOUT_MASK = `${PICKED}
let value = n5;
if (bits < n4) { value = 0; }
return value;`;

/** The angle is a whole number of quarter turns and a rest of at most an eighth, exact until it becomes radians. */
const NORMAL = `const radius = Math.sqrt(-2 * logOf(1 - first * ${UNIT}));
const turns = Math.floor(second * ${4 * UNIT} + 0.5);
const angle = (second - turns * ${2 ** 22}) * ${(Math.PI / 2) * 2 ** -22};
let quadrant = turns - word;
if (quadrant < 0) { quadrant = quadrant + 4; }
if (quadrant >= 4) { quadrant = quadrant - 4; }
let part = cosOf(angle);
if (quadrant === 1) { part = -sinOf(angle); }
if (quadrant === 2) { part = -part; }
if (quadrant === 3) { part = sinOf(angle); }
return n4 + n5 * (radius * part);`;

export const randomRows: readonly GpuRow[] = [
  gpuRow(randomUniformKernel, (geometry) => {
    const { minimum, maximum } = geometry.options;
    const range = maximum - minimum;
    return randomCall(geometry, `${PICKED}\n${intervalLines(minimum, range)}\nreturn value;`, [minimum, range]);
  }),
  gpuRow(randomNormalKernel, (geometry) => {
    const { mean, stddev } = geometry.options;
    return randomCall(geometry, NORMAL, [mean, stddev], sourcesOf([logOf, sinOf, cosOf]));
  }),
  gpuRow(dropoutMaskKernel, (geometry) => {
    const { rate } = geometry.options;
    return randomCall(geometry, DROPOUT_MASK, [Math.ceil(rate / UNIT), 1 / (1 - rate)]);
  }),
];
