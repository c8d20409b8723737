/** How calls become parts for threads: ranges of rows, columns or elements, each a call of its own on moved operands. */
import type { WasmCall, WasmPart, WasmSplit } from './contract.ts';

/** Positions from `start` to before `end`. */
export interface Range {
  readonly start: number;
  readonly size: number;
}

/** At most so many ranges of nearly equal size that begin at multiples of `step`. */
export function rangesOf(length: number, most: number, step: number = 1): readonly Range[] {
  const steps = Math.ceil(length / step);
  const count = Math.min(most, steps);
  return Array.from({ length: count }, (_, index) => {
    const start = step * Math.floor((index * steps) / count);
    const end = Math.min(length, step * Math.floor(((index + 1) * steps) / count));
    return { start, size: end - start };
  });
}

/** Elements: parts that run along all of an operand begin with a cache line, or at least with a vector. */
const LINE = 16;
const VECTOR = 4;

/** Ranges of so many elements, or of columns. */
export function elementRanges(length: number, most: number, however: boolean): readonly Range[] {
  return rangesOf(length, most, however ? VECTOR : LINE);
}

/**
 * The call in one stage, a part for each range, with a workspace for each thread as large as the call's; undefined for
 * fewer than two ranges.
 */
export function splitOf(
  { code, emit, workspaceBytes = 0 }: Pick<WasmCall, 'code' | 'emit' | 'workspaceBytes'>,
  ranges: readonly Range[],
  part: (range: Range) => WasmPart,
): WasmSplit | undefined {
  if (ranges.length < 2) return undefined;
  return { stages: [{ code, emit, parts: ranges.map(part), ownWorkspaceBytes: workspaceBytes }] };
}

/**
 * The call as parts along the first axis of all its operands.
 * @param elements of each operand at one position of that axis; 0 for what all positions share
 * @param argsOf the numbers of a call on so many positions
 */
export function alongFirstAxis(
  call: Omit<WasmCall, 'split' | 'args'>,
  length: number,
  elements: { readonly inputs: readonly number[]; readonly outputs: readonly number[] },
  argsOf: (length: number) => readonly number[],
): WasmCall {
  return {
    ...call,
    args: argsOf(length),
    split: (most) =>
      splitOf(call, rangesOf(length, most), ({ start, size }) => ({
        inputs: bytesFrom(start, elements.inputs),
        outputs: bytesFrom(start, elements.outputs),
        args: argsOf(size),
      })),
  };
}

/** Bytes from the first position to another, for operands with so many elements at each. */
export function bytesFrom(position: number, elements: readonly number[]): number[] {
  return elements.map((count) => 4 * count * position);
}
