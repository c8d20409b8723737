/**
 * Loops over tables seen as `[outer, size, inner]` and an array of `count` indices into the middle axis. A bad index (not
 * a whole number from 0 to size - 1) is skipped; `firstBad` reports it as 1 + its flat position, 0 if all are good.
 */
import type { FloatArray } from '../contract.ts';

export function firstBad(indices: FloatArray, count: number, size: number): number {
  for (let k = 0; k < count; k++) {
    if (!isIndex(indices[k]!, size)) return k + 1;
  }
  return 0;
}

function isIndex(value: number, size: number): boolean {
  return value >= 0 && value < size && Math.floor(value) === value;
}

export interface GatherGeometry {
  readonly outer: number;
  readonly size: number;
  readonly inner: number;
  readonly count: number;
}

export function runGather(out: FloatArray, x: FloatArray, indices: FloatArray, geometry: GatherGeometry): void {
  const { outer, size, inner, count } = geometry;
  for (let a = 0, o = 0; a < outer; a++) {
    for (let k = 0; k < count; k++, o += inner) {
      const index = indices[k]!;
      if (isIndex(index, size)) {
        const from = (a * size + index) * inner;
        for (let i = 0; i < inner; i++) out[o + i] = x[from + i]!;
      } else {
        for (let i = 0; i < inner; i++) out[o + i] = 0;
      }
    }
  }
}

/** Gather's geometry plus room for one list of positions per index (`first`, `next`; -1 ends it) and one row of sums. */
export interface ScatterGeometry extends GatherGeometry {
  readonly first: Int32Array;
  readonly next: Int32Array;
  readonly sums: Float64Array;
}

export function runScatterAdd(
  out: FloatArray,
  indices: FloatArray,
  updates: FloatArray,
  geometry: ScatterGeometry,
): void {
  const { outer, size, inner, count, first, next, sums } = geometry;
  // Each list is built from its end, so that a row's updates are added in the order of their positions.
  first.fill(-1);
  for (let k = count - 1; k >= 0; k--) {
    const index = indices[k]!;
    if (!isIndex(index, size)) continue;
    next[k] = first[index]!;
    first[index] = k;
  }
  for (let a = 0, o = 0; a < outer; a++) {
    for (let row = 0; row < size; row++, o += inner) {
      let k = first[row]!;
      if (k < 0) {
        for (let i = 0; i < inner; i++) out[o + i] = 0;
        continue;
      }
      sums.fill(0);
      for (; k >= 0; k = next[k]!) {
        const from = (a * count + k) * inner;
        for (let i = 0; i < inner; i++) sums[i]! += updates[from + i]!;
      }
      for (let i = 0; i < inner; i++) out[o + i] = sums[i]!;
    }
  }
}

export function runOneHot(out: FloatArray, indices: FloatArray, count: number, depth: number): void {
  out.fill(0);
  for (let k = 0; k < count; k++) {
    const index = indices[k]!;
    if (isIndex(index, depth)) out[k * depth + index] = 1;
  }
}
