/** All layers, as functions in Keras's names and lower-camel case. */
export { activation } from './activation.ts';
export { elu, leakyRelu, prelu, relu, softmax } from './activation-layers.ts';
export { activityRegularization } from './activity-regularization.ts';
export { alphaDropout } from './alpha-dropout.ts';
export { batchNormalization } from './batch-normalization.ts';
export { bidirectional } from './bidirectional.ts';
export { conv1dTranspose, conv2dTranspose } from './conv-transpose.ts';
export { conv1d } from './conv1d.ts';
export { conv2d } from './conv2d.ts';
export { dense } from './dense.ts';
export { depthwiseConv1d, depthwiseConv2d } from './depthwise-conv.ts';
export { dot } from './dot.ts';
export { dropout, spatialDropout1d, spatialDropout2d } from './dropout.ts';
export { embedding } from './embedding.ts';
export { flatten } from './flatten.ts';
export { gaussianDropout, gaussianNoise } from './gaussian-noise.ts';
export {
  globalAveragePooling1d,
  globalAveragePooling2d,
  globalMaxPooling1d,
  globalMaxPooling2d,
} from './global-pooling.ts';
export { gru } from './gru.ts';
export { identity } from './identity.ts';
export { lambda } from './lambda.ts';
export { layerNormalization } from './layer-normalization.ts';
export { lstm } from './lstm.ts';
export { masking } from './masking.ts';
export { add, average, concatenate, maximum, minimum, multiply, subtract } from './merge.ts';
export { permute } from './permute.ts';
export { averagePooling1d, averagePooling2d, maxPooling1d, maxPooling2d } from './pooling.ts';
export { repeatVector } from './repeat-vector.ts';
export { rescaling } from './rescaling.ts';
export { reshape } from './reshape.ts';
export { separableConv1d, separableConv2d } from './separable-conv.ts';
export { simpleRnn } from './simple-rnn.ts';
export { timeDistributed } from './time-distributed.ts';
export { upSampling1d, upSampling2d } from './up-sampling.ts';
export { cropping1d, cropping2d, zeroPadding1d, zeroPadding2d } from './zero-padding.ts';
