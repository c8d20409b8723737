/** Batch normalisation with the moments of the batch: memory decides, not arithmetic. */
import { normal } from './values.ts';
import type { BatchNormWorkload } from './workload.ts';

/** @param part of the whole batch, 32 images */
export function batchNorm(part: number): BatchNormWorkload {
  const images = 32 * part;
  return {
    kind: 'batchNorm',
    name: `batch norm, training [${images},28,28,64]`,
    depth: images * 28 * 28,
    operands: () => [normal([images, 28, 28, 64], 1), normal([64], 2), normal([64], 3)],
  };
}
