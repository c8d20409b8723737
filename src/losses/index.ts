/** Losses: how far predictions are from targets. */
export { circle, type CircleOptions } from './circle.ts';
export {
  binaryCrossentropy,
  categoricalCrossentropy,
  klDivergence,
  sparseCategoricalCrossentropy,
  type CrossentropyOptions,
  type SparseCrossentropyOptions,
} from './crossentropy.ts';
export { defineLoss, type LossDefinition, type LossFunction, type LossOptions } from './define-loss.ts';
export {
  binaryFocalCrossentropy,
  categoricalFocalCrossentropy,
  type BinaryFocalOptions,
  type CategoricalFocalOptions,
} from './focal.ts';
export { categoricalGeneralizedCrossEntropy, type GeneralizedCrossEntropyOptions } from './generalized-crossentropy.ts';
export { categoricalHinge, hinge, squaredHinge } from './hinge.ts';
export {
  checkLabels,
  computeLoss,
  reduceLoss,
  type LabelArray,
  type Loss,
  type ReduceOptions,
  type Reduction,
} from './loss.ts';
export { dice, tversky, type DiceOptions, type TverskyOptions } from './overlap.ts';
export {
  cosineSimilarity,
  huber,
  logCosh,
  meanAbsoluteError,
  meanAbsolutePercentageError,
  meanSquaredError,
  meanSquaredLogarithmicError,
  poisson,
  type CosineOptions,
  type HuberOptions,
} from './regression.ts';
export { lossFromConfig, resolveLoss, serializeLoss, type LossLike, type TargetShapes } from './resolve.ts';
