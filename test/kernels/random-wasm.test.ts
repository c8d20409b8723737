/** The random kernels in WebAssembly draw the bits of the cpu kernels. */
import t, { type Test } from 'tap';
import type { Kernel } from '../../kernels/contract.ts';
import {
  dropoutMaskKernel,
  hashKey,
  randomNormalKernel,
  randomUniformKernel,
  type RandomOptions,
} from '../../kernels/random/index.ts';
import { runOnWasm } from '../support/wasm-kernel.ts';
import { prepare } from './numeric.ts';

const SIZES = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 15, 16, 17, 31, 32, 33, 64, 100, 1001];
const COUNTERS = [
  [0, 0],
  [5, 0],
  [2 ** 24 - 1, 2 ** 24 - 1],
  [0x123456, 0x654321],
] as const;
const KEYS = [[0, 0], [0xffffffff, 0xffffffff], hashKey(7, 'dense/kernel', 0)] as const;

function requireEqual<Options extends RandomOptions, Geometry>(
  kernel: Kernel<Options, Geometry>,
  options: Options,
  size: number,
  [low, high]: readonly [number, number],
): void {
  const operands = [{ shape: [2], data: Float64Array.of(low, high) }];
  const [expected = []] = prepare(kernel, operands, [[size]], options, Float32Array)(operands);
  const [actual = []] = runOnWasm(kernel, operands, [[size]], options);
  for (let i = 0; i < size; i++) {
    if (Object.is(actual[i], expected[i])) continue;
    throw new Error(`${kernel.name}, size ${size}, counter ${low}, ${high}: ${i} is ${actual[i]}, not ${expected[i]}`);
  }
}

/** At all sizes, counters and keys. */
function equalBits<Options extends RandomOptions, Geometry>(
  t: Test,
  kernel: Kernel<Options, Geometry>,
  of: (key: readonly [number, number]) => Options,
): void {
  for (const key of KEYS) {
    for (const counter of COUNTERS) {
      t.doesNotThrow(() => {
        for (const size of SIZES) requireEqual(kernel, of(key), size, counter);
      });
    }
  }
}

t.test('uniform numbers of any interval', (t) => {
  for (const [minimum, maximum] of [
    [0, 1],
    [-2, 4],
    [-0.1, 0.1],
    [1e6, 1e6 + 1],
    [3, 3],
  ] as const) {
    equalBits(t, randomUniformKernel, (key) => ({ key, minimum, maximum }));
  }
  t.end();
});

t.test('dropout masks of any rate', (t) => {
  for (const rate of [0, 0.1, 0.25, 0.5, 0.9, 1 - 2 ** -30, 1]) {
    equalBits(t, dropoutMaskKernel, (key) => ({ key, rate }));
  }
  t.end();
});

t.test('a rate between two of the numbers that can be drawn drops the lower one, a rate equal to one keeps it', (t) => {
  const key = hashKey(3, 'mask', 0);
  const counter = [{ shape: [2], data: Float64Array.of(3, 4) }];
  const [drawn = []] = prepare(randomUniformKernel, counter, [[100]], { key, minimum: 0, maximum: 1 })(counter);
  for (const u of drawn) {
    for (const rate of [u, u + 2 ** -26]) {
      t.doesNotThrow(() => requireEqual(dropoutMaskKernel, { key, rate }, 100, [3, 4]));
    }
  }
  t.end();
});

t.test('normal numbers, a million of them', (t) => {
  for (const [mean, stddev] of [
    [0, 1],
    [3, 2],
    [0, 0],
    [-1, 0.05],
  ] as const) {
    equalBits(t, randomNormalKernel, (key) => ({ key, mean, stddev }));
  }
  const key = hashKey(1, 'normal', 0);
  t.doesNotThrow(() => requireEqual(randomNormalKernel, { key, mean: 0, stddev: 1 }, 1_000_000, [9, 9]));
  t.end();
});

t.test('normal numbers agree before they are rounded to float32, too', (t) => {
  const size = 500;
  const key = hashKey(2, 'normal', 0);
  const counter = [{ shape: [2], data: Float64Array.of(1, 2) }];
  const [doubles = []] = prepare(randomNormalKernel, counter, [[size]], { key, mean: 0, stddev: 1 })(counter);
  // With a number's own negative for the mean, that number comes out as 0, if all of its bits are the same.
  const nonzero = Array.from(doubles).filter((value, i) => {
    const [drawn = []] = runOnWasm(randomNormalKernel, counter, [[size]], { key, mean: -value, stddev: 1 });
    return drawn[i] !== 0;
  });
  t.strictSame(nonzero, []);
  t.end();
});
