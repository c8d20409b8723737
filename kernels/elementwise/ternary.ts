/** Row functions of three operands. */
import type { FloatArray } from '../contract.ts';

// a is the condition.
export function whereRow(
  out: FloatArray,
  o: number,
  a: FloatArray,
  aStep: number,
  aFrom: number,
  b: FloatArray,
  bStep: number,
  bFrom: number,
  c: FloatArray,
  cStep: number,
  cFrom: number,
  n: number,
): void {
  for (let i = 0, p = aFrom, q = bFrom, r = cFrom; i < n; i++, p += aStep, q += bStep, r += cStep) {
    out[o + i] = a[p]! !== 0 ? b[q]! : c[r]!;
  }
}
