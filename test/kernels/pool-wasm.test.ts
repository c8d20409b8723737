/** The pooling kernels on WebAssembly: maxima and their places bit for bit, means within the bound of float32. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import t from 'tap';
import {
  avgPoolGradKernel,
  avgPoolKernel,
  maxPoolGradKernel,
  maxPoolKernel,
  poolGatherKernel,
} from '../../kernels/pool/index.ts';
import { WasmDevice } from '../../src/devices/wasm-device.ts';
import { avgPool2d, maxPool2d, slice } from '../../src/ops/index.ts';
import { compile } from '../../src/tape/compile.ts';
import { tensor, type Tensor } from '../../src/tensor/tensor.ts';
import { operand, uniform } from './numeric.ts';
import { requireSumsOnWasm } from './sums.ts';
import { awkward, pooledShape, type Pool } from './pools.ts';
import { requireSameBits } from './same-bits.ts';

function check(pool: Pool): void {
  const { batch, height, width, channels, poolSize } = pool;
  const xShape = [batch, height, width, channels];
  const yShape = pooledShape(pool);
  const random = uniform(5);
  const x = operand(xShape, random);
  const dy = operand(yShape, random);
  requireSameBits(maxPoolKernel, [operand(xShape, awkward(random))], [yShape, yShape], pool);
  const [, places] = requireSameBits(maxPoolKernel, [x], [yShape, yShape], pool);
  const picked = { shape: yShape, data: places! };
  requireSameBits(poolGatherKernel, [x, picked], [yShape], pool);
  requireScatter(pool, dy, picked);
  const most = poolSize[0] * poolSize[1];
  requireSumsOnWasm(avgPoolKernel, [x], [yShape], pool, most);
  requireSumsOnWasm(avgPoolGradKernel, [dy], [xShape], pool, most);
}

/** On halves and quarters the sums of the gradient are exact in float32. */
function requireScatter(
  pool: Pool,
  dy: ReturnType<typeof operand>,
  picked: { readonly shape: readonly number[]; readonly data: Float32Array },
): void {
  const { batch, height, width, channels } = pool;
  const image = height * width * channels;
  const exact = { shape: dy.shape, data: dy.data.map((value) => Math.round(value * 64) / 64) };
  const [dx] = requireSameBits(maxPoolGradKernel, [exact, picked], [[batch, height, width, channels]], pool);
  const expected = new Float32Array(batch * image);
  const perSample = exact.data.length / batch;
  exact.data.forEach((value, i) => {
    expected[Math.floor(i / perSample) * image + picked.data[i]!]! += value;
  });
  assert.deepEqual(dx, expected);
}

const plain: Pool = {
  batch: 2,
  height: 6,
  width: 7,
  channels: 8,
  poolSize: [2, 2],
  strides: [2, 2],
  padding: 'valid',
};

t.test('every number of channels, windows that overlap or not, with and without a border', (t) => {
  for (const channels of [1, 2, 3, 4, 5, 6, 7, 8, 9, 15, 16, 17, 31, 32, 33, 64, 100]) {
    for (const poolSize of [2, 3]) {
      for (const padding of ['valid', 'same'] as const) {
        check({ ...plain, channels, poolSize: [poolSize, poolSize], padding });
      }
    }
  }
  t.end();
});

t.test('sequences: windows of k rows on images of width 1', (t) => {
  for (const steps of [1, 2, 3, 15, 16, 17, 100]) {
    check({ ...plain, height: steps, width: 1, poolSize: [5, 1], strides: [3, 1], padding: 'same' });
  }
  t.end();
});

t.test('the mean of a large image', (t) => {
  check({ ...plain, batch: 1, height: 100, width: 64, channels: 5, poolSize: [100, 64], strides: [1, 1] });
  t.end();
});

const upTo = (max: number) => fc.integer({ min: 1, max });

t.test('any windows', (t) => {
  fc.assert(
    fc.property(
      fc.record({
        batch: fc.integer({ min: 0, max: 2 }),
        height: fc.integer({ min: 0, max: 12 }),
        width: upTo(20),
        channels: upTo(9),
        poolSize: fc.tuple(upTo(6), upTo(6)),
        strides: fc.tuple(upTo(5), upTo(5)),
        padding: fc.constantFrom('valid', 'same'),
      }),
      check,
    ),
    { seed: 4, numRuns: 300 },
  );
  t.end();
});

t.test('pools of several sizes in one program keep apart', (t) => {
  const images = operand([2, 9, 8, 5], awkward(uniform(6)));
  const x = tensor(Float32Array.from(images.data), images.shape);
  const pools = (input: Tensor): Tensor[] => {
    const narrow = slice(input, [0, 0, 0, 0], [2, 9, 8, 3]);
    return [input, narrow].flatMap((image) => [
      maxPool2d(image),
      maxPool2d(image, { poolSize: 3, strides: 2, padding: 'same' }),
      avgPool2d(image),
      avgPool2d(image, { poolSize: 3, strides: 2, padding: 'same' }),
    ]);
  };
  const wasm = compile(pools, { device: new WasmDevice() }).sync(x);
  const cpu = compile(pools, { device: 'cpu' }).sync(x);
  wasm.forEach(({ data }, index) => {
    const expected = cpu[index]!.data;
    data.forEach((value, i) => {
      const one = expected[i]!;
      if (!Object.is(value, one) && !(Math.abs(value - one) <= 4 * 3 * 2 ** -24 * 9))
        assert.fail(`${index}, ${i}: ${value}, ${one}`);
    });
  });
  t.end();
});

t.test('no channels', (t) => {
  assert.doesNotThrow(() => check({ ...plain, channels: 0 }));
  t.end();
});
