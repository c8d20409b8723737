/** Arbitraries of convolution, pooling, products, indexing and movement: what they draw, and what failures shrink to. */
import fc from 'fast-check';
import { ops, type Tensor } from 'gradtape';
import { arbitraries, gradcheck } from 'gradtape/testing';
import t from 'tap';
import { conv2dFilterGrad, conv2dInputGrad, resolveConv2d } from '../../../src/ops/conv2d.ts';
import { defineOp, type TensorLike } from '../../../src/ops/define-op.ts';
import type { Shape } from '../../../src/tensor/shape.ts';

const RUN = { numRuns: 300, seed: 42 } as const;

type Draw = arbitraries.CallDraw;

/** Each op with the call that its arbitrary draws. */
const calls: Readonly<Record<string, (draw: Draw) => fc.Arbitrary<() => readonly Tensor[]>>> = {
  conv1d: (draw) =>
    arbitraries.conv1d(draw).map((c) => () => [c.x, c.filters, ops.conv1d(c.x, c.filters, c.bias, c.options)]),
  conv2d: (draw) =>
    arbitraries.conv2d(draw).map((c) => () => [c.x, c.filters, ops.conv2d(c.x, c.filters, c.bias, c.options)]),
  conv1dTranspose: (draw) =>
    arbitraries
      .conv1dTranspose(draw)
      .map((c) => () => [c.x, c.filters, ops.conv1dTranspose(c.x, c.filters, c.bias, c.options)]),
  conv2dTranspose: (draw) =>
    arbitraries
      .conv2dTranspose(draw)
      .map((c) => () => [c.x, c.filters, ops.conv2dTranspose(c.x, c.filters, c.bias, c.options)]),
  depthwiseConv1d: (draw) =>
    arbitraries
      .depthwiseConv1d(draw)
      .map((c) => () => [c.x, c.filters, ops.depthwiseConv1d(c.x, c.filters, c.bias, c.options)]),
  depthwiseConv2d: (draw) =>
    arbitraries
      .depthwiseConv2d(draw)
      .map((c) => () => [c.x, c.filters, ops.depthwiseConv2d(c.x, c.filters, c.bias, c.options)]),
  separableConv1d: (draw) =>
    arbitraries
      .separableConv1d(draw)
      .map((c) => () => [c.x, ops.separableConv1d(c.x, c.depthwiseFilters, c.pointwiseFilters, c.bias, c.options)]),
  separableConv2d: (draw) =>
    arbitraries
      .separableConv2d(draw)
      .map((c) => () => [c.x, ops.separableConv2d(c.x, c.depthwiseFilters, c.pointwiseFilters, c.bias, c.options)]),
  maxPool1d: (draw) => arbitraries.maxPool1d(draw).map((c) => () => [c.x, ops.maxPool1d(c.x, c.options)]),
  maxPool2d: (draw) => arbitraries.maxPool2d(draw).map((c) => () => [c.x, ops.maxPool2d(c.x, c.options)]),
  avgPool1d: (draw) => arbitraries.avgPool1d(draw).map((c) => () => [c.x, ops.avgPool1d(c.x, c.options)]),
  avgPool2d: (draw) => arbitraries.avgPool2d(draw).map((c) => () => [c.x, ops.avgPool2d(c.x, c.options)]),
  matmul: (draw) => arbitraries.matmul(draw).map((c) => () => [c.a, c.b, ops.matmul(c.a, c.b, c.options)]),
  affine: (draw) => arbitraries.affine(draw).map((c) => () => [c.x, c.kernel, ops.affine(c.x, c.kernel, c.bias)]),
  dot: (draw) => arbitraries.dot(draw).map((c) => () => [c.a, c.b, ops.dot(c.a, c.b)]),
  gather: (draw) => arbitraries.gather(draw).map((c) => () => [c.x, ops.gather(c.x, c.indices, c.options)]),
  scatterAdd: (draw) =>
    arbitraries.scatterAdd(draw).map((c) => () => [c.updates, ops.scatterAdd(c.indices, c.updates, c.options)]),
  oneHot: (draw) => arbitraries.oneHot(draw).map((c) => () => [ops.oneHot(c.indices, c.depth)]),
  reshape: (draw) => arbitraries.reshape(draw).map((c) => () => [c.x, ops.reshape(c.x, c.shape)]),
  expandDims: (draw) => arbitraries.expandDims(draw).map((c) => () => [c.x, ops.expandDims(c.x, c.axis)]),
  squeeze: (draw) => arbitraries.squeeze(draw).map((c) => () => [c.x, ops.squeeze(c.x, c.options)]),
  flatten: (draw) => arbitraries.flatten(draw).map((c) => () => [c.x, ops.flatten(c.x, c.options)]),
  transpose: (draw) => arbitraries.transpose(draw).map((c) => () => [c.x, ops.transpose(c.x, c.options)]),
  reverse: (draw) => arbitraries.reverse(draw).map((c) => () => [c.x, ops.reverse(c.x, c.options)]),
  tile: (draw) => arbitraries.tile(draw).map((c) => () => [c.x, ops.tile(c.x, c.repeats)]),
  slice: (draw) => arbitraries.slice(draw).map((c) => () => [c.x, ops.slice(c.x, c.begin, c.size)]),
  pad: (draw) => arbitraries.pad(draw).map((c) => () => [c.x, ops.pad(c.x, c.options)]),
  concat: (draw) => arbitraries.concat(draw).map((c) => () => [...c.tensors, ops.concat(c.tensors, c.options)]),
  stack: (draw) => arbitraries.stack(draw).map((c) => () => [...c.tensors, ops.stack(c.tensors, c.options)]),
  split: (draw) => arbitraries.split(draw).map((c) => () => [c.x, ...ops.split(c.x, c.parts, c.options)]),
  broadcastTo: (draw) => arbitraries.broadcastTo(draw).map((c) => () => [c.x, ops.broadcastTo(c.x, c.shape)]),
  sumToShape: (draw) =>
    arbitraries.sumToShape(draw).map((c) => () => [c.gradient, ops.sumToShape(c.gradient, c.shape)]),
};

