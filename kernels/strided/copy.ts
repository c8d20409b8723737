/** Copies between strided views: slices, reversals, padding, concatenation and transposition are all this one loop. */
import type { FloatArray } from '../contract.ts';
import { collapse, type Walk } from './collapse.ts';

/** A copy of one strided view to another; operand 0 of the walk is written, operand 1 is read. */
export interface Copy {
  readonly walk: Walk;
  readonly outStart: number;
  readonly xStart: number;
}

/** One side of a copy: where its first element lies and how far apart elements are along each axis. */
export interface View {
  readonly start: number;
  readonly strides: readonly number[];
}

/** Plans the copy of every element of `x` to the same index of `out`, both of the given sizes. */
export function planCopy(sizes: readonly number[], out: View, x: View): Copy {
  return { walk: collapse(sizes, [out.strides, x.strides]), outStart: out.start, xStart: x.start };
}

export function runCopy(out: FloatArray, x: FloatArray, copy: Copy): void {
  const { length, rows, sizes, index, steps, strides } = copy.walk;
  const outStep = steps[0]!;
  const xStep = steps[1]!;
  const outStrides = strides[0]!;
  const xStrides = strides[1]!;
  let outFrom = copy.outStart;
  let xFrom = copy.xStart;
  index.fill(0);
  for (let row = 0; row < rows; row++) {
    for (let i = 0, o = outFrom, a = xFrom; i < length; i++, o += outStep, a += xStep) out[o] = x[a]!;
    for (let axis = sizes.length - 1; axis >= 0; axis--) {
      outFrom += outStrides[axis]!;
      xFrom += xStrides[axis]!;
      if (++index[axis]! < sizes[axis]!) break;
      index[axis] = 0;
      outFrom -= outStrides[axis]! * sizes[axis]!;
      xFrom -= xStrides[axis]! * sizes[axis]!;
    }
  }
}
