/** Convolution as WebAssembly against the definition on integers, exactly, and against float64 on real numbers. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import t from 'tap';
import { conv1dFilterGradKernel, conv1dInputGradKernel, conv1dKernel } from '../../kernels/conv1d/index.ts';
import { conv2dFilterGradKernel, conv2dInputGradKernel, conv2dKernel } from '../../kernels/conv2d/index.ts';
import type { Kernel } from '../../kernels/contract.ts';
import { sizeOf, type Shape } from '../../src/tensor/shape.ts';
import { runOnWasm } from '../support/wasm-kernel.ts';
import { type Convolution, reference, shapesOf } from './convolution.ts';
import { integers, plain } from './integers.ts';
import { prepare, uniform } from './numeric.ts';

type Convolution2d = Convolution & { readonly padding: 'valid' | 'same' };

const base: Convolution2d = {
  batch: 2,
  height: 7,
  width: 6,
  kernelHeight: 3,
  kernelWidth: 3,
  inChannels: 3,
  outChannels: 5,
  groups: 1,
  strides: [1, 1],
  dilationRate: [1, 1],
  padding: 'same',
};

/** All three kernels on integers. */
function check(c: Convolution2d, withBias: boolean): void {
  const shapes = shapesOf(c);
  const given = (shape: Shape, seed: number) => ({ shape, data: integers(Float32Array, shape, seed) });
  const [x, filters, dy] = [given(shapes.x, 1), given(shapes.filters, 2), given(shapes.y, 3)];
  const bias = given(shapes.y.slice(-1), 4);
  const expected = reference(c, x.data, filters.data, withBias ? bias.data : undefined, dy.data);
  const [y] = runOnWasm(conv2dKernel, [x, filters, withBias ? bias : undefined], [shapes.y], c);
  const [dx] = runOnWasm(conv2dInputGradKernel, [dy, filters], [shapes.x], c);
  const [dFilters] = runOnWasm(conv2dFilterGradKernel, [x, dy], [shapes.filters], c);
  const name = JSON.stringify(c);
  assert.deepEqual(plain(y!), plain(expected.y), `y of ${name}`);
  assert.deepEqual(plain(dx!), plain(expected.dx), `dx of ${name}`);
  assert.deepEqual(plain(dFilters!), plain(expected.dFilters), `dFilters of ${name}`);
}

const upTo = (max: number) => fc.integer({ min: 1, max });
const convolutions: fc.Arbitrary<Convolution2d> = fc.record({
  batch: fc.integer({ min: 0, max: 9 }),
  height: fc.integer({ min: 0, max: 12 }),
  width: upTo(12),
  kernelHeight: upTo(5),
  kernelWidth: upTo(5),
  inChannels: upTo(10),
  outChannels: upTo(19),
  groups: fc.constantFrom(1, 1, 2, 3),
  strides: fc.tuple(upTo(3), upTo(3)),
  dilationRate: fc.tuple(upTo(3), upTo(3)),
  padding: fc.constantFrom('valid', 'same'),
});

t.test('convolution and both gradients equal the sums by index for any strides, dilation, padding and groups', (t) => {
  fc.assert(
    fc.property(convolutions, fc.boolean(), (c, withBias) => check(c, withBias)),
    { seed: 7, numRuns: 200 },
  );
  t.end();
});

t.test('channels around the edges of vectors, tiles and panels', (t) => {
  for (const inChannels of [1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 33]) check({ ...base, inChannels }, false);
  for (const outChannels of [1, 2, 3, 4, 5, 6, 7, 8, 9, 15, 16, 17, 31, 33]) check({ ...base, outChannels }, true);
  t.end();
});

t.test('128 channels, whose pixels are spread out, with padding and without', (t) => {
  for (const padding of ['same', 'valid'] as const) {
    for (const kernelHeight of [1, 3]) check({ ...base, padding, kernelHeight, inChannels: 128 }, false);
    check({ ...base, padding, batch: 3, strides: [2, 2], inChannels: 64, groups: 2 }, false);
  }
  t.end();
});

t.test('images of any number of pixels, one by one and several at a time', (t) => {
  for (const size of [1, 2, 3, 4, 5, 6, 7, 9, 15, 17, 33]) {
    for (const batch of [0, 1, 2, 5, 70]) {
      if (size * batch > 200) continue;
      check({ ...base, batch, height: 1, width: size, kernelHeight: 1, padding: 'valid' }, true);
      check({ ...base, batch, height: size, width: 1, kernelWidth: 1, padding: 'same' }, true);
    }
  }
  check({ ...base, height: 33, width: 31, inChannels: 2 }, true);
  t.end();
});

