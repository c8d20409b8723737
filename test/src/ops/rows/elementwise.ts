/** Rows of the element-wise ops: arithmetic, comparisons, functions and activations. */
import fc from 'fast-check';
import * as ops from '../../../../src/ops/index.ts';
import { reluGrad } from '../../../../src/ops/activations.ts';
import type { TensorLike } from '../../../../src/ops/define-op.ts';
import { ones, type Tensor } from '../../../../src/tensor/tensor.ts';
import {
  awayFrom,
  broadcastableShapes,
  positiveDouble,
  scaledDouble,
  shapes,
  smallInteger,
  tensorOf,
  tensorsOf,
} from '../../../../src/testing/arbitraries/tensors.ts';
import { broadcastReference } from '../references.ts';
import type { OpCase, OpRow } from '../../../../src/testing/op-row.ts';

type Values = fc.Arbitrary<number>;
type Unary = (x: TensorLike) => Tensor;
type Binary = (a: TensorLike, b: TensorLike) => Tensor;

const STEPPED = 'its value is constant but for jumps, and its gradient counts as 0';

function unaryCase(call: Unary, values: Values, exact?: (x: number) => number): fc.Arbitrary<OpCase> {
  return shapes({ maxRank: 3 }).chain((shape) =>
    tensorOf(shape, values).map((x): OpCase => ({
      inputs: [x],
      call: (one) => call(one),
      describe: `rank ${shape.length}`,
      ...(exact && { expected: () => Array.from(x.data, exact) }),
    })),
  );
}

function unaryRow(op: string, call: Unary, values: Values, exact?: (x: number) => number): OpRow {
  return {
    op,
    arbitrary: unaryCase(call, values),
    ...(exact && { integerArbitrary: unaryCase(call, smallInteger(), exact) }),
    secondOrder: true,
    refused: [],
  };
}

interface BinaryDomain {
  readonly a?: Values;
  readonly b?: Values;
  readonly differentiable?: readonly number[];
}

function binaryCase(
  call: Binary,
  { a = scaledDouble(), b = a, ...rest }: BinaryDomain,
  exact?: (a: number, b: number) => number,
): fc.Arbitrary<OpCase> {
  return broadcastableShapes(2, { maxRank: 3 }).chain(([left = [], right = []]) =>
    fc.tuple(tensorOf(left, a), tensorOf(right, b)).map((inputs): OpCase => ({
      inputs,
      call: (x, y) => call(x, y),
      ...rest,
      describe: `ranks ${left.length} and ${right.length}`,
      ...(exact && { expected: () => broadcastReference(inputs, exact as (...values: number[]) => number) }),
    })),
  );
}

function binaryRow(op: string, call: Binary, domain: BinaryDomain, exact?: (a: number, b: number) => number): OpRow {
  return {
    op,
    arbitrary: binaryCase(call, domain),
    ...(exact && { integerArbitrary: binaryCase(call, { a: smallInteger(), b: smallInteger() }, exact) }),
    secondOrder: true,
    refused: [
      {
        name: 'shapes that do not broadcast',
        call: () => call(ones([2, 3]), ones([2, 2])),
        message: new RegExp(`${op}: the shapes \\[2, 3\\] and \\[2, 2\\] do not broadcast: axis -1 has sizes 3 and 2`),
      },
    ],
  };
}

const comparisonRow = (op: string, call: Binary, exact: (a: number, b: number) => number): OpRow => ({
  ...binaryRow(op, call, {}, exact),
  noGradient: STEPPED,
});

/** Multiples of 1/4, and odd multiples of 1/8: never closer than 1/8. */
const quarters = fc.integer({ min: -8, max: 8 }).map((n) => n / 4);
const oddEighths = fc.integer({ min: -8, max: 8 }).map((n) => n / 4 + 0.125);

const arithmetic: readonly OpRow[] = [
  binaryRow('add', ops.add, {}, (a, b) => a + b),
  binaryRow('sub', ops.sub, {}, (a, b) => a - b),
  binaryRow('mul', ops.mul, {}, (a, b) => a * b),
  binaryRow('div', ops.div, { b: awayFrom(0) }, (a, b) => a / b),
  {
    ...unaryRow('neg', ops.neg, scaledDouble(), (x) => -x),
    refused: [
      {
        name: 'an array in place of a tensor',
        call: () => ops.neg([1, 2] as unknown as Tensor),
        message: /neg: input 0 is an array of \d, not a tensor. Make one with tensor/,
      },
    ],
  },
  unaryRow('square', ops.square, scaledDouble(), (x) => x * x),
  unaryRow('reciprocal', ops.reciprocal, awayFrom(0), (x) => 1 / x),
];

const powers: OpRow = {
  ...binaryRow('pow', ops.pow, {}),
  arbitrary: fc.oneof(
    binaryCase(ops.pow, { a: positiveDouble(0.25), b: scaledDouble() }),
    // Any base, 0 included, to whole powers: the exponent cannot be differentiated there.
    binaryCase(ops.pow, { a: smallInteger(2), b: fc.integer({ min: 0, max: 3 }), differentiable: [0] }),
  ),
  integerArbitrary: binaryCase(ops.pow, { a: smallInteger(), b: fc.integer({ min: 0, max: 4 }) }, (a, b) => {
    let product = 1;
    for (let k = 0; k < b; k++) product *= a;
    return product;
  }),
};

