/** Rows of the random ops. Their numbers are checked in test/src/ops/random.test.ts. */
import fc from 'fast-check';
import { hashKey } from '../../../../kernels/random/key.ts';
import * as ops from '../../../../src/ops/index.ts';
import { dropoutMask } from '../../../../src/ops/random.ts';
import { ones, tensor, type Tensor } from '../../../../src/tensor/tensor.ts';
import type { RandomStream } from '../../../../src/ops/random-state.ts';
import type { Shape } from '../../../../src/tensor/shape.ts';
import * as arbitraries from '../../../../src/testing/arbitraries/random.ts';
import { argumentsCode, callCase } from './call-case.ts';
import type { OpCase, OpRow } from '../../../../src/testing/op-row.ts';

const DRAWN = 'it does not vary with its counter';
const RANKS = [0, 1, 2, 3, 4];
const SIZES = [0, 1, 2, 3, 4];

interface RandomCall {
  readonly shape: Shape;
  readonly options: { readonly seed: number };
}

/** The calls draw with a key of their seed; the counter, which the op hides, is the input. */
const drawCase = <Call extends RandomCall>(
  op: string,
  drawn: fc.Arbitrary<Call>,
  call: (drawn: Call, stream: RandomStream) => Tensor,
  counted: (drawn: Call) => Readonly<Record<string, unknown>>,
): fc.Arbitrary<OpCase> =>
  fc.record({ one: drawn, low: fc.integer({ min: 0, max: 2 ** 24 - 1 }) }).map(({ one, low }) => ({
    inputs: [tensor([low, 0])],
    call: (counter?: Tensor): Tensor =>
      call(one, { key: hashKey(one.options.seed, 'row', 0), counter: counter as Tensor }),
    code: `${op}(${argumentsCode([`[${one.shape.join(', ')}]`], one.options)})`,
    domain: { 'result rank': one.shape.length, 'result size': one.shape, ...counted(one) },
  }));

const dropoutCase: fc.Arbitrary<OpCase> = arbitraries.dropout().map(({ x, rate, options }) =>
  callCase(
    { x },
    (given) => ops.dropout(given.x, rate, options),
    (names) => `dropout(${argumentsCode([names.x, String(rate)], options)})`,
    { domain: { rate, noiseShape: options.noiseShape === undefined ? 'default' : 'given' } },
  ),
);

const RESULTS = { 'result rank': RANKS, 'result size': SIZES };
const numberOf = (value: number | undefined): string => (value === undefined ? 'default' : 'given');

const stream = { key: [0, 0], counter: ones([3]) } as const;

export const rows: readonly OpRow[] = [
  {
    op: 'randomUniform',
    arbitrary: drawCase(
      'randomUniform',
      arbitraries.randomUniform(),
      ({ shape, options }, one) => ops.randomUniformWith(shape, { ...options, ...one }),
      ({ options: { minimum, maximum } }) => ({ minimum: numberOf(minimum), maximum: numberOf(maximum) }),
    ),
    noGradient: DRAWN,
    covers: { ...RESULTS, minimum: ['default', 'given'], maximum: ['default', 'given'] },
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
    arbitrary: drawCase(
      'randomNormal',
      arbitraries.randomNormal(),
      ({ shape, options }, one) => ops.randomNormalWith(shape, { ...options, ...one }),
      ({ options: { mean, stddev } }) => ({ mean: numberOf(mean), stddev: numberOf(stddev) }),
    ),
    noGradient: DRAWN,
    covers: { ...RESULTS, mean: ['default', 'given'], stddev: ['default', 'given'] },
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
    arbitrary: arbitraries.dropout().map(({ x: { shape }, rate, options: { seed } }) => {
      const key = hashKey(seed, 'row', 0);
      return {
        inputs: [tensor([seed & 0xffff, 0])],
        call: (counter) => dropoutMask(counter as Tensor, { key, shape, rate }),
        options: { key, shape, rate },
        domain: { 'result rank': shape.length, 'result size': shape },
      };
    }),
    noGradient: DRAWN,
    covers: { ...RESULTS, rate: [0, 0.5, 0.25, 0.9] },
    refused: [],
  },
  {
    op: 'dropout',
    arbitrary: dropoutCase,
    secondOrder: true,
    covers: { rate: [0, 0.5, 0.25, 0.9], noiseShape: ['default', 'given'], rank: RANKS, size: SIZES },
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
