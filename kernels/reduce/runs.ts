/** The axes of a reduction as WebAssembly walks them: neighbours of one kind are merged, the last one is the inner row. */
import type { Shape } from '../../src/tensor/shape.ts';

/** One axis: its size and the elements from one position to the next. */
export interface Run {
  readonly size: number;
  readonly stride: number;
}

export interface Runs {
  /** Outer axes that stay, in order: each result belongs to one position of them. */
  readonly kept: readonly Run[];
  /** Outer axes that are folded. */
  readonly reduced: readonly Run[];
  /** Elements of the inner row. */
  readonly row: number;
  /** Whether the row is folded into one result, or is a row of results itself. */
  readonly rowReduced: boolean;
}

export function planRuns(shape: Shape, axes: readonly number[]): Runs {
  const runs: { size: number; reduced: boolean }[] = [];
  shape.forEach((size, axis) => {
    if (size === 1) return;
    const reduced = axes.includes(axis);
    const last = runs.at(-1);
    if (last?.reduced === reduced) last.size *= size;
    else runs.push({ size, reduced });
  });
  const row = runs.pop() ?? { size: 1, reduced: false };
  const kept: Run[] = [];
  const reduced: Run[] = [];
  let stride = row.size;
  for (const run of runs.reverse()) {
    (run.reduced ? reduced : kept).unshift({ size: run.size, stride });
    stride *= run.size;
  }
  return { kept, reduced, row: row.size, rowReduced: row.reduced };
}
