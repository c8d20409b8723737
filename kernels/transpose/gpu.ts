/** Transposition on a graphics card: one pass. */
import { gpuRow, type GpuRow } from '../gpu-form.ts';
import { gatherAxes, viewCall, walkAxes } from '../strided/gpu.ts';
import { transposeKernel } from './index.ts';

export const transposeRows: readonly GpuRow[] = [
  gpuRow(transposeKernel, (geometry) => {
    if (geometry.kind === 'rows') return viewCall(geometry.copy);
    const { batch, rows, columns, outStride, xStride } = geometry.tiles;
    const tile = [
      { size: rows, outStride, xStride: 1 },
      { size: columns, outStride: 1, xStride },
    ];
    return gatherAxes([...walkAxes(batch), ...tile], 0);
  }),
];
