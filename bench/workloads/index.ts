/** All workloads, in the order of the tables. */
import { batchNorm } from './batch-norm.ts';
import { convolutions } from './convolutions.ts';
import { products } from './matmul.ts';
import { recurrent } from './recurrent.ts';
import { small } from './small.ts';
import { training } from './training.ts';
import type { Workload } from './workload.ts';

export const workloads: readonly Workload[] = [
  ...products,
  ...convolutions,
  ...recurrent,
  batchNorm,
  ...training,
  ...small,
];
