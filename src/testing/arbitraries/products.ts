/** Calls of matrix products: every rank, operands given transposed, batch axes that broadcast. */
import type fc from 'fast-check';
import type { MatmulCallOptions } from '../../ops/matmul.ts';
import type { Shape } from '../../tensor/shape.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { fastCheck } from '../fast-check.ts';
import { filled, type CallDraw } from './filled.ts';
import { between, listOf, shapesOrEmpty, sizeOrNone, written } from './sizes.ts';
import { scaledDouble } from './tensors.ts';

export interface MatmulCall {
  readonly a: Tensor;
  readonly b: Tensor;
  readonly options: MatmulCallOptions;
}

/** `bias` is there or not. */
export interface AffineCall {
  readonly x: Tensor;
  readonly kernel: Tensor;
  readonly bias?: Tensor;
}

export interface DotCall {
  readonly a: Tensor;
  readonly b: Tensor;
}

const MAX_BATCH_RANK = 2;

/** What an operand has of the batch axes. */
interface Part {
  readonly dropped: number;
  readonly ones: readonly boolean[];
}

const part = (): fc.Arbitrary<Part> =>
  fastCheck().record({ dropped: between(0, MAX_BATCH_RANK), ones: listOf(MAX_BATCH_RANK, fastCheck().boolean()) });

const batchOf = (batch: Shape, { dropped, ones }: Part): Shape =>
  batch.map((size, axis) => (ones[axis] ? 1 : size)).slice(dropped);

/** Matrices of sizes 0 to 6, either operand transposed or not, with 0 to 2 batch axes of sizes 0 to 3 that broadcast. */
export function matmul({ values = scaledDouble() }: CallDraw = {}): fc.Arbitrary<MatmulCall> {
  const source = fastCheck().record({
    batch: shapesOrEmpty(0, MAX_BATCH_RANK, 3),
    partOfA: part(),
    partOfB: part(),
    m: sizeOrNone(6),
    n: sizeOrNone(6),
    k: sizeOrNone(6),
    transposeA: fastCheck().boolean(),
    transposeB: fastCheck().boolean(),
    spelled: fastCheck().boolean(),
  });
  return filled(source, {
    a: {
      values,
      shape: ({ batch, partOfA, m, k, transposeA }) => [...batchOf(batch, partOfA), ...(transposeA ? [k, m] : [m, k])],
    },
    b: {
      values,
      shape: ({ batch, partOfB, n, k, transposeB }) => [...batchOf(batch, partOfB), ...(transposeB ? [n, k] : [k, n])],
    },
  }).map(({ drawn: { transposeA, transposeB, spelled }, tensors }) => ({
    ...tensors,
    options: written<MatmulCallOptions>({ transposeA, transposeB }, { transposeA: false, transposeB: false }, spelled),
  }));
}

/** x of rank 1 to 4 with 0 to 6 features, 0 to 6 units, a bias or none. */
export function affine({ values = scaledDouble() }: CallDraw = {}): fc.Arbitrary<AffineCall> {
  const source = fastCheck().record({
    rows: shapesOrEmpty(0, 3),
    features: sizeOrNone(6),
    units: sizeOrNone(6),
    withBias: fastCheck().boolean(),
  });
  return filled(source, {
    x: { values, shape: ({ rows, features }) => [...rows, features] },
    kernel: { values, shape: ({ features, units }) => [features, units] },
    bias: { values, shape: ({ units }) => [units] },
  }).map(({ drawn: { withBias }, tensors: { x, kernel, bias } }) => ({ x, kernel, ...(withBias && { bias }) }));
}

/** Vectors and matrices of sizes 0 to 6. */
export function dot({ values = scaledDouble() }: CallDraw = {}): fc.Arbitrary<DotCall> {
  const source = fastCheck().record({
    left: shapesOrEmpty(0, 1),
    right: shapesOrEmpty(0, 1),
    k: sizeOrNone(6),
  });
  return filled(source, {
    a: { values, shape: ({ left, k }) => [...left, k] },
    b: { values, shape: ({ right, k }) => [k, ...right] },
  }).map(({ tensors }) => tensors);
}
