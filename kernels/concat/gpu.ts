/** Arrays side by side on a graphics card: one pass for up to 7, a tree of passes for more. */
import type { GpuCall, GpuOperand, GpuPass } from '../contract.ts';
import { gpuRow, type GpuRow } from '../gpu-form.ts';
import { divide, GPU_MOST_OPERANDS } from '../gpu-source.ts';
import { concatKernel } from './index.ts';

interface Piece {
  readonly operand: GpuOperand;
  readonly length: number;
}

/** Joins all inputs: `outer` rows of `lengths[k]` elements of input k, one input behind the other. */
export function joinCall(outer: number, lengths: readonly number[]): GpuCall {
  const passes: GpuPass[] = [];
  let pieces: Piece[] = lengths.map((length, input) => ({ operand: { input }, length }));
  if (pieces.length > 1) pieces = pieces.filter(({ length }) => length > 0);
  do {
    const joined: Piece[] = [];
    for (let start = 0; start < Math.max(1, pieces.length); start += GPU_MOST_OPERANDS) {
      const group = pieces.slice(start, start + GPU_MOST_OPERANDS);
      joined.push({ operand: { pass: passes.length }, length: group.reduce((sum, { length }) => sum + length, 0) });
      passes.push(joinPass(outer, group));
    }
    pieces = joined;
  } while (pieces.length > 1);
  return { passes, outputs: [passes.length - 1] };
}

function joinPass(outer: number, pieces: readonly Piece[]): GpuPass {
  const total = pieces.reduce((sum, { length }) => sum + length, 0);
  const lines = [divide('row', 'column', 'this.thread.x', Math.max(1, total)), 'let value = 0;'];
  let start = 0;
  pieces.forEach(({ length }, k) => {
    const end = start + length;
    const read = `value = a${k}[row * ${length} + column - ${start}];`;
    lines.push(`if (column >= ${start}) { if (column < ${end}) { ${read} } }`);
    start = end;
  });
  lines.push('return value;');
  return { source: lines.join('\n'), operands: pieces.map(({ operand }) => operand), size: outer * total };
}

export const concatRows: readonly GpuRow[] = [gpuRow(concatKernel, ({ outer, lengths }) => joinCall(outer, lengths))];