for (const [name, draw] of Object.entries(calls)) {
  t.test(`${name}: every drawn call is accepted`, (t) => {
    let accepted = 0;
    fc.assert(
      fc.property(draw({}), (call) => {
        call();
        accepted++;
      }),
      RUN,
    );
    t.equal(accepted, RUN.numRuns);
    t.end();
  });
}

const insideTwo = (value: number): boolean => Math.abs(value) <= 2 && Number.isInteger(value * 64);

t.test('values are multiples of 1/64 in [-2, 2], or those that were asked for', (t) => {
  const own = fc.constantFrom(3, 5);
  // Of these the first tensor is an input of real numbers.
  for (const [name, draw] of Object.entries(calls).filter(
    ([name]) => !name.startsWith('maxPool') && name !== 'oneHot',
  )) {
    let seen = 0;
    const everyValue = (call: () => readonly Tensor[], holds: (value: number) => boolean): boolean => {
      const values = [...(call()[0]?.data ?? [])];
      seen += values.length;
      return values.every(holds);
    };
    fc.assert(
      fc.property(draw({}), (call) => everyValue(call, insideTwo)),
      RUN,
    );
    fc.assert(
      fc.property(draw({ values: own }), (call) => everyValue(call, (value) => value === 3 || value === 5)),
      RUN,
    );
    t.ok(seen > 2 * RUN.numRuns, `${name}: ${seen} values`);
  }
  t.end();
});

t.test('maxPool2d: values differ by at least 1/16, unless they are asked for', (t) => {
  fc.assert(
    fc.property(arbitraries.maxPool2d(), ({ x }) => {
      const sorted = [...x.data].sort((a, b) => a - b);
      return sorted.every((value, index) => index === 0 || value - (sorted[index - 1] ?? NaN) >= 1 / 16);
    }),
    RUN,
  );
  const tied = fc.check(
    fc.property(arbitraries.maxPool2d({ values: fc.constant(1) }), ({ x }) => new Set(x.data).size === x.size),
    RUN,
  );
  t.ok(tied.failed, 'equal ones can be had');
  t.end();
});

t.test('gather, scatterAdd, oneHot: indices are whole numbers within the axis, and some occur twice', (t) => {
  const seen = { twice: 0 };
  fc.assert(
    fc.property(arbitraries.gather(), ({ x, indices, options: { axis = 0 } }) => {
      const size = x.shape.at(axis) ?? 0;
      if (new Set(indices.data).size < indices.size) seen.twice++;
      return [...indices.data].every((index) => Number.isInteger(index) && index >= 0 && index < size);
    }),
    RUN,
  );
  t.ok(seen.twice > RUN.numRuns / 10);
  fc.assert(
    fc.property(arbitraries.oneHot(), ({ indices, depth }) => [...indices.data].every((index) => index < depth)),
    RUN,
  );
  t.end();
});

