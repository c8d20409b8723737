/** 1-D convolution on a graphics card: the passes of 2-D convolution on images of height 1. */
import { convolutionCall, convolutionFilterGradCall, convolutionInputGradCall } from '../conv2d/gpu.ts';
import { gpuRow, storingRow, type GpuRow } from '../gpu-form.ts';
import { conv1dFilterGradKernel, conv1dInputGradKernel, conv1dKernel } from './index.ts';

export const conv1dRows: readonly GpuRow[] = [
  storingRow(conv1dKernel, ({ sizes }, [, , hasBias = false], store) => convolutionCall(sizes, hasBias, store)),
  gpuRow(conv1dInputGradKernel, ({ sizes }) => convolutionInputGradCall(sizes)),
  gpuRow(conv1dFilterGradKernel, convolutionFilterGradCall),
];
