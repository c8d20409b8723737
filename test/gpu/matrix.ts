/** The matrix of ops and modes: which laws of each op hold on the GPU device in each mode of GPU.js. */
import { opLaws } from '../../src/testing/op-laws.ts';
import type { OpRow } from '../../src/testing/op-row.ts';
import { openGpuDevice } from '../../src/gpu.ts';
import type { GpuMode } from '../../src/devices/gpu-js.ts';

/** One cell: undefined when every law holds. */
export interface MatrixCell {
  readonly op: string;
  readonly mode: GpuMode;
  readonly failure: string | undefined;
  readonly skipped: string | undefined;
  readonly milliseconds: number;
}

/** Checks the rows in one mode, one after the other. @param tell is told each cell as soon as it is known */
export async function checkMode(
  rows: readonly OpRow[],
  mode: GpuMode,
  cases: number,
  tell: (cell: MatrixCell) => void = () => undefined,
): Promise<MatrixCell[]> {
  const device = await openGpuDevice({ mode });
  const cells: MatrixCell[] = [];
  for (const row of rows) {
    const start = performance.now();
    let failure: string | undefined;
    let skipped: string | undefined;
    try {
      skipped = (await opLaws(row, { devices: [device], cases })).skipped[0];
    } catch (error) {
      failure = error instanceof Error ? error.message : String(error);
    }
    const cell = { op: row.op, mode, failure, skipped, milliseconds: performance.now() - start };
    cells.push(cell);
    tell(cell);
  }
  return cells;
}
