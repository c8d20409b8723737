/** Rows of the reductions, of broadcasting and of softmax. */
import fc from 'fast-check';
import * as ops from '../../../../src/ops/index.ts';
import type { ReductionOp, ReductionOptions } from '../../../../src/ops/reductions.ts';
import { logSoftmaxGrad, softmaxGrad } from '../../../../src/ops/softmax.ts';
import { normalizeAxes } from '../../../../src/tensor/broadcast.ts';
import type { Shape } from '../../../../src/tensor/shape.ts';
import { ones, zeros, type Tensor } from '../../../../src/tensor/tensor.ts';
import {
  axisOf,
  distinctTensorOf,
  scaledDouble,
  shapes,
  smallInteger,
  tensorOf,
  tensorsOf,
} from '../../../../src/testing/arbitraries/tensors.ts';
import { broadcastReference, reduceReference } from '../references.ts';
import type { OpCase, OpRow, RefusedCall } from '../../../../src/testing/op-row.ts';

type Draw = (shape: Shape) => fc.Arbitrary<Tensor>;
type Fold = (values: readonly number[]) => number;

const axesOf = (shape: Shape): fc.Arbitrary<ReductionOptions['axis']> =>
  shape.length === 0
    ? fc.constant(undefined)
    : fc.oneof(fc.constant(undefined), axisOf(shape), fc.subarray([...shape.keys()]));

const reductionCase = (op: ReductionOp, draw: Draw, fold?: Fold, minSize = 1): fc.Arbitrary<OpCase> =>
  shapes({ minSize, maxRank: 3 }).chain((shape) =>
    fc.record({ x: draw(shape), axis: axesOf(shape), keepDims: fc.boolean() }).map(({ x, axis, keepDims }): OpCase => {
      const options = { keepDims, ...(axis !== undefined && { axis }) };
      return {
        inputs: [x],
        call: (one) => op(one, options),
        describe: `rank ${shape.length}, ${axis === undefined ? 'all axes' : typeof axis === 'number' ? 'one axis' : `${axis.length} axes`}`,
        ...(fold && { expected: () => reduceReference(x, normalizeAxes('reference', axis, shape.length), fold) }),
      };
    }),
  );

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

const any: Draw = (shape) => tensorOf(shape, scaledDouble());
const integers: Draw = (shape) => tensorOf(shape, smallInteger());
/** Few zeros and ones of either sign: products of 64 of them stay exact. */
const units: Draw = (shape) => tensorOf(shape, fc.constantFrom(-1, 1, 1, -1, 2, 0));
/** With zeros, where the product's gradient is not y / x. */
const withZeros: Draw = (shape) =>
  tensorOf(shape, fc.oneof({ weight: 4, arbitrary: scaledDouble() }, { weight: 1, arbitrary: fc.constant(0) }));
const distinct: Draw = (shape) => distinctTensorOf(shape);

const total: Fold = (values) => values.reduce((sum, value) => sum + value, 0);

const reductionRow = (
  name: string,
  op: ReductionOp,
  draw: Draw,
  exact: { draw: Draw; fold: Fold } | undefined,
  refused: readonly RefusedCall[] = [],
): OpRow => ({
  op: name,
  arbitrary: reductionCase(op, draw),
  ...(exact && { integerArbitrary: reductionCase(op, exact.draw, exact.fold) }),
  secondOrder: true,
  refused: [badAxis(name, op), ...refused],
});

const reductions: readonly OpRow[] = [
  reductionRow('sum', ops.sum, any, { draw: integers, fold: total }, [
    {
      name: 'one axis named twice',
      call: () => ops.sum(ones([2, 3]), { axis: [1, -1] }),
      message: /sum: the axes \[1, 1\] name one axis twice/,
    },
  ]),
  reductionRow('mean', ops.mean, any, { draw: integers, fold: (values) => total(values) / values.length }),
  reductionRow('max', ops.max, distinct, { draw: integers, fold: (values) => Math.max(...values) }, [
    nothing('max', ops.max),
  ]),
  reductionRow('min', ops.min, distinct, { draw: integers, fold: (values) => Math.min(...values) }, [
    nothing('min', ops.min),
  ]),
  reductionRow('prod', ops.prod, withZeros, {
    draw: units,
    fold: (values) => values.reduce((product, value) => product * value, 1),
  }),
  reductionRow('variance', ops.variance, any, undefined),
];

