/** Slices on a graphics card: one pass. */
import { gpuRow, type GpuRow } from '../gpu-form.ts';
import { viewCall } from '../strided/gpu.ts';
import { sliceKernel } from './index.ts';

export const sliceRows: readonly GpuRow[] = [gpuRow(sliceKernel, viewCall)];
