/** Random numbers on a graphics card: the bits of the cpu, or as near as float32 allows. */
import t from 'tap';
import type { Kernel } from '../../kernels/contract.ts';
import { dropoutMaskKernel, hashKey, randomNormalKernel, randomUniformKernel } from '../../kernels/random/index.ts';
import type { RandomOptions } from '../../kernels/random/index.ts';
import { gpuModes, openGpuMemory, runOnGpu } from '../support/gpu-kernel.ts';
import { prepare } from './numeric.ts';

/** Counters whose halves and bytes are all empty, all full, or mixed. */
const COUNTERS = [
  [0, 0],
  [2 ** 24 - 1, 2 ** 24 - 1],
  [1234567, 7654321],
  [65536, 256],
];

const INTERVALS = [
  [0, 1],
  [-1, 1],
  [-0.0613, 0.0613],
  [-1 / 3, 2 / 3],
  [0.1, 0.3],
  [-7.7, -1e-3],
  [1e6, 1e6 + 1],
  [-1e-20, 3e-20],
  [-1e30, 1e30],
  [5, 5],
] as const;

for (const mode of await gpuModes()) {
  t.test(`mode ${mode}`, async (t) => {
    const memory = await openGpuMemory(mode);
    const draw = async <Options extends RandomOptions>(
      kernel: Kernel<Options, unknown>,
      counter: readonly number[],
      size: number,
      options: Options,
    ) => {
      const operands = [{ shape: [2], data: Float32Array.from(counter) }];
      const [actual] = await runOnGpu(memory, kernel, operands, [[size]], options);
      const [expected] = prepare(kernel, operands, [[size]], options, Float32Array)(operands);
      const [wide] = prepare(kernel, operands, [[size]], options)(operands);
      const none = new Float32Array();
      return { actual: actual ?? none, expected: expected ?? none, wide: wide ?? none };
    };
    const differing = ({ actual, expected }: Awaited<ReturnType<typeof draw>>): number =>
      [...expected].filter((value, i) => !Object.is(value, actual[i])).length;
    const key = (index: number) => hashKey(7, 'layer', index);

    for (const [index, counter] of COUNTERS.entries()) {
      const [minimum, maximum] = [0, 1];
      const uniform = await draw(randomUniformKernel, counter, 4001, { key: key(index), minimum, maximum });
      t.equal(differing(uniform), 0, `uniform numbers of counter ${String(counter)}`);
      const mask = await draw(dropoutMaskKernel, counter, 4001, { key: key(index), rate: 0.3 });
      t.equal(differing(mask), 0, `a mask of counter ${String(counter)}`);
    }
    for (const [minimum, maximum] of INTERVALS) {
      const uniform = await draw(randomUniformKernel, [5, 0], 20_000, { key: key(9), minimum, maximum });
      // The cpu rounds a product and a sum to double before it rounds to float32.
      const twice = 2 ** -52 * Math.max(Math.abs(minimum), Math.abs(maximum));
      const wrong = [...uniform.expected].filter((value, i) => {
        const actual = uniform.actual[i] ?? NaN;
        const midway = Math.abs((value + actual) / 2 - (uniform.wide[i] ?? NaN)) <= twice;
        return !(Object.is(value, actual) || midway);
      });
      t.equal(wrong.length, 0, `uniform numbers from ${minimum} to ${maximum}, but where two float32 are equally near`);
    }
    // A logarithm and a cosine within 4 units in the last place; the root halves the first and may add 2; a rounding
    // each for the angle, its product, the radius, its product with the cosine.
    const units = 4 / 2 + 2 + 4 + 4 / 2;
    const normal = await draw(randomNormalKernel, [5, 0], 100_001, { key: key(10), mean: 0, stddev: 1 });
    const far = [...normal.expected].filter((value, i) => {
      // The cpu's angle is off by half a unit of a double, which shows where the cosine is 0.
      const bound = units * 2 ** -23 * Math.abs(value) + 2 ** -48;
      return !(Math.abs((normal.actual[i] ?? NaN) - value) <= bound);
    });
    t.equal(far.length, 0, `normal numbers within ${units} units in the last place`);
    const scaled = await draw(randomNormalKernel, [5, 0], 1001, { key: key(11), mean: 3, stddev: 0 });
    t.equal(differing(scaled), 0, 'a deviation of 0 leaves the mean');
  });
}
