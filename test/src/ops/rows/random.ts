/** Rows of the random ops. Their numbers are checked in test/src/ops/random.test.ts. */
import fc from 'fast-check';
import { hashKey } from '../../../../kernels/random/key.ts';
import * as ops from '../../../../src/ops/index.ts';
import { dropoutMask } from '../../../../src/ops/random.ts';
import { ones, tensor, type Tensor } from '../../../../src/tensor/tensor.ts';
import type { RandomStream } from '../../../../src/ops/random-state.ts';
import type { Shape } from '../../../../src/tensor/shape.ts';
import { scaledDouble, shapes, tensorOf } from '../../../../src/testing/arbitraries/tensors.ts';
import type { OpCase, OpRow } from '../../../../src/testing/op-row.ts';

const DRAWN = 'it does not vary with its counter';

const drawCase = (draw: (shape: Shape, stream: RandomStream) => Tensor): fc.Arbitrary<OpCase> =>
  fc
    .record({ shape: shapes({ minSize: 0 }), seed: fc.integer(), low: fc.integer({ min: 0, max: 2 ** 24 - 1 }) })
    .map(({ shape, seed, low }) => ({
      inputs: [tensor([low, 0])],
      call: (counter?: Tensor): Tensor => draw(shape, { key: hashKey(seed, 'row', 0), counter: counter as Tensor }),
      describe: `rank ${shape.length}`,
    }));

const dropoutCase: fc.Arbitrary<OpCase> = shapes({ maxRank: 3 }).chain((shape) =>
  fc
    .record({
      x: tensorOf(shape, scaledDouble()),
      rate: fc.constantFrom(0, 0.25, 0.5),
      seed: fc.integer(),
      whole: fc.boolean(),
    })
    .map(({ x, rate, seed, whole }) => ({
      inputs: [x],
      call: (one?: Tensor): Tensor =>
        ops.dropout(one as Tensor, rate, {
          seed,
          ...(whole && { noiseShape: shape.map((size, axis) => (axis === 0 ? size : 1)) }),
        }),
      describe: `rate ${rate}${whole ? ', rows dropped as a whole' : ''}`,
    })),
);

const stream = { key: [0, 0], counter: ones([3]) } as const;

export const rows: readonly OpRow[] = [
  {
    op: 'randomUniform',
    arbitrary: drawCase((shape, one) => ops.randomUniformWith(shape, { ...one, minimum: -2, maximum: 3 })),
    noGradient: DRAWN,
    refused: [
      {
        name: 'bounds the wrong way round',
        call: () => ops.randomUniform([2], { minimum: 1, maximum: 0 }),
        message: /the minimum 1 is above the maximum 0/,
      },
      {
        name: 'a seed that is no integer',
        call: () => ops.randomUniform([2], { seed: 0.5 }),
        message: /randomUniform: the seed 0.5 is not an integer/,
      },
      {
        name: 'a negative size',
        call: () => ops.randomUniform([-2], { seed: 1 }),
        message: /randomUniform: \[-2\] is not a shape/,
      },
      {
        name: 'a counter that is none',
        call: () => ops.randomUniformWith([2], stream),
        message: /the counter has the shape \[3\]/,
      },
    ],
  },
  {
    op: 'randomNormal',
    arbitrary: drawCase((shape, one) => ops.randomNormalWith(shape, { ...one, mean: 1, stddev: 2 })),
    noGradient: DRAWN,
    refused: [
      {
        name: 'a negative deviation',
        call: () => ops.randomNormal([2], { stddev: -1 }),
        message: /randomNormal: the standard deviation -1/,
      },
    ],
  },
  {
    op: 'dropoutMask',
    arbitrary: drawCase((shape, { key, counter }) => dropoutMask(counter, { key, shape, rate: 0.5 })),
    noGradient: DRAWN,
    refused: [],
  },
  {
    op: 'dropout',
    arbitrary: dropoutCase,
    secondOrder: true,
    refused: [
      {
        name: 'a rate of 1',
        call: () => ops.dropout(ones([2]), 1),
        message: /dropout: the rate 1 is not a fraction to drop/,
      },
      { name: 'a negative rate', call: () => ops.dropout(ones([2]), -0.1), message: /dropout: the rate -0.1/ },
      {
        name: 'a noise shape that does not stretch',
        call: () => ops.dropout(ones([2, 3]), 0.5, { noiseShape: [2, 2] }),
        message: /dropout: the noise shape \[2, 2\] does not stretch to x's shape \[2, 3\]/,
      },
    ],
  },
];
