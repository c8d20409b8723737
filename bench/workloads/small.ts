/** Ops so small that only what surrounds them costs time. */
import { glorot, normal } from './values.ts';
import type { SmallWorkload } from './workload.ts';

/** Products in one run of `smallProducts`: no engine can fuse them, and their arithmetic takes nanoseconds. */
export const SMALL_PRODUCTS = 100;

export const small: readonly SmallWorkload[] = [
  {
    kind: 'eagerAdd',
    name: 'eager add of 10 numbers',
    depth: 1,
    operands: () => [normal([10], 1), normal([10], 2)],
  },
  {
    kind: 'smallProducts',
    name: 'one 4x4 product inside a program',
    depth: 4 * SMALL_PRODUCTS,
    parts: SMALL_PRODUCTS,
    operands: () => [normal([4, 4], 1), glorot([4, 4], 2)],
  },
];
