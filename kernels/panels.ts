/**
 * The tile product under matmul and the convolutions. A panel holds 4 lines (rows of A, columns of B) interleaved:
 * entry p of line r lies at `4 p + r`. Two panels give a tile, 16 sums stored row by row. Packing turns every
 * layout and float type into this one, so the hot loop exists once; missing lines of the last panel are zeros.
 */
import type { FloatArray } from './contract.ts';

/** Lines per panel. A 4x4 tile was the fastest with 2x4 and 3x3 (about 4 GFLOP/s in V8), and needs the fewest loads. */
export const LINES = 4;

/** Sums per tile. */
export const TILE = 16;

/** The number of panels that hold `lines` lines. */
export function panelsFor(lines: number): number {
  return Math.ceil(lines / LINES);
}

/** Packs up to 4 lines, `lineStep` apart in the source, with `depth` entries `depthStep` apart. */
export function packPanel(
  source: FloatArray,
  sourceAt: number,
  lineStep: number,
  depthStep: number,
  lines: number,
  depth: number,
  work: Float64Array,
  panelAt: number,
): void {
  let to = panelAt;
  if (lines >= LINES) {
    let line0 = sourceAt;
    let line1 = line0 + lineStep;
    let line2 = line1 + lineStep;
    let line3 = line2 + lineStep;
    for (let p = 0; p < depth; p++) {
      work[to] = source[line0]!;
      work[to + 1] = source[line1]!;
      work[to + 2] = source[line2]!;
      work[to + 3] = source[line3]!;
      to += 4;
      line0 += depthStep;
      line1 += depthStep;
      line2 += depthStep;
      line3 += depthStep;
    }
    return;
  }
  for (let p = 0; p < depth; p++) {
    for (let line = 0; line < LINES; line++) {
      work[to + line] = line < lines ? source[sourceAt + line * lineStep + p * depthStep]! : 0;
    }
    to += LINES;
  }
}

/** Sets a tile to zero. */
export function clearTile(work: Float64Array, tileAt: number): void {
  const end = tileAt + TILE;
  for (let i = tileAt; i < end; i++) work[i] = 0;
}

/**
 * Adds the product of two panels to a tile, entry after entry: each sum is taken in the order of the depth.
 * The 4 is spelt out: V8 reads an exported constant again in every iteration, which cost a quarter of the speed.
 */
export function multiplyPanels(
  work: Float64Array,
  aPanel: number,
  bPanel: number,
  depth: number,
  tileAt: number,
): void {
  let s00 = work[tileAt]!;
  let s01 = work[tileAt + 1]!;
  let s02 = work[tileAt + 2]!;
  let s03 = work[tileAt + 3]!;
  let s10 = work[tileAt + 4]!;
  let s11 = work[tileAt + 5]!;
  let s12 = work[tileAt + 6]!;
  let s13 = work[tileAt + 7]!;
  let s20 = work[tileAt + 8]!;
  let s21 = work[tileAt + 9]!;
  let s22 = work[tileAt + 10]!;
  let s23 = work[tileAt + 11]!;
  let s30 = work[tileAt + 12]!;
  let s31 = work[tileAt + 13]!;
  let s32 = work[tileAt + 14]!;
  let s33 = work[tileAt + 15]!;
  let aAt = aPanel;
  let bAt = bPanel;
  for (let p = 0; p < depth; p++) {
    const b0 = work[bAt]!;
    const b1 = work[bAt + 1]!;
    const b2 = work[bAt + 2]!;
    const b3 = work[bAt + 3]!;
    const a0 = work[aAt]!;
    s00 += a0 * b0;
    s01 += a0 * b1;
    s02 += a0 * b2;
    s03 += a0 * b3;
    const a1 = work[aAt + 1]!;
    s10 += a1 * b0;
    s11 += a1 * b1;
    s12 += a1 * b2;
    s13 += a1 * b3;
    const a2 = work[aAt + 2]!;
    s20 += a2 * b0;
    s21 += a2 * b1;
    s22 += a2 * b2;
    s23 += a2 * b3;
    const a3 = work[aAt + 3]!;
    s30 += a3 * b0;
    s31 += a3 * b1;
    s32 += a3 * b2;
    s33 += a3 * b3;
    aAt += 4;
    bAt += 4;
  }
  work[tileAt] = s00;
  work[tileAt + 1] = s01;
  work[tileAt + 2] = s02;
  work[tileAt + 3] = s03;
  work[tileAt + 4] = s10;
  work[tileAt + 5] = s11;
  work[tileAt + 6] = s12;
  work[tileAt + 7] = s13;
  work[tileAt + 8] = s20;
  work[tileAt + 9] = s21;
  work[tileAt + 10] = s22;
  work[tileAt + 11] = s23;
  work[tileAt + 12] = s30;
  work[tileAt + 13] = s31;
  work[tileAt + 14] = s32;
  work[tileAt + 15] = s33;
}

/** Stores one row of a tile, `columns` neighbours of the output, and adds the bias of these columns. */
export function storeTileRow(
  work: Float64Array,
  rowAt: number,
  columns: number,
  bias: FloatArray | undefined,
  biasAt: number,
  out: FloatArray,
  outAt: number,
): void {
  if (bias === undefined) {
    for (let j = 0; j < columns; j++) out[outAt + j] = work[rowAt + j]!;
  } else {
    for (let j = 0; j < columns; j++) out[outAt + j] = work[rowAt + j]! + bias[biasAt + j]!;
  }
}
