/** Transposes matrices tile by tile: both sides of a tile stay in the first-level cache. */
import type { FloatArray } from '../contract.ts';
import type { Walk } from '../strided/collapse.ts';

/**
 * A batch of matrices: `out[i outStride + j] = x[i + j xStride]` for i below rows, j below columns; the batch walks
 * over out (operand 0) and x (operand 1).
 */
export interface Tiles {
  readonly batch: Walk;
  readonly rows: number;
  readonly columns: number;
  readonly outStride: number;
  readonly xStride: number;
}

// 32 rows of 32 floats are 4 KiB on each side.
const TILE = 32;

export function runTiles(out: FloatArray, x: FloatArray, tiles: Tiles): void {
  const { length, rows, sizes, index, steps, strides } = tiles.batch;
  let outFrom = 0;
  let xFrom = 0;
  index.fill(0);
  for (let row = 0; row < rows; row++) {
    for (let i = 0; i < length; i++) transposeMatrix(out, outFrom + i * steps[0]!, x, xFrom + i * steps[1]!, tiles);
    for (let axis = sizes.length - 1; axis >= 0; axis--) {
      outFrom += strides[0]![axis]!;
      xFrom += strides[1]![axis]!;
      if (++index[axis]! < sizes[axis]!) break;
      index[axis] = 0;
      outFrom -= strides[0]![axis]! * sizes[axis]!;
      xFrom -= strides[1]![axis]! * sizes[axis]!;
    }
  }
}

function transposeMatrix(out: FloatArray, outFrom: number, x: FloatArray, xFrom: number, tiles: Tiles): void {
  const { rows, columns, outStride, xStride } = tiles;
  for (let i0 = 0; i0 < rows; i0 += TILE) {
    const iEnd = Math.min(i0 + TILE, rows);
    for (let j0 = 0; j0 < columns; j0 += TILE) {
      const jEnd = Math.min(j0 + TILE, columns);
      for (let i = i0; i < iEnd; i++) {
        const o = outFrom + i * outStride;
        for (let j = j0, p = xFrom + i + j0 * xStride; j < jEnd; j++, p += xStride) out[o + j] = x[p]!;
      }
    }
  }
}
