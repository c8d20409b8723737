/** All layers, as functions in Keras's names and lower-camel case. */
export { activation } from './activation.ts';
export { batchNormalization } from './batch-normalization.ts';
export { bidirectional } from './bidirectional.ts';
export { conv1d } from './conv1d.ts';
export { conv2d } from './conv2d.ts';
export { dense } from './dense.ts';
export { depthwiseConv2d } from './depthwise-conv2d.ts';
export { dropout } from './dropout.ts';
export { embedding } from './embedding.ts';
export { flatten } from './flatten.ts';
export {
  globalAveragePooling1d,
  globalAveragePooling2d,
  globalMaxPooling1d,
  globalMaxPooling2d,
} from './global-pooling.ts';
export { gru } from './gru.ts';
export { lstm } from './lstm.ts';
export { add, average, concatenate, multiply } from './merge.ts';
export { averagePooling1d, averagePooling2d, maxPooling1d, maxPooling2d } from './pooling.ts';
export { reshape } from './reshape.ts';
export { separableConv2d } from './separable-conv2d.ts';
export { simpleRnn } from './simple-rnn.ts';
export { timeDistributed } from './time-distributed.ts';
