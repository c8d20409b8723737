/** All workloads, in the order of the tables. */
import { batchNorm } from './batch-norm.ts';
import { convolutions } from './convolutions.ts';
import { products } from './matmul.ts';
import { recurrent } from './recurrent.ts';
import { small } from './small.ts';
import { training } from './training.ts';
import type { Workload } from './workload.ts';

/** @param part of the whole batches: 1, or 1/4 where software does the work of a graphics card */
export function allWorkloads(part: number): readonly Workload[] {
  return [...products, ...convolutions(part), ...recurrent(part), batchNorm(part), ...training(part), ...small];
}

/** The names that contain this; all by default. @throws RangeError when there are none */
export function namesWith(names: readonly string[], part = ''): readonly string[] {
  const found = names.filter((name) => name.toLowerCase().includes(part.toLowerCase()));
  if (found.length > 0) return found;
  throw new RangeError(`bench: no workload's name contains '${part}'. There are: ${names.join('; ')}.`);
}