/** The smallest counterexample. */
function smallest<Drawn>(arbitrary: fc.Arbitrary<Drawn>, holds: (drawn: Drawn) => boolean | void, seed: number): Drawn {
  const { counterexample } = fc.check(fc.property(arbitrary, holds), { numRuns: 1000, seed });
  if (!counterexample) throw new Error('nothing fails');
  return counterexample[0];
}

const SEEDS = [1, 2, 3, 4, 5];

t.test('everything fails: the simplest call is one of one element, with no option', (t) => {
  for (const seed of SEEDS) {
    const never = (): boolean => false;
    const conv2d = smallest(arbitraries.conv2d(), ({ x }) => x.size === 0, seed);
    t.strictSame(
      [conv2d.x.shape, conv2d.filters.shape, conv2d.bias, conv2d.options],
      [[1, 1, 1, 1], [1, 1, 1, 1], undefined, {}],
    );
    const product = smallest(arbitraries.matmul(), ({ a, b }) => a.size * b.size === 0, seed);
    t.strictSame([product.a.shape, product.b.shape, product.options], [[1, 1], [1, 1], {}]);
    t.strictSame(smallest(arbitraries.transpose(), never, seed).options, {});
    t.strictSame(smallest(arbitraries.reshape(), never, seed).shape, []);
    t.strictSame(
      smallest(arbitraries.concat(), ({ tensors: [first] }) => first?.size === 0, seed).tensors.map(
        ({ shape }) => shape,
      ),
      [[1]],
    );
  }
  t.end();
});

/** The part of an image that as many windows see with stride 1. */
function seenWithStride1(x: Tensor, filters: Tensor, dy: Tensor): Tensor {
  const [batch = 0, , , channels = 0] = x.shape;
  const [rows = 0, columns = 0] = [1, 2].map((axis) => (dy.shape[axis] ?? 0) + (filters.shape[axis - 1] ?? 0) - 1);
  return ops.slice(x, [0, 0, 0, 0], [batch, rows, columns, channels]);
}

/** conv2d with a gradient of its filters that takes all strides for 1; where nothing is padded, since the shapes differ else. */
const wrongStride = defineOp<
  [x: TensorLike, filters: TensorLike],
  { readonly call: arbitraries.Conv2dCall['options']; readonly shape: Shape }
>({
  name: 'wrongStride',
  shape: (_, { shape }) => shape,
  forward: ([x, filters], { call }) => ops.conv2d(x, filters, call),
  gradient: ({ inputs: [x, filters], gradients: [dy], options: { call } }) => {
    const options = resolveConv2d('wrongStride', call);
    const isRight = options.padding === 'same' || Math.max(...options.dilationRate) > 1;
    return [
      () => conv2dInputGrad(dy, filters, { ...options, shape: x.shape }),
      () =>
        isRight
          ? conv2dFilterGrad(x, dy, { ...options, shape: filters.shape })
          : conv2dFilterGrad(seenWithStride1(x, filters, dy), dy, {
              ...options,
              strides: [1, 1],
              shape: filters.shape,
            }),
    ];
  },
});

t.test('a wrong stride in the gradient of conv2d shrinks to an image of at most [1, 3, 1, 1]', (t) => {
  for (const seed of SEEDS) {
    const { x, filters, options } = smallest(
      arbitraries.conv2d(),
      (call) => {
        const { shape } = ops.conv2d(call.x, call.filters, call.options);
        gradcheck(
          (one: Tensor, other: Tensor) => wrongStride(one, other, { call: call.options, shape }),
          [call.x, call.filters],
        );
      },
      seed,
    );
    const [batch = 0, height = 0, width = 0, channels = 0] = x.shape;
    t.strictSame([batch, Math.min(height, width), Math.max(height, width), channels], [1, 1, 3, 1], `seed ${seed}`);
    t.strictSame([filters.shape, Object.keys(options)], [[1, 1, 1, 1], ['strides']]);
  }
  t.end();
});

const largeAt = (x: Tensor): boolean => [...x.data].every((value) => value < 1);

t.test('values survive a smaller shape, and become 0 where they play no part', (t) => {
  for (const seed of SEEDS) {
    const { x, filters } = smallest(arbitraries.conv2d(), (call) => largeAt(call.x), seed);
    t.equal(x.size, 1, 'the shape shrinks although one value must stay large');
    t.strictSame([...x.data, ...filters.data], [1, 0]);
    const slice = smallest(arbitraries.slice(), (call) => largeAt(call.x), seed);
    t.strictSame([slice.x.shape, [...slice.x.data]], [[], [1]]);
  }
  t.end();
});
