/** The softmax family and cross-entropies on a graphics card beside the cpu, around the lengths that split their rows into stages. */
import t from 'tap';
import type { Kernel } from '../../kernels/contract.ts';
import { softmaxCrossEntropyGradKernel, softmaxCrossEntropyKernel } from '../../kernels/cross-entropy/index.ts';
import {
  logSoftmaxGradKernel,
  logSoftmaxKernel,
  softmaxGradKernel,
  softmaxKernel,
} from '../../kernels/softmax/index.ts';
import { gpuModes, openGpuMemory } from '../support/gpu-kernel.ts';
import { both, counting, ROUNDING, worst } from './gpu-cases.ts';
import { operand, uniform } from './numeric.ts';

const ROWS = [1, 3, 32, 33, 256, 257, 1000];

for (const mode of await gpuModes()) {
  const memory = await openGpuMemory(mode);

  t.test(`${mode}: rows of the softmax family and of cross-entropies have the roundings of their folds`, async (t) => {
    for (const length of ROWS) {
      const shape = [2, length];
      const [draw, scale] = [uniform(length), uniform(7)];
      const logits = operand(shape, () => 4 * draw());
      const other = operand(shape, draw);
      const targets = operand(shape, () => Math.abs(draw()) / length);
      const losses = operand([2], scale);
      // 4 units for e^x, ln and the quotient, and one rounding for each step of a fold of at most 256 in each of two stages.
      const roundings = (8 + 2 * Math.min(length, 2 * 256)) * ROUNDING;
      const near = async (kernel: Kernel, operands: readonly (typeof logits)[], size: number, passes: number) => {
        const outputs = kernel === softmaxCrossEntropyKernel ? [2] : shape;
        const one = await both(memory, kernel, operands, outputs);
        t.ok(worst(one.given, one.exact, () => roundings * size) <= 1, `${kernel.name} of ${length}`);
        t.equal(one.passes, passes, `passes of ${kernel.name} of ${length}`);
      };
      const stages = length <= 256 ? 1 : 2;
      const folds = (count: number, alone = 32): number => (length <= alone ? 1 : count * stages + 1);
      const logSize = 8 + Math.log(length);
      await near(softmaxKernel as Kernel, [logits], 1, folds(2));
      await near(logSoftmaxKernel as Kernel, [logits], logSize, folds(2));
      await near(softmaxGradKernel as Kernel, [targets, other], 1, folds(1));
      await near(logSoftmaxGradKernel as Kernel, [other, targets], 3, folds(1));
      await near(softmaxCrossEntropyKernel as Kernel, [logits, targets], logSize, folds(3, 256));
      await near(softmaxCrossEntropyGradKernel as Kernel, [logits, targets, losses], 1, folds(3));
    }
  });

  t.test(`${mode}: a NaN or an infinity in a row is NaN in all of the row, and in no other`, async (t) => {
    for (const length of [3, 40, 300]) {
      for (const odd of [NaN, Infinity]) {
        const x = operand(
          [2, length],
          counting((i) => (i === 1 ? odd : -i)),
        );
        for (const kernel of [softmaxKernel, logSoftmaxKernel] as readonly Kernel[]) {
          const { given } = await both(memory, kernel, [x], [2, length]);
          t.ok(given.subarray(0, length).every(Number.isNaN), `${kernel.name} of ${length} with ${odd}`);
          t.ok(given.subarray(length).every(Number.isFinite));
        }
      }
    }
  });
}
// Dawn keeps the process alive.
if (process.env['GRADTAPE_DAWN'] !== undefined) t.teardown(() => setTimeout(() => process.exit(), 100));
