/** Rows of the element-wise ops: arithmetic, comparisons, functions and activations. */
import fc from 'fast-check';
import * as ops from '../../../../src/ops/index.ts';
import { reluGrad } from '../../../../src/ops/activations.ts';
import type { TensorLike } from '../../../../src/ops/define-op.ts';
import { ones, tensor, type Tensor } from '../../../../src/tensor/tensor.ts';
import * as arbitraries from '../../../../src/testing/arbitraries/elementwise.ts';
import type { BinaryCall, UnaryCall, UnaryOptionsCall } from '../../../../src/testing/arbitraries/elementwise.ts';
import type { CallDraw } from '../../../../src/testing/arbitraries/filled.ts';
import { smallInteger } from '../../../../src/testing/arbitraries/tensors.ts';
import { broadcastReference } from '../references.ts';
import { callCase, withDefaults } from './call-case.ts';
import type { OpCase, OpRow } from '../../../../src/testing/op-row.ts';

type Unary = (x: TensorLike) => Tensor;
type Binary = (a: TensorLike, b: TensorLike) => Tensor;
type UnaryDraw = (draw?: CallDraw) => fc.Arbitrary<UnaryCall>;
type BinaryDraw = (draw?: CallDraw) => fc.Arbitrary<BinaryCall>;

const STEPPED = 'its value is constant but for jumps, and its gradient counts as 0';
const INTEGERS: CallDraw = { values: smallInteger() };
const COVERS = { rank: [0, 1, 2, 3, 4], size: [0, 1, 2, 3] };

function unaryCase(call: Unary, draw: fc.Arbitrary<UnaryCall>, exact?: (x: number) => number): fc.Arbitrary<OpCase> {
  return draw.map(({ x }): OpCase => ({
    inputs: [x],
    call: (one) => call(one),
    ...(exact && { expected: () => Array.from(x.data, exact) }),
  }));
}

function unaryRow(op: string, call: Unary, draw: UnaryDraw, exact?: (x: number) => number): OpRow {
  return {
    op,
    arbitrary: unaryCase(call, draw()),
    ...(exact && { integerArbitrary: unaryCase(call, draw(INTEGERS), exact) }),
    secondOrder: true,
    covers: COVERS,
    refused: [],
  };
}

/** An activation with options; `covers` names them. */
function optionsRow<Options extends object>(
  op: string,
  call: (x: TensorLike, options: Options) => Tensor,
  draw: (draw?: CallDraw) => fc.Arbitrary<UnaryOptionsCall<Options>>,
  covers: Readonly<Record<string, readonly unknown[]>>,
  exact?: (x: number, options: Options) => number,
): OpRow {
  const cases = (values?: CallDraw): fc.Arbitrary<OpCase> =>
    draw(values).map(({ x, options }): OpCase => ({
      inputs: [x],
      call: (one) => call(one, options),
      options: withDefaults(options, Object.keys(covers)),
      ...(exact && { expected: () => Array.from(x.data, (value) => exact(value, options)) }),
    }));
  return {
    op,
    arbitrary: cases(),
    ...(exact && { integerArbitrary: cases(INTEGERS) }),
    secondOrder: true,
    covers: { ...COVERS, ...covers },
    refused: [],
  };
}

function binaryCase(
  call: Binary,
  draw: fc.Arbitrary<BinaryCall>,
  exact?: (a: number, b: number) => number,
): fc.Arbitrary<OpCase> {
  return draw.map(({ a, b }): OpCase => ({
    inputs: [a, b],
    call: (x, y) => call(x, y),
    domain: { ranks: a.rank === b.rank ? 'equal' : 'different' },
    ...(exact && { expected: () => broadcastReference([a, b], exact as (...values: number[]) => number) }),
  }));
}

