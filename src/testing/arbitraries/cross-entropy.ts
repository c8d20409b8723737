/** Calls of the cross-entropies of logits. */
import type fc from 'fast-check';
import type { Shape } from '../../tensor/shape.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { fastCheck } from '../fast-check.ts';
import { filled, type CallDraw } from './filled.ts';
import { between, shapesOrEmpty } from './sizes.ts';
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

interface Rows {
  readonly rows: Shape;
  readonly classes: number;
}

const sizes = (): fc.Arbitrary<Rows> => fastCheck().record({ rows: shapesOrEmpty(0, 2), classes: between(1, 5) });

const logitShape = ({ rows, classes }: Rows): Shape => [...rows, classes];

/**
 * Calls of `softmaxCrossEntropy`: logits `[..., classes]` of rank 1 to 3 with 1 to 5 classes, rows may be none; values are
 * multiples of 1/64 in [-2, 2]; targets are probabilities that add up to 1, a single class among them.
 */
export function softmaxCrossEntropy({ values = scaledDouble() }: CallDraw = {}): fc.Arbitrary<SoftmaxCrossEntropyCall> {
  return filled(sizes(), {
    logits: { values, shape: logitShape },
    targets: { values: between(0, 4), shape: logitShape, finish: probabilities },
  }).map(({ tensors }) => tensors);
}

/** Calls of `sparseSoftmaxCrossEntropy`: logits as of `softmaxCrossEntropy`; labels are integers from 0 to classes - 1. */
export function sparseSoftmaxCrossEntropy({
  values = scaledDouble(),
}: CallDraw = {}): fc.Arbitrary<SparseSoftmaxCrossEntropyCall> {
  return filled(sizes(), {
    logits: { values, shape: logitShape },
    labels: {
      // 60 is divisible by every number of classes: all of them are as likely.
      values: between(0, 59),
      shape: ({ rows }) => rows,
      finish: (some, { classes }) => some.map((label) => label % classes),
    },
  }).map(({ tensors }) => tensors);
}

/** Each row of weights divided by its sum; a row of zeros becomes the first class. */
function probabilities(weights: readonly number[], { classes }: Rows): readonly number[] {
  const rows = Array.from({ length: weights.length / classes }, (_, row) =>
    weights.slice(row * classes, (row + 1) * classes),
  );
  return rows.flatMap((row) => {
    const total = row.reduce((sum, value) => sum + value, 0);
    return total === 0 ? row.map((_, index) => (index === 0 ? 1 : 0)) : row.map((value) => value / total);
  });
}
