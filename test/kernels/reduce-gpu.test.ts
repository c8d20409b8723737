/** Reductions on a graphics card beside the cpu, around the lengths that split them into stages. */
import t from 'tap';
import type { Kernel } from '../../kernels/contract.ts';
import { argmaxKernel, maxKernel, meanKernel, minKernel, prodKernel, sumKernel } from '../../kernels/reduce/index.ts';
import type { Shape } from '../../src/tensor/shape.ts';
import { gpuCall, gpuModes, openGpuMemory } from '../support/gpu-kernel.ts';
import { both, counting, ROUNDING, worst } from './gpu-cases.ts';
import { operand, uniform } from './numeric.ts';

/** Shapes and axes: spans in front, in the middle and at the end, scattered ones, one and several stages, and nothing. */
const REDUCED: readonly (readonly [Shape, readonly number[]])[] = [
  [[], []],
  [[7], [0]],
  [[1], [0]],
  [[2, 3], []],
  [[4, 256], [1]],
  [[4, 257], [1]],
  [[257, 3], [0]],
  [[2, 300, 3], [1]],
  [[70_000], [0]],
  [
    [3, 4, 5],
    [0, 2],
  ],
  [
    [3, 2, 5, 1, 7],
    [0, 2, 4],
  ],
  [
    [3, 2, 5, 2, 7],
    [1, 3],
  ],
  [
    [20, 3, 300],
    [0, 2],
  ],
  [
    [300, 2, 300],
    [0, 2],
  ],
  [[0, 3], [0]],
  [[3, 0], [0]],
];
/** What is computed of which integers, so that every order of the roundings gives the same. */
const EXACT: readonly (readonly [Kernel<{ axes: readonly number[] }>, (i: number) => number])[] = [
  [sumKernel as Kernel, (i) => ((i * 7) % 11) - 5],
  [meanKernel as Kernel, (i) => ((i * 7) % 11) - 5],
  [prodKernel as Kernel, (i) => (i % 5 === 0 ? -1 : 1)],
  [maxKernel as Kernel, (i) => ((i * 37) % 1009) - 500],
  [minKernel as Kernel, (i) => ((i * 37) % 1009) - 500],
];

for (const mode of await gpuModes()) {
  const memory = await openGpuMemory(mode);

  for (const [kernel, valueAt] of EXACT) {
    t.test(`${mode}: ${kernel.name} is exact where every order of it is`, async (t) => {
      for (const [shape, axes] of REDUCED) {
        const x = operand(shape, counting(valueAt));
        const kept = shape.filter((_, axis) => !axes.includes(axis));
        const { given, exact } = await both(memory, kernel as Kernel, [x], kept, { axes });
        t.same([...given], [...Float32Array.from(exact)], `[${shape.join()}] over ${axes.join()}`);
      }
    });
  }

  t.test(`${mode}: a reduction takes one pass to 256 elements, then one for each stage`, (t) => {
    const passes = (kernel: Kernel, shape: Shape, axes: readonly number[]): number =>
      gpuCall(kernel, [operand(shape, () => 0)], [shape.filter((_, axis) => !axes.includes(axis))], { axes }).passes
        .length;
    t.equal(passes(sumKernel as Kernel, [5, 256], [1]), 1);
    t.equal(passes(sumKernel as Kernel, [16, 3, 16], [0, 2]), 1);
    t.equal(passes(sumKernel as Kernel, [5, 257], [1]), 2);
    t.equal(passes(sumKernel as Kernel, [65_536], [0]), 2);
    t.equal(passes(sumKernel as Kernel, [65_537], [0]), 3);
    t.equal(passes(argmaxKernel as Kernel, [5, 256], [1]), 1);
    t.equal(passes(argmaxKernel as Kernel, [5, 257], [1]), 2);
    t.end();
  });

  t.test(`${mode}: a sum of 65,536 numbers has the roundings of two stages of 256`, async (t) => {
    const x = operand([65_536], uniform(3));
    const { given, exact } = await both(memory, sumKernel as Kernel, [x], [], { axes: [0] });
    const sizes = x.data.reduce((sum, value) => sum + Math.abs(value), 0);
    t.ok(worst(given, exact, () => 512 * ROUNDING * sizes) <= 1);
  });

  t.test(`${mode}: NaN wins in max and min, and is the largest for argmax`, async (t) => {
    for (const [length, at] of [
      [5, 0],
      [5, 3],
      [600, 299],
    ] as const) {
      const x = operand(
        [2, length],
        counting((i) => (i === at ? NaN : i === at + 1 ? Infinity : -i)),
      );
      for (const kernel of [maxKernel, minKernel, argmaxKernel] as readonly Kernel[]) {
        const { given, exact } = await both(memory, kernel, [x], [2], { axes: [1] });
        t.same([...given], [...exact], `${kernel.name} of ${length}, NaN at ${at}`);
      }
    }
  });

  t.test(`${mode}: argmax finds the lowest position of equals`, async (t) => {
    for (const [shape, axis] of [
      [[7], 0],
      [[3, 300, 2], 1],
      [[2, 70_000], 1],
    ] as const) {
      const x = operand(
        shape,
        counting((i) => (i * 31) % 97),
      );
      const kept = shape.filter((_, one) => one !== axis);
      const { given, exact } = await both(memory, argmaxKernel as Kernel, [x], kept, { axes: [axis] });
      t.same([...given], [...exact], `[${shape.join()}]`);
    }
    const low = operand([3], () => -Infinity);
    const { given } = await both(memory, argmaxKernel as Kernel, [low], [], { axes: [0] });
    t.same([...given], [0], 'of nothing but -Infinity the first');
  });
}
// Dawn keeps the process alive.
if (process.env['GRADTAPE_DAWN'] !== undefined) t.teardown(() => setTimeout(() => process.exit(), 100));
