/** Batch normalisation with the moments of the batch: memory decides, not arithmetic. */
import { normal } from './values.ts';
import type { BatchNormWorkload } from './workload.ts';

export const batchNorm: BatchNormWorkload = {
  kind: 'batchNorm',
  name: 'batch norm, training [32,28,28,64]',
  depth: 32 * 28 * 28,
  operands: () => [normal([32, 28, 28, 64], 1), normal([64], 2), normal([64], 3)],
};
