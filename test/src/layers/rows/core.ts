/** Rows of activation, noise, merging, masking and normalization layers and of those that move axes. */
import * as layers from '../../../../src/layers/index.ts';
import type { Layer, LayerOptions } from '../../../../src/layers/layer.ts';
import { input } from '../../../../src/models/input.ts';
import type { Shape } from '../../../../src/tensor/shape.ts';
import { zeros } from '../../../../src/tensor/tensor.ts';
import type { LayerRow } from '../../../../src/testing/layer-row.ts';
import type { RefusedCall } from '../../../../src/testing/op-row.ts';

const one = (shape: Shape, other: Shape): LayerRow['inputs'] => [[shape], [other]];
const two: LayerRow['inputs'] = [
  [
    [3, 4, 2],
    [3, 4, 2],
  ],
  [
    [2, 5, 2],
    [2, 5, 2],
  ],
];

const list = (make: () => Layer): RefusedCall => ({
  name: 'a list',
  call: () => make()([zeros([2, 3, 4, 2]), zeros([2, 3, 4, 2])]),
  message: /takes one tensor, got a list of 2/,
});

const single = (make: () => Layer): RefusedCall => ({
  name: 'one tensor',
  call: () => make()(input([3])),
  message: /takes a list of tensors, got one/,
});

const unequal = (make: () => Layer): RefusedCall => ({
  name: 'sizes that do not broadcast',
  call: () => make()([input([3]), input([4])]),
  message: /axis 1 has sizes 3 and 4. Sizes must be equal or 1/,
});

const wrongRate = (make: (rate: number) => Layer, what: string): readonly RefusedCall[] =>
  [1.5, -0.5, NaN].map((rate) => ({
    name: `the rate ${rate}`,
    call: () => make(rate),
    message: new RegExp(`${what} is ${rate}; it must be (at least 0 and below 1|from 0 to 1)`),
  }));

const makers = { subtract: layers.subtract, maximum: layers.maximum, minimum: layers.minimum } as unknown as Readonly<
  Record<'subtract' | 'maximum' | 'minimum', (options?: LayerOptions) => Layer>
>;

const elementwise = (layer: keyof typeof makers): LayerRow => ({
  layer,
  make: (options) => makers[layer](options),
  inputs: two,
  params: 0,
  refused: [
    single(() => makers[layer]()),
    unequal(() => makers[layer]()),
    { name: 'a list of one', call: () => makers[layer]()([input([3])]), message: /takes exactly two|at least two/ },
  ],
});

const wrongAxis = (make: (axis: never) => Layer): readonly RefusedCall[] => [
  { name: 'half an axis', call: () => make(0.5 as never), message: /axis is 0.5; it must be an integer/ },
  { name: 'no axes', call: () => make([] as never), message: /axis is an array of 0; it must be an integer or a list/ },
];

