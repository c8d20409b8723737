/** Rows of the reductions, of broadcasting and of softmax. */
import fc from 'fast-check';
import * as ops from '../../../../src/ops/index.ts';
import type { ReductionOp, ReductionOptions } from '../../../../src/ops/reductions.ts';
import { logSoftmaxGrad, softmaxGrad } from '../../../../src/ops/softmax.ts';
import { normalizeAxes } from '../../../../src/tensor/broadcast.ts';
import { ones, zeros, type Tensor } from '../../../../src/tensor/tensor.ts';
import { filled, type CallDraw } from '../../../../src/testing/arbitraries/filled.ts';
import { broadcastTo } from '../../../../src/testing/arbitraries/movement.ts';
import * as arbitraries from '../../../../src/testing/arbitraries/reductions.ts';
import type { ReductionCall, SoftmaxCall } from '../../../../src/testing/arbitraries/reductions.ts';
import { scaledDouble, smallInteger } from '../../../../src/testing/arbitraries/tensors.ts';
import { broadcastReference, reduceReference } from '../references.ts';
import { withDefaults } from './call-case.ts';
import type { OpCase, OpRow, RefusedCall } from '../../../../src/testing/op-row.ts';

type Fold = (values: readonly number[]) => number;

const INTEGERS: CallDraw = { values: smallInteger() };

const sideOf = (axis: number): string => (axis < 0 ? 'from the end' : 'from the front');
/** How the axes were given, beside their numbers. */
const axesOf = (axis: ReductionOptions['axis']): string =>
  axis === undefined
    ? 'default'
    : typeof axis === 'number'
      ? `one ${sideOf(axis)}`
      : axis.length < 2
        ? `a list of ${axis.length}`
        : 'a list of several';

const reductionCase = (op: ReductionOp, draw: fc.Arbitrary<ReductionCall>, fold?: Fold): fc.Arbitrary<OpCase> =>
  draw.map(({ x, options }): OpCase => ({
    inputs: [x],
    call: (one) => op(one as Tensor, options),
    options: withDefaults(options, ['axis', 'keepDims']),
    domain: { axes: axesOf(options.axis) },
    ...(fold && { expected: () => reduceReference(x, normalizeAxes('reference', options.axis, x.rank), fold) }),
  }));

const badAxis = (name: string, op: ReductionOp): RefusedCall => ({
  name: 'an axis out of range',
  call: () => op(ones([2, 3]), { axis: 2 }),
  message: new RegExp(`${name}: axis 2 is out of range for rank 2. Use an integer from -2 to 1`),
});

const nothing = (name: string, call: (x: Tensor) => unknown): RefusedCall => ({
  name: 'nothing to choose from',
  call: () => call(zeros([2, 0])),
  message: new RegExp(`${name}: the shape \\[2, 0\\] has no elements along the axes`),
});

/** Few zeros and ones of either sign: their products stay exact. */
const UNITS: CallDraw = { values: fc.constantFrom(-1, 1, 1, -1, 2, 0) };

const total: Fold = (values) => values.reduce((sum, value) => sum + value, 0);

const COVERS = {
  axis: [undefined, 0, 1, 2, -1, -2, -3],
  keepDims: [undefined, false, true],
  rank: [0, 1, 2, 3, 4],
  size: [0, 1, 2, 3],
};
const LISTS = { axes: ['a list of 0', 'a list of 1', 'a list of several'] };

const reductionRow = (
  name: string,
  op: ReductionOp,
  draw: (draw?: CallDraw) => fc.Arbitrary<ReductionCall>,
  exact: { draw: CallDraw; fold: Fold } | undefined,
  refused: readonly RefusedCall[] = [],
): OpRow => ({
  op: name,
  arbitrary: reductionCase(op, draw()),
  ...(exact && { integerArbitrary: reductionCase(op, draw(exact.draw), exact.fold) }),
  secondOrder: true,
  covers: { ...COVERS, ...LISTS },
  refused: [badAxis(name, op), ...refused],
});

const reductions: readonly OpRow[] = [
  reductionRow('sum', ops.sum, arbitraries.sum, { draw: INTEGERS, fold: total }, [
    {
      name: 'one axis named twice',
      call: () => ops.sum(ones([2, 3]), { axis: [1, -1] }),
      message: /sum: the axes \[1, 1\] name one axis twice/,
    },
  ]),
  reductionRow('mean', ops.mean, arbitraries.mean, {
    draw: INTEGERS,
    fold: (values) => total(values) / values.length,
  }),
  reductionRow('max', ops.max, arbitraries.max, { draw: INTEGERS, fold: (values) => Math.max(...values) }, [
    nothing('max', ops.max),
  ]),
  reductionRow('min', ops.min, arbitraries.min, { draw: INTEGERS, fold: (values) => Math.min(...values) }, [
    nothing('min', ops.min),
  ]),
  reductionRow('prod', ops.prod, arbitraries.prod, {
    draw: UNITS,
    fold: (values) => values.reduce((product, value) => product * value, 1),
  }),
  reductionRow('variance', ops.variance, arbitraries.variance, undefined),
];

