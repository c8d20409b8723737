/** The conv2d kernels against the definition, exactly, on integers. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import t from 'tap';
import { conv2dFilterGradKernel, conv2dInputGradKernel, conv2dKernel } from '../../kernels/conv2d/index.ts';
import { type Convolution, reference, shapesOf } from './convolution.ts';
import { FLOAT_TYPES, type FloatType, inner, integers, plain, runKernel } from './integers.ts';

type Convolution2d = Convolution & { readonly padding: 'valid' | 'same' };

/** @returns how many elements were compared */
function check(c: Convolution2d, withBias: boolean, Float: FloatType): number {
  const shapes = shapesOf(c);
  const x = { shape: shapes.x, data: integers(Float, shapes.x, 1) };
  const filters = { shape: shapes.filters, data: integers(Float, shapes.filters, 2) };
  const dy = { shape: shapes.y, data: integers(Float, shapes.y, 3) };
  const bias = { shape: shapes.y.slice(-1), data: integers(Float, shapes.y.slice(-1), 4) };
  const expected = reference(c, x.data, filters.data, withBias ? bias.data : undefined, dy.data);
  const inputs = withBias ? [x, filters, bias] : [x, filters];
  const [y] = runKernel(conv2dKernel, inputs, [shapes.y], c, Float);
  const [dx] = runKernel(conv2dInputGradKernel, [dy, filters], [shapes.x], c, Float);
  const [dFilters] = runKernel(conv2dFilterGradKernel, [x, dy], [shapes.filters], c, Float);
  assert.deepEqual(plain(y!), plain(expected.y));
  assert.deepEqual(plain(dx!), plain(expected.dx));
  assert.deepEqual(plain(dFilters!), plain(expected.dFilters));
  if (!withBias) {
    // The gradients are the adjoints of the convolution in each of its arguments.
    const product = inner(dy.data, y!);
    assert.equal(inner(dx!, x.data) + 0, product + 0);
    assert.equal(inner(dFilters!, filters.data) + 0, product + 0);
  }
  return y!.length + dx!.length + dFilters!.length;
}

const upTo = (max: number) => fc.integer({ min: 1, max });

const convolutions: fc.Arbitrary<Convolution2d> = fc.record({
  batch: fc.integer({ min: 0, max: 3 }),
  height: fc.integer({ min: 0, max: 9 }),
  width: upTo(9),
  kernelHeight: upTo(5),
  kernelWidth: upTo(5),
  inChannels: upTo(6),
  outChannels: upTo(6),
  groups: fc.constantFrom(1, 1, 2, 3),
  strides: fc.tuple(upTo(3), upTo(3)),
  dilationRate: fc.tuple(upTo(3), upTo(3)),
  padding: fc.constantFrom('valid', 'same'),
});

for (const Float of FLOAT_TYPES) {
  t.test(`conv2d of ${Float.name} and both gradients equal the sums by index`, (t) => {
    fc.assert(
      fc.property(convolutions, fc.boolean(), (convolution, withBias) => {
        check(convolution, withBias, Float);
      }),
      { seed: 4, numRuns: 400 },
    );
    t.end();
  });
}

t.test('every combination of kernel size, stride, dilation and padding on images of different parity', (t) => {
  const one = { batch: 1, kernelWidth: 1, width: 2, inChannels: 1, outChannels: 1, groups: 1 };
  let compared = 0;
  for (const height of [1, 6, 7])
    for (const kernelHeight of [1, 2, 3, 4])
      for (const stride of [1, 2, 3])
        for (const dilation of [1, 2, 3])
          for (const padding of ['valid', 'same'] as const) {
            const c = { ...one, height, kernelHeight, padding };
            compared += check({ ...c, strides: [stride, 1], dilationRate: [dilation, 1] }, false, Float32Array);
          }
  t.ok(compared > 2000, `${compared} elements are equal`);
  t.end();
});

t.test('more pixels than one block of the filter gradient', (t) => {
  const c: Convolution2d = {
    batch: 2,
    height: 9,
    width: 10,
    kernelHeight: 3,
    kernelWidth: 2,
    inChannels: 5,
    outChannels: 9,
    groups: 2,
    strides: [1, 1],
    dilationRate: [1, 1],
    padding: 'same',
  };
  const compared = check(c, true, Float32Array) + check(c, false, Float64Array);
  t.ok(compared > 5000, `${compared} elements are equal`);
  t.end();
});

t.test('conv2d: two operations for each output, tap and channel of its group', (t) => {
  const options = { strides: [1, 1], dilationRate: [1, 1], padding: 'same', groups: 2 } as const;
  const geometry = conv2dKernel.plan(
    [
      [2, 5, 6, 4],
      [3, 2, 2, 8],
    ],
    [[2, 5, 6, 8]],
    options,
  );
  t.equal(conv2dKernel.flops(geometry), 2 * (2 * 5 * 6 * 8) * (3 * 2 * 2));
  t.end();
});
