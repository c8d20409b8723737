/** Optimizer updates on a graphics card beside the cpu: one pass for each output, in every variant. */
import t from 'tap';
import type { Kernel } from '../../kernels/contract.ts';
import { adamKernel, momentumKernel, rmspropKernel, sgdKernel } from '../../kernels/optimizer/index.ts';
import { gpuCall, gpuModes, openGpuMemory, runOnGpu } from '../support/gpu-kernel.ts';
import { operand, prepare, uniform } from './numeric.ts';

const rmsprop = { rho: 0.9, epsilon: 1e-7 };
const adam = { beta1: 0.9, beta2: 0.999, epsilon: 1e-7 };
/** The kernel, its options, how many states it reads and how many outputs it has. */
const VARIANTS: readonly (readonly [Kernel, unknown, readonly boolean[], number])[] = [
  [sgdKernel as Kernel, undefined, [], 1],
  [momentumKernel as Kernel, { momentum: 0.9, nesterov: false }, [true], 2],
  [momentumKernel as Kernel, { momentum: 0.9, nesterov: true }, [true], 2],
  [rmspropKernel as Kernel, { ...rmsprop, momentum: 0, centered: false }, [true, false, false], 2],
  [rmspropKernel as Kernel, { ...rmsprop, momentum: 0.5, centered: false }, [true, true, false], 3],
  [rmspropKernel as Kernel, { ...rmsprop, momentum: 0, centered: true }, [true, false, true], 3],
  [rmspropKernel as Kernel, { ...rmsprop, momentum: 0.5, centered: true }, [true, true, true], 4],
  [adamKernel as Kernel, { ...adam, amsgrad: false }, [true, true], 3],
  [adamKernel as Kernel, { ...adam, amsgrad: true }, [true, true, true], 4],
];
/** A function of 4 units, and a dozen operations of one rounding each on numbers of up to 4. */
const BOUND = 4 * (8 + 12) * 2 ** -24;
const SIZE = 1000;

for (const mode of await gpuModes()) {
  const memory = await openGpuMemory(mode);
  for (const [kernel, options, states, outputs] of VARIANTS) {
    t.test(`${mode}: ${kernel.name} ${JSON.stringify(options)} gives every output in one pass`, async (t) => {
      const draw = uniform(5);
      // The mean square is at least 1 and the mean gradient below: their difference stays away from 0.
      const state = (index: number): number => (index === 0 ? 1 + Math.abs(draw()) : Math.abs(draw()) / 2);
      const operands = [
        operand([SIZE], draw),
        operand([SIZE], draw),
        operand([], () => 0.0625),
        ...states.map((given, index) => (given ? operand([SIZE], () => state(index)) : undefined)),
      ];
      const shapes = Array.from({ length: outputs }, () => [SIZE]);
      t.equal(gpuCall(kernel, operands, shapes, options).passes.length, outputs);
      const exact = prepare(kernel, operands, shapes, options)(operands);
      const given = await runOnGpu(memory, kernel, operands, shapes, options);
      exact.forEach((one, output) => {
        const errors = Array.from(one, (value, i) => Math.abs((given[output]?.[i] ?? NaN) - value));
        t.ok(
          errors.every((error) => error <= BOUND),
          `output ${output} is within its bound`,
        );
      });
    });
  }
}
// Dawn keeps the process alive.
if (process.env['GRADTAPE_DAWN'] !== undefined) t.teardown(() => setTimeout(() => process.exit(), 100));
