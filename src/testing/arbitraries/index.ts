/** `arbitraries`: shapes, tensors and, for every op, calls with all its options, for property tests with fast-check. */
export * from './convolution.ts';
export * from './cross-entropy.ts';
export * from './elementwise.ts';
export * from './indexing.ts';
export * from './movement.ts';
export * from './normalization.ts';
export * from './pooling.ts';
export * from './products.ts';
export * from './random.ts';
export * from './recurrent.ts';
export * from './reductions.ts';
export * from './tensors.ts';
export type { CallDraw } from './filled.ts';
