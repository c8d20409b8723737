/** One row per layer, or several where options lead to other code. laws.test.ts derives every check from them. */
import { input } from '../../../src/models/input.ts';
import * as layers from '../../../src/layers/index.ts';
import type { Layer } from '../../../src/layers/layer.ts';
import type { Shape } from '../../../src/tensor/shape.ts';
import { tensor, zeros } from '../../../src/tensor/tensor.ts';
import type { LayerRow } from '../../../src/testing/layer-row.ts';
import type { RefusedCall } from '../../../src/testing/op-row.ts';
import { rows as convolutionRows } from './rows/convolution.ts';
import { rows as coreRows } from './rows/core.ts';
import { rows as poolingRows } from './rows/pooling.ts';
import { rows as recurrentRows } from './rows/recurrent.ts';

const twice = (shape: Shape, other: Shape): LayerRow['inputs'] => [[shape], [other]];

const wrongRank = (make: () => Layer, shape: Shape, message: RegExp): RefusedCall => ({
  name: `the input shape [${shape.join()}]`,
  call: () => make()(input(shape.slice(1))),
  message,
});

const channelsMustBeKnown = (make: () => Layer, rank: number): RefusedCall => ({
  name: 'an unknown number of channels',
  call: () => make()(input([...new Array<number>(rank - 2).fill(8), null])),
  message: /axis -?\d of the input shape .*null\] must be known/,
});

const windowTooLarge = (make: () => Layer, shape: Shape): RefusedCall => ({
  name: 'a window that does not fit',
  call: () => make()(input(shape.slice(1))),
  message: /a window of \d+ cells .*does not fit on an axis of \d+/,
});

const sequence = /expected \[batch, steps, channels\]/;
const image = /expected \[batch, height, width, channels\]/;

const oneOfTwo: RefusedCall = {
  name: 'a list',
  call: () => layers.flatten()([zeros([2, 3]), zeros([2, 3])]),
  message: /takes one tensor, got a list of 2/,
};

