/** The conv1d kernels against the definition, exactly, on integers. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import t from 'tap';
import { conv1dFilterGradKernel, conv1dInputGradKernel, conv1dKernel } from '../../kernels/conv1d/index.ts';
import type { Padding } from '../../kernels/window.ts';
import { reference, shapesOf } from './convolution.ts';
import { FLOAT_TYPES, type FloatType, inner, integers, plain, runKernel } from './integers.ts';

interface Convolution1d {
  readonly batch: number;
  readonly steps: number;
  readonly kernelSize: number;
  readonly inChannels: number;
  readonly outChannels: number;
  readonly groups: number;
  readonly stride: number;
  readonly dilationRate: number;
  readonly padding: Padding;
}

function check(c: Convolution1d, withBias: boolean, Float: FloatType): void {
  // The reference runs along the rows of an image of width 1, the kernels along its columns.
  const image = {
    ...c,
    height: c.steps,
    width: 1,
    kernelHeight: c.kernelSize,
    kernelWidth: 1,
    strides: [c.stride, 1],
    dilationRate: [c.dilationRate, 1],
  } as const;
  const { x: x2d, filters: filters2d, y: y2d } = shapesOf(image);
  const xShape = [x2d[0]!, x2d[1]!, x2d[3]!];
  const filterShape = [filters2d[0]!, filters2d[2]!, filters2d[3]!];
  const yShape = [y2d[0]!, y2d[1]!, y2d[3]!];
  const x = { shape: xShape, data: integers(Float, xShape, 1) };
  const filters = { shape: filterShape, data: integers(Float, filterShape, 2) };
  const dy = { shape: yShape, data: integers(Float, yShape, 3) };
  const bias = { shape: yShape.slice(-1), data: integers(Float, yShape.slice(-1), 4) };
  const expected = reference(image, x.data, filters.data, withBias ? bias.data : undefined, dy.data);
  const inputs = withBias ? [x, filters, bias] : [x, filters];
  const [y] = runKernel(conv1dKernel, inputs, [yShape], c, Float);
  const [dx] = runKernel(conv1dInputGradKernel, [dy, filters], [xShape], c, Float);
  const [dFilters] = runKernel(conv1dFilterGradKernel, [x, dy], [filterShape], c, Float);
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

const convolutions: fc.Arbitrary<Convolution1d> = fc.record({
  batch: fc.integer({ min: 0, max: 3 }),
  steps: fc.integer({ min: 0, max: 14 }),
  kernelSize: upTo(6),
  inChannels: upTo(6),
  outChannels: upTo(6),
  groups: fc.constantFrom(1, 1, 2, 3),
  stride: upTo(3),
  dilationRate: upTo(3),
  padding: fc.constantFrom('valid', 'same', 'causal'),
});

for (const Float of FLOAT_TYPES) {
  t.test(`conv1d of ${Float.name} and both gradients equal the sums by index, causal padding too`, (t) => {
    fc.assert(
      fc.property(convolutions, fc.boolean(), (convolution, withBias) => check(convolution, withBias, Float)),
      { seed: 5, numRuns: 600 },
    );
    t.end();
  });
}

t.test('causal: an output depends on no later step', (t) => {
  const options = { stride: 1, dilationRate: 2, padding: 'causal', groups: 1 } as const;
  const filters = { shape: [3, 1, 1], data: Float32Array.of(1, 10, 100) };
  const x = { shape: [1, 6, 1], data: Float32Array.of(1, 2, 3, 4, 5, 6) };
  const [y = []] = runKernel(conv1dKernel, [x, filters], [[1, 6, 1]], options, Float32Array);
  t.same(Array.from(y), [100, 200, 310, 420, 531, 642]);
  t.end();
});
