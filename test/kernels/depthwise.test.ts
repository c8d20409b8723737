/** The depthwise kernels against the definition, exactly, on integers. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import t from 'tap';
import {
  depthwiseConv2dKernel,
  depthwiseFilterGradKernel,
  depthwiseInputGradKernel,
} from '../../kernels/depthwise/index.ts';
import { type Convolution, reference, shapesOf } from './convolution.ts';
import { FLOAT_TYPES, type FloatType, inner, integers, plain, runKernel } from './integers.ts';

type Depthwise = Omit<Convolution, 'inChannels' | 'outChannels' | 'groups'> & {
  readonly channels: number;
  readonly multiplier: number;
  readonly padding: 'valid' | 'same';
};

function check(c: Depthwise, withBias: boolean, Float: FloatType): void {
  // One group per channel: filters [kh, kw, 1, channels * multiplier] hold the same numbers in the same order.
  const grouped = { ...c, inChannels: 1, outChannels: c.multiplier, groups: c.channels };
  const shapes = shapesOf(grouped);
  const filterShape = [c.kernelHeight, c.kernelWidth, c.channels, c.multiplier];
  const x = { shape: shapes.x, data: integers(Float, shapes.x, 1) };
  const filters = { shape: filterShape, data: integers(Float, filterShape, 2) };
  const dy = { shape: shapes.y, data: integers(Float, shapes.y, 3) };
  const bias = { shape: shapes.y.slice(-1), data: integers(Float, shapes.y.slice(-1), 4) };
  const expected = reference(grouped, x.data, filters.data, withBias ? bias.data : undefined, dy.data);
  const inputs = withBias ? [x, filters, bias] : [x, filters];
  const [y] = runKernel(depthwiseConv2dKernel, inputs, [shapes.y], c, Float);
  const [dx] = runKernel(depthwiseInputGradKernel, [dy, filters], [shapes.x], c, Float);
  const [dFilters] = runKernel(depthwiseFilterGradKernel, [x, dy], [filterShape], c, Float);
  assert.deepEqual(plain(y!), plain(expected.y));
  assert.deepEqual(plain(dx!), plain(expected.dx));
  assert.deepEqual(plain(dFilters!), plain(expected.dFilters));
  if (!withBias) {
    const product = inner(dy.data, y!);
    assert.equal(inner(dx!, x.data) + 0, product + 0);
    assert.equal(inner(dFilters!, filters.data) + 0, product + 0);
  }
}

const upTo = (max: number) => fc.integer({ min: 1, max });

const convolutions: fc.Arbitrary<Depthwise> = fc.record({
  batch: fc.integer({ min: 0, max: 3 }),
  height: upTo(9),
  width: fc.integer({ min: 0, max: 9 }),
  kernelHeight: upTo(5),
  kernelWidth: upTo(5),
  channels: upTo(9),
  multiplier: fc.constantFrom(1, 1, 2, 3),
  strides: fc.tuple(upTo(3), upTo(3)),
  dilationRate: fc.tuple(upTo(3), upTo(3)),
  padding: fc.constantFrom('valid', 'same'),
});

for (const Float of FLOAT_TYPES) {
  t.test(`depthwise convolution of ${Float.name} and both gradients equal the sums by index`, (t) => {
    fc.assert(
      fc.property(convolutions, fc.boolean(), (convolution, withBias) => check(convolution, withBias, Float)),
      { seed: 6, numRuns: 500 },
    );
    t.end();
  });
}

t.test('output channel c * multiplier + m comes from channel c', (t) => {
  const options = { strides: [1, 1], dilationRate: [1, 1], padding: 'valid' } as const;
  const x = { shape: [1, 1, 1, 2], data: Float32Array.of(1, 100) };
  const filters = { shape: [1, 1, 2, 3], data: Float32Array.of(1, 2, 3, 4, 5, 6) };
  const [y = []] = runKernel(depthwiseConv2dKernel, [x, filters], [[1, 1, 1, 6]], options, Float32Array);
  t.same(Array.from(y), [1, 2, 3, 400, 500, 600]);
  t.end();
});
