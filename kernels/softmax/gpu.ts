/** The softmax family on a graphics card: rows of up to 32 take one pass, longer ones also the stages of their totals. */
import { gpuRow, type GpuRow } from '../gpu-form.ts';
import { expOf, logOf } from '../gpu-math.ts';
import { gpuMax, gpuSum } from '../reduce/gpu-fold.ts';
import { rowsCall, type RowTotal } from './gpu-rows.ts';
import { logSoftmaxGradKernel, logSoftmaxKernel, softmaxGradKernel, softmaxKernel } from './index.ts';

/** The largest of a row of logits `a0`, and the sum of e to what they are below it. */
export const LARGEST_AND_SUM: readonly RowTotal[] = [
  { name: 'largest', fold: gpuMax, value: 'a0[at]' },
  { name: 'sum', fold: gpuSum, value: 'expOf(a0[at] - largest)' },
];

export const softmaxRows: readonly GpuRow[] = [
  gpuRow(softmaxKernel, (geometry) =>
    rowsCall({
      ...geometry,
      inputCount: 1,
      totals: LARGEST_AND_SUM,
      value: 'expOf(a0[here] - largest) / sum',
      uses: [expOf],
    }),
  ),
  gpuRow(softmaxGradKernel, (geometry) =>
    rowsCall({
      ...geometry,
      inputCount: 2,
      totals: [{ name: 'dot', fold: gpuSum, value: 'a1[at] * a0[at]' }],
      value: 'a0[here] * (a1[here] - dot)',
      uses: [],
    }),
  ),
  gpuRow(logSoftmaxKernel, (geometry) =>
    rowsCall({
      ...geometry,
      inputCount: 1,
      totals: [...LARGEST_AND_SUM, { name: 'logSum', value: 'logOf(sum)' }],
      value: 'a0[here] - largest - logSum',
      uses: [expOf, logOf],
    }),
  ),
  gpuRow(logSoftmaxGradKernel, (geometry) =>
    rowsCall({
      ...geometry,
      inputCount: 2,
      totals: [{ name: 'sum', fold: gpuSum, value: 'a1[at]' }],
      value: 'a1[here] - expOf(a0[here]) * sum',
      uses: [expOf],
    }),
  ),
];
