/** What runs in the page: the laws of ops on the GPU device, for the runner in Node to ask for. */
import type { GpuMode } from '../../src/devices/gpu-js.ts';
import { rows } from '../src/ops/rows/index.ts';
import { checkMode, type MatrixCell } from './matrix.ts';

/** What the page offers to the runner, under the name `checks`. */
export interface PageChecks {
  readonly ops: readonly string[];
  checkOps(mode: GpuMode, names: readonly string[], cases: number): Promise<readonly MatrixCell[]>;
}

const checks: PageChecks = {
  ops: rows.map(({ op }) => op),
  checkOps: (mode, names, cases) =>
    checkMode(
      rows.filter(({ op }) => names.includes(op)),
      mode,
      cases,
    ),
};
Object.assign(globalThis, { checks });
