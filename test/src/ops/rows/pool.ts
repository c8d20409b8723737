/** Rows of pooling and the gradients that it is made with. Maxima are distinct, so that a small step moves none of them. */
import fc from 'fast-check';
import {
  avgPool1d,
  avgPool2d,
  avgPoolGrad,
  maxPool1d,
  maxPool2d,
  maxPoolGrad,
  poolGather,
} from '../../../../src/ops/pool.ts';
import type { Shape } from '../../../../src/tensor/shape.ts';
import { ones, type Tensor } from '../../../../src/tensor/tensor.ts';
import { distinctTensorOf, smallInteger, tensorOf, tensorsOf } from '../../../../src/testing/arbitraries/tensors.ts';
import { pool } from '../convolution-reference.ts';
import type { OpCase, OpRow, RefusedCall } from '../../../../src/testing/op-row.ts';

type Pair = readonly [number, number];

interface Drawn {
  readonly shape: Shape;
  readonly poolSize: Pair;
  readonly strides: Pair;
  readonly padding: 'valid' | 'same';
}

const pair = (min: number, max: number): fc.Arbitrary<Pair> =>
  fc.tuple(fc.integer({ min, max }), fc.integer({ min, max }));

const drawn2d: fc.Arbitrary<Drawn> = fc
  .record({
    batch: fc.integer({ min: 1, max: 2 }),
    channels: fc.integer({ min: 1, max: 3 }),
    poolSize: pair(1, 3),
    strides: pair(1, 3),
    extra: pair(0, 3),
    padding: fc.constantFrom('valid' as const, 'same' as const),
  })
  .map(({ batch, channels, poolSize, strides, extra, padding }) => {
    const smallest: Pair = padding === 'valid' ? poolSize : [1, 1];
    return { shape: [batch, smallest[0] + extra[0], smallest[1] + extra[1], channels], poolSize, strides, padding };
  });

const describe = ({ poolSize, strides, padding }: Drawn, axes = 2): string => {
  const overlap = poolSize.slice(0, axes).some((size, axis) => size > (strides[axis] ?? 1));
  return `${padding}, ${overlap ? 'overlapping windows' : 'windows apart'}`;
};

/** `[batch, steps, channels]` of an image of width 1. */
const asSequence = ([batch = 0, steps = 0, , channels = 0]: Shape): Shape => [batch, steps, channels];
const asColumn = ({ shape, poolSize, strides, padding }: Drawn): Drawn => ({
  shape: [shape[0] ?? 0, shape[1] ?? 0, 1, shape[3] ?? 0],
  poolSize: [poolSize[0], 1],
  strides: [strides[0], 1],
  padding,
});

const mean = (cells: readonly number[]): number => cells.reduce((sum, cell) => sum + cell, 0) / cells.length;
const largest = (cells: readonly number[]): number => Math.max(...cells);

// Windows hold 1, 2, 3, 4, 6 or 9 cells: the means of multiples of 36 are integers.
const multiplesOf36 = smallInteger().map((n) => n * 36);

const poolCase = (
  rank: 1 | 2,
  kind: 'max' | 'avg',
  tensorFor: (shape: Shape) => fc.Arbitrary<Tensor>,
): fc.Arbitrary<OpCase> =>
  drawn2d.chain((drawn) => {
    const { shape, poolSize, strides, padding } = rank === 1 ? asColumn(drawn) : drawn;
    const options1d = { poolSize: poolSize[0], strides: strides[0], padding };
    const call = (x: Tensor): Tensor => {
      if (rank === 1) return (kind === 'max' ? maxPool1d : avgPool1d)(x, options1d);
      return (kind === 'max' ? maxPool2d : avgPool2d)(x, { poolSize, strides, padding });
    };
    return tensorFor(rank === 1 ? asSequence(shape) : shape).map((x): OpCase => ({
      inputs: [x],
      call: (input) => call(input),
      describe: describe(drawn, rank),
      expected: () =>
        pool(x.data, shape, poolSize, { strides, dilationRate: [1, 1], padding }, kind === 'max' ? largest : mean),
    }));
  });

const integers = (shape: Shape): fc.Arbitrary<Tensor> => tensorOf(shape, smallInteger());

