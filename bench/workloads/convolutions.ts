/** Convolutions of stride 1 with padding 'same'. */
import { glorot, normal } from './values.ts';
import type { ConvolutionWorkload } from './workload.ts';

const IMAGE = [8, 56, 56, 64] as const;
const PIXELS = 8 * 56 * 56;
const FLOPS = 2 * PIXELS * 9 * 64 * 64;

export const convolutions: readonly ConvolutionWorkload[] = [
  {
    kind: 'conv2d',
    name: 'conv2d [8,56,56,64] 3x3 to 64',
    flops: FLOPS,
    depth: 9 * 64,
    operands: () => [normal(IMAGE, 1), glorot([3, 3, 64, 64], 2)],
  },
  {
    kind: 'conv2dInputGrad',
    name: 'conv2d input gradient, the same',
    flops: FLOPS,
    depth: 9 * 64,
    operands: () => [normal(IMAGE, 1), glorot([3, 3, 64, 64], 2)],
  },
  {
    kind: 'conv2dFilterGrad',
    name: 'conv2d filter gradient, the same',
    flops: FLOPS,
    depth: PIXELS,
    operands: () => [normal(IMAGE, 1), normal(IMAGE, 2)],
  },
  {
    kind: 'conv1d',
    name: 'conv1d [32,500,128] 5 taps to 128',
    flops: 2 * 32 * 500 * 5 * 128 * 128,
    depth: 5 * 128,
    operands: () => [normal([32, 500, 128], 1), glorot([5, 128, 128], 2)],
  },
  {
    kind: 'depthwise',
    name: 'depthwise [8,56,56,64] 3x3',
    flops: 2 * PIXELS * 9 * 64,
    depth: 9,
    operands: () => [normal(IMAGE, 1), normal([3, 3, 64, 1], 2)],
  },
  {
    kind: 'separable',
    name: 'separable [8,56,56,64] 3x3 to 128',
    flops: 2 * PIXELS * (9 * 64 + 64 * 128),
    depth: 9 * 64,
    operands: () => [normal(IMAGE, 1), normal([3, 3, 64, 1], 2), glorot([1, 1, 64, 128], 3)],
  },
];
