/** Row functions of one operand: `out[o + i] = f(a[aFrom + i aStep])`, each a plain loop of its own. */
import type { FloatArray } from '../contract.ts';
import { cos, erf, exp, expm1, log, log1p, sigmoid, sin, softplus, tanh } from '../math.ts';

export function negRow(out: FloatArray, o: number, a: FloatArray, aStep: number, aFrom: number, n: number): void {
  for (let i = 0, p = aFrom; i < n; i++, p += aStep) out[o + i] = -a[p]!;
}

export function absRow(out: FloatArray, o: number, a: FloatArray, aStep: number, aFrom: number, n: number): void {
  for (let i = 0, p = aFrom; i < n; i++, p += aStep) out[o + i] = Math.abs(a[p]!);
}

export function signRow(out: FloatArray, o: number, a: FloatArray, aStep: number, aFrom: number, n: number): void {
  for (let i = 0, p = aFrom; i < n; i++, p += aStep) out[o + i] = Math.sign(a[p]!);
}

export function expRow(out: FloatArray, o: number, a: FloatArray, aStep: number, aFrom: number, n: number): void {
  for (let i = 0, p = aFrom; i < n; i++, p += aStep) out[o + i] = exp(a[p]!);
}

export function logRow(out: FloatArray, o: number, a: FloatArray, aStep: number, aFrom: number, n: number): void {
  for (let i = 0, p = aFrom; i < n; i++, p += aStep) out[o + i] = log(a[p]!);
}

export function log1pRow(out: FloatArray, o: number, a: FloatArray, aStep: number, aFrom: number, n: number): void {
  for (let i = 0, p = aFrom; i < n; i++, p += aStep) out[o + i] = log1p(a[p]!);
}

export function expm1Row(out: FloatArray, o: number, a: FloatArray, aStep: number, aFrom: number, n: number): void {
  for (let i = 0, p = aFrom; i < n; i++, p += aStep) out[o + i] = expm1(a[p]!);
}

export function sqrtRow(out: FloatArray, o: number, a: FloatArray, aStep: number, aFrom: number, n: number): void {
  for (let i = 0, p = aFrom; i < n; i++, p += aStep) out[o + i] = Math.sqrt(a[p]!);
}

export function rsqrtRow(out: FloatArray, o: number, a: FloatArray, aStep: number, aFrom: number, n: number): void {
  for (let i = 0, p = aFrom; i < n; i++, p += aStep) out[o + i] = 1 / Math.sqrt(a[p]!);
}

export function squareRow(out: FloatArray, o: number, a: FloatArray, aStep: number, aFrom: number, n: number): void {
  for (let i = 0, p = aFrom; i < n; i++, p += aStep) {
    const value = a[p]!;
    out[o + i] = value * value;
  }
}

export function sinRow(out: FloatArray, o: number, a: FloatArray, aStep: number, aFrom: number, n: number): void {
  for (let i = 0, p = aFrom; i < n; i++, p += aStep) out[o + i] = sin(a[p]!);
}

export function cosRow(out: FloatArray, o: number, a: FloatArray, aStep: number, aFrom: number, n: number): void {
  for (let i = 0, p = aFrom; i < n; i++, p += aStep) out[o + i] = cos(a[p]!);
}

export function tanhRow(out: FloatArray, o: number, a: FloatArray, aStep: number, aFrom: number, n: number): void {
  for (let i = 0, p = aFrom; i < n; i++, p += aStep) out[o + i] = tanh(a[p]!);
}

export function sigmoidRow(out: FloatArray, o: number, a: FloatArray, aStep: number, aFrom: number, n: number): void {
  for (let i = 0, p = aFrom; i < n; i++, p += aStep) out[o + i] = sigmoid(a[p]!);
}

export function softplusRow(out: FloatArray, o: number, a: FloatArray, aStep: number, aFrom: number, n: number): void {
  for (let i = 0, p = aFrom; i < n; i++, p += aStep) out[o + i] = softplus(a[p]!);
}

export function erfRow(out: FloatArray, o: number, a: FloatArray, aStep: number, aFrom: number, n: number): void {
  for (let i = 0, p = aFrom; i < n; i++, p += aStep) out[o + i] = erf(a[p]!);
}

// NaN stays NaN, and -0 becomes 0.
export function reluRow(out: FloatArray, o: number, a: FloatArray, aStep: number, aFrom: number, n: number): void {
  for (let i = 0, p = aFrom; i < n; i++, p += aStep) {
    const value = a[p]!;
    out[o + i] = value <= 0 ? 0 : value;
  }
}

export function floorRow(out: FloatArray, o: number, a: FloatArray, aStep: number, aFrom: number, n: number): void {
  for (let i = 0, p = aFrom; i < n; i++, p += aStep) out[o + i] = Math.floor(a[p]!);
}

export function reciprocalRow(
  out: FloatArray,
  o: number,
  a: FloatArray,
  aStep: number,
  aFrom: number,
  n: number,
): void {
  for (let i = 0, p = aFrom; i < n; i++, p += aStep) out[o + i] = 1 / a[p]!;
}

export function copyRow(out: FloatArray, o: number, a: FloatArray, aStep: number, aFrom: number, n: number): void {
  for (let i = 0, p = aFrom; i < n; i++, p += aStep) out[o + i] = a[p]!;
}
