/** The figures of one run, as they are printed and kept. */
import type { Engine } from '../engines/engine.ts';

export interface Cell {
  readonly engine: string;
  /** Milliseconds of one run, the median; left out when the engine does not take part. */
  readonly milliseconds?: number;
  /** Turns that the median is of. */
  readonly turns?: number;
  /** The same with operands from typed arrays and results read back. */
  readonly withTransfers?: number;
  /** Largest difference from the first engine, relative to the largest value. */
  readonly difference?: number;
  /** Why there is no time. */
  readonly reason?: string;
}

export interface Row {
  readonly workload: string;
  readonly flops?: number;
  /** From a function and typed arrays to the first results: trace, plan, emit, compile, run. In ms. */
  readonly firstRun?: number;
  /** Limit of the differences. */
  readonly limit: number;
  readonly cells: readonly Cell[];
}

export interface Results {
  readonly version: string;
  readonly date: string;
  readonly machine: string;
  readonly node: string;
  readonly engines: readonly Pick<Engine, 'name' | 'version' | 'role'>[];
  /** GFLOP/s of one thread's 128-bit lanes, measured in the same run. */
  readonly peak: number;
  readonly rows: readonly Row[];
}

/** The figures of a run on a graphics card. */
export interface GpuResults extends Omit<Results, 'node' | 'peak'> {
  /** The graphics card, as it calls itself. */
  readonly adapter: string;
  /** What ran the code: a browser or Node. */
  readonly runtime: string;
}

/** The column that is compared with the others. */
export const OURS = 'gradtape wasm';

/** The column of the same with products by one instruction. */
export const FAST_MATH = 'gradtape wasm, fastMath';

/** The column of the same with several threads. */
export function threadsColumn(threads: number): string {
  return `gradtape wasm, ${threads} threads`;
}

/** The time of an engine in a row, without or with transfers. */
export function timeOf(row: Row, engine: string, kind: 'milliseconds' | 'withTransfers'): number | undefined {
  return row.cells.find((cell) => cell.engine === engine)?.[kind];
}

/** The fastest JavaScript engine that is not ours. */
export function bestPeer(
  row: Row,
  engines: Results['engines'],
  kind: 'milliseconds' | 'withTransfers',
): { readonly name: string; readonly milliseconds: number } | undefined {
  let best: { name: string; milliseconds: number } | undefined;
  for (const { name, role } of engines) {
    const milliseconds = role === 'peer' ? timeOf(row, name, kind) : undefined;
    if (milliseconds !== undefined && milliseconds < (best?.milliseconds ?? Infinity)) best = { name, milliseconds };
  }
  return best;
}