function binaryRow(op: string, call: Binary, draw: BinaryDraw, exact?: (a: number, b: number) => number): OpRow {
  return {
    op,
    arbitrary: binaryCase(call, draw()),
    ...(exact && { integerArbitrary: binaryCase(call, draw(INTEGERS), exact) }),
    secondOrder: true,
    covers: { ...COVERS, ranks: ['equal', 'different'] },
    refused: [
      {
        name: 'shapes that do not broadcast',
        call: () => call(ones([2, 3]), ones([2, 2])),
        message: new RegExp(`${op}: the shapes \\[2, 3\\] and \\[2, 2\\] do not broadcast: axis -1 has sizes 3 and 2`),
      },
    ],
  };
}

const comparisonRow = (op: string, call: Binary, draw: BinaryDraw, exact: (a: number, b: number) => number): OpRow => ({
  ...binaryRow(op, call, draw, exact),
  noGradient: STEPPED,
});

const arithmetic: readonly OpRow[] = [
  binaryRow('add', ops.add, arbitraries.add, (a, b) => a + b),
  binaryRow('sub', ops.sub, arbitraries.sub, (a, b) => a - b),
  binaryRow('mul', ops.mul, arbitraries.mul, (a, b) => a * b),
  binaryRow('div', ops.div, arbitraries.div, (a, b) => a / b),
  {
    ...unaryRow('neg', ops.neg, arbitraries.neg, (x) => -x),
    refused: [
      {
        name: 'an array in place of a tensor',
        call: () => ops.neg([1, 2] as unknown as Tensor),
        message: /neg: input 0 is an array of \d, not a tensor. Make one with tensor/,
      },
    ],
  },
  unaryRow('square', ops.square, arbitraries.square, (x) => x * x),
  unaryRow('reciprocal', ops.reciprocal, arbitraries.reciprocal, (x) => 1 / x),
];

const powers: OpRow = {
  ...binaryRow('pow', ops.pow, arbitraries.pow),
  // Bases at 0 or below have no gradient of the exponent.
  arbitrary: arbitraries.pow().map(({ a, b }): OpCase => {
    const isPositive = a.data.every((value) => value > 0);
    return {
      inputs: [a, b],
      call: (x, y) => ops.pow(x as Tensor, y as Tensor),
      ...(!isPositive && { differentiable: [0] }),
      domain: { bases: isPositive ? 'positive' : 'any' },
    };
  }),
  covers: { ...COVERS, bases: ['positive', 'any'] },
  integerArbitrary: fc
    .record({ bases: arbitraries.pow(INTEGERS), exponent: fc.nat(4) })
    .map(({ bases: { a, b }, exponent }): OpCase => {
      const exponents = tensor(
        b.data.map((value) => Math.abs(value + exponent) % 5),
        b.shape,
      );
      return {
        inputs: [a, exponents],
        call: (x, y) => ops.pow(x as Tensor, y as Tensor),
        expected: () => broadcastReference([a, exponents], wholePower),
      };
    }),
};

function wholePower(base = NaN, exponent = NaN): number {
  let product = 1;
  for (let k = 0; k < exponent; k++) product *= base;
  return product;
}

const comparisons: readonly OpRow[] = [
  comparisonRow('equal', ops.equal, arbitraries.equal, (a, b) => Number(a === b)),
  comparisonRow('notEqual', ops.notEqual, arbitraries.notEqual, (a, b) => Number(a !== b)),
  comparisonRow('greater', ops.greater, arbitraries.greater, (a, b) => Number(a > b)),
  comparisonRow('less', ops.less, arbitraries.less, (a, b) => Number(a < b)),
  comparisonRow('greaterEqual', ops.greaterEqual, arbitraries.greaterEqual, (a, b) => Number(a >= b)),
  comparisonRow('lessEqual', ops.lessEqual, arbitraries.lessEqual, (a, b) => Number(a <= b)),
  binaryRow('maximum', ops.maximum, arbitraries.maximum, (a, b) => Math.max(a, b)),
  binaryRow('minimum', ops.minimum, arbitraries.minimum, (a, b) => Math.min(a, b)),
  unaryRow('abs', ops.abs, arbitraries.abs, (x) => Math.abs(x)),
  { ...unaryRow('sign', ops.sign, arbitraries.sign, (x) => Math.sign(x)), noGradient: STEPPED },
  { ...unaryRow('floor', ops.floor, arbitraries.floor, (x) => Math.floor(x)), noGradient: STEPPED },
];

