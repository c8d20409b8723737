/** Gradients of a recurrence's weights on a graphics card: sums over all rows `[batch * steps]`, in one stage or two. */
import type { GpuOperand } from '../contract.ts';
import { unravel } from '../gpu-source.ts';
import { appendSum, sumLines } from '../gpu-sum.ts';
import { type GpuPasses, nameOperands, type OperandName, type PassOperand } from './gpu-passes.ts';

export interface RowSums {
  /** Shape of the result. */
  readonly rows: number;
  readonly columns: number;
  readonly batch: number;
  readonly steps: number;
  /** Lines ahead of the sum, where `i0` and `i1` are the result's row and column. Default none. */
  readonly prepare?: (name: OperandName) => string;
  /** What is summed, as an expression of `row`, a row of `[batch * steps]`. */
  readonly term: (name: OperandName, row: string) => string;
}

/** Appends a sum over all rows for each element of a matrix. */
export function appendRowSums(call: GpuPasses, sums: RowSums): PassOperand {
  const { rows, columns, batch, steps, prepare, term } = sums;
  const { operands, name } = nameOperands();
  const prepared = prepare?.(name) ?? '';
  const pass = appendSum(call.passes, {
    size: rows * columns,
    count: batch * steps,
    operands,
    prepare: `${unravel('i', 'result', [rows, columns])}\n${prepared}`,
    add: (sum, first, count) => sumLines(sum, count, (index) => term(name, `(${first} + ${index})`)),
  });
  return { pass };
}

/** The sample of a row, in a term: right below 2^22 rows, where the half outweighs what two roundings change. */
export function sampleOf(row: string, steps: number): string {
  return `Math.floor((${row} + 0.5) * ${1 / steps})`;
}

/** The factor by which dropout scales number `column` of a row, as the end of a product. */
export function dropoutFactor(
  name: OperandName,
  dropout: GpuOperand | undefined,
  sample: string,
  { groups, width }: { readonly groups: number; readonly width: number },
  group: string,
  column: string,
): string {
  if (!dropout) return '';
  return ` * ${name(dropout)}[(${sample} * ${groups} + ${groups > 1 ? group : '0'}) * ${width} + ${column}]`;
}
