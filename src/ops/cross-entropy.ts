/** Cross-entropy of logits with class probabilities or class numbers, over the last axis; no probability is rounded before its log. */
import { softmaxCrossEntropyGradKernel, softmaxCrossEntropyKernel } from '../../kernels/cross-entropy/index.ts';
import { ShapeError } from '../errors.ts';
import { formatShape, sameShape, type Shape } from '../tensor/shape.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { mul, neg, sub } from './arithmetic.ts';
import { sum } from './broadcasting.ts';
import { defineOp, type Op, type TensorLike } from './define-op.ts';
import { oneHot } from './indexing.ts';
import { expandDims } from './shaping.ts';
import { logSoftmax, softmax, softmaxGrad } from './softmax.ts';

/**
 * Cross-entropy between class probabilities and the softmax of logits: `-sum of targets * log(softmax(logits))`.
 * @param logits `[..., classes]`
 * @param targets `[..., classes]`, probabilities
 * @returns `[...]`: one loss per row, in nats
 * @throws ShapeError when the shapes differ
 * @example softmaxCrossEntropy(tensor([[0, 0]]), tensor([[1, 0]])) // [ln 2]
 */
export const softmaxCrossEntropy: Op<[logits: TensorLike, targets: TensorLike]> = /* @__PURE__ */ defineOp<
  [logits: TensorLike, targets: TensorLike]
>({
  name: 'softmaxCrossEntropy',
  kernel: softmaxCrossEntropyKernel,
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
  gradient: ({ inputs: [logits, targets], gradients: [dLoss] }) => [
    () => softmaxCrossEntropyGrad(logits, targets, dLoss),
    () => mul(neg(perRow(dLoss)), logSoftmax(logits)),
  ],
});

/** @internal dLogits = dLoss (p Σ targets - targets) with p = softmax(logits). */
export const softmaxCrossEntropyGrad: Op<[logits: TensorLike, targets: TensorLike, dLoss: TensorLike]> =
  /* @__PURE__ */ defineOp<[logits: TensorLike, targets: TensorLike, dLoss: TensorLike]>({
    name: 'softmaxCrossEntropyGrad',
    kernel: softmaxCrossEntropyGradKernel,
    shape: ([logits]) => logits,
    // with h the gradient of dLogits and s = Σ targets: to logits, softmax's gradient of h dLoss s; to targets,
    // dLoss (Σ p h - h); to dLoss, Σ h (p s - targets)
    gradient: ({ inputs: [logits, targets, dLoss], gradients: [h] }) => {
      const probabilities = softmax(logits);
      const weight = sum(targets, { axis: -1, keepDims: true });
      const scale = perRow(dLoss);
      return [
        () => softmaxGrad(probabilities, mul(h, mul(scale, weight))),
        () => mul(scale, sub(sum(mul(probabilities, h), { axis: -1, keepDims: true }), h)),
        () => sum(mul(h, sub(mul(probabilities, weight), targets)), { axis: -1 }),
      ];
    },
  });

function perRow(loss: Tensor): Tensor {
  return expandDims(loss, -1);
}

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
