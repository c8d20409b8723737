/** Depthwise convolution on a graphics card: a convolution with as many groups as channels. */
import { convolutionCall, convolutionFilterGradCall, convolutionInputGradCall } from '../conv2d/gpu.ts';
import type { ConvSizes } from '../conv2d/geometry.ts';
import { gpuRow, storingRow, type GpuRow } from '../gpu-form.ts';
import type { DepthwiseSizes } from './cpu.ts';
import { depthwiseConv2dKernel, depthwiseFilterGradKernel, depthwiseInputGradKernel } from './index.ts';

/** Filters `[kh, kw, channels, multiplier]` and `[kh, kw, 1, channels * multiplier]` are the same memory. */
function grouped({ batch, rows, columns, channels, multiplier }: DepthwiseSizes): ConvSizes {
  return { batch, rows, columns, groups: channels, inChannels: 1, outChannels: multiplier };
}

export const depthwiseRows: readonly GpuRow[] = [
  storingRow(depthwiseConv2dKernel, (sizes, [, , hasBias = false], store) =>
    convolutionCall(grouped(sizes), hasBias, store),
  ),
  gpuRow(depthwiseInputGradKernel, (sizes) => convolutionInputGradCall(grouped(sizes))),
  gpuRow(depthwiseFilterGradKernel, (sizes) => convolutionFilterGradCall(grouped(sizes))),
];
