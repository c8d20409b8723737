/** Matrix product on a graphics card: one thread for each element of the result. */
import type { GpuCall } from '../contract.ts';
import { gpuRow, singlePass, type GpuRow } from '../gpu-form.ts';
import { unravel } from '../gpu-source.ts';
import type { MatmulGeometry } from './cpu.ts';
import { matmulKernel } from './index.ts';

function matmulCall(geometry: MatmulGeometry, [, , hasBias = false]: readonly boolean[]): GpuCall {
  const { m, n, k, aRow, aDepth, bDepth, bColumn, aStarts } = geometry;
  const source = `${unravel('i', 'this.thread.x', [aStarts.length * m, n])}
let sum = ${hasBias ? 'a2[i1]' : '0'};
for (let p = 0; p < ${k}; p++) {
  sum += a0[i0 * ${aRow} + p * ${aDepth}] * a1[p * ${bDepth} + i1 * ${bColumn}];
}
return sum;`;
  return singlePass(source, hasBias ? 3 : 2, aStarts.length * m * n);
}

export const matmulRows: readonly GpuRow[] = [gpuRow(matmulKernel, matmulCall)];
