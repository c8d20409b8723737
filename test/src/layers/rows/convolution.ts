/** Rows of transposed, depthwise and separable convolutions, of padding, cropping and resizing. */
import * as layers from '../../../../src/layers/index.ts';
import type { Layer } from '../../../../src/layers/layer.ts';
import { input } from '../../../../src/models/input.ts';
import type { Shape } from '../../../../src/tensor/shape.ts';
import type { LayerRow } from '../../../../src/testing/layer-row.ts';
import type { RefusedCall } from '../../../../src/testing/op-row.ts';

const one = (shape: Shape, other: Shape): LayerRow['inputs'] => [[shape], [other]];
const sequences = one([3, 5, 2], [2, 7, 2]);
const images = one([2, 5, 4, 2], [3, 6, 5, 2]);

const wrongRank = (make: () => Layer, axes: 1 | 2): RefusedCall => ({
  name: 'another rank',
  call: () => make()(input(axes === 1 ? [4, 4, 2] : [4, 2])),
  message: axes === 1 ? /expected \[batch, steps, channels\]/ : /expected \[batch, height, width, channels\]/,
});

const unknownChannels = (make: () => Layer, axes: 1 | 2): RefusedCall => ({
  name: 'unknown channels',
  call: () => make()(input(axes === 1 ? [8, null] : [8, 8, null])),
  message: /axis -1 of the input shape .*null\] must be known/,
});

const wrongMargin = (make: (margin: never) => Layer, name: string): readonly RefusedCall[] =>
  [-1, 0.5, 'a', [1, 2, 3]].map((margin) => ({
    name: `the ${name} ${String(margin)}`,
    call: () => make(margin as never),
    message: new RegExp(`${name} is .*; it must be a whole number of at least 0`),
  }));

const first = { dataFormat: 'channels_first' } as const;

const anotherPadding = (padding: string, make: (padding: never) => Layer): RefusedCall => ({
  name: `the padding ${padding}`,
  call: () => make(padding as never),
  message: new RegExp(`the padding is '${padding}'; known are 'valid', 'same'`),
});

