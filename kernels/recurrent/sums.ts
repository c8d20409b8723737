/**
 * Gradients of a recurrence's weights: sums over all rows `[batch * steps]`, in an order that only the sizes fix.
 * Callers clear the target first; a weight that several sources feed is summed part by part.
 */
import type { FloatArray } from '../contract.ts';
import { applyMask, type DropoutLayout } from './dropout.ts';
import { addProduct, packRight, type Product } from './product.ts';

/** Rows that a weight gradient sums in one product: the packed rows of 4 x 64 gates then take 512 KB, half of a usual L2 cache. */
export const SUMMED_ROWS = 256;

/**
 * `out[:, column...] += leftᵀ right[:, rightColumn...]` over `rows` rows of `width` and `rightWidth` numbers, in runs of
 * the product's depth.
 */
export function addWeightGradient(
  product: Product,
  rows: number,
  left: FloatArray,
  width: number,
  right: FloatArray,
  rightWidth: number,
  rightColumn: number,
  out: Float64Array,
  column: number,
): void {
  const depth = product.depth;
  for (let row = 0; row < rows; row += depth) {
    const run = Math.min(depth, rows - row);
    packRight(product, right, row * rightWidth + rightColumn, run);
    addProduct(product, left, row * width, out, column, run);
  }
}

/** `out = (source * dropout)ᵀ dGates`, group by group of gates with a mask of its own. */
export function writeWeightGradient(
  product: Product,
  layout: DropoutLayout,
  source: FloatArray,
  dropout: FloatArray | undefined,
  maskedSource: Float64Array,
  dGates: Float64Array,
  gateCount: number,
  out: Float64Array,
): void {
  const { batch, steps, width, groups } = layout;
  out.fill(0);
  for (let group = 0; group < groups; group++) {
    const column = (group * gateCount) / groups;
    if (dropout !== undefined) applyMask(layout, source, dropout, group, maskedSource);
    const left = dropout === undefined ? source : maskedSource;
    addWeightGradient(product, batch * steps, left, width, dGates, gateCount, column, out, column);
  }
}

/** `out[column + j] += source[row, j]` over all rows, for the first `columns` of `width` numbers a row. */
export function addRowSums(
  source: FloatArray,
  rows: number,
  width: number,
  columns: number,
  out: Float64Array,
  column: number,
): void {
  let index = 0;
  for (let row = 0; row < rows; row++) {
    for (let j = 0; j < columns; j++) out[column + j]! += source[index + j]!;
    index += width;
  }
}

/** The source, or zeros where there is none. */
export function copyOrClear(source: FloatArray | undefined, target: Float64Array): void {
  if (source === undefined) target.fill(0);
  else target.set(source);
}
