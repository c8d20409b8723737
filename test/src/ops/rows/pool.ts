/** Rows of pooling and the gradients that it is made with. Maxima are distinct, so that a small step moves none of them. */
import type fc from 'fast-check';
import {
  avgPool1d,
  avgPool2d,
  avgPoolGrad,
  maxPool1d,
  maxPool2d,
  maxPoolGrad,
  poolGather,
  type Pool2dCallOptions,
} from '../../../../src/ops/pool.ts';
import type { Pair } from '../../../../src/ops/windows.ts';
import type { Shape } from '../../../../src/tensor/shape.ts';
import { ones, type Tensor } from '../../../../src/tensor/tensor.ts';
import * as arbitraries from '../../../../src/testing/arbitraries/index.ts';
import type { OpCase, OpRow, RefusedCall } from '../../../../src/testing/op-row.ts';
import { pool } from '../convolution-reference.ts';

const { smallInteger } = arbitraries;

/** Options with both axes and all defaults; a sequence is an image of width 1. */
function resolved({ poolSize = 2, strides = poolSize, padding = 'valid' }: Pool2dCallOptions, rank = 2) {
  const pair = (value: Pair): readonly [number, number] => {
    if (typeof value !== 'number') return value;
    return rank === 1 ? [value, 1] : [value, value];
  };
  return { poolSize: pair(poolSize), strides: pair(strides), padding };
}

const mean = (cells: readonly number[]): number => cells.reduce((sum, cell) => sum + cell, 0) / cells.length;
const largest = (cells: readonly number[]): number => Math.max(...cells);

// Windows hold 1, 2, 3, 4, 6 or 9 cells: the means of multiples of 36 are integers.
const multiplesOf36 = smallInteger().map((n) => n * 36);

const overlaps = (options: Pool2dCallOptions, rank = 2): boolean => {
  const { poolSize, strides } = resolved(options, rank);
  return poolSize.some((size, axis) => size > (strides[axis] ?? 1));
};

const poolCase = <Options extends Pool2dCallOptions>(
  calls: fc.Arbitrary<arbitraries.PoolCall<Options>>,
  op: (x: Tensor, options: Options) => Tensor,
  reduce: (cells: readonly number[]) => number,
): fc.Arbitrary<OpCase> =>
  calls.map(({ x, options }): OpCase => {
    const rank = x.rank - 2;
    return {
      inputs: [x],
      call: (one) => op(one as Tensor, options),
      options: { ...options },
      domain: { overlapping: overlaps(options, rank) },
      expected: () => {
        const { poolSize, strides, padding } = resolved(options, rank);
        const shape = rank === 1 ? x.shape.toSpliced(2, 0, 1) : x.shape;
        return pool(x.data, shape, poolSize, { strides, dilationRate: [1, 1], padding }, reduce);
      },
    };
  });

/** The output's shape and where the maxima of some image are: constants of the call. */
const pickedCase = (scatter: boolean): fc.Arbitrary<OpCase> =>
  arbitraries.maxPool2d().map(({ x, options }): OpCase => {
    const [values, indices] = maxPool2d.all([x], options) as readonly [Tensor, Tensor];
    return {
      inputs: [scatter ? values : x],
      call: (one) =>
        scatter
          ? maxPoolGrad(one as Tensor, indices, { ...resolved(options), shape: x.shape })
          : poolGather(one as Tensor, indices, resolved(options)),
      domain: { ...options, overlapping: overlaps(options) },
    };
  });

const avgPoolGradCase = arbitraries.avgPool2d().map(({ x, options }): OpCase => ({
  inputs: [avgPool2d(x, options)],
  call: (dy) => avgPoolGrad(dy as Tensor, { ...resolved(options), shape: x.shape }),
  options: { ...resolved(options), shape: x.shape },
  domain: { overlapping: overlaps(options) },
}));

const covers = {
  poolSize: [1, 2, 3],
  strides: [1, 2, 3],
  padding: ['valid', 'same'],
  overlapping: [true, false],
  size: [0, 1, 2],
} as const;
const coversDefaults = { ...covers, strides: [1, 2, 3, 'default'] } as const;

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
    arbitrary: poolCase(arbitraries.maxPool2d(), maxPool2d, largest),
    integerArbitrary: poolCase(arbitraries.maxPool2d({ values: smallInteger() }), maxPool2d, largest),
    secondOrder: true,
    covers: coversDefaults,
    refused: refusals2d('maxPool2d', (shape, options) => maxPool2d(ones(shape), options)),
  },
  { op: 'maxPoolGrad', arbitrary: pickedCase(true), secondOrder: true, covers, refused: [] },
  { op: 'poolGather', arbitrary: pickedCase(false), secondOrder: true, covers, refused: [] },
  {
    op: 'avgPool2d',
    arbitrary: poolCase(arbitraries.avgPool2d(), avgPool2d, mean),
    integerArbitrary: poolCase(arbitraries.avgPool2d({ values: multiplesOf36 }), avgPool2d, mean),
    secondOrder: true,
    covers: coversDefaults,
    refused: refusals2d('avgPool2d', (shape, options) => avgPool2d(ones(shape), options)),
  },
  { op: 'avgPoolGrad', arbitrary: avgPoolGradCase, secondOrder: true, covers, refused: [] },
  {
    op: 'maxPool1d',
    arbitrary: poolCase(arbitraries.maxPool1d(), maxPool1d, largest),
    integerArbitrary: poolCase(arbitraries.maxPool1d({ values: smallInteger() }), maxPool1d, largest),
    secondOrder: true,
    covers: coversDefaults,
    refused: refusals1d('maxPool1d', (shape, options) => maxPool1d(ones(shape), options)),
  },
  {
    op: 'avgPool1d',
    arbitrary: poolCase(arbitraries.avgPool1d(), avgPool1d, mean),
    integerArbitrary: poolCase(arbitraries.avgPool1d({ values: multiplesOf36 }), avgPool1d, mean),
    secondOrder: true,
    covers: coversDefaults,
    refused: refusals1d('avgPool1d', (shape, options) => avgPool1d(ones(shape), options)),
  },
];