const whereCase = (draw?: CallDraw): fc.Arbitrary<OpCase> =>
  arbitraries.where(draw).map(({ condition, a, b }): OpCase => ({
    inputs: [condition, a, b],
    call: (c, x, y) => ops.where(c ?? 0, x ?? 0, y ?? 0),
    differentiable: [1, 2],
    expected: () => broadcastReference([condition, a, b], (c = NaN, x = NaN, y = NaN) => (c === 0 ? y : x)),
  }));

const clipCase: fc.Arbitrary<OpCase> = arbitraries.clip().map(({ x, minimum, maximum }) =>
  callCase(
    { x },
    (given) => ops.clip(given.x, minimum, maximum),
    (names) => `clip(${names.x}, ${minimum}, ${maximum})`,
    {
      domain: {
        minimum: Number.isFinite(minimum) ? 'a number' : 'open',
        maximum: !Number.isFinite(maximum) ? 'open' : maximum === minimum ? 'the minimum' : 'a number',
      },
      expected: () => Array.from(x.data, (value) => Math.min(Math.max(value, minimum), maximum)),
    },
  ),
);

const chosen: readonly OpRow[] = [
  {
    op: 'where',
    arbitrary: whereCase(),
    integerArbitrary: whereCase(INTEGERS),
    secondOrder: true,
    covers: COVERS,
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
    covers: { ...COVERS, minimum: ['a number', 'open'], maximum: ['a number', 'the minimum', 'open'] },
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
  unaryRow('exp', ops.exp, arbitraries.exp),
  unaryRow('log', ops.log, arbitraries.log),
  unaryRow('log1p', ops.log1p, arbitraries.log1p),
  unaryRow('expm1', ops.expm1, arbitraries.expm1),
  unaryRow('sqrt', ops.sqrt, arbitraries.sqrt),
  unaryRow('rsqrt', ops.rsqrt, arbitraries.rsqrt),
  unaryRow('sin', ops.sin, arbitraries.sin),
  unaryRow('cos', ops.cos, arbitraries.cos),
  unaryRow('tanh', ops.tanh, arbitraries.tanh),
  unaryRow('erf', ops.erf, arbitraries.erf),
];

const activations: readonly OpRow[] = [
  unaryRow('sigmoid', ops.sigmoid, arbitraries.sigmoid),
  unaryRow('softplus', ops.softplus, arbitraries.softplus),
  unaryRow('relu', ops.relu, arbitraries.relu, (x) => Math.max(x, 0)),
  {
    op: 'reluGrad',
    arbitrary: binaryCase(reluGrad, arbitraries.div()),
    integerArbitrary: binaryCase(reluGrad, arbitraries.div(INTEGERS), (dy, x) => (x > 0 ? dy : 0)),
    secondOrder: true,
    covers: COVERS,
    refused: [],
  },
  optionsRow(
    'leakyRelu',
    ops.leakyRelu,
    arbitraries.leakyRelu,
    { negativeSlope: [undefined] },
    (x, { negativeSlope = 0.2 }) => (x > 0 ? x : x * Math.fround(negativeSlope)),
  ),
  optionsRow('elu', ops.elu, arbitraries.elu, { alpha: [undefined] }),
  unaryRow('selu', ops.selu, arbitraries.selu),
  optionsRow('gelu', ops.gelu, arbitraries.gelu, { approximate: [undefined, false, true] }),
  unaryRow('silu', ops.silu, arbitraries.silu),
];

export const rows: readonly OpRow[] = [...arithmetic, powers, ...comparisons, ...chosen, ...functions, ...activations];