t.test('lines longer than a block of the filter gradient', (t) => {
  for (const width of [255, 256, 257, 511, 512, 513, 600, 1100]) {
    check({ ...base, height: 1, width, kernelHeight: 1, inChannels: 1, outChannels: 2 }, false);
    check({ ...base, height: 2, width, kernelHeight: 1, strides: [1, 2], dilationRate: [1, 2] }, false);
  }
  t.end();
});

t.test('every combination of kernel size, stride, dilation and padding on lines of different parity', (t) => {
  for (const height of [1, 6, 7])
    for (const kernelHeight of [1, 2, 3, 4])
      for (const stride of [1, 2, 3])
        for (const dilation of [1, 2, 3])
          for (const padding of ['valid', 'same'] as const) {
            const axis = { height, kernelHeight, kernelWidth: 1, width: 2, inChannels: 1, outChannels: 1 };
            check({ ...base, ...axis, padding, strides: [stride, 1], dilationRate: [dilation, 1] }, false);
          }
  t.end();
});

t.test('conv1d, causal too, equals the sums by index', (t) => {
  for (const padding of ['valid', 'same', 'causal'] as const) {
    for (const stride of [1, 2]) {
      for (const dilationRate of [1, 2]) {
        // The reference runs along the rows of an image of width 1.
        const image = { ...base, height: 23, width: 1, kernelWidth: 1, groups: 2, padding } as const;
        const c = { ...image, strides: [stride, 1], dilationRate: [dilationRate, 1] } as const;
        const shapes = shapesOf(c);
        const flat = (shape: Shape) => shape.filter((_, axis) => axis !== 2);
        const flatFilters = shapes.filters.filter((_, axis) => axis !== 1);
        const options = { stride, dilationRate, padding, groups: 2 };
        const given = (shape: Shape, seed: number) => ({ shape, data: integers(Float32Array, shape, seed) });
        const [x, filters, dy] = [given(flat(shapes.x), 1), given(flatFilters, 2), given(flat(shapes.y), 3)];
        const expected = reference(c, x.data, filters.data, undefined, dy.data);
        const [y] = runOnWasm(conv1dKernel, [x, filters], [dy.shape], options);
        const [dx] = runOnWasm(conv1dInputGradKernel, [dy, filters], [x.shape], options);
        const [dFilters] = runOnWasm(conv1dFilterGradKernel, [x, dy], [filters.shape], options);
        t.same(plain(y!), plain(expected.y));
        t.same(plain(dx!), plain(expected.dx));
        t.same(plain(dFilters!), plain(expected.dFilters));
      }
    }
  }
  t.end();
});

/** Every result of a kernel that sums products lies within `4 sqrt(K) 2^-24 sum |a b|` of the one in float64. */
function checkError<Options, Geometry>(
  kernel: Kernel<Options, Geometry>,
  shapes: readonly Shape[],
  result: Shape,
  options: Options,
): void {
  const draw = uniform(11);
  const operands = shapes.map((shape) => ({ shape, data: Float32Array.from({ length: sizeOf(shape) }, draw) }));
  const inDouble = (change: (value: number) => number): Float64Array => {
    const changed = operands.map(({ shape, data }) => ({ shape, data: Float64Array.from(data, change) }));
    return prepare(kernel, changed, [result], options)(changed)[0] as Float64Array;
  };
  const [exact, products, terms] = [inDouble((x) => x), inDouble(Math.abs), inDouble(() => 1)];
  const [actual] = runOnWasm(kernel, operands, [result], options);
  const worst = exact.reduce((share, value, i) => {
    const bound = 4 * Math.sqrt(terms[i]!) * 2 ** -24 * products[i]!;
    const error = Math.abs(actual![i]! - value);
    return error <= share * bound ? share : error / bound;
  }, 0);
  assert.ok(worst <= 1, `${kernel.name}: the error is ${worst} of its bound`);
}

t.test('errors of real sums stay within their bound, long sums of the filter gradient included', (t) => {
  const c: Convolution2d = { ...base, batch: 5, height: 28, width: 28, inChannels: 20, outChannels: 12 };
  const { x, filters, y } = shapesOf(c);
  checkError(conv2dKernel, [x, filters, y.slice(-1)], y, c);
  checkError(conv2dInputGradKernel, [y, filters], x, c);
  checkError(conv2dFilterGradKernel, [x, y], filters, c);
  t.end();
});
