/** Row functions of two operands: `out[o + i] = f(a[aFrom + i aStep], b[bFrom + i bStep])`, each a plain loop of its own. */
import type { FloatArray } from '../contract.ts';
import { pow } from '../math.ts';

export function addRow(
  out: FloatArray,
  o: number,
  a: FloatArray,
  aStep: number,
  aFrom: number,
  b: FloatArray,
  bStep: number,
  bFrom: number,
  n: number,
): void {
  for (let i = 0, p = aFrom, q = bFrom; i < n; i++, p += aStep, q += bStep) out[o + i] = a[p]! + b[q]!;
}

export function subRow(
  out: FloatArray,
  o: number,
  a: FloatArray,
  aStep: number,
  aFrom: number,
  b: FloatArray,
  bStep: number,
  bFrom: number,
  n: number,
): void {
  for (let i = 0, p = aFrom, q = bFrom; i < n; i++, p += aStep, q += bStep) out[o + i] = a[p]! - b[q]!;
}

export function mulRow(
  out: FloatArray,
  o: number,
  a: FloatArray,
  aStep: number,
  aFrom: number,
  b: FloatArray,
  bStep: number,
  bFrom: number,
  n: number,
): void {
  for (let i = 0, p = aFrom, q = bFrom; i < n; i++, p += aStep, q += bStep) out[o + i] = a[p]! * b[q]!;
}

export function divRow(
  out: FloatArray,
  o: number,
  a: FloatArray,
  aStep: number,
  aFrom: number,
  b: FloatArray,
  bStep: number,
  bFrom: number,
  n: number,
): void {
  for (let i = 0, p = aFrom, q = bFrom; i < n; i++, p += aStep, q += bStep) out[o + i] = a[p]! / b[q]!;
}

export function powRow(
  out: FloatArray,
  o: number,
  a: FloatArray,
  aStep: number,
  aFrom: number,
  b: FloatArray,
  bStep: number,
  bFrom: number,
  n: number,
): void {
  for (let i = 0, p = aFrom, q = bFrom; i < n; i++, p += aStep, q += bStep) out[o + i] = pow(a[p]!, b[q]!);
}

// Math.max and Math.min propagate NaN and order -0 below 0.
export function maximumRow(
  out: FloatArray,
  o: number,
  a: FloatArray,
  aStep: number,
  aFrom: number,
  b: FloatArray,
  bStep: number,
  bFrom: number,
  n: number,
): void {
  for (let i = 0, p = aFrom, q = bFrom; i < n; i++, p += aStep, q += bStep) out[o + i] = Math.max(a[p]!, b[q]!);
}

export function minimumRow(
  out: FloatArray,
  o: number,
  a: FloatArray,
  aStep: number,
  aFrom: number,
  b: FloatArray,
  bStep: number,
  bFrom: number,
  n: number,
): void {
  for (let i = 0, p = aFrom, q = bFrom; i < n; i++, p += aStep, q += bStep) out[o + i] = Math.min(a[p]!, b[q]!);
}

export function equalRow(
  out: FloatArray,
  o: number,
  a: FloatArray,
  aStep: number,
  aFrom: number,
  b: FloatArray,
  bStep: number,
  bFrom: number,
  n: number,
): void {
  for (let i = 0, p = aFrom, q = bFrom; i < n; i++, p += aStep, q += bStep) out[o + i] = a[p]! === b[q]! ? 1 : 0;
}

export function notEqualRow(
  out: FloatArray,
  o: number,
  a: FloatArray,
  aStep: number,
  aFrom: number,
  b: FloatArray,
  bStep: number,
  bFrom: number,
  n: number,
): void {
  for (let i = 0, p = aFrom, q = bFrom; i < n; i++, p += aStep, q += bStep) out[o + i] = a[p]! !== b[q]! ? 1 : 0;
}

export function greaterRow(
  out: FloatArray,
  o: number,
  a: FloatArray,
  aStep: number,
  aFrom: number,
  b: FloatArray,
  bStep: number,
  bFrom: number,
  n: number,
): void {
  for (let i = 0, p = aFrom, q = bFrom; i < n; i++, p += aStep, q += bStep) out[o + i] = a[p]! > b[q]! ? 1 : 0;
}

export function lessRow(
  out: FloatArray,
  o: number,
  a: FloatArray,
  aStep: number,
  aFrom: number,
  b: FloatArray,
  bStep: number,
  bFrom: number,
  n: number,
): void {
  for (let i = 0, p = aFrom, q = bFrom; i < n; i++, p += aStep, q += bStep) out[o + i] = a[p]! < b[q]! ? 1 : 0;
}

export function greaterEqualRow(
  out: FloatArray,
  o: number,
  a: FloatArray,
  aStep: number,
  aFrom: number,
  b: FloatArray,
  bStep: number,
  bFrom: number,
  n: number,
): void {
  for (let i = 0, p = aFrom, q = bFrom; i < n; i++, p += aStep, q += bStep) out[o + i] = a[p]! >= b[q]! ? 1 : 0;
}

export function lessEqualRow(
  out: FloatArray,
  o: number,
  a: FloatArray,
  aStep: number,
  aFrom: number,
  b: FloatArray,
  bStep: number,
  bFrom: number,
  n: number,
): void {
  for (let i = 0, p = aFrom, q = bFrom; i < n; i++, p += aStep, q += bStep) out[o + i] = a[p]! <= b[q]! ? 1 : 0;
}

// a is the gradient of relu's output, b its input.
export function reluGradRow(
  out: FloatArray,
  o: number,
  a: FloatArray,
  aStep: number,
  aFrom: number,
  b: FloatArray,
  bStep: number,
  bFrom: number,
  n: number,
): void {
  for (let i = 0, p = aFrom, q = bFrom; i < n; i++, p += aStep, q += bStep) out[o + i] = b[q]! > 0 ? a[p]! : 0;
}
