/** The optimizers that users name: `optimizers.adam({ learningRate: 1e-3 })`. What files need of them stays inside. */
export * as schedules from './schedules/index.ts';

export { Adadelta, adadelta, type AdadeltaOptions } from './adadelta.ts';
export { Adagrad, adagrad, type AdagradOptions } from './adagrad.ts';
export { Adam, adam, type AdamOptions } from './adam.ts';
export { Adamax, adamax, type AdamaxOptions } from './adamax.ts';
export { Adamw, adamw, type AdamwOptions } from './adamw.ts';
export { Ftrl, ftrl, type FtrlOptions } from './ftrl.ts';
export { Lion, lion, type LionOptions } from './lion.ts';
export { Nadam, nadam, type NadamOptions } from './nadam.ts';
export { Optimizer, type UpdateStep, type WeightDecayExclusion } from './optimizer.ts';
export type { LearningRate, OptimizerOptions } from './options.ts';
export { type OptimizerLike } from './resolve.ts';
export { Rmsprop, rmsprop, type RmspropOptions } from './rmsprop.ts';
export { Sgd, sgd, type SgdOptions } from './sgd.ts';
