/** Loops of the softmax family over contiguous rows of `n` elements; the row's maximum is subtracted first. */
import type { FloatArray } from '../contract.ts';
import { exp, log } from '../math.ts';

export function runSoftmax(y: FloatArray, x: FloatArray, rows: number, n: number): void {
  for (let row = 0, from = 0; row < rows; row++, from += n) {
    const maximum = rowMaximum(x, from, n);
    let sum = 0;
    for (let i = from; i < from + n; i++) {
      const e = exp(x[i]! - maximum);
      sum += e;
      y[i] = e;
    }
    for (let i = from; i < from + n; i++) y[i]! /= sum;
  }
}

export function runLogSoftmax(y: FloatArray, x: FloatArray, rows: number, n: number): void {
  for (let row = 0, from = 0; row < rows; row++, from += n) {
    const maximum = rowMaximum(x, from, n);
    let sum = 0;
    for (let i = from; i < from + n; i++) sum += exp(x[i]! - maximum);
    const logSum = log(sum);
    for (let i = from; i < from + n; i++) y[i] = x[i]! - maximum - logSum;
  }
}

export function runSoftmaxGrad(dx: FloatArray, y: FloatArray, dy: FloatArray, rows: number, n: number): void {
  for (let row = 0, from = 0; row < rows; row++, from += n) {
    let dot = 0;
    for (let i = from; i < from + n; i++) dot += dy[i]! * y[i]!;
    for (let i = from; i < from + n; i++) dx[i] = y[i]! * (dy[i]! - dot);
  }
}

export function runLogSoftmaxGrad(dx: FloatArray, y: FloatArray, dy: FloatArray, rows: number, n: number): void {
  for (let row = 0, from = 0; row < rows; row++, from += n) {
    let sum = 0;
    for (let i = from; i < from + n; i++) sum += dy[i]!;
    for (let i = from; i < from + n; i++) dx[i] = dy[i]! - exp(y[i]!) * sum;
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