const argmaxCase: fc.Arbitrary<OpCase> = arbitraries.argmax().map(({ x, options }): OpCase => ({
  inputs: [x],
  call: (one) => ops.argmax(one as Tensor, options),
  options: withDefaults(options, ['axis', 'keepDims']),
  expected: () =>
    reduceReference(x, normalizeAxes('reference', options.axis, x.rank), (values) =>
      values.indexOf(Math.max(...values)),
    ),
}));

const broadcastCase = (draw: CallDraw = {}): fc.Arbitrary<OpCase> =>
  broadcastTo(draw).map(({ x, shape }): OpCase => ({
    inputs: [x],
    call: (one) => ops.broadcastTo(one, shape),
    code: `broadcastTo(a, [${shape.join(', ')}])`,
    domain: { axes: shape.length === x.rank ? 'as many' : 'more', target: shape },
    expected: () => broadcastReference([x, zeros(shape)], (value = NaN) => value),
  }));

type Softmax = (x: Tensor, options: ops.SoftmaxOptions) => Tensor;

const softmaxRow = (name: string, op: Softmax, draw: () => fc.Arbitrary<SoftmaxCall>): OpRow => ({
  op: name,
  arbitrary: draw().map(({ x, options }): OpCase => ({
    inputs: [x],
    call: (one) => op(one as Tensor, options),
    options: withDefaults(options, ['axis']),
  })),
  secondOrder: true,
  covers: { axis: COVERS.axis, rank: [1, 2, 3, 4], size: COVERS.size },
  refused: [
    {
      name: 'a scalar',
      call: () => op(ones([]), {}),
      message: new RegExp(`${name}: axis -1 is out of range for rank 0`),
    },
  ],
});

const gradRow = (
  name: string,
  op: (y: Tensor, dy: Tensor) => Tensor,
  draw: () => fc.Arbitrary<SoftmaxCall>,
): OpRow => ({
  op: name,
  // The output's gradient is drawn apart, and takes the shape of x.
  arbitrary: filled(draw(), { dy: { values: scaledDouble(), shape: ({ x }) => x.shape } }).map(
    ({ drawn: { x }, tensors: { dy } }): OpCase => ({
      inputs: [x, dy],
      call: (y, given) => op(y as Tensor, given as Tensor),
    }),
  ),
  secondOrder: true,
  covers: { rank: [1, 2, 3, 4], size: COVERS.size },
  refused: [],
});

export const rows: readonly OpRow[] = [
  ...reductions,
  {
    op: 'argmax',
    arbitrary: argmaxCase,
    integerArbitrary: argmaxCase,
    noGradient: 'a position is a step function',
    covers: COVERS,
    refused: [
      {
        name: 'an axis out of range',
        call: () => ops.argmax(ones([2, 3]), { axis: -3 }),
        message: /argmax: axis -3 is out of range for rank 2/,
      },
      nothing('argmax', (x) => ops.argmax(x, { axis: 1 })),
    ],
  },
  {
    op: 'broadcastTo',
    arbitrary: broadcastCase(),
    integerArbitrary: broadcastCase(INTEGERS),
    secondOrder: true,
    covers: { rank: [0, 1, 2, 3], size: [0, 1, 2, 3], target: [0, 1, 2, 3], axes: ['as many', 'more'] },
    refused: [
      {
        name: 'a size that is not 1 and would change',
        call: () => ops.broadcastTo(ones([2, 1]), [3, 4]),
        message: /broadcastTo: the shape \[2, 1\] does not stretch to \[3, 4\]/,
      },
      { name: 'fewer axes', call: () => ops.broadcastTo(ones([1, 2]), [2]), message: /does not stretch to \[2\]/ },
    ],
  },
  softmaxRow('softmax', ops.softmax, arbitraries.softmax),
  softmaxRow('logSoftmax', ops.logSoftmax, arbitraries.logSoftmax),
  gradRow('softmaxGrad', softmaxGrad, arbitraries.softmax),
  gradRow('logSoftmaxGrad', logSoftmaxGrad, arbitraries.logSoftmax),
];
