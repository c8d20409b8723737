/** What layers do when they are told nothing: the defaults of Keras 3, layer by layer. */
import t from 'tap';
import * as layers from '../../../src/layers/index.ts';
import { layerClasses } from '../../../src/layers/classes.ts';
import type { Layer } from '../../../src/layers/layer.ts';

const glorot = { class_name: 'GlorotUniform' };
const zeros = { class_name: 'Zeros' };
const ones = { class_name: 'Ones' };

const biased = { use_bias: true, bias_initializer: zeros, bias_regularizer: null, bias_constraint: null };
const kernel = { kernel_initializer: glorot, kernel_regularizer: null, kernel_constraint: null };
const depthwise = { depthwise_initializer: glorot, depthwise_regularizer: null, depthwise_constraint: null };
const pointwise = { pointwise_initializer: glorot, pointwise_regularizer: null, pointwise_constraint: null };
const last = { data_format: 'channels_last' };
const window = (strides: unknown): object => ({ ...last, strides, padding: 'valid' });
const convolution = (strides: readonly number[]): object => ({
  ...window(strides),
  ...biased,
  dilation_rate: strides,
  activation: 'linear',
  activity_regularizer: null,
});
const recurrent = {
  ...biased,
  ...kernel,
  activation: 'tanh',
  recurrent_initializer: { class_name: 'Orthogonal', config: { gain: 1 } },
  recurrent_regularizer: null,
  recurrent_constraint: null,
  activity_regularizer: null,
  dropout: 0,
  recurrent_dropout: 0,
  return_sequences: false,
  return_state: false,
  go_backwards: false,
  stateful: false,
  unroll: false,
  zero_output_for_mask: false,
};
const scaled = {
  axis: -1,
  epsilon: 1e-3,
  center: true,
  scale: true,
  beta_initializer: zeros,
  gamma_initializer: ones,
  beta_regularizer: null,
  gamma_regularizer: null,
  beta_constraint: null,
  gamma_constraint: null,
};

const defaults: readonly (readonly [layer: Layer, config: object])[] = [
  [layers.dense(2), { ...biased, ...kernel, activation: 'linear' }],
  [layers.activation('tanh'), {}],
  [layers.activityRegularization(), { l1: 0, l2: 0 }],
  [
    layers.embedding(2, 3),
    {
      embeddings_initializer: { class_name: 'RandomUniform' },
      embeddings_regularizer: null,
      embeddings_constraint: null,
      mask_zero: false,
    },
  ],
  [layers.masking(), { mask_value: 0 }],
  [layers.identity(), {}],
  [layers.flatten(), last],
  [layers.reshape([2]), {}],
  [layers.permute([1]), {}],
  [layers.repeatVector(2), {}],
  [layers.rescaling(2), { offset: 0 }],
  [layers.relu(), { max_value: null, negative_slope: 0, threshold: 0 }],
  [layers.leakyRelu(), { negative_slope: 0.3 }],
  [layers.elu(), { alpha: 1 }],
  [layers.softmax(), { axis: -1 }],
  [layers.prelu(), { alpha_initializer: zeros, alpha_regularizer: null, alpha_constraint: null, shared_axes: null }],
  [
    layers.batchNormalization(),
    { ...scaled, momentum: 0.99, moving_mean_initializer: zeros, moving_variance_initializer: ones },
  ],
  [layers.layerNormalization(), { ...scaled, rms_scaling: false }],
  [layers.dropout(0.5), { noise_shape: null, seed: null }],
  [layers.spatialDropout1d(0.5), { seed: null }],
  [layers.spatialDropout2d(0.5), { ...last, seed: null }],
  [layers.alphaDropout(0.5), { noise_shape: null, seed: null }],
  [layers.gaussianDropout(0.5), { seed: null }],
  [layers.gaussianNoise(0.5), { seed: null }],
  [layers.conv1d(2, 3), { ...convolution([1]), ...kernel, groups: 1 }],
  [layers.conv2d(2, 3), { ...convolution([1, 1]), ...kernel, groups: 1 }],
  [layers.conv1dTranspose(2, 3), { ...convolution([1]), ...kernel, output_padding: null }],
  [layers.conv2dTranspose(2, 3), { ...convolution([1, 1]), ...kernel, output_padding: null }],
  [layers.depthwiseConv1d(3), { ...convolution([1]), ...depthwise, depth_multiplier: 1 }],
  [layers.depthwiseConv2d(3), { ...convolution([1, 1]), ...depthwise, depth_multiplier: 1 }],
  [layers.separableConv1d(2, 3), { ...convolution([1]), ...depthwise, ...pointwise, depth_multiplier: 1 }],
  [layers.separableConv2d(2, 3), { ...convolution([1, 1]), ...depthwise, ...pointwise, depth_multiplier: 1 }],
  [layers.maxPooling1d(), { ...window([2]), pool_size: [2] }],
  [layers.maxPooling2d(), { ...window([2, 2]), pool_size: [2, 2] }],
  [layers.averagePooling1d(), { ...window([2]), pool_size: [2] }],
  [layers.averagePooling2d(), { ...window([2, 2]), pool_size: [2, 2] }],
  [layers.globalMaxPooling1d(), { ...last, keepdims: false }],
  [layers.globalMaxPooling2d(), { ...last, keepdims: false }],
  [layers.globalAveragePooling1d(), { ...last, keepdims: false }],
  [layers.globalAveragePooling2d(), { ...last, keepdims: false }],
  [layers.zeroPadding1d(), { ...last, padding: [1, 1] }],
  [
    layers.zeroPadding2d(),
    {
      ...last,
      padding: [
        [1, 1],
        [1, 1],
      ],
    },
  ],
  [layers.cropping1d(), { cropping: [1, 1] }],
  [
    layers.cropping2d(),
    {
      ...last,
      cropping: [
        [0, 0],
        [0, 0],
      ],
    },
  ],
  [layers.upSampling1d(), { size: 2 }],
  [layers.upSampling2d(), { ...last, size: [2, 2], interpolation: 'nearest' }],
  [layers.add(), {}],
  [layers.subtract(), {}],
  [layers.multiply(), {}],
  [layers.average(), {}],
  [layers.maximum(), {}],
  [layers.minimum(), {}],
  [layers.concatenate(), { axis: -1 }],
  // Keras has no default for the axes; -1 is ours.
  [layers.dot(), { axes: -1, normalize: false }],
  [layers.lstm(2), { ...recurrent, recurrent_activation: 'sigmoid', unit_forget_bias: true, seed: null }],
  [layers.gru(2), { ...recurrent, recurrent_activation: 'sigmoid', reset_after: true, seed: null }],
  [layers.simpleRnn(2), recurrent],
  [layers.bidirectional(layers.gru(2)), { merge_mode: 'concat' }],
  [layers.timeDistributed(layers.dense(2)), {}],
];

for (const [layer, config] of defaults) {
  t.test(`${layer.className} has Keras's defaults`, (t) => {
    t.match(layer.getConfig(), config);
    t.equal(layer.trainable, true);
    t.end();
  });
}

t.test('every layer class that has a config is in the table', (t) => {
  const named = new Set([...defaults.map(([layer]) => layer.className), 'Lambda']);
  t.strictSame(
    [...layerClasses.keys()].filter((name) => !named.has(name)),
    [],
  );
  t.end();
});
