/** Rows of matmul, affine and dot. */
import fc from 'fast-check';
import { affine, dot, matmul } from '../../../../src/ops/matmul.ts';
import { ones, type Tensor } from '../../../../src/tensor/tensor.ts';
import { broadcastShapes } from '../../../../src/tensor/broadcast.ts';
import { sizeOf, type Shape } from '../../../../src/tensor/shape.ts';
import { broadcastableShapes, shapes, smallInteger, tensorsOf } from '../../../../src/testing/arbitraries/tensors.ts';
import type { OpCase, OpRow } from '../../../../src/testing/op-row.ts';

type Values = fc.Arbitrary<number> | undefined;

const size = (max = 4): fc.Arbitrary<number> => fc.integer({ min: 1, max });

const productCase = (values?: Values): fc.Arbitrary<OpCase> =>
  fc
    .record({
      batches: broadcastableShapes(2, { maxRank: 2, maxSize: 3 }),
      m: size(6),
      n: size(6),
      k: size(6),
      transposeA: fc.boolean(),
      transposeB: fc.boolean(),
    })
    .chain(({ batches: [batchA = [], batchB = []], m, n, k, transposeA, transposeB }) =>
      tensorsOf(
        [
          [...batchA, ...(transposeA ? [k, m] : [m, k])],
          [...batchB, ...(transposeB ? [n, k] : [k, n])],
        ],
        values,
      ).map((inputs): OpCase => ({
        inputs,
        call: (a, b) => matmul(a, b, { transposeA, transposeB }),
        describe: `${transposeA ? 'Aᵀ' : 'A'} ${transposeB ? 'Bᵀ' : 'B'}, batch ranks ${batchA.length} and ${batchB.length}`,
        expected: () => {
          const [a, b] = inputs as readonly [Tensor, Tensor];
          const batch = broadcastShapes('test', [batchA, batchB]);
          return Array.from({ length: sizeOf(batch) * m * n }, (_, position) => {
            const [i, j] = [Math.floor(position / n) % m, position % n];
            const matrix = Math.floor(position / (m * n));
            const aIndex = [...indexIn(batchA, batch, matrix)];
            const bIndex = [...indexIn(batchB, batch, matrix)];
            let sum = 0;
            for (let p = 0; p < k; p++) {
              sum +=
                a.at(...aIndex, ...(transposeA ? [p, i] : [i, p])) * b.at(...bIndex, ...(transposeB ? [j, p] : [p, j]));
            }
            return sum;
          });
        },
      })),
    );

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

const affineCase = (values?: Values): fc.Arbitrary<OpCase> =>
  fc
    .record({ rows: shapes({ maxRank: 3 }), features: size(6), units: size(6), withBias: fc.boolean() })
    .chain(({ rows, features, units, withBias }) =>
      tensorsOf([[...rows, features], [features, units], ...(withBias ? [[units]] : [])], values).map(
        (inputs): OpCase => ({
          inputs,
          call: (x, kernel, bias?: Tensor) => affine(x, kernel, bias),
          describe: `rank ${rows.length + 1}, ${withBias ? 'bias' : 'no bias'}`,
          expected: () => {
            const [x, kernel, bias] = inputs as readonly [Tensor, Tensor, Tensor?];
            return Array.from({ length: sizeOf(rows) * units }, (_, position) => {
              const [row, unit] = [Math.floor(position / units), position % units];
              let sum = bias?.data[unit] ?? 0;
              for (let p = 0; p < features; p++) sum += (x.data[row * features + p] ?? NaN) * kernel.at(p, unit);
              return sum;
            });
          },
        }),
      ),
    );

const dotCase = (values?: Values): fc.Arbitrary<OpCase> =>
  fc.record({ left: shapes({ maxRank: 1 }), right: shapes({ maxRank: 1 }), k: size(6) }).chain(({ left, right, k }) =>
    tensorsOf(
      [
        [...left, k],
        [k, ...right],
      ],
      values,
    ).map((inputs): OpCase => ({
      inputs,
      call: (a, b) => dot(a, b),
      describe: `ranks ${left.length + 1} and ${right.length + 1}`,
      expected: () => {
        const [a, b] = inputs as readonly [Tensor, Tensor];
        const n = sizeOf(right);
        return Array.from({ length: sizeOf(left) * n }, (_, position) => {
          let sum = 0;
          for (let p = 0; p < k; p++) {
            sum += (a.data[Math.floor(position / n) * k + p] ?? NaN) * (b.data[p * n + (position % n)] ?? NaN);
          }
          return sum;
        });
      },
    })),
  );

const of = (...shape: number[]): Tensor => ones(shape);

export const rows: readonly OpRow[] = [
  {
    op: 'matmul',
    arbitrary: productCase(),
    integerArbitrary: productCase(smallInteger()),
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
    arbitrary: affineCase(),
    integerArbitrary: affineCase(smallInteger()),
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
    arbitrary: dotCase(),
    integerArbitrary: dotCase(smallInteger()),
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
