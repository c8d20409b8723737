/**
 * Loops of the reductions. `along` folds a strided run of x into a number, `across` folds a row of x into one total per
 * column. Totals are doubles; elements enter in the order of their flat positions.
 */
import type { FloatArray } from '../contract.ts';
import type { ReduceGeometry, SpanGeometry } from './plan.ts';

/** The two loops of one reduction and the value of an empty one. */
export interface Fold {
  readonly start: number;
  along(x: FloatArray, from: number, step: number, n: number, total: number): number;
  across(totals: Float64Array, x: FloatArray, from: number, n: number): void;
}

export const sumFold: Fold = {
  start: 0,
  along(x, from, step, n, total) {
    for (let i = 0, p = from; i < n; i++, p += step) total += x[p]!;
    return total;
  },
  across(totals, x, from, n) {
    for (let i = 0; i < n; i++) totals[i]! += x[from + i]!;
  },
};

export const prodFold: Fold = {
  start: 1,
  along(x, from, step, n, total) {
    for (let i = 0, p = from; i < n; i++, p += step) total *= x[p]!;
    return total;
  },
  across(totals, x, from, n) {
    for (let i = 0; i < n; i++) totals[i]! *= x[from + i]!;
  },
};

export const maxFold: Fold = {
  start: -Infinity,
  along(x, from, step, n, total) {
    for (let i = 0, p = from; i < n; i++, p += step) total = Math.max(total, x[p]!);
    return total;
  },
  across(totals, x, from, n) {
    for (let i = 0; i < n; i++) totals[i] = Math.max(totals[i]!, x[from + i]!);
  },
};

export const minFold: Fold = {
  start: Infinity,
  along(x, from, step, n, total) {
    for (let i = 0, p = from; i < n; i++, p += step) total = Math.min(total, x[p]!);
    return total;
  },
  across(totals, x, from, n) {
    for (let i = 0; i < n; i++) totals[i] = Math.min(totals[i]!, x[from + i]!);
  },
};

/** Folds x over the geometry's axes and stores every total divided by `divisor`. */
export function runReduce(out: FloatArray, x: FloatArray, geometry: ReduceGeometry, fold: Fold, divisor: number): void {
  if (geometry.kind === 'scattered') {
    const { kept, reduced, step, length } = geometry;
    for (let o = 0; o < kept.length; o++) {
      let total = fold.start;
      for (let r = 0; r < reduced.length; r++) total = fold.along(x, kept[o]! + reduced[r]!, step, length, total);
      out[o] = total / divisor;
    }
    return;
  }
  const { outer, length, inner, totals } = geometry;
  if (inner === 1) {
    for (let o = 0; o < outer; o++) out[o] = fold.along(x, o * length, 1, length, fold.start) / divisor;
    return;
  }
  for (let o = 0; o < outer; o++) {
    totals.fill(fold.start);
    for (let r = 0; r < length; r++) fold.across(totals, x, (o * length + r) * inner, inner);
    for (let i = 0, at = o * inner; i < inner; i++) out[at + i] = totals[i]! / divisor;
  }
}

/** Position of the largest element along the span; the lowest of equals, the first NaN before any number. */
export function runArgmax(out: FloatArray, x: FloatArray, geometry: SpanGeometry): void {
  const { outer, length, inner } = geometry;
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < inner; i++) {
      const from = o * length * inner + i;
      let best = length === 0 ? 0 : x[from]!;
      let position = 0;
      for (let r = 1, p = from + inner; r < length; r++, p += inner) {
        const value = x[p]!;
        if (value > best || (value !== value && best === best)) {
          best = value;
          position = r;
        }
      }
      out[o * inner + i] = position;
    }
  }
}
