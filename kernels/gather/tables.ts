/** How threads share what goes table by table: the tables, or where there is one its rows. */
import type { WasmCall, WasmSplit } from '../contract.ts';
import { bytesFrom, rangesOf } from '../split.ts';

interface Tables {
  readonly outer: number;
  /** Rows of a table of the result. */
  readonly rows: number;
  readonly inner: number;
  /** Elements of each input that belong to one table. */
  readonly inputs: readonly number[];
}

/** The code of a call's two stages: what is prepared once for all tables, in the workspace, and what is done for each. */
interface TableStages {
  readonly prepared: Pick<WasmCall, 'code' | 'emit'>;
  readonly shared: Pick<WasmCall, 'code' | 'emit'>;
  readonly workspaceBytes: number;
}

/**
 * Tables, or rows of the only one, in parts; undefined for fewer than two.
 * @param argsOf the numbers of a call on so many tables, and of each on these rows
 */
export function splitTables(
  { outer, rows, inner, inputs }: Tables,
  { prepared, shared, workspaceBytes }: TableStages,
  argsOf: (tables: number, firstRow: number, rows: number) => readonly number[],
  most: number,
): WasmSplit | undefined {
  const parts =
    outer === 1
      ? rangesOf(rows, most).map(({ start, size }) => ({
          inputs: [],
          outputs: bytesFrom(start, [inner]),
          args: argsOf(1, start, size),
        }))
      : rangesOf(outer, most).map(({ start, size }) => ({
          inputs: bytesFrom(start, inputs),
          outputs: bytesFrom(start, [rows * inner]),
          args: argsOf(size, 0, rows),
        }));
  if (parts.length < 2) return undefined;
  const whole = { inputs: [], outputs: [], args: argsOf(outer, 0, rows) };
  return {
    stages: [
      { ...prepared, parts: [whole] },
      { ...shared, parts },
    ],
    workspaceBytes,
  };
}
