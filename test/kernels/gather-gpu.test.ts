/** Gather, scatter-add, one-hot and concat on a graphics card: the bits of the cpu where one pass does not reach. */
import t from 'tap';
import { concatKernel } from '../../kernels/concat/index.ts';
import { gatherKernel, oneHotKernel, scatterAddKernel } from '../../kernels/gather/index.ts';
import type { Kernel } from '../../kernels/contract.ts';
import type { Shape } from '../../src/tensor/shape.ts';
import { gpuCall, gpuModes, openGpuMemory, runOnGpu } from '../support/gpu-kernel.ts';
import { convert, operand, prepare, uniform, type Operand } from './numeric.ts';

const COUNT = 5000;

/** What makes an index bad, and where it stands. */
const BAD: readonly (readonly [position: number, value: number])[][] = [
  [],
  [[0, -1]],
  [
    [4999, 7],
    [4321, 0.5],
    [130, NaN],
  ],
  [
    [64, Infinity],
    [63, -Infinity],
  ],
];

for (const mode of await gpuModes()) {
  t.test(`mode ${mode}`, async (t) => {
    const memory = await openGpuMemory(mode);
    const equal = async <Options>(
      kernel: Kernel<Options, unknown>,
      operands: readonly Operand[],
      shapes: readonly Shape[],
      options: Options,
      what: string,
    ): Promise<void> => {
      const expected = prepare(kernel, operands, shapes, options, Float32Array)(convert(operands, Float32Array));
      const actual = await runOnGpu(memory, kernel, operands, shapes, options);
      t.strictSame(
        actual.map((values) => [...values]),
        expected.map((values) => [...values]),
        `${kernel.name}: ${what}`,
      );
    };
    const draw = uniform(4);
    const whole = (): number => Math.round(16 * draw());
    for (const bad of BAD) {
      const indices = operand([COUNT], () => Math.floor(3.5 * (draw() + 1)));
      for (const [position, value] of bad) indices?.data.set([value], position);
      const what = `bad indices ${JSON.stringify(bad)}`;
      await equal(gatherKernel, [operand([2, 7, 3], whole), indices], [[2, COUNT, 3], [1]], { axis: 1 }, what);
      // Sums of whole numbers, which no order of adding changes.
      const updates = operand([2, COUNT, 3], whole);
      await equal(scatterAddKernel, [indices, updates], [[2, 7, 3], [1]], { axis: 1 }, what);
      await equal(oneHotKernel, [indices], [[COUNT, 7], [1]], { depth: 7 }, what);
    }
    for (const count of [1, 7, 8, 50]) {
      // Every third one is empty.
      const sizes = Array.from({ length: count }, (_, k) => k % 3);
      const parts = sizes.map((size) => operand([2, size, 3], draw));
      const total = sizes.reduce((sum, size) => sum + size, 0);
      await equal(concatKernel, parts, [[2, total, 3]], { axis: 1 }, `${count} inputs`);
    }
  });
}

t.test('flags and joins of many inputs take few passes', (t) => {
  const passes = (count: number): number => {
    const indices = operand([count], () => 0);
    return gpuCall(oneHotKernel, [indices], [[count, 2], [1]], { depth: 2 }).passes.length;
  };
  t.same([64, 65, 4096, 4097].map(passes), [2, 3, 3, 4], 'one more for each factor of 64 indices');
  const joins = (count: number): number => {
    const parts = Array.from({ length: count }, () => operand([1], () => 0));
    return gpuCall(concatKernel, parts, [[count]], { axis: 0 }).passes.length;
  };
  t.same([1, 7, 8, 49, 50].map(joins), [1, 1, 3, 8, 11], 'a tree of passes with seven inputs');
  t.end();
});
