/** matmulKernel against a product written index by index. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import t from 'tap';
import { matmulKernel } from '../../kernels/matmul/index.ts';
import { type Shape, sizeOf } from '../../src/tensor/shape.ts';
import { FLOAT_TYPES, type FloatType, integers, plain, runKernel } from './integers.ts';

interface Product {
  readonly aBatch: Shape;
  readonly bBatch: Shape;
  readonly batch: Shape;
  readonly m: number;
  readonly n: number;
  readonly k: number;
  readonly transposeA: boolean;
  readonly transposeB: boolean;
  readonly withBias: boolean;
}

/** Where the matrix of a batch position starts, for an operand whose axes may be missing or of length 1. */
function matrixNumber(position: number, batch: Shape, own: Shape): number {
  let rest = position;
  let number = 0;
  let stride = 1;
  for (let back = 1; back <= batch.length; back++) {
    const length = batch.at(-back) ?? 1;
    const index = rest % length;
    rest = Math.floor(rest / length);
    const ownLength = back <= own.length ? (own.at(-back) ?? 1) : 1;
    if (ownLength !== 1) number += index * stride;
    stride *= ownLength;
  }
  return number;
}

function check(product: Product, Float: FloatType): void {
  const { aBatch, bBatch, batch, m, n, k, transposeA, transposeB, withBias } = product;
  const aShape = [...aBatch, ...(transposeA ? [k, m] : [m, k])];
  const bShape = [...bBatch, ...(transposeB ? [n, k] : [k, n])];
  const a = { shape: aShape, data: integers(Float, aShape, 1) };
  const b = { shape: bShape, data: integers(Float, bShape, 2) };
  const bias = { shape: [n], data: integers(Float, [n], 3) };
  const expected: number[] = [];
  for (let position = 0; position < sizeOf(batch); position++) {
    const aAt = matrixNumber(position, batch, aBatch) * m * k;
    const bAt = matrixNumber(position, batch, bBatch) * k * n;
    for (let i = 0; i < m; i++) {
      for (let j = 0; j < n; j++) {
        let sum = withBias ? bias.data[j]! : 0;
        for (let p = 0; p < k; p++) {
          const x = a.data[aAt + (transposeA ? p * m + i : i * k + p)]!;
          sum += x * b.data[bAt + (transposeB ? j * k + p : p * n + j)]!;
        }
        expected.push(sum);
      }
    }
  }
  const inputs = withBias ? [a, b, bias] : [a, b];
  const [out = []] = runKernel(matmulKernel, inputs, [[...batch, m, n]], { transposeA, transposeB }, Float);
  assert.deepEqual(plain(out), plain(expected));
}

const size = fc.oneof({ weight: 4, arbitrary: fc.integer({ min: 0, max: 13 }) }, fc.integer({ min: 60, max: 70 }));

const batches = fc.constantFrom<Pick<Product, 'aBatch' | 'bBatch' | 'batch'>>(
  { aBatch: [], bBatch: [], batch: [] },
  { aBatch: [3], bBatch: [], batch: [3] },
  { aBatch: [2, 3], bBatch: [1, 1], batch: [2, 3] },
  { aBatch: [], bBatch: [3], batch: [3] },
  { aBatch: [2, 1], bBatch: [3], batch: [2, 3] },
  { aBatch: [2, 1, 2], bBatch: [3, 1], batch: [2, 3, 2] },
  { aBatch: [1, 3], bBatch: [2, 1, 1], batch: [2, 1, 3] },
  { aBatch: [2, 3], bBatch: [2, 3], batch: [2, 3] },
  { aBatch: [0], bBatch: [1], batch: [0] },
  { aBatch: [0, 2], bBatch: [0, 1], batch: [0, 2] },
);

for (const Float of FLOAT_TYPES) {
  t.test(`matmul of ${Float.name} equals the product by index, for any sizes, transposes, batch axes and bias`, (t) => {
    fc.assert(
      fc.property(
        batches,
        fc.record({
          m: size,
          n: size,
          k: size,
          transposeA: fc.boolean(),
          transposeB: fc.boolean(),
          withBias: fc.boolean(),
        }),
        (batch, rest) => check({ ...batch, ...rest }, Float),
      ),
      { seed: 1, numRuns: 400 },
    );
    t.end();
  });
}

t.test('a row gets the same bits alone, in any batch, in any place and for any number of columns', (t) => {
  const k = 37;
  const options = { transposeA: false, transposeB: false };
  const noise = (length: number) => Float32Array.from({ length }, (_, i) => ((i * 7919) % 1013) / 1013 - 0.4);
  const rows = noise(70 * k);
  const matrix = noise(k * 11);
  const product = (m: number, n: number, from: number) => {
    const a = { shape: [m, k], data: rows.subarray(from * k, (from + m) * k) };
    const b = {
      shape: [k, n],
      data: Float32Array.from({ length: k * n }, (_, i) => matrix[Math.floor(i / n) * 11 + (i % n)]!),
    };
    return runKernel(matmulKernel, [a, b], [[m, n]], options, Float32Array)[0]!;
  };
  const whole = product(70, 11, 0);
  for (const m of [1, 2, 4, 5, 66]) {
    for (const n of [1, 3, 4, 6, 11]) {
      const part = product(m, n, 2);
      const expected = Array.from(part, (_, i) => whole[(2 + Math.floor(i / n)) * 11 + (i % n)]);
      t.same(Array.from(part), expected, `${m} rows, ${n} columns`);
    }
  }
  t.end();
});

t.test('matmul: two operations per multiply-add, over all products of the batch', (t) => {
  const options = { transposeA: true, transposeB: false };
  const geometry = matmulKernel.plan(
    [
      [5, 4, 3],
      [4, 6],
    ],
    [[5, 3, 6]],
    options,
  );
  t.equal(matmulKernel.flops(geometry), 2 * 5 * 3 * 6 * 4);
  t.end();
});
