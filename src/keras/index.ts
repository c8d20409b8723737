/** Keras's files: `.keras`, `.weights.h5` and `.h5`, both ways; TensorFlow.js's `model.json` to read. Re-exports only. */
export { fromKeras, loadModel, loadWeights, saveModel, saveWeights, toKeras } from './files.ts';
export type {
  CustomObjects,
  KerasFormat,
  LoadModelOptions,
  LoadWeightsOptions,
  SaveModelOptions,
  ToKerasOptions,
} from './options.ts';
export { fromTfjs, type FromTfjsOptions, type TfjsShards } from './tfjs.ts';
