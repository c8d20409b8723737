/** Regularizers: terms that weights or outputs add to the loss. */
export { l1, l1l2, l2, type L1L2Options, type L1Options, type L2Options } from './norms.ts';
export { orthogonalRegularizer, type OrthogonalRegularizerOptions } from './orthogonal.ts';
export type { Regularizer } from './regularizer.ts';
export { regularizerFromConfig, resolveRegularizer, serializeRegularizer } from './resolve.ts';
