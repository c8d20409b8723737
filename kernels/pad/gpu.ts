/** Padding on a graphics card: one pass; the value is passed as a number, so that it may be NaN or infinite. */
import type { GpuCall } from '../contract.ts';
import { gpuRow, type GpuRow } from '../gpu-form.ts';
import { unravel } from '../gpu-source.ts';
import { padKernel, type PadGeometry } from './index.ts';

function padCall({ value, levels }: PadGeometry): GpuCall {
  const sizes = levels.map(({ before, size, after }) => before + size + after);
  const outside: string[] = [];
  let position = '0';
  levels.forEach(({ before, size }, axis) => {
    outside.push(`if (i${axis} < ${before}) { inside = 0; }`, `if (i${axis} >= ${before + size}) { inside = 0; }`);
    position = `(${position}) * ${size} + i${axis} - ${before}`;
  });
  const source = `${unravel('i', 'this.thread.x', sizes)}
let inside = 1;
${outside.join('\n')}
let value = n0;
if (inside === 1) { value = a0[${position}]; }
return value;`;
  const size = sizes.reduce((product, length) => product * length, 1);
  return { passes: [{ source, operands: [{ input: 0 }], numbers: [value], size }], outputs: [0] };
}

export const padRows: readonly GpuRow[] = [gpuRow(padKernel, padCall)];
