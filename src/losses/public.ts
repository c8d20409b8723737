/** The losses that users name: `losses.huber({ delta: 2 })`. What training needs of them stays inside. */
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
export { type LabelArray, type Loss, type ReduceOptions, type Reduction } from './loss.ts';
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
export { type KerasFunctionEnvelope, type LossLike, type TargetShapes } from './resolve.ts';