export const rows: readonly LayerRow[] = [
  {
    layer: 'activation',
    make: (options) => layers.activation('tanh', options),
    inputs: twice([3, 4], [2, 5]),
    params: 0,
    refused: [{ name: 'an unknown name', call: () => layers.activation('tanj'), message: /did you mean 'tanh'/ }],
  },
  {
    layer: 'dense',
    make: (options) => layers.dense(3, { ...options, activation: 'tanh' }),
    inputs: twice([4, 5], [2, 5]),
    params: 5 * 3 + 3,
    refused: [
      { name: 'no units', call: () => layers.dense(0), message: /units is 0; it must be a positive integer/ },
      { name: 'half a unit', call: () => layers.dense(1.5), message: /units is 1.5/ },
      {
        name: 'an unknown initializer',
        call: () => layers.dense(1, { kernelInitializer: 'glorot_unifrom' })(input([2])),
        message: /did you mean 'glorot_uniform'/,
      },
      {
        name: 'unknown features',
        call: () => layers.dense(1)(input([null])),
        message: /axis -1 of the input shape .* must be known/,
      },
      {
        name: 'other features than it was built with',
        call: () => {
          const layer = layers.dense(1);
          layer(input([2]));
          layer(input([3]));
        },
        message: /the input has the shape \[null, 3\]; expected \[batch, ..., 2\]/,
      },
    ],
  },
  {
    layer: 'dense',
    variant: 'over more axes, without bias',
    make: (options) => layers.dense(3, { ...options, useBias: false, kernelInitializer: 'he_normal' }),
    inputs: twice([2, 4, 5], [3, 6, 5]),
    params: 5 * 3,
    refused: [],
  },
  {
    layer: 'dropout',
    make: (options) => layers.dropout(0.5, options),
    inputs: twice([6, 7], [3, 8]),
    params: 0,
    trainingDiffers: 'it drops',
    refused: [
      {
        name: 'a rate above 1',
        call: () => layers.dropout(1.5),
        message: /the dropout rate is 1.5; it must be from 0 to 1/,
      },
      { name: 'a negative rate', call: () => layers.dropout(-0.5), message: /the dropout rate is -0.5/ },
    ],
  },
  {
    layer: 'flatten',
    make: (options) => layers.flatten(options),
    inputs: twice([2, 3, 4], [3, 5, 4]),
    params: 0,
    refused: [oneOfTwo],
  },
  {
    layer: 'reshape',
    make: (options) => layers.reshape([2, -1], options),
    inputs: twice([3, 6], [2, 8]),
    params: 0,
    refused: [
      { name: 'two free sizes', call: () => layers.reshape([-1, -1]), message: /more than one -1/ },
      {
        name: 'another number of elements',
        call: () => layers.reshape([2, -1])(input([3])),
        message: /a sample of shape \[3\] has 3 elements, which do not fill \[2, -1\]/,
      },
    ],
  },
  {
    layer: 'embedding',
    make: (options) => layers.embedding(7, 3, options),
    inputs: twice([4, 4], [3, 5]),
    params: 7 * 3,
    indices: 7,
    refused: [
      {
        name: 'no indices',
        call: () => layers.embedding(0, 3),
        message: /inputDim is 0; it must be a positive integer/,
      },
      { name: 'vectors without elements', call: () => layers.embedding(3, 0), message: /outputDim is 0/ },
      { name: 'an index that is too large', call: () => layers.embedding(7, 3)(tensor([[7]])), message: /7/ },
    ],
  },
  {
    layer: 'conv1d',
    make: (options) => layers.conv1d(4, 3, { ...options, activation: 'tanh' }),
    inputs: twice([2, 8, 3], [3, 9, 3]),
    params: 3 * 3 * 4 + 4,
    refused: [
      wrongRank(() => layers.conv1d(4, 3), [2, 8], sequence),
      channelsMustBeKnown(() => layers.conv1d(4, 3), 3),
      windowTooLarge(() => layers.conv1d(4, 3), [2, 2, 1]),
      {
        name: 'strides and dilation',
        call: () => layers.conv1d(4, 3, { strides: 2, dilationRate: 2 }),
        message: /strides and dilationRate above 1 do not go together/,
      },
      { name: 'no filters', call: () => layers.conv1d(0, 3), message: /filters is 0/ },
    ],
  },
  {
    layer: 'conv1d',
    variant: 'causal and dilated',
    make: (options) => layers.conv1d(2, 3, { ...options, padding: 'causal', dilationRate: 2 }),
    inputs: twice([2, 7, 3], [3, 5, 3]),
    params: 3 * 3 * 2 + 2,
    refused: [],
  },
  {
    layer: 'conv2d',
    make: (options) => layers.conv2d(3, 3, { ...options, padding: 'same', strides: 2 }),
    inputs: twice([2, 6, 5, 2], [3, 8, 9, 2]),
    params: 3 * 3 * 2 * 3 + 3,
    refused: [
      wrongRank(() => layers.conv2d(4, 3), [2, 8, 8], image),
      channelsMustBeKnown(() => layers.conv2d(4, 3), 4),
      windowTooLarge(() => layers.conv2d(4, [1, 5]), [2, 8, 4, 1]),
      {
        name: 'groups that do not divide',
        call: () => layers.conv2d(4, 3, { groups: 2 })(input([8, 8, 3])),
        message: /2 groups do not divide 3 input channels and 4 filters/,
      },
      {
        name: 'three sizes',
        call: () => layers.conv2d(4, [3, 3, 3] as unknown as [number, number]),
        message: /kernelSize must be one number or a pair/,
      },
    ],
  },
  {
    layer: 'conv2d',
    variant: 'valid, grouped and dilated',
    make: (options) =>
      layers.conv2d(4, [3, 2], { ...options, groups: 2, dilationRate: [1, 2], useBias: false, activation: 'sigmoid' }),
    inputs: twice([2, 5, 6, 2], [3, 6, 5, 2]),
    params: 3 * 2 * 1 * 4,
    refused: [],
  },
  {
    layer: 'depthwiseConv2d',
    make: (options) => layers.depthwiseConv2d(3, { ...options, depthMultiplier: 2 }),
    inputs: twice([2, 5, 6, 2], [3, 6, 5, 2]),
    params: 3 * 3 * 2 * 2 + 4,
    refused: [
      wrongRank(() => layers.depthwiseConv2d(3), [2, 8, 8], image),
      channelsMustBeKnown(() => layers.depthwiseConv2d(3), 4),
      {
        name: 'a multiplier of 0',
        call: () => layers.depthwiseConv2d(3, { depthMultiplier: 0 }),
        message: /depthMultiplier is 0/,
      },
    ],
  },
  {
    layer: 'separableConv2d',
    make: (options) => layers.separableConv2d(4, 3, { ...options, activation: 'tanh' }),
    inputs: twice([2, 5, 6, 2], [3, 6, 5, 2]),
    params: 3 * 3 * 2 + 2 * 4 + 4,
    refused: [
      wrongRank(() => layers.separableConv2d(4, 3), [2, 8, 8], image),
      channelsMustBeKnown(() => layers.separableConv2d(4, 3), 4),
    ],
  },
  {
    layer: 'maxPooling1d',
    make: (options) => layers.maxPooling1d(2, options),
    inputs: twice([2, 6, 2], [3, 9, 2]),
    params: 0,
    refused: [
      wrongRank(() => layers.maxPooling1d(2), [2, 8], sequence),
      windowTooLarge(() => layers.maxPooling1d(5), [2, 4, 1]),
      { name: 'an empty window', call: () => layers.maxPooling1d(0), message: /poolSize is 0/ },
    ],
  },
  {
    layer: 'averagePooling1d',
    make: (options) => layers.averagePooling1d(3, { ...options, strides: 2, padding: 'same' }),
    inputs: twice([2, 6, 2], [3, 9, 2]),
    params: 0,
    refused: [wrongRank(() => layers.averagePooling1d(2), [2, 8], sequence)],
  },
  {
    layer: 'maxPooling2d',
    make: (options) => layers.maxPooling2d([2, 3], { ...options, strides: 2, padding: 'same' }),
    inputs: twice([2, 4, 5, 2], [3, 7, 8, 2]),
    params: 0,
    refused: [
      wrongRank(() => layers.maxPooling2d(2), [2, 8, 8], image),
      windowTooLarge(() => layers.maxPooling2d(5), [2, 8, 4, 1]),
    ],
  },
  {
    layer: 'averagePooling2d',
    make: (options) => layers.averagePooling2d(2, options),
    inputs: twice([2, 4, 5, 2], [3, 6, 7, 2]),
    params: 0,
    refused: [wrongRank(() => layers.averagePooling2d(2), [2, 8, 8], image)],
  },
  {
    layer: 'globalMaxPooling1d',
    make: (options) => layers.globalMaxPooling1d(options),
    inputs: twice([2, 6, 2], [3, 9, 2]),
    params: 0,
    refused: [wrongRank(() => layers.globalMaxPooling1d(), [2, 8], sequence)],
  },
  {
    layer: 'globalMaxPooling2d',
    make: (options) => layers.globalMaxPooling2d(options),
    inputs: twice([2, 4, 5, 2], [3, 6, 7, 2]),
    params: 0,
    refused: [wrongRank(() => layers.globalMaxPooling2d(), [2, 8, 8], image)],
  },
  {
    layer: 'globalAveragePooling1d',
    ignoresMaskedSteps: true,
    make: (options) => layers.globalAveragePooling1d(options),
    inputs: twice([2, 6, 2], [3, 9, 2]),
    params: 0,
    refused: [wrongRank(() => layers.globalAveragePooling1d(), [2, 8], sequence)],
  },
  {
    layer: 'globalAveragePooling2d',
    make: (options) => layers.globalAveragePooling2d({ ...options, keepdims: true }),
    inputs: twice([2, 4, 5, 2], [3, 6, 7, 2]),
    params: 0,
    refused: [wrongRank(() => layers.globalAveragePooling2d(), [2, 8, 8], image)],
  },
  {
    layer: 'batchNormalization',
    make: (options) => layers.batchNormalization({ ...options, momentum: 0.9 }),
    inputs: twice([4, 3, 2], [3, 5, 2]),
    params: 4 * 2,
    constantWeights: true,
    trainingDiffers: 'it takes the moments of the batch',
    refused: [
      {
        name: 'an axis that is not there',
        call: () => layers.batchNormalization({ axis: 4 })(input([2, 3])),
        message: /axis 4/,
      },
      channelsMustBeKnown(() => layers.batchNormalization(), 3),
    ],
  },
  {
    layer: 'batchNormalization',
    variant: 'of the first axis, without scale',
    make: (options) => layers.batchNormalization({ ...options, axis: 1, scale: false }),
    inputs: twice([4, 3, 2, 2], [3, 3, 5, 4]),
    params: 3 * 3,
    withoutMask: 'a mask has all axes but the channels',
    constantWeights: true,
    trainingDiffers: 'it takes the moments of the batch',
    refused: [],
  },
  {
    layer: 'concatenate',
    make: (options) => layers.concatenate(options),
    inputs: [
      [
        [2, 3, 4],
        [2, 3, 2],
      ],
      [
        [3, 5, 4],
        [3, 5, 2],
      ],
    ],
    params: 0,
    refused: [
      {
        name: 'sizes that differ elsewhere',
        call: () => layers.concatenate([input([3, 4]), input([2, 4])]),
        message: /differ elsewhere than on axis 2/,
      },
      { name: 'one tensor', call: () => layers.concatenate()(input([3])), message: /takes a list of tensors, got one/ },
    ],
  },
  {
    layer: 'concatenate',
    variant: 'along an open axis',
    make: (options) => layers.concatenate({ ...options, axis: 1 }),
    inputs: [
      [
        [2, 3, 4],
        [2, 1, 4],
      ],
      [
        [3, 5, 4],
        [3, 2, 4],
      ],
    ],
    params: 0,
    refused: [],
  },
  {
    layer: 'add',
    make: (options) => layers.add(options),
    inputs: [
      [
        [2, 3, 4],
        [2, 3, 4],
        [2, 1, 4],
      ],
      [
        [3, 5, 4],
        [3, 5, 4],
        [3, 1, 4],
      ],
    ],
    params: 0,
    refused: [
      {
        name: 'shapes that do not broadcast',
        call: () => layers.add([input([3]), input([2])]),
        message: /axis 1 has sizes 3 and 2/,
      },
      {
        name: 'one tensor in a list',
        call: () => layers.add([input([3])]),
        message: /merges at least two tensors, got 1/,
      },
      { name: 'an empty list', call: () => layers.add([]), message: /called with an empty list/ },
    ],
  },
  {
    layer: 'multiply',
    make: (options) => layers.multiply(options),
    inputs: [
      [
        [2, 3, 4],
        [2, 3, 4],
      ],
      [
        [3, 5, 4],
        [3, 5, 4],
      ],
    ],
    params: 0,
    refused: [
      { name: 'one tensor', call: () => layers.multiply()(input([3])), message: /takes a list of tensors, got one/ },
    ],
  },
  {
    layer: 'average',
    make: (options) => layers.average(options),
    inputs: [
      [
        [2, 3, 4],
        [2, 3, 4],
        [2, 3, 4],
      ],
      [
        [3, 5, 4],
        [3, 5, 4],
        [3, 5, 4],
      ],
    ],
    params: 0,
    refused: [
      { name: 'one tensor', call: () => layers.average()(input([3])), message: /takes a list of tensors, got one/ },
    ],
  },
  ...convolutionRows,
  ...coreRows,
  ...poolingRows,
  ...recurrentRows,
];

/** Layers that the laws cannot speak of, and why. */
export const exempt: Readonly<Record<string, string>> = {
  lambda: 'it holds a function, which no config can; test/src/layers/lambda.test.ts has its claims',
};
