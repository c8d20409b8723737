/** Losses: how far predictions are from targets. */
export {
  binaryCrossentropy,
  categoricalCrossentropy,
  klDivergence,
  sparseCategoricalCrossentropy,
  type CrossentropyOptions,
  type SparseCrossentropyOptions,
} from './crossentropy.ts';
export { defineLoss, type LossDefinition, type LossFunction } from './define-loss.ts';
export { hinge, squaredHinge } from './hinge.ts';
export {
  checkLabels,
  computeLoss,
  reduceLoss,
  squeezeOrExpand,
  type LabelArray,
  type Loss,
  type ReduceOptions,
  type Reduction,
} from './loss.ts';
export {
  cosineSimilarity,
  huber,
  logCosh,
  meanAbsoluteError,
  meanAbsolutePercentageError,
  meanSquaredError,
  meanSquaredLogarithmicError,
  poisson,
  type HuberOptions,
} from './regression.ts';
export {
  lossFromConfig,
  resolveLoss,
  serializeLoss,
  targetKind,
  type KerasFunctionEnvelope,
  type LossLike,
  type TargetShapes,
} from './resolve.ts';
