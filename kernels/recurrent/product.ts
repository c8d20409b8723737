/**
 * The matrix products inside the recurrences: `out += left right` over strided operands, either of them transposed.
 * The packed right operand is kept, so weights are packed once for all steps. Each sum runs over the depth in order
 * and is added to `out` once: a row gets the same bits in any batch.
 */
import type { FloatArray } from '../contract.ts';
import { clearTile, LINES, multiplyPanels, packPanel, panelsFor, TILE } from '../panels.ts';

/** Sizes and strides in elements of `out[rows, columns] += left[rows, depth] right[depth, columns]`. */
export interface ProductLayout {
  readonly rows: number;
  readonly columns: number;
  /** The largest depth that a call may name. */
  readonly depth: number;
  readonly leftRowStride: number;
  readonly leftDepthStride: number;
  readonly rightDepthStride: number;
  readonly rightColumnStride: number;
  readonly outRowStride: number;
}

/** A layout with its scratch: one tile, one panel of left rows, all panels of right columns. */
export interface Product extends ProductLayout {
  readonly work: Float64Array;
}

/** Adds the scratch to a layout. */
export function planProduct(layout: ProductLayout): Product {
  const panels = 1 + panelsFor(layout.columns);
  return { ...layout, work: new Float64Array(TILE + panels * LINES * layout.depth) };
}

/** Packs the first `depth` rows of the right operand, which starts at `rightAt`; it stays until the next call. */
export function packRight(product: Product, right: FloatArray, rightAt: number, depth: number): void {
  const { columns, rightDepthStride, rightColumnStride, work } = product;
  const panelSize = LINES * depth;
  let panel = TILE + panelSize;
  for (let column = 0; column < columns; column += LINES) {
    const start = rightAt + column * rightColumnStride;
    packPanel(right, start, rightColumnStride, rightDepthStride, columns - column, depth, work, panel);
    panel += panelSize;
  }
}

/** `out += left right` with the right operand as packed, over the depth that it was packed with. */
export function addProduct(
  product: Product,
  left: FloatArray,
  leftAt: number,
  out: FloatArray,
  outAt: number,
  depth: number,
): void {
  const { rows, columns, leftRowStride, leftDepthStride, outRowStride, work } = product;
  const panelSize = LINES * depth;
  let row = 0;
  for (; row + LINES <= rows; row += LINES) {
    packPanel(left, leftAt + row * leftRowStride, leftRowStride, leftDepthStride, LINES, depth, work, TILE);
    let panel = TILE + panelSize;
    for (let column = 0; column < columns; column += LINES) {
      clearTile(work, 0);
      multiplyPanels(work, TILE, panel, depth, 0);
      const width = Math.min(LINES, columns - column);
      let to = outAt + row * outRowStride + column;
      for (let sum = 0; sum < TILE; sum += LINES) {
        for (let j = 0; j < width; j++) out[to + j]! += work[sum + j]!;
        to += outRowStride;
      }
      panel += panelSize;
    }
  }
  // Rows of an incomplete panel go one by one: a batch of one sample is common and should not cost four.
  for (; row < rows; row++) {
    let from = leftAt + row * leftRowStride;
    for (let k = 0; k < depth; k++) {
      work[TILE + k] = left[from]!;
      from += leftDepthStride;
    }
    addRow(product, out, outAt + row * outRowStride, depth);
  }
}

function addRow(product: Product, out: FloatArray, outAt: number, depth: number): void {
  const { columns, work } = product;
  const rowEnd = TILE + depth;
  let panel = TILE + LINES * depth;
  for (let column = 0; column < columns; column += LINES) {
    let s0 = 0;
    let s1 = 0;
    let s2 = 0;
    let s3 = 0;
    for (let at = TILE; at < rowEnd; at++) {
      const a = work[at]!;
      s0 += a * work[panel]!;
      s1 += a * work[panel + 1]!;
      s2 += a * work[panel + 2]!;
      s3 += a * work[panel + 3]!;
      panel += LINES;
    }
    const width = columns - column;
    out[outAt + column]! += s0;
    if (width > 1) out[outAt + column + 1]! += s1;
    if (width > 2) out[outAt + column + 2]! += s2;
    if (width > 3) out[outAt + column + 3]! += s3;
  }
}
