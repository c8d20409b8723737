/** gradtape: tensors, the tape, ops, layers, models and training. Re-exports only. */
import './ops/methods.ts';

export * as activations from './activations/index.ts';
export * as callbacks from './callbacks/index.ts';
export * as constraints from './constraints/index.ts';
export * as data from './data/index.ts';
export * as initializers from './initializers/index.ts';
export * as layers from './layers/index.ts';
export * as losses from './losses/public.ts';
export * as metrics from './metrics/public.ts';
export * as ops from './ops/public.ts';
export * as optimizers from './optimizers/public.ts';
export * as regularizers from './regularizers/index.ts';

export { debug } from './devices/debug.ts';
export { setDevice, type DeviceName } from './devices/default-device.ts';
export {
  ensemble,
  type Ensemble,
  type EnsembleFitOptions,
  type EnsembleMaker,
  type EnsembleMode,
  type EnsembleOptions,
  stacking,
  type StackingFitOptions,
  type StackingMaker,
  type StackingOptions,
} from './ensemble/index.ts';
export {
  ArgumentError,
  DeviceError,
  FileError,
  FormatError,
  GradientError,
  GradtapeError,
  NumericError,
  ShapeError,
} from './errors.ts';
export { collectLosses, type CallContext } from './layers/call-scope.ts';
export type { CallOptions } from './layers/graph-node.ts';
export { Layer, type Config, type LayerOptions } from './layers/layer.ts';
export { maskOf, setMask } from './layers/masks.ts';
export { clearSession, seed } from './layers/naming.ts';
export { SymbolicTensor } from './layers/symbolic-tensor.ts';
export type { DotOptions } from './models/dot.ts';
export { input } from './models/input.ts';
export type { VizPackage } from './models/viz.ts';
export { defineOp, stopGradient, type Op, type OpDefinition, type TensorLike } from './ops/define-op.ts';
export { compile, type Compiled } from './tape/compile.ts';
export { grad, valueAndGrad } from './tape/grad.ts';
export type { ProfileRow, Program } from './tape/program.ts';
export { Tape } from './tape/tape.ts';
export type { Shape } from './tensor/shape.ts';
export type { StateValue } from './tensor/state-value.ts';
export { full, ones, tensor, Tensor, zeros } from './tensor/tensor.ts';
export { Variable, variable } from './tensor/variable.ts';
export type { Callback, CallbackParams, Logs, PredictLogs, TrainPosition } from './training/callback.ts';
export type { CompileModelOptions } from './training/compilation.ts';
export type { ArrayData, BatchData, BatchEntry, BatchSource, DataSet, SampleWeights } from './training/data.ts';
export type { EvaluateOptions } from './training/evaluate.ts';
export type { FitOptions } from './training/fit.ts';
export { History } from './training/history.ts';
export type { HistoryPictureOptions } from './training/history-picture.ts';
export type { ModelSvgOptions, TestOnBatchOptions, TrainOnBatchOptions } from './training/methods.ts';
export { Model, model, modelFromJSON, Sequential, sequential } from './training/models.ts';
export type { PredictOptions } from './training/predict.ts';
export type { ClassWeight } from './training/prepare.ts';
