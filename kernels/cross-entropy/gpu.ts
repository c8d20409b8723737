/**
 * The cross-entropy of logits on a graphics card. Losses take one pass for up to 256 classes, their gradients for up to
 * 32; more classes take also the stages of the totals.
 */
import { gpuRow, type GpuRow } from '../gpu-form.ts';
import { expOf, logOf } from '../gpu-math.ts';
import { gpuSum } from '../reduce/gpu-fold.ts';
import { rowsCall } from '../softmax/gpu-rows.ts';
import { LARGEST_AND_SUM } from '../softmax/gpu.ts';
import { softmaxCrossEntropyGradKernel, softmaxCrossEntropyKernel } from './index.ts';

export const crossEntropyRows: readonly GpuRow[] = [
  gpuRow(softmaxCrossEntropyKernel, (geometry) =>
    rowsCall({
      ...geometry,
      inputCount: 2,
      totals: [
        ...LARGEST_AND_SUM,
        { name: 'logSum', value: 'logOf(sum)' },
        { name: 'total', fold: gpuSum, value: 'a1[at] * (a0[at] - largest - logSum)' },
      ],
      value: '0 - total',
      perRow: true,
      uses: [expOf, logOf],
    }),
  ),
  gpuRow(softmaxCrossEntropyGradKernel, (geometry) =>
    rowsCall({
      ...geometry,
      inputCount: 3,
      totals: [...LARGEST_AND_SUM, { name: 'weight', fold: gpuSum, value: 'a1[at]' }],
      value: 'a2[row] * (expOf(a0[here] - largest) * (weight / sum) - a1[here])',
      uses: [expOf],
    }),
  ),
];