/** The output's shape and where the maxima of some image are: constants of the call. */
const pickedCase = (scatter: boolean): fc.Arbitrary<OpCase> =>
  drawn2d
    .chain((drawn) => distinctTensorOf(drawn.shape).map((image) => ({ drawn, image })))
    .chain(({ drawn, image }) => {
      const indices = maxPool2d.all([image], drawn)[1] as Tensor;
      const { shape } = drawn;
      return tensorOf(scatter ? indices.shape : shape).map((values): OpCase => ({
        inputs: [values],
        call: (input) => (scatter ? maxPoolGrad(input, indices, { shape }) : poolGather(input, indices)),
        describe: describe(drawn),
      }));
    });

const avgPoolGradCase = drawn2d.chain((drawn) =>
  tensorsOf([avgPool2d(ones(drawn.shape), drawn).shape]).map((inputs): OpCase => ({
    inputs,
    call: (dy) => avgPoolGrad(dy, drawn),
    describe: describe(drawn),
  })),
);

const refusals2d = (name: string, call: (shape: Shape, options: object) => unknown): readonly RefusedCall[] => [
  {
    name: 'an image without its batch axis',
    call: () => call([5, 5, 3], {}),
    message: new RegExp(
      `${name}: the image has the shape \\[5, 5, 3\\], expected \\[batch, height, width, channels\\]`,
    ),
  },
  {
    name: 'windows larger than the image',
    call: () => call([1, 3, 3, 1], { poolSize: 4 }),
    message: new RegExp(`${name}: a window of 4 x 4 does not fit into 3 x 3`),
  },
  {
    name: 'a window of no size',
    call: () => call([1, 3, 3, 1], { poolSize: 0 }),
    message: new RegExp(`${name}: poolSize is 0. Use an integer of at least 1`),
  },
  {
    name: 'three sizes',
    call: () => call([1, 3, 3, 1], { poolSize: [1, 2, 3] }),
    message: new RegExp(`${name}: poolSize is \\[1, 2, 3\\]. Use one integer, or two`),
  },
];

const refusals1d = (name: string, call: (shape: Shape, options: object) => unknown): readonly RefusedCall[] => [
  {
    name: 'an image',
    call: () => call([1, 5, 5, 3], {}),
    message: new RegExp(`${name}: the sequence has the shape .* expected \\[batch, steps, channels\\]`),
  },
  {
    name: 'windows longer than the sequence',
    call: () => call([1, 3, 1], { poolSize: 4 }),
    message: new RegExp(`${name}: a window of 4 does not fit into 3`),
  },
];

export const rows: readonly OpRow[] = [
  {
    op: 'maxPool2d',
    arbitrary: poolCase(2, 'max', distinctTensorOf),
    integerArbitrary: poolCase(2, 'max', integers),
    secondOrder: true,
    refused: refusals2d('maxPool2d', (shape, options) => maxPool2d(ones(shape), options)),
  },
  { op: 'maxPoolGrad', arbitrary: pickedCase(true), secondOrder: true, refused: [] },
  { op: 'poolGather', arbitrary: pickedCase(false), secondOrder: true, refused: [] },
  {
    op: 'avgPool2d',
    arbitrary: poolCase(2, 'avg', tensorOf),
    integerArbitrary: poolCase(2, 'avg', (shape) => tensorOf(shape, multiplesOf36)),
    secondOrder: true,
    refused: refusals2d('avgPool2d', (shape, options) => avgPool2d(ones(shape), options)),
  },
  { op: 'avgPoolGrad', arbitrary: avgPoolGradCase, secondOrder: true, refused: [] },
  {
    op: 'maxPool1d',
    arbitrary: poolCase(1, 'max', distinctTensorOf),
    integerArbitrary: poolCase(1, 'max', integers),
    secondOrder: true,
    refused: refusals1d('maxPool1d', (shape, options) => maxPool1d(ones(shape), options)),
  },
  {
    op: 'avgPool1d',
    arbitrary: poolCase(1, 'avg', tensorOf),
    integerArbitrary: poolCase(1, 'avg', (shape) => tensorOf(shape, multiplesOf36)),
    secondOrder: true,
    refused: refusals1d('avgPool1d', (shape, options) => avgPool1d(ones(shape), options)),
  },
];
