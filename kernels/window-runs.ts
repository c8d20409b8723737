/**
 * The positions along one axis in runs that one loop can walk: all positions of a run see the same taps, and what they
 * see moves by the same step. Borders become short runs with fewer taps, so that padding never comes up; the gradient
 * of strided windows has runs for each phase of the stride.
 */
import { cellsOfOutputs, type Connections, outputsOfCells, type WindowAxis } from './window.ts';

/** Position `first + k * step`, k < count, meets with tap `firstTap + m * tapStep` source `source + k * sourceStep + m * sourceTapStep`. */
export interface Run {
  readonly first: number;
  readonly count: number;
  readonly taps: number;
  readonly firstTap: number;
  readonly source: number;
}

export interface Runs {
  readonly step: number;
  readonly sourceStep: number;
  readonly tapStep: number;
  readonly sourceTapStep: number;
  readonly list: readonly Run[];
}

/** Over the outputs; the sources are the cells that each sees. */
export function outputRuns(axis: WindowAxis): Runs {
  return {
    step: 1,
    sourceStep: axis.stride,
    tapStep: 1,
    sourceTapStep: axis.dilation,
    list: runs(cellsOfOutputs(axis), 1),
  };
}

/** Over the cells; the sources are the outputs that see each. */
export function cellRuns(axis: WindowAxis): Runs {
  const { stride, dilation } = axis;
  const common = greatestCommonDivisor(stride, dilation);
  return {
    step: stride,
    sourceStep: 1,
    tapStep: stride / common,
    sourceTapStep: -dilation / common,
    list: runs(outputsOfCells(axis), stride),
  };
}

function runs({ start, tap, other }: Connections, step: number): readonly Run[] {
  const list: Run[] = [];
  for (let phase = 0; phase < step; phase++) {
    let run: Run | undefined;
    for (let position = phase; position < start.length - 1; position += step) {
      const at = start[position] ?? 0;
      const taps = (start[position + 1] ?? 0) - at;
      const firstTap = taps > 0 ? (tap[at] ?? 0) : 0;
      if (run?.taps === taps && run.firstTap === firstTap) {
        run = { ...run, count: run.count + 1 };
        list[list.length - 1] = run;
        continue;
      }
      run = { first: position, count: 1, taps, firstTap, source: taps > 0 ? (other[at] ?? 0) : 0 };
      list.push(run);
    }
  }
  return list;
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