export const rows: readonly LayerRow[] = [
  {
    layer: 'conv1dTranspose',
    make: (options) => layers.conv1dTranspose(3, 2, { ...options, strides: 2, padding: 'same', activation: 'tanh' }),
    inputs: sequences,
    params: 2 * 3 * 2 + 3,
    refused: [
      wrongRank(() => layers.conv1dTranspose(3, 2), 1),
      unknownChannels(() => layers.conv1dTranspose(3, 2), 1),
      { name: 'no filters', call: () => layers.conv1dTranspose(0, 2), message: /filters is 0/ },
      {
        name: 'an output padding as large as the stride',
        call: () => layers.conv1dTranspose(3, 2, { strides: 2, outputPadding: 2 }),
        message: /outputPadding is 2; it must be integers of at least 0 and below the strides 2/,
      },
    ],
  },
  {
    layer: 'conv2dTranspose',
    make: (options) => layers.conv2dTranspose(3, [3, 2], { ...options, strides: [2, 1], outputPadding: [1, 0] }),
    inputs: images,
    params: 6 * 3 * 2 + 3,
    refused: [
      wrongRank(() => layers.conv2dTranspose(3, 2), 2),
      unknownChannels(() => layers.conv2dTranspose(3, 2), 2),
      {
        name: 'strides and dilation',
        call: () => layers.conv2dTranspose(3, 2, { strides: 2, dilationRate: 2 }),
        message: /strides and dilationRate above 1 do not go together/,
      },
    ],
  },
  {
    layer: 'conv2dTranspose',
    variant: 'padded, dilated, without bias, with rules',
    make: (options) =>
      layers.conv2dTranspose(2, 2, {
        ...options,
        padding: 'same',
        dilationRate: 2,
        useBias: false,
        kernelRegularizer: 'l2',
        kernelConstraint: 'max_norm',
      }),
    inputs: images,
    params: 4 * 2 * 2,
    refused: [],
  },
  {
    layer: 'depthwiseConv1d',
    make: (options) =>
      layers.depthwiseConv1d(2, { ...options, depthMultiplier: 2, strides: 2, depthwiseRegularizer: 'l1' }),
    inputs: sequences,
    params: 2 * 2 * 2 + 4,
    refused: [
      wrongRank(() => layers.depthwiseConv1d(2), 1),
      unknownChannels(() => layers.depthwiseConv1d(2), 1),
      { name: 'no window', call: () => layers.depthwiseConv1d(0), message: /kernelSize is 0/ },
    ],
  },
  {
    layer: 'separableConv1d',
    make: (options) => layers.separableConv1d(3, 2, { ...options, padding: 'same', pointwiseConstraint: 'max_norm' }),
    inputs: sequences,
    params: 2 * 2 + 2 * 3 + 3,
    refused: [
      wrongRank(() => layers.separableConv1d(3, 2), 1),
      unknownChannels(() => layers.separableConv1d(3, 2), 1),
      {
        name: 'no channels between',
        call: () => layers.separableConv1d(3, 2, { depthMultiplier: 0 }),
        message: /depthMultiplier is 0/,
      },
    ],
  },
  {
    layer: 'zeroPadding1d',
    make: (options) => layers.zeroPadding1d([2, 1], options),
    inputs: sequences,
    params: 0,
    refused: [wrongRank(() => layers.zeroPadding1d(), 1), ...wrongMargin(layers.zeroPadding1d, 'padding')],
  },
  {
    layer: 'zeroPadding2d',
    make: (options) => layers.zeroPadding2d([[2, 1], 3], options),
    inputs: images,
    params: 0,
    refused: [wrongRank(() => layers.zeroPadding2d(), 2), ...wrongMargin(layers.zeroPadding2d, 'padding')],
  },
  {
    layer: 'cropping1d',
    make: (options) => layers.cropping1d([2, 1], options),
    inputs: sequences,
    params: 0,
    refused: [
      wrongRank(() => layers.cropping1d(), 1),
      ...wrongMargin(layers.cropping1d, 'cropping'),
      {
        name: 'nothing left',
        call: () => layers.cropping1d(2)(input([4, 1])),
        message: /off an axis of 4 leaves nothing/,
      },
    ],
  },
  {
    layer: 'cropping2d',
    make: (options) => layers.cropping2d([1, [0, 2]], options),
    inputs: images,
    params: 0,
    refused: [wrongRank(() => layers.cropping2d(), 2), ...wrongMargin(layers.cropping2d, 'cropping')],
  },
  {
    layer: 'upSampling1d',
    make: (options) => layers.upSampling1d(3, options),
    inputs: sequences,
    params: 0,
    refused: [
      wrongRank(() => layers.upSampling1d(), 1),
      { name: 'half a step', call: () => layers.upSampling1d(0.5), message: /size is 0.5/ },
      { name: 'no steps', call: () => layers.upSampling1d(0), message: /size is 0/ },
    ],
  },
  {
    layer: 'upSampling2d',
    make: (options) => layers.upSampling2d([2, 3], options),
    inputs: images,
    params: 0,
    refused: [
      wrongRank(() => layers.upSampling2d(), 2),
      {
        name: 'three factors',
        call: () => layers.upSampling2d([1, 2, 3] as never),
        message: /must be one number or a pair/,
      },
      {
        name: 'another interpolation',
        call: () => layers.upSampling2d(2, { interpolation: 'cubic' as never }),
        message: /the interpolation is 'cubic'; known are 'nearest' and 'bilinear'/,
      },
    ],
  },
  {
    layer: 'upSampling2d',
    variant: 'bilinear',
    make: (options) => layers.upSampling2d(2, { ...options, interpolation: 'bilinear' }),
    inputs: images,
    params: 0,
    refused: [],
  },
  {
    layer: 'conv1d',
    variant: 'channels first, softmax over the steps',
    make: (options) => layers.conv1d(3, 2, { ...options, ...first, activation: 'softmax' }),
    inputs: one([2, 2, 5], [3, 2, 7]),
    params: 2 * 2 * 3 + 3,
    refused: [
      anotherPadding('full', (padding) => layers.conv1d(3, 2, { padding })),
      {
        name: 'other channels than it was built for',
        call: () => {
          const layer = layers.conv1d(3, 2, first);
          layer(input([2, 8]));
          layer(input([8, 2]));
        },
        message: /the input \[null, 8, 2\] has 8 channels; the layer was built for 2/,
      },
      {
        name: 'unknown channels',
        call: () => layers.conv1d(3, 2, first)(input([null, 8])),
        message: /axis 1 of the input shape \[null, null, 8\] must be known/,
      },
    ],
  },
  {
    layer: 'conv2d',
    variant: 'channels first, with strides',
    make: (options) => layers.conv2d(3, 2, { ...options, ...first, strides: 2, padding: 'same' }),
    inputs: one([2, 2, 5, 4], [3, 2, 8, 7]),
    params: 4 * 2 * 3 + 3,
    refused: [anotherPadding('causal', (padding) => layers.conv2d(3, 2, { padding }))],
  },
  {
    layer: 'conv2dTranspose',
    variant: 'channels first',
    make: (options) => layers.conv2dTranspose(3, 2, { ...options, ...first, strides: 2 }),
    inputs: one([2, 2, 3, 4], [3, 2, 5, 2]),
    params: 4 * 2 * 3 + 3,
    refused: [anotherPadding('causal', (padding) => layers.conv2dTranspose(3, 2, { padding }))],
  },
  {
    layer: 'depthwiseConv2d',
    variant: 'channels first',
    make: (options) => layers.depthwiseConv2d(2, { ...options, ...first, depthMultiplier: 2 }),
    inputs: one([2, 2, 5, 4], [3, 2, 8, 7]),
    params: 4 * 2 * 2 + 4,
    refused: [anotherPadding('causal', (padding) => layers.depthwiseConv2d(2, { padding }))],
  },
  {
    layer: 'separableConv2d',
    variant: 'channels first, with all rules',
    make: (options) =>
      layers.separableConv2d(3, 2, {
        ...options,
        ...first,
        depthwiseRegularizer: 'l1',
        pointwiseRegularizer: 'l2',
        depthwiseConstraint: 'non_neg',
        biasRegularizer: 'l2',
        activityRegularizer: 'l2',
      }),
    inputs: one([2, 2, 5, 4], [3, 2, 8, 7]),
    params: 4 * 2 + 2 * 3 + 3,
    refused: [anotherPadding('causal', (padding) => layers.separableConv2d(3, 2, { padding }))],
  },
  {
    layer: 'zeroPadding1d',
    variant: 'channels first',
    make: (options) => layers.zeroPadding1d([0, 2], { ...options, ...first }),
    inputs: one([2, 2, 5], [3, 2, 7]),
    params: 0,
    refused: [],
  },
  {
    layer: 'upSampling2d',
    variant: 'channels first',
    make: (options) => layers.upSampling2d([2, 3], { ...options, ...first }),
    inputs: one([2, 2, 3, 2], [3, 2, 2, 4]),
    params: 0,
    refused: [],
  },
];