const comparisons: readonly OpRow[] = [
  comparisonRow('equal', ops.equal, (a, b) => Number(a === b)),
  comparisonRow('notEqual', ops.notEqual, (a, b) => Number(a !== b)),
  comparisonRow('greater', ops.greater, (a, b) => Number(a > b)),
  comparisonRow('less', ops.less, (a, b) => Number(a < b)),
  comparisonRow('greaterEqual', ops.greaterEqual, (a, b) => Number(a >= b)),
  comparisonRow('lessEqual', ops.lessEqual, (a, b) => Number(a <= b)),
  binaryRow('maximum', ops.maximum, { a: quarters, b: oddEighths }, (a, b) => Math.max(a, b)),
  binaryRow('minimum', ops.minimum, { a: quarters, b: oddEighths }, (a, b) => Math.min(a, b)),
  unaryRow('abs', ops.abs, awayFrom(0), (x) => Math.abs(x)),
  { ...unaryRow('sign', ops.sign, scaledDouble(), (x) => Math.sign(x)), noGradient: STEPPED },
  { ...unaryRow('floor', ops.floor, scaledDouble(), (x) => Math.floor(x)), noGradient: STEPPED },
];

const whereCase = (values: Values): fc.Arbitrary<OpCase> =>
  broadcastableShapes(3, { maxRank: 3 }).chain(([condition = [], left = [], right = []]) =>
    fc
      .tuple(tensorOf(condition, fc.integer({ min: 0, max: 1 })), tensorsOf([left, right], values))
      .map(([one, others]): OpCase => ({
        inputs: [one, ...others],
        call: (c, a, b) => ops.where(c ?? 0, a ?? 0, b ?? 0),
        differentiable: [1, 2],
        describe: `ranks ${condition.length}, ${left.length} and ${right.length}`,
        expected: () => broadcastReference([one, ...others], (c = NaN, a = NaN, b = NaN) => (c === 0 ? b : a)),
      })),
  );

/** Bounds at odd multiples of 1/64, values at even ones: no value is on a bound. */
const clipCase: fc.Arbitrary<OpCase> = fc
  .record({
    shape: shapes({ maxRank: 3 }),
    low: fc.integer({ min: -40, max: 0 }),
    width: fc.integer({ min: 0, max: 40 }),
  })
  .chain(({ shape, low, width }) => {
    const [minimum, maximum] = [(2 * low + 1) / 64, (2 * (low + width) + 1) / 64];
    return tensorOf(
      shape,
      fc.integer({ min: -64, max: 64 }).map((n) => n / 32),
    ).map((x): OpCase => ({
      inputs: [x],
      call: (one) => ops.clip(one, minimum, maximum),
      describe: width === 0 ? 'an interval of one number' : 'an interval',
      expected: () => Array.from(x.data, (value) => Math.min(Math.max(value, minimum), maximum)),
    }));
  });

const chosen: readonly OpRow[] = [
  {
    op: 'where',
    arbitrary: whereCase(scaledDouble()),
    integerArbitrary: whereCase(smallInteger()),
    secondOrder: true,
    refused: [
      {
        name: 'a condition that does not broadcast',
        call: () => ops.where(ones([3]), ones([2]), 0),
        message: /where: the shapes \[3\] and \[2\] and \[\] do not broadcast/,
      },
    ],
  },
  {
    op: 'clip',
    arbitrary: clipCase,
    integerArbitrary: clipCase,
    secondOrder: true,
    refused: [
      {
        name: 'bounds the wrong way round',
        call: () => ops.clip(ones([2]), 1, 0),
        message: /clip: the minimum 1 is not below the maximum 0/,
      },
      { name: 'a bound that is no number', call: () => ops.clip(ones([2]), NaN, 0), message: /clip: the minimum NaN/ },
    ],
  },
];

const functions: readonly OpRow[] = [
  unaryRow('exp', ops.exp, scaledDouble()),
  unaryRow('log', ops.log, positiveDouble()),
  unaryRow('log1p', ops.log1p, positiveDouble(-0.75)),
  unaryRow('expm1', ops.expm1, scaledDouble()),
  unaryRow('sqrt', ops.sqrt, positiveDouble(0.25)),
  unaryRow('rsqrt', ops.rsqrt, positiveDouble(0.25)),
  unaryRow('sin', ops.sin, scaledDouble()),
  unaryRow('cos', ops.cos, scaledDouble()),
  unaryRow('tanh', ops.tanh, scaledDouble()),
  unaryRow('erf', ops.erf, scaledDouble()),
];

const activations: readonly OpRow[] = [
  unaryRow('sigmoid', ops.sigmoid, scaledDouble()),
  unaryRow('softplus', ops.softplus, scaledDouble()),
  unaryRow('relu', ops.relu, awayFrom(0), (x) => Math.max(x, 0)),
  {
    op: 'reluGrad',
    arbitrary: binaryCase(reluGrad, { a: scaledDouble(), b: awayFrom(0) }),
    integerArbitrary: binaryCase(reluGrad, { a: smallInteger(), b: smallInteger() }, (dy, x) => (x > 0 ? dy : 0)),
    secondOrder: true,
    refused: [],
  },
  unaryRow(
    'leakyRelu',
    (x) => ops.leakyRelu(x, { negativeSlope: 0.5 }),
    awayFrom(0),
    (x) => (x > 0 ? x : x / 2),
  ),
  unaryRow('elu', (x) => ops.elu(x, { alpha: 0.75 }), awayFrom(0)),
  unaryRow('selu', ops.selu, awayFrom(0)),
  {
    ...unaryRow('gelu', ops.gelu, scaledDouble()),
    arbitrary: fc.oneof(
      unaryCase(ops.gelu, scaledDouble()),
      unaryCase((x) => ops.gelu(x, { approximate: true }), scaledDouble()),
    ),
  },
  unaryRow('silu', ops.silu, scaledDouble()),
];

export const rows: readonly OpRow[] = [...arithmetic, powers, ...comparisons, ...chosen, ...functions, ...activations];
