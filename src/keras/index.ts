/** Keras's files: `.keras`, `.weights.h5` and `.h5`, both ways; TensorFlow.js's `model.json` to read. Re-exports only. */
export {
  fromKeras,
  loadModel,
  loadWeights,
  saveModel,
  saveWeights,
  toKeras,
  type CustomObjects,
  type KerasFormat,
  type LoadModelOptions,
  type LoadWeightsOptions,
  type SaveModelOptions,
  type ToKerasOptions,
} from './files.ts';
export { fromTfjs, type FromTfjsOptions, type TfjsShards } from './tfjs.ts';
