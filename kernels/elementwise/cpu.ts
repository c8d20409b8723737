/** Walks the rows of element-wise kernels: an odometer outside, one call of the op's row function inside. */
import type { FloatArray } from '../contract.ts';
import type { BroadcastGeometry } from './broadcast.ts';

/** `out[o + i] = f(a[aFrom + i aStep])` for i below n. */
export type UnaryRow = (out: FloatArray, o: number, a: FloatArray, aStep: number, aFrom: number, n: number) => void;

/** `out[o + i] = f(a[aFrom + i aStep], b[bFrom + i bStep])` for i below n. */
export type BinaryRow = (
  out: FloatArray,
  o: number,
  a: FloatArray,
  aStep: number,
  aFrom: number,
  b: FloatArray,
  bStep: number,
  bFrom: number,
  n: number,
) => void;

/** `out[o + i] = f(a[aFrom + i aStep], b[bFrom + i bStep], c[cFrom + i cStep])` for i below n. */
export type TernaryRow = (
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
) => void;

export function runUnary(row: UnaryRow, out: FloatArray, a: FloatArray, geometry: BroadcastGeometry): void {
  const { length, rows, sizes, index, steps, strides } = geometry.walk;
  const aStep = steps[1]!;
  const aStrides = strides[1]!;
  let aFrom = 0;
  index.fill(0);
  for (let r = 0, o = 0; r < rows; r++, o += length) {
    row(out, o, a, aStep, aFrom, length);
    for (let axis = sizes.length - 1; axis >= 0; axis--) {
      aFrom += aStrides[axis]!;
      if (++index[axis]! < sizes[axis]!) break;
      index[axis] = 0;
      aFrom -= aStrides[axis]! * sizes[axis]!;
    }
  }
}

export function runBinary(
  row: BinaryRow,
  out: FloatArray,
  a: FloatArray,
  b: FloatArray,
  geometry: BroadcastGeometry,
): void {
  const { length, rows, sizes, index, steps, strides } = geometry.walk;
  const aStep = steps[1]!;
  const bStep = steps[2]!;
  const aStrides = strides[1]!;
  const bStrides = strides[2]!;
  let aFrom = 0;
  let bFrom = 0;
  index.fill(0);
  for (let r = 0, o = 0; r < rows; r++, o += length) {
    row(out, o, a, aStep, aFrom, b, bStep, bFrom, length);
    for (let axis = sizes.length - 1; axis >= 0; axis--) {
      aFrom += aStrides[axis]!;
      bFrom += bStrides[axis]!;
      if (++index[axis]! < sizes[axis]!) break;
      index[axis] = 0;
      aFrom -= aStrides[axis]! * sizes[axis]!;
      bFrom -= bStrides[axis]! * sizes[axis]!;
    }
  }
}

export function runTernary(
  row: TernaryRow,
  out: FloatArray,
  a: FloatArray,
  b: FloatArray,
  c: FloatArray,
  geometry: BroadcastGeometry,
): void {
  const { length, rows, sizes, index, steps, strides } = geometry.walk;
  const aStep = steps[1]!;
  const bStep = steps[2]!;
  const cStep = steps[3]!;
  const aStrides = strides[1]!;
  const bStrides = strides[2]!;
  const cStrides = strides[3]!;
  let aFrom = 0;
  let bFrom = 0;
  let cFrom = 0;
  index.fill(0);
  for (let r = 0, o = 0; r < rows; r++, o += length) {
    row(out, o, a, aStep, aFrom, b, bStep, bFrom, c, cStep, cFrom, length);
    for (let axis = sizes.length - 1; axis >= 0; axis--) {
      aFrom += aStrides[axis]!;
      bFrom += bStrides[axis]!;
      cFrom += cStrides[axis]!;
      if (++index[axis]! < sizes[axis]!) break;
      index[axis] = 0;
      aFrom -= aStrides[axis]! * sizes[axis]!;
      bFrom -= bStrides[axis]! * sizes[axis]!;
      cFrom -= cStrides[axis]! * sizes[axis]!;
    }
  }
}
