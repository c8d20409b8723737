/** Cross-entropy of logits with class probabilities or class numbers, over the last axis; no probability is rounded before its log. */
import { ShapeError } from '../errors.ts';
import { formatShape, sameShape, type Shape } from '../tensor/shape.ts';
import { mul, neg } from './arithmetic.ts';
import { sum } from './broadcasting.ts';
import { defineOp, type Op, type TensorLike } from './define-op.ts';
import { oneHot } from './indexing.ts';
import { logSoftmax } from './softmax.ts';

/**
 * Cross-entropy between class probabilities and the softmax of logits: `-sum of targets * log(softmax(logits))`.
 * @param logits `[..., classes]`
 * @param targets `[..., classes]`, probabilities
 * @returns `[...]`: one loss per row, in nats
 * @throws ShapeError when the shapes differ
 * @example softmaxCrossEntropy(tensor([[0, 0]]), tensor([[1, 0]])) // [ln 2]
 */
export const softmaxCrossEntropy: Op<[logits: TensorLike, targets: TensorLike]> = /* @__PURE__ */ defineOp<
  [logits: TensorLike, targets: TensorLike],
  undefined,
  Record<string, never>
>({
  name: 'softmaxCrossEntropy',
  resolve: () => undefined,
  shape: ([logits, targets]) => {
    const rows = rowsOf('softmaxCrossEntropy', logits);
    if (!sameShape(logits, targets)) {
      const hint = sameShape(rows, targets) ? ' For class numbers use sparseSoftmaxCrossEntropy().' : '';
      throw new ShapeError(
        `softmaxCrossEntropy: the logits have the shape ${formatShape(logits)}, the targets ${formatShape(targets)}. They must be equal.${hint}`,
        { where: 'softmaxCrossEntropy', got: targets, expected: logits },
      );
    }
    return rows;
  },
  forward: ([logits, targets]) => neg(sum(mul(targets, logSoftmax(logits)), { axis: -1 })),
});

/**
 * Cross-entropy between class numbers and the softmax of logits: `-log(softmax(logits)[class])`.
 * @param logits `[..., classes]`
 * @param labels `[...]`, integers from 0 to classes - 1
 * @returns `[...]`: one loss per row, in nats
 * @throws ShapeError when the labels are not one per row; ArgumentError for a label that is no class
 * @example sparseSoftmaxCrossEntropy(tensor([[0, 0]]), tensor([1])) // [ln 2]
 */
export const sparseSoftmaxCrossEntropy: Op<[logits: TensorLike, labels: TensorLike]> = /* @__PURE__ */ defineOp<
  [logits: TensorLike, labels: TensorLike],
  undefined,
  Record<string, never>
>({
  name: 'sparseSoftmaxCrossEntropy',
  resolve: () => undefined,
  shape: ([logits, labels]) => {
    const rows = rowsOf('sparseSoftmaxCrossEntropy', logits);
    if (!sameShape(rows, labels)) {
      const hint = sameShape(logits, labels) ? ' For class probabilities use softmaxCrossEntropy().' : '';
      throw new ShapeError(
        `sparseSoftmaxCrossEntropy: the labels have the shape ${formatShape(labels)}; logits ${formatShape(logits)} take one label per row: ${formatShape(rows)}.${hint}`,
        { where: 'sparseSoftmaxCrossEntropy', got: labels, expected: rows },
      );
    }
    return rows;
  },
  forward: ([logits, labels]) => softmaxCrossEntropy(logits, oneHot(labels, logits.shape.at(-1) ?? 0)),
});

function rowsOf(where: string, logits: Shape): Shape {
  if (logits.length === 0) {
    throw new ShapeError(`${where}: the logits are a scalar, expected [..., classes].`, { where, got: logits });
  }
  return logits.slice(0, -1);
}
