/** Optimizers: how gradients change weights. */
export { Adam, adam, type AdamOptions } from './adam.ts';
export { Optimizer, type OptimizerOptions, type UpdateStep } from './optimizer.ts';
export { optimizerFromConfig, resolveOptimizer, serializeOptimizer, type OptimizerLike } from './resolve.ts';
export { Rmsprop, rmsprop, type RmspropOptions } from './rmsprop.ts';
export { Sgd, sgd, type SgdOptions } from './sgd.ts';
