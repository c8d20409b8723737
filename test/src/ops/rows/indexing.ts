/** Rows of gather, scatterAdd and oneHot. */
import type fc from 'fast-check';
import * as ops from '../../../../src/ops/index.ts';
import { ones, tensor, type Tensor } from '../../../../src/tensor/tensor.ts';
import * as arbitraries from '../../../../src/testing/arbitraries/index.ts';
import type { OpCase, OpRow } from '../../../../src/testing/op-row.ts';
import { allIndices } from '../references.ts';

const { smallInteger } = arbitraries;

const fromFront = (axis: number, rank: number): number => (axis < 0 ? axis + rank : axis);

const gatherCase = (calls: fc.Arbitrary<arbitraries.GatherCall>): fc.Arbitrary<OpCase> =>
  calls.map(({ x, indices, options }): OpCase => ({
    inputs: [x, indices],
    call: (one, which) => ops.gather(one as Tensor, which as Tensor, options),
    differentiable: [0],
    options,
    domain: { indexRank: indices.rank, tableRank: x.rank },
    expected: () => {
      const at = fromFront(options.axis ?? 0, x.rank);
      return allIndices(x.shape.toSpliced(at, 1, ...indices.shape)).map((position) => {
        const row = indices.at(...position.slice(at, at + indices.rank));
        return x.at(...position.toSpliced(at, indices.rank, row));
      });
    },
  }));

const scatterCase = (calls: fc.Arbitrary<arbitraries.ScatterAddCall>): fc.Arbitrary<OpCase> =>
  calls.map(({ indices, updates, options }): OpCase => {
    const rank = updates.rank - indices.rank + 1;
    return {
      inputs: [indices, updates],
      call: (which, some) => ops.scatterAdd(which as Tensor, some as Tensor, options),
      differentiable: [1],
      options,
      domain: { indexRank: indices.rank, tableRank: rank },
      expected: () => {
        const at = fromFront(options.axis ?? 0, rank);
        return allIndices(updates.shape.toSpliced(at, indices.rank, options.size)).map((position) =>
          allIndices(indices.shape)
            .filter((index) => indices.at(...index) === position[at])
            .reduce((sum, index) => sum + updates.at(...position.toSpliced(at, 1, ...index)), 0),
        );
      },
    };
  });

const oneHotCase: fc.Arbitrary<OpCase> = arbitraries.oneHot().map(({ indices, depth }): OpCase => ({
  inputs: [indices],
  call: (one) => ops.oneHot(one as Tensor, depth),
  code: `oneHot(a, ${depth})`,
  domain: { depth },
  expected: () =>
    Array.from({ length: indices.size * depth }, (_, k) => Number(indices.data[Math.floor(k / depth)] === k % depth)),
}));

const covers = { axis: [-3, -2, -1, 0, 1, 2], tableRank: [1, 2, 3], indexRank: [0, 1, 2], size: [0, 1, 2] } as const;

export const rows: readonly OpRow[] = [
  {
    op: 'gather',
    arbitrary: gatherCase(arbitraries.gather()),
    integerArbitrary: gatherCase(arbitraries.gather({ values: smallInteger() })),
    covers,
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
    arbitrary: scatterCase(arbitraries.scatterAdd()),
    integerArbitrary: scatterCase(arbitraries.scatterAdd({ values: smallInteger() })),
    covers,
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
    covers: { depth: [1, 2, 3, 4, 5], rank: [0, 1, 2, 3], size: [0, 1, 2] },
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
