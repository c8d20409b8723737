/** The ops that users call: `ops.conv2d(...)`. What only gradients, layers and optimizers need stays inside. */
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
export { add, div, mul, neg, reciprocal, square, sub } from './arithmetic.ts';
export { batchNorm, batchNormInference, batchNormTraining } from './batch-norm.ts';
export { broadcastTo, sum, sumToShape, type ReductionOptions } from './broadcasting.ts';
export {
  abs,
  clip,
  equal,
  floor,
  greater,
  greaterEqual,
  less,
  lessEqual,
  maximum,
  minimum,
  notEqual,
  sign,
  where,
} from './comparison.ts';
export {
  conv1dTranspose,
  conv2dTranspose,
  type Conv1dTransposeCallOptions,
  type Conv2dTransposeCallOptions,
} from './conv-transpose.ts';
export { conv1d } from './conv1d.ts';
export { conv2d } from './conv2d.ts';
export { softmaxCrossEntropy, sparseSoftmaxCrossEntropy } from './cross-entropy.ts';
export { identity, stopGradient, type Op, type TensorLike } from './define-op.ts';
export { depthwiseConv1d, depthwiseConv2d } from './depthwise-conv.ts';
export { gru, type GruCallOptions } from './gru.ts';
export { gather, oneHot, scatterAdd, type GatherCallOptions } from './indexing.ts';
export { concat, pad, slice, split, stack, type AxisOptions, type PadCallOptions } from './joining.ts';
export { reverse, tile, transpose, type ReverseCallOptions, type TransposeCallOptions } from './layout.ts';
export { layerNorm, type LayerNormOptions } from './layer-norm.ts';
export { lstm } from './lstm.ts';
export { cos, erf, exp, expm1, log, log1p, pow, rsqrt, sin, sqrt, tanh } from './math.ts';
export { affine, dot, matmul, type MatmulCallOptions } from './matmul.ts';
export { avgPool1d, avgPool2d, maxPool1d, maxPool2d } from './pool.ts';
export { prod } from './prod.ts';
export {
  dropout,
  randomNormal,
  randomUniform,
  type DropoutOptions,
  type RandomNormalOptions,
  type RandomUniformOptions,
} from './random.ts';
export { argmax, max, mean, min, variance } from './reductions.ts';
export { separableConv1d, separableConv2d } from './separable-conv.ts';
export { expandDims, flatten, reshape, squeeze, type FlattenOptions, type SqueezeOptions } from './shaping.ts';
export { simpleRnn, type SimpleRnnCallOptions } from './simple-rnn.ts';
export { logSoftmax, softmax, type SoftmaxOptions } from './softmax.ts';
export type { Pair } from './windows.ts';
