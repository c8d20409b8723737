/** Rows of gather, scatterAdd and oneHot. */
import fc from 'fast-check';
import * as ops from '../../../../src/ops/index.ts';
import { sizeOf } from '../../../../src/tensor/shape.ts';
import { ones, tensor, type Tensor } from '../../../../src/tensor/tensor.ts';
import { axisOf, scaledDouble, shapes, smallInteger, tensorOf } from '../../../../src/testing/arbitraries/tensors.ts';
import { allIndices } from '../references.ts';
import type { OpCase, OpRow } from '../../../../src/testing/op-row.ts';

const tableCase = shapes({ minRank: 1, maxRank: 3 }).chain((shape) =>
  fc.record({ axis: axisOf(shape), indexShape: shapes({ maxRank: 2, maxSize: 3 }) }).chain(({ axis, indexShape }) => {
    const at = axis < 0 ? axis + shape.length : axis;
    const size = shape[at] ?? 1;
    const indices = tensorOf(indexShape, fc.integer({ min: 0, max: size - 1 }));
    return indices.map((one) => ({ shape, axis, at, size, indices: one }));
  }),
);

const gatherCase = (values: fc.Arbitrary<number>): fc.Arbitrary<OpCase> =>
  tableCase.chain(({ shape, axis, at, indices }) =>
    tensorOf(shape, values).map((x): OpCase => ({
      inputs: [x, indices],
      call: (one, which) => ops.gather(one ?? 0, which ?? 0, { axis }),
      differentiable: [0],
      describe: `rank ${shape.length}, index rank ${indices.rank}`,
      expected: () =>
        allIndices(shape.toSpliced(at, 1, ...indices.shape)).map((position) => {
          const row = indices.at(...position.slice(at, at + indices.rank));
          return x.at(...position.toSpliced(at, indices.rank, row));
        }),
    })),
  );

const scatterCase = (values: fc.Arbitrary<number>): fc.Arbitrary<OpCase> =>
  tableCase.chain(({ shape, axis, at, size, indices }) =>
    tensorOf(shape.toSpliced(at, 1, ...indices.shape), values).map((updates): OpCase => ({
      inputs: [indices, updates],
      call: (which, some) => ops.scatterAdd(which ?? 0, some ?? 0, { size, axis }),
      differentiable: [1],
      describe: `rank ${shape.length}, index rank ${indices.rank}`,
      expected: () =>
        allIndices(shape).map((position) =>
          allIndices(indices.shape)
            .filter((index) => indices.at(...index) === position[at])
            .reduce((sum, index) => sum + updates.at(...position.toSpliced(at, 1, ...index)), 0),
        ),
    })),
  );

const oneHotCase: fc.Arbitrary<OpCase> = fc
  .record({ shape: shapes({ maxRank: 2 }), depth: fc.integer({ min: 1, max: 5 }) })
  .chain(({ shape, depth }) =>
    tensorOf(shape, fc.integer({ min: 0, max: depth - 1 })).map((indices): OpCase => ({
      inputs: [indices],
      call: (one) => ops.oneHot(one as Tensor, depth),
      describe: `rank ${shape.length}`,
      expected: () =>
        Array.from({ length: sizeOf(shape) * depth }, (_, k) =>
          Number(indices.data[Math.floor(k / depth)] === k % depth),
        ),
    })),
  );

export const rows: readonly OpRow[] = [
  {
    op: 'gather',
    arbitrary: gatherCase(scaledDouble()),
    integerArbitrary: gatherCase(smallInteger()),
    secondOrder: true,
    refused: [
      {
        name: 'an index beyond the end',
        call: () => ops.gather(ones([3, 2]), tensor([0, 3])),
        message: /gather: the index 3 at position 1 is out of range. Indices are whole numbers from 0 to 2/,
      },
      {
        name: 'a negative index',
        call: () => ops.gather(ones([3]), tensor([-1])),
        message: /the index -1 at position 0/,
      },
      { name: 'a fraction', call: () => ops.gather(ones([3]), tensor([0.5])), message: /the index 0.5 at position 0/ },
      { name: 'NaN', call: () => ops.gather(ones([3]), tensor([NaN])), message: /the index NaN at position 0/ },
      {
        name: 'a scalar table',
        call: () => ops.gather(1, tensor([0])),
        message: /gather: axis 0 is out of range for rank 0/,
      },
    ],
  },
  {
    op: 'scatterAdd',
    arbitrary: scatterCase(scaledDouble()),
    integerArbitrary: scatterCase(smallInteger()),
    secondOrder: true,
    refused: [
      {
        name: 'an index beyond the end',
        call: () => ops.scatterAdd(tensor([2]), ones([1]), { size: 2 }),
        message: /scatterAdd: the index 2 at position 0 is out of range. Indices are whole numbers from 0 to 1/,
      },
      {
        name: 'updates of another shape',
        call: () => ops.scatterAdd(tensor([0, 1]), ones([3]), { size: 2 }),
        message: /scatterAdd: the updates \[3\] do not have the shape of the indices \[2\] at axis 0/,
      },
      {
        name: 'updates with fewer axes than the indices',
        call: () => ops.scatterAdd(tensor([[0, 1]]), ones([2]), { size: 2 }),
        message: /do not have the shape of the indices/,
      },
      {
        name: 'a size that is no size',
        call: () => ops.scatterAdd(tensor([0]), ones([1]), { size: -1 }),
        message: /scatterAdd: the size -1/,
      },
    ],
  },
  {
    op: 'oneHot',
    arbitrary: oneHotCase,
    integerArbitrary: oneHotCase,
    noGradient: 'it does not vary with its indices',
    refused: [
      {
        name: 'an index beyond the depth',
        call: () => ops.oneHot(tensor([3]), 3),
        message: /oneHot: the index 3 at position 0.*from 0 to 2/,
      },
      { name: 'a depth of 0', call: () => ops.oneHot(tensor([0]), 0), message: /oneHot: the depth 0/ },
    ],
  },
];