const argmaxCase: fc.Arbitrary<OpCase> = shapes({ maxRank: 3 }).chain((shape) =>
  fc
    .record({
      x: integers(shape),
      axis: shape.length === 0 ? fc.constant(undefined) : fc.option(axisOf(shape), { nil: undefined }),
      keepDims: fc.boolean(),
    })
    .map(({ x, axis, keepDims }): OpCase => ({
      inputs: [x],
      call: (one) => ops.argmax(one, { keepDims, ...(axis !== undefined && { axis }) }),
      describe: `rank ${shape.length}, ${axis === undefined ? 'all axes' : 'one axis'}`,
      expected: () =>
        reduceReference(x, normalizeAxes('reference', axis, shape.length), (values) =>
          values.indexOf(Math.max(...values)),
        ),
    })),
);

const broadcastCase = (values: fc.Arbitrary<number>): fc.Arbitrary<OpCase> =>
  shapes({ maxRank: 3 })
    .chain((shape) =>
      fc.record({
        shape: fc.constant(shape),
        leading: shapes({ maxRank: 1 }),
        stretch: fc.array(fc.integer({ min: 1, max: 3 }), { minLength: shape.length, maxLength: shape.length }),
        x: tensorOf(shape, values),
      }),
    )
    .map(({ shape, leading, stretch, x }): OpCase => {
      const target = [...leading, ...shape.map((size, axis) => (size === 1 ? (stretch[axis] ?? 1) : size))];
      return {
        inputs: [x],
        call: (one) => ops.broadcastTo(one, target),
        describe: `rank ${shape.length} to ${target.length}`,
        expected: () => broadcastReference([x, zeros(target)], (value = NaN) => value),
      };
    });

type Softmax = (x: Tensor, options: ops.SoftmaxOptions) => Tensor;

const softmaxCase = (op: Softmax): fc.Arbitrary<OpCase> =>
  shapes({ minRank: 1, maxRank: 3 }).chain((shape) =>
    fc.record({ x: any(shape), axis: axisOf(shape) }).map(({ x, axis }): OpCase => ({
      inputs: [x],
      call: (one) => op(one, { axis }),
      describe: `rank ${shape.length}, axis ${axis === -1 || axis === shape.length - 1 ? 'last' : 'other'}`,
    })),
  );

const rowPairCase = (op: (y: Tensor, dy: Tensor) => Tensor): fc.Arbitrary<OpCase> =>
  shapes({ minRank: 1, maxRank: 3 }).chain((shape) =>
    tensorsOf([shape, shape]).map((inputs): OpCase => ({
      inputs,
      call: (y, dy) => op(y as Tensor, dy as Tensor),
      describe: `rank ${shape.length}`,
    })),
  );

const scalar = (name: string, op: Softmax): RefusedCall => ({
  name: 'a scalar',
  call: () => op(ones([]), {}),
  message: new RegExp(`${name}: axis -1 is out of range for rank 0`),
});

export const rows: readonly OpRow[] = [
  ...reductions,
  {
    op: 'argmax',
    arbitrary: argmaxCase,
    integerArbitrary: argmaxCase,
    noGradient: 'a position is a step function',
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
    arbitrary: broadcastCase(scaledDouble()),
    integerArbitrary: broadcastCase(smallInteger()),
    secondOrder: true,
    refused: [
      {
        name: 'a size that is not 1 and would change',
        call: () => ops.broadcastTo(ones([2, 1]), [3, 4]),
        message: /broadcastTo: the shape \[2, 1\] does not stretch to \[3, 4\]/,
      },
      { name: 'fewer axes', call: () => ops.broadcastTo(ones([1, 2]), [2]), message: /does not stretch to \[2\]/ },
    ],
  },
  { op: 'softmax', arbitrary: softmaxCase(ops.softmax), secondOrder: true, refused: [scalar('softmax', ops.softmax)] },
  {
    op: 'logSoftmax',
    arbitrary: softmaxCase(ops.logSoftmax),
    secondOrder: true,
    refused: [scalar('logSoftmax', ops.logSoftmax)],
  },
  { op: 'softmaxGrad', arbitrary: rowPairCase(softmaxGrad), secondOrder: true, refused: [] },
  { op: 'logSoftmaxGrad', arbitrary: rowPairCase(logSoftmaxGrad), secondOrder: true, refused: [] },
];
