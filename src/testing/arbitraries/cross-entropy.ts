/** Calls of the cross-entropies of logits. */
import type fc from 'fast-check';
import { tensor, type Tensor } from '../../tensor/tensor.ts';
import { fastCheck } from '../fast-check.ts';
import { fill, shapesWithEmpty, type ValueDraw } from './drawing.ts';
import { scaledDouble } from './tensors.ts';

/** A call of `softmaxCrossEntropy`. */
export interface SoftmaxCrossEntropyCall {
  readonly logits: Tensor;
  readonly targets: Tensor;
}

/** A call of `sparseSoftmaxCrossEntropy`. */
export interface SparseSoftmaxCrossEntropyCall {
  readonly logits: Tensor;
  readonly labels: Tensor;
}

const MOST_CLASSES = 5;

/**
 * Calls of `softmaxCrossEntropy`: logits `[..., classes]` of rank 1 to 3 with 1 to 5 classes, rows may be none; values are
 * multiples of 1/64 in [-2, 2]; targets are probabilities that add up to 1, a single class among them.
 */
export function softmaxCrossEntropy({
  values = scaledDouble(),
}: ValueDraw = {}): fc.Arbitrary<SoftmaxCrossEntropyCall> {
  return fastCheck()
    .record({ ...sizes(), logits: fill(values), weights: fill(fastCheck().nat(4)) })
    .map(({ rows, classes, logits, weights }) => {
      const shape = [...rows, classes];
      return { logits: logits(shape), targets: probabilities(weights(shape)) };
    });
}

/** Calls of `sparseSoftmaxCrossEntropy`: logits as of `softmaxCrossEntropy`; labels are integers from 0 to classes - 1. */
export function sparseSoftmaxCrossEntropy({
  values = scaledDouble(),
}: ValueDraw = {}): fc.Arbitrary<SparseSoftmaxCrossEntropyCall> {
  return fastCheck()
    .record({ ...sizes(), logits: fill(values), labels: fill(fastCheck().nat(59)) })
    .map(({ rows, classes, logits, labels }) => ({
      logits: logits([...rows, classes]),
      labels: tensor(
        labels(rows).data.map((label) => label % classes),
        rows,
      ),
    }));
}

function sizes(): {
  readonly rows: ReturnType<typeof shapesWithEmpty>;
  readonly classes: fc.Arbitrary<number>;
} {
  return {
    rows: shapesWithEmpty({ maxRank: 2 }),
    classes: fastCheck().integer({ min: 1, max: MOST_CLASSES }),
  };
}

/** Each row divided by its sum; a row of zeros becomes the first class. */
function probabilities(weights: Tensor): Tensor {
  const classes = weights.shape.at(-1) ?? 1;
  const { data } = weights;
  const rows = Array.from({ length: data.length / classes }, (_, row) => [
    ...data.subarray(row * classes, (row + 1) * classes),
  ]);
  const normalized = rows.flatMap((row) => {
    const total = row.reduce((sum, value) => sum + value, 0);
    return total === 0 ? row.map((_, index) => (index === 0 ? 1 : 0)) : row.map((value) => value / total);
  });
  return tensor(Float64Array.from(normalized), weights.shape);
}
