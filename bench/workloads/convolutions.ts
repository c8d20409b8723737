/** Convolutions of stride 1 with padding 'same'. */
import { glorot, normal } from './values.ts';
import type { ConvolutionWorkload } from './workload.ts';

/** @param part of the whole batches, 8 images and 32 sequences */
export function convolutions(part: number): readonly ConvolutionWorkload[] {
  const image = [8 * part, 56, 56, 64] as const;
  const size = `[${image.join(',')}]`;
  const pixels = 8 * part * 56 * 56;
  const flops = 2 * pixels * 9 * 64 * 64;
  const sequences = 32 * part;
  return [
    {
      kind: 'conv2d',
      name: `conv2d ${size} 3x3 to 64`,
      flops,
      depth: 9 * 64,
      operands: () => [normal(image, 1), glorot([3, 3, 64, 64], 2)],
    },
    {
      kind: 'conv2dInputGrad',
      name: 'conv2d input gradient, the same',
      flops,
      depth: 9 * 64,
      operands: () => [normal(image, 1), glorot([3, 3, 64, 64], 2)],
    },
    {
      kind: 'conv2dFilterGrad',
      name: 'conv2d filter gradient, the same',
      flops,
      depth: pixels,
      operands: () => [normal(image, 1), normal(image, 2)],
    },
    {
      kind: 'conv1d',
      name: `conv1d [${sequences},500,128] 5 taps to 128`,
      flops: 2 * sequences * 500 * 5 * 128 * 128,
      depth: 5 * 128,
      operands: () => [normal([sequences, 500, 128], 1), glorot([5, 128, 128], 2)],
    },
    {
      kind: 'depthwise',
      name: `depthwise ${size} 3x3`,
      flops: 2 * pixels * 9 * 64,
      depth: 9,
      operands: () => [normal(image, 1), normal([3, 3, 64, 1], 2)],
    },
    {
      kind: 'separable',
      name: `separable ${size} 3x3 to 128`,
      flops: 2 * pixels * (9 * 64 + 64 * 128),
      depth: 9 * 64,
      operands: () => [normal(image, 1), normal([3, 3, 64, 1], 2), glorot([1, 1, 64, 128], 3)],
    },
  ];
}
