/** All ops. */
export {
  elu,
  gelu,
  leakyRelu,
  relu,
  selu,
  sigmoid,
  silu,
  softplus,
  type EluOptions,
  type GeluOptions,
  type LeakyReluOptions,
} from './activations.ts';
export * from './arithmetic.ts';
export * from './batch-norm.ts';
export { broadcastTo, sumToShape } from './broadcasting.ts';
export * from './comparison.ts';
export * from './conv-transpose.ts';
export * from './conv1d.ts';
export * from './conv2d.ts';
export * from './cross-entropy.ts';
export * from './define-op.ts';
export * from './depthwise-conv.ts';
export type { BinaryOp, UnaryOp } from './elementwise.ts';
export * from './gru.ts';
export * from './indexing.ts';
export * from './joining.ts';
export { reverse, tile, transpose, type ReverseCallOptions, type TransposeCallOptions } from './layout.ts';
export * from './layer-norm.ts';
export * from './lstm.ts';
export * from './math.ts';
export * from './matmul.ts';
export * from './optimizer-updates.ts';
export * from './pool.ts';
export * from './prod.ts';
export {
  dropout,
  dropoutWith,
  randomNormal,
  randomNormalWith,
  randomUniform,
  randomUniformWith,
  type DropoutOptions,
  type RandomNormalOptions,
  type RandomUniformOptions,
} from './random.ts';
export type { RecurrentCallOptions } from './recurrent.ts';
export * from './reductions.ts';
export * from './separable-conv.ts';
export * from './shaping.ts';
export * from './simple-rnn.ts';
export { logSoftmax, softmax, type SoftmaxOptions } from './softmax.ts';
export type { BiasedOp, Pair } from './windows.ts';