export const rows: readonly LayerRow[] = [
  {
    layer: 'relu',
    make: (options) => layers.relu(options),
    inputs: one([3, 4], [2, 5]),
    params: 0,
    refused: [
      list(() => layers.relu()),
      { name: 'a negative slope', call: () => layers.relu({ negativeSlope: -1 }), message: /must be at least 0/ },
      { name: 'no threshold', call: () => layers.relu({ threshold: NaN }), message: /threshold is NaN/ },
      { name: 'a negative limit', call: () => layers.relu({ maxValue: -1 }), message: /maxValue is -1/ },
    ],
  },
  {
    layer: 'relu',
    variant: 'with all settings',
    make: (options) => layers.relu({ ...options, maxValue: 1.5, negativeSlope: 0.25, threshold: 0.5 }),
    inputs: one([3, 4], [2, 5]),
    params: 0,
    refused: [],
  },
  {
    layer: 'leakyRelu',
    make: (options) => layers.leakyRelu({ ...options, negativeSlope: 0.1 }),
    inputs: one([3, 4], [2, 5]),
    params: 0,
    refused: [
      list(() => layers.leakyRelu()),
      {
        name: 'a negative slope',
        call: () => layers.leakyRelu({ negativeSlope: -0.1 }),
        message: /must be at least 0/,
      },
      { name: 'a slope in words', call: () => layers.leakyRelu({ negativeSlope: 'x' as never }), message: /is 'x'/ },
    ],
  },
  {
    layer: 'elu',
    make: (options) => layers.elu({ ...options, alpha: 0.5 }),
    inputs: one([3, 4], [2, 5]),
    params: 0,
    refused: [
      list(() => layers.elu()),
      { name: 'an infinite alpha', call: () => layers.elu({ alpha: Infinity }), message: /alpha is Infinity/ },
      { name: 'null', call: () => layers.elu({ alpha: {} as never }), message: /must be a finite number/ },
    ],
  },
  {
    layer: 'softmax',
    make: (options) => layers.softmax(options),
    inputs: one([3, 4], [2, 5]),
    params: 0,
    refused: [list(() => layers.softmax()), ...wrongAxis((axis) => layers.softmax({ axis }))],
  },
  {
    layer: 'softmax',
    variant: 'over two axes',
    withoutMask: 'a mask has the shape of the input',
    make: (options) => layers.softmax({ ...options, axis: [1, -1] }),
    inputs: one([3, 4, 2], [2, 5, 2]),
    params: 0,
    refused: [],
  },
  {
    layer: 'prelu',
    make: (options) => layers.prelu({ ...options, alphaInitializer: 'glorot_uniform' }),
    inputs: one([3, 4, 2], [2, 4, 2]),
    params: 8,
    refused: [
      { name: 'an unknown size', call: () => layers.prelu()(input([null, 2])), message: /must be known/ },
      { name: 'the batch as shared axis', call: () => layers.prelu({ sharedAxes: 0 }), message: /of at least 1/ },
      {
        name: 'an axis that is not there',
        call: () => layers.prelu({ sharedAxes: [3] })(input([4, 2])),
        message: /sharedAxes has 3, but the input .* has the axes 1 to 2/,
      },
    ],
  },
  {
    layer: 'prelu',
    variant: 'shared along an axis',
    make: (options) => layers.prelu({ ...options, sharedAxes: [1], alphaInitializer: 'ones' }),
    inputs: one([3, 4, 2], [2, 5, 2]),
    params: 2,
    constantWeights: true,
    refused: [],
  },
  {
    layer: 'gaussianNoise',
    make: (options) => layers.gaussianNoise(0.5, options),
    inputs: one([6, 7], [3, 8]),
    params: 0,
    trainingDiffers: 'it adds noise',
    refused: [
      list(() => layers.gaussianNoise(0.1)),
      { name: 'a negative deviation', call: () => layers.gaussianNoise(-1), message: /stddev is -1; .* from 0 to 1/ },
      { name: 'a large deviation', call: () => layers.gaussianNoise(2), message: /stddev is 2/ },
      { name: 'half a seed', call: () => layers.gaussianNoise(0.1, { seed: 0.5 }), message: /the seed is 0.5/ },
    ],
  },
  {
    layer: 'gaussianDropout',
    make: (options) => layers.gaussianDropout(0.25, { ...options, seed: 4 } as never),
    inputs: one([6, 7], [3, 8]),
    params: 0,
    trainingDiffers: 'it multiplies by noise',
    refused: wrongRate(layers.gaussianDropout, 'the rate'),
  },
  {
    layer: 'dropout',
    variant: 'with a noise shape and a seed',
    make: (options) => layers.dropout(0.5, { ...options, noiseShape: [null, 1, 7], seed: 3 } as never),
    inputs: one([6, 4, 7], [3, 5, 7]),
    params: 0,
    trainingDiffers: 'it drops columns',
    refused: [
      {
        name: 'a noise shape that is a number',
        call: () => layers.dropout(0.5, { noiseShape: 3 as never }),
        message: /noiseShape is 3/,
      },
    ],
  },
  {
    layer: 'spatialDropout1d',
    make: (options) => layers.spatialDropout1d(0.5, options),
    inputs: one([6, 4, 7], [3, 5, 7]),
    params: 0,
    trainingDiffers: 'it drops channels',
    refused: [
      ...wrongRate(layers.spatialDropout1d, 'the dropout rate'),
      {
        name: 'an image',
        call: () => layers.spatialDropout1d(0.5)(input([4, 4, 2])),
        message: /expected \[batch, steps, channels\]/,
      },
    ],
  },
  {
    layer: 'spatialDropout2d',
    make: (options) => layers.spatialDropout2d(0.5, options),
    inputs: one([6, 4, 3, 7], [3, 5, 3, 7]),
    params: 0,
    trainingDiffers: 'it drops feature maps',
    refused: [
      ...wrongRate(layers.spatialDropout2d, 'the dropout rate'),
      {
        name: 'a sequence',
        call: () => layers.spatialDropout2d(0.5)(input([4, 2])),
        message: /expected \[batch, height, width, channels\]/,
      },
    ],
  },
  {
    layer: 'alphaDropout',
    make: (options) => layers.alphaDropout(0.5, options),
    inputs: one([6, 7], [3, 8]),
    params: 0,
    trainingDiffers: 'it drops values',
    refused: wrongRate(layers.alphaDropout, 'the dropout rate'),
  },
  {
    layer: 'alphaDropout',
    variant: 'with a noise shape and a seed',
    make: (options) => layers.alphaDropout(0.25, { ...options, noiseShape: [null, 1, 7], seed: 3 }),
    inputs: one([6, 4, 7], [3, 5, 7]),
    params: 0,
    trainingDiffers: 'it drops columns',
    refused: [
      {
        name: 'a noise shape of 0',
        call: () => layers.alphaDropout(0.5, { noiseShape: [null, 0] }),
        message: /noiseShape is \[null, 0\]; it must be a list of positive integers/,
      },
    ],
  },
  {
    layer: 'identity',
    make: (options) => layers.identity(options),
    inputs: one([3, 4], [2, 5]),
    params: 0,
    refused: [
      { name: 'an empty list', call: () => layers.identity()([] as never), message: /called with an empty list/ },
      { name: 'an empty name', call: () => layers.identity({ name: '' }), message: /the name is ''/ },
      { name: 'no options', call: () => layers.identity(3 as never), message: /Identity: .* 3/ },
    ],
  },
  {
    layer: 'identity',
    variant: 'of a list',
    make: (options) => layers.identity(options),
    inputs: two,
    params: 0,
    refused: [],
  },
  {
    layer: 'activityRegularization',
    make: (options) => layers.activityRegularization({ ...options, l1: 0.1, l2: 0.2 }),
    inputs: one([3, 4], [2, 5]),
    params: 0,
    refused: [
      list(() => layers.activityRegularization()),
      { name: 'a negative factor', call: () => layers.activityRegularization({ l1: -1 }), message: /l1 is -1. Give a/ },
      { name: 'NaN', call: () => layers.activityRegularization({ l2: NaN }), message: /l2 is NaN/ },
    ],
  },
  elementwise('subtract'),
  elementwise('maximum'),
  elementwise('minimum'),
  {
    layer: 'dot',
    make: (options) => layers.dot({ ...options, axes: 2 }),
    inputs: two,
    params: 0,
    refused: [
      single(() => layers.dot()),
      {
        name: 'three tensors',
        call: () => layers.dot()([input([3]), input([3]), input([3])]),
        message: /takes exactly two tensors, got 3/,
      },
      { name: 'the batch', call: () => layers.dot({ axes: 0 }), message: /axes is 0; .* not 0, the batch/ },
      {
        name: 'different sizes',
        call: () => layers.dot({ axes: [1, 2] })([input([3, 4]), input([4, 5])]),
        message: /axis 1 of \[null, 3, 4\] has the size 3, axis 2 of \[null, 4, 5\] the size 5/,
      },
      {
        name: 'an axis that is not there',
        call: () => layers.dot({ axes: 2 })([input([3]), input([3])]),
        message: /Use 1 to 1/,
      },
    ],
  },
  {
    layer: 'dot',
    variant: 'of normalized vectors',
    make: (options) => layers.dot({ ...options, normalize: true }),
    inputs: [
      [
        [3, 4],
        [3, 4],
      ],
      [
        [2, 4],
        [2, 4],
      ],
    ],
    params: 0,
    refused: [],
  },
  {
    layer: 'permute',
    make: (options) => layers.permute([2, 1], options),
    inputs: one([3, 4, 2], [2, 5, 2]),
    params: 0,
    refused: [
      { name: 'axes from 0', call: () => layers.permute([0, 1]), message: /dims is \[0, 1\]; .* counted from 1/ },
      { name: 'an axis twice', call: () => layers.permute([1, 1]), message: /must name each axis of a sample once/ },
      { name: 'another rank', call: () => layers.permute([2, 1])(input([3])), message: /are for samples of 2 axes/ },
    ],
  },
  {
    layer: 'repeatVector',
    make: (options) => layers.repeatVector(3, options),
    inputs: one([3, 4], [2, 4]),
    params: 0,
    refused: [
      { name: 'no steps', call: () => layers.repeatVector(0), message: /n is 0; it must be a positive integer/ },
      { name: 'half a step', call: () => layers.repeatVector(1.5), message: /n is 1.5/ },
      {
        name: 'a sequence',
        call: () => layers.repeatVector(2)(input([3, 4])),
        message: /expected \[batch, features\]/,
      },
    ],
  },
  {
    layer: 'rescaling',
    make: (options) => layers.rescaling(0.5, { ...options, offset: [1, 2] }),
    inputs: one([3, 4, 2], [2, 5, 2]),
    params: 0,
    refused: [
      list(() => layers.rescaling(1)),
      { name: 'NaN', call: () => layers.rescaling(NaN), message: /scale is NaN; it must be a finite number/ },
      {
        name: 'words',
        call: () => layers.rescaling(1, { offset: ['a'] as never }),
        message: /offset is an array of 1/,
      },
    ],
  },
  {
    layer: 'masking',
    make: (options) => layers.masking({ ...options, maskValue: 7 }),
    inputs: one([3, 4, 2], [2, 5, 2]),
    params: 0,
    refused: [
      list(() => layers.masking()),
      { name: 'NaN', call: () => layers.masking({ maskValue: NaN }), message: /maskValue is NaN/ },
      { name: 'null', call: () => layers.masking({ maskValue: 'x' as never }), message: /must be a finite number/ },
    ],
  },
  {
    layer: 'layerNormalization',
    make: (options) => layers.layerNormalization(options),
    inputs: one([3, 4, 3], [2, 5, 3]),
    params: 6,
    constantWeights: true,
    refused: [
      list(() => layers.layerNormalization()),
      { name: 'unknown features', call: () => layers.layerNormalization()(input([4, null])), message: /must be known/ },
      { name: 'a negative epsilon', call: () => layers.layerNormalization({ epsilon: -1 }), message: /epsilon is -1/ },
      ...wrongAxis((axis) => layers.layerNormalization({ axis })),
      {
        name: 'an axis that is not there',
        call: () => layers.layerNormalization({ axis: 3 })(input([4, 2])),
        message: /axis 3 is out of range/,
      },
    ],
  },
  {
    layer: 'layerNormalization',
    variant: 'over two axes, without beta',
    make: (options) => layers.layerNormalization({ ...options, axis: [1, 2], center: false, epsilon: 0.1 }),
    inputs: one([3, 4, 3], [2, 4, 3]),
    params: 12,
    constantWeights: true,
    refused: [],
  },
  {
    layer: 'layerNormalization',
    variant: 'that scales without the mean',
    make: (options) => layers.layerNormalization({ ...options, axis: [-1, 1], rmsScaling: true, scale: false }),
    inputs: one([3, 4, 3], [2, 4, 3]),
    params: 12,
    constantWeights: true,
    refused: [],
  },
  {
    layer: 'embedding',
    variant: 'with padding, a regularizer and a constraint',
    make: (options) =>
      layers.embedding(7, 3, {
        ...options,
        maskZero: true,
        embeddingsRegularizer: 'l2',
        embeddingsConstraint: 'max_norm',
      }),
    inputs: one([4, 4], [3, 5]),
    params: 21,
    indices: 7,
    refused: [
      {
        name: 'an unknown regularizer',
        call: () => layers.embedding(7, 3, { embeddingsRegularizer: 'l7' })(input([2])),
        message: /unknown regularizer 'l7'/,
      },
    ],
  },
  {
    layer: 'dense',
    variant: 'with regularizers, constraints and a regularized output',
    make: (options) =>
      layers.dense(3, {
        ...options,
        kernelRegularizer: 'l1_l2',
        biasRegularizer: 'l1',
        kernelConstraint: 'unit_norm',
        biasConstraint: 'non_neg',
        activityRegularizer: 'l2',
      }),
    inputs: one([4, 5], [2, 5]),
    params: 18,
    refused: [],
  },
];
