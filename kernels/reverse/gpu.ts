/** Reversal on a graphics card: one pass. */
import { gpuRow, type GpuRow } from '../gpu-form.ts';
import { viewCall } from '../strided/gpu.ts';
import { reverseKernel } from './index.ts';

export const reverseRows: readonly GpuRow[] = [gpuRow(reverseKernel, viewCall)];
