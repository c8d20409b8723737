/** Rows of matmul, affine and dot. */
import type fc from 'fast-check';
import { affine, dot, matmul } from '../../../../src/ops/matmul.ts';
import { broadcastShapes } from '../../../../src/tensor/broadcast.ts';
import { sizeOf, type Shape } from '../../../../src/tensor/shape.ts';
import { ones, type Tensor } from '../../../../src/tensor/tensor.ts';
import * as arbitraries from '../../../../src/testing/arbitraries/index.ts';
import type { OpCase, OpRow } from '../../../../src/testing/op-row.ts';

const { smallInteger } = arbitraries;

const productCase = (calls: fc.Arbitrary<arbitraries.MatmulCall>): fc.Arbitrary<OpCase> =>
  calls.map(({ a, b, options }): OpCase => {
    const { transposeA = false, transposeB = false } = options;
    const [batchA, batchB] = [a.shape.slice(0, -2), b.shape.slice(0, -2)];
    return {
      inputs: [a, b],
      call: (left, right) => matmul(left as Tensor, right as Tensor, options),
      options,
      domain: {
        operands: `${transposeA ? 'Aᵀ' : 'A'} ${transposeB ? 'Bᵀ' : 'B'}`,
        batchRank: [batchA.length, batchB.length],
      },
      expected: () => {
        const [m = 0, k = 0] = transposeA ? a.shape.slice(-2).reverse() : a.shape.slice(-2);
        const n = b.shape.at(transposeB ? -2 : -1) ?? 0;
        const batch = broadcastShapes('test', [batchA, batchB]);
        return Array.from({ length: sizeOf(batch) * m * n }, (_, position) => {
          const [i, j] = [Math.floor(position / n) % m, position % n];
          const matrix = Math.floor(position / (m * n));
          const aIndex = indexIn(batchA, batch, matrix);
          const bIndex = indexIn(batchB, batch, matrix);
          let sum = 0;
          for (let p = 0; p < k; p++) {
            sum +=
              a.at(...aIndex, ...(transposeA ? [p, i] : [i, p])) * b.at(...bIndex, ...(transposeB ? [j, p] : [p, j]));
          }
          return sum;
        });
      },
    };
  });

/** The indices in `own` of the flat `position` in `batch`, to which it broadcasts. */
function indexIn(own: Shape, batch: Shape, position: number): number[] {
  const indices: number[] = [];
  let rest = position;
  for (let axis = batch.length - 1; axis >= 0; axis--) {
    const length = batch[axis] ?? 1;
    indices.unshift(rest % length);
    rest = Math.floor(rest / length);
  }
  return indices.slice(batch.length - own.length).map((index, axis) => (own[axis] === 1 ? 0 : index));
}

const affineCase = (calls: fc.Arbitrary<arbitraries.AffineCall>): fc.Arbitrary<OpCase> =>
  calls.map(({ x, kernel, bias }): OpCase => ({
    inputs: [x, kernel, ...(bias ? [bias] : [])],
    call: (one, other, third?: Tensor) => affine(one as Tensor, other as Tensor, third),
    domain: { bias: bias !== undefined, rankOfX: x.rank },
    expected: () => {
      const [features = 0, units = 0] = kernel.shape;
      return Array.from({ length: sizeOf(x.shape.slice(0, -1)) * units }, (_, position) => {
        const [row, unit] = [Math.floor(position / units), position % units];
        let sum = bias?.data[unit] ?? 0;
        for (let p = 0; p < features; p++) sum += (x.data[row * features + p] ?? NaN) * kernel.at(p, unit);
        return sum;
      });
    },
  }));

const dotCase = (calls: fc.Arbitrary<arbitraries.DotCall>): fc.Arbitrary<OpCase> =>
  calls.map(({ a, b }): OpCase => ({
    inputs: [a, b],
    call: (left, right) => dot(left as Tensor, right as Tensor),
    domain: { ranks: `${a.rank} and ${b.rank}` },
    expected: () => {
      const k = b.shape[0] ?? 0;
      const n = sizeOf(b.shape.slice(1));
      return Array.from({ length: sizeOf(a.shape.slice(0, -1)) * n }, (_, position) => {
        let sum = 0;
        for (let p = 0; p < k; p++) {
          sum += (a.data[Math.floor(position / n) * k + p] ?? NaN) * (b.data[p * n + (position % n)] ?? NaN);
        }
        return sum;
      });
    },
  }));

const of = (...shape: number[]): Tensor => ones(shape);

export const rows: readonly OpRow[] = [
  {
    op: 'matmul',
    arbitrary: productCase(arbitraries.matmul()),
    integerArbitrary: productCase(arbitraries.matmul({ values: smallInteger() })),
    covers: {
      operands: ['A B', 'Aᵀ B', 'A Bᵀ', 'Aᵀ Bᵀ'],
      transposeA: [false, true],
      transposeB: [false, true],
      batchRank: [0, 1, 2],
      rank: [2, 3, 4],
      size: [0, 1, 2],
    },
    secondOrder: true,
    refused: [
      {
        name: 'inner sizes that differ',
        call: () => matmul(of(2, 3), of(4, 5)),
        message: /matmul: the inner sizes 3 and 4 differ \(a \[2, 3\], b \[4, 5\]\)/,
      },
      {
        name: 'a transposed operand whose inner size differs',
        call: () => matmul(of(2, 3), of(3, 5), { transposeA: true }),
        message: /the inner sizes 2 and 3 differ \(a \[2, 3\] transposed/,
      },
      {
        name: 'vectors',
        call: () => matmul(of(3), of(3, 2)),
        message: /at least 2 axes, got \[3\] and \[3, 2\]. Use dot\(\)/,
      },
      {
        name: 'batch axes that do not broadcast',
        call: () => matmul(of(2, 3, 4), of(3, 4, 5)),
        message: /matmul \(batch axes\): the shapes \[2\] and \[3\] do not broadcast/,
      },
    ],
  },
  {
    op: 'affine',
    arbitrary: affineCase(arbitraries.affine()),
    integerArbitrary: affineCase(arbitraries.affine({ values: smallInteger() })),
    covers: { bias: [true, false], rankOfX: [1, 2, 3, 4], size: [0, 1, 2] },
    secondOrder: true,
    refused: [
      {
        name: 'another number of features',
        call: () => affine(of(8, 3), of(4, 2)),
        message: /affine: x has 3 features but the kernel expects 4 \(x \[8, 3\], kernel \[4, 2\]\)/,
      },
      { name: 'a scalar', call: () => affine(2, of(1, 2)), message: /expected x \[..., features\] and a kernel/ },
      {
        name: 'a bias of another size',
        call: () => affine(of(8, 3), of(3, 2), of(3)),
        message: /bias has the shape \[3\]; 2 units take \[2\]/,
      },
    ],
  },
  {
    op: 'dot',
    arbitrary: dotCase(arbitraries.dot()),
    integerArbitrary: dotCase(arbitraries.dot({ values: smallInteger() })),
    covers: { ranks: ['1 and 1', '1 and 2', '2 and 1', '2 and 2'], size: [0, 1, 2] },
    secondOrder: true,
    refused: [
      {
        name: 'inner sizes that differ',
        call: () => dot(of(3), of(4)),
        message: /dot: the inner sizes 3 and 4 differ/,
      },
      {
        name: 'batches',
        call: () => dot(of(2, 3, 4), of(4)),
        message: /dot: the operands need 1 or 2 axes, got \[2, 3, 4\]/,
      },
    ],
  },
];
