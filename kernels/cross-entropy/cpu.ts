/** Loops of the cross-entropy of logits over contiguous rows of `n` classes; the row's maximum is subtracted first. */
import type { FloatArray } from '../contract.ts';
import { exp, log } from '../math.ts';

/** loss = -sum of t ln(softmax(x)). */
export function runCrossEntropy(loss: FloatArray, x: FloatArray, t: FloatArray, rows: number, n: number): void {
  for (let row = 0, from = 0; row < rows; row++, from += n) {
    const maximum = rowMaximum(x, from, n);
    let sum = 0;
    for (let i = from; i < from + n; i++) sum += exp(x[i]! - maximum);
    const logSum = log(sum);
    let total = 0;
    for (let i = from; i < from + n; i++) total += t[i]! * (x[i]! - maximum - logSum);
    loss[row] = 0 - total;
  }
}

/** dx = dLoss (softmax(x) (sum of t) - t). */
export function runCrossEntropyGrad(
  dx: FloatArray,
  x: FloatArray,
  t: FloatArray,
  dLoss: FloatArray,
  rows: number,
  n: number,
): void {
  for (let row = 0, from = 0; row < rows; row++, from += n) {
    const maximum = rowMaximum(x, from, n);
    let sum = 0;
    let weight = 0;
    for (let i = from; i < from + n; i++) {
      sum += exp(x[i]! - maximum);
      weight += t[i]!;
    }
    const scale = weight / sum;
    for (let i = from; i < from + n; i++) dx[i] = dLoss[row]! * (exp(x[i]! - maximum) * scale - t[i]!);
  }
}

// NaN is left to the sum, which it turns into NaN for the whole row.
function rowMaximum(x: FloatArray, from: number, n: number): number {
  let maximum = -Infinity;
  for (let i = from; i < from + n; i++) {
    if (x[i]! > maximum) maximum = x[i]!;
  }
  return maximum;
}
