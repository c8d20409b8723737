/** Arbitraries for property tests: shapes and tensors. */
export * from './tensors.ts';
