/** Reductions on a graphics card. */
import type { GpuCall } from '../contract.ts';
import { gpuRow, singlePass, type GpuRow } from '../gpu-form.ts';
import { unravel } from '../gpu-source.ts';
import { sumKernel } from './index.ts';
import type { ReduceGeometry } from './plan.ts';

function sumCall(geometry: ReduceGeometry): GpuCall {
  if (geometry.kind !== 'span') throw new Error('not yet');
  const { outer, length, inner } = geometry;
  const source = `${unravel('i', 'this.thread.x', [outer, inner])}
let total = 0;
for (let r = 0; r < ${length}; r++) {
  total += a0[(i0 * ${length} + r) * ${inner} + i1];
}
return total;`;
  return singlePass(source, 1, outer * inner);
}

export const reduceRows: readonly GpuRow[] = [gpuRow(sumKernel, sumCall)];
