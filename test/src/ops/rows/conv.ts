/** Rows of the convolutions: conv2d, conv1d, depthwise and separable ones, and the gradients that they are made with. */
import type fc from 'fast-check';
import { conv1d, conv1dFilterGrad, conv1dInputGrad, type Conv1dCallOptions } from '../../../../src/ops/conv1d.ts';
import { conv2d, conv2dFilterGrad, conv2dInputGrad, resolveConv2d } from '../../../../src/ops/conv2d.ts';
import {
  depthwiseConv1d,
  depthwiseConv2d,
  depthwiseFilterGrad,
  depthwiseInputGrad,
  type DepthwiseConv2dCallOptions,
} from '../../../../src/ops/depthwise-conv.ts';
import { separableConv1d, separableConv2d } from '../../../../src/ops/separable-conv.ts';
import type { Pair } from '../../../../src/ops/windows.ts';
import type { Shape } from '../../../../src/tensor/shape.ts';
import { ones, type Tensor } from '../../../../src/tensor/tensor.ts';
import * as arbitraries from '../../../../src/testing/arbitraries/index.ts';
import type { OpCase, OpRow, RefusedCall } from '../../../../src/testing/op-row.ts';
import { convolve, convolveDepthwise, type ReferenceWindows } from '../convolution-reference.ts';

const { smallInteger } = arbitraries;

interface WindowOptions {
  readonly strides?: Pair;
  readonly padding?: 'valid' | 'same' | 'causal';
  readonly dilationRate?: Pair;
  readonly groups?: number;
}

/** What the reference needs; a sequence is an image of height 1. */
function referenceWindows(
  { strides = 1, dilationRate = 1, padding = 'valid' }: WindowOptions,
  rank: number,
): ReferenceWindows {
  const pair = (value: Pair): readonly [number, number] => {
    if (typeof value !== 'number') return value;
    return rank === 1 ? [1, value] : [value, value];
  };
  return { strides: pair(strides), dilationRate: pair(dilationRate), padding };
}

/** `[batch, steps, channels]` as an image of height 1, or an image as it is. */
const imageShape = (shape: Shape): Shape => (shape.length === 3 ? [shape[0] ?? 0, 1, ...shape.slice(1)] : shape);
const tapsShape = (shape: Shape): Shape => (shape.length === 3 ? [1, ...shape] : shape);

type Reference = (call: arbitraries.ConvolutionCall<WindowOptions>) => number[];

const convolved: Reference = ({ x, filters, bias, options }) =>
  convolve(
    x.data,
    imageShape(x.shape),
    filters.data,
    tapsShape(filters.shape),
    bias?.data,
    referenceWindows(options, x.rank - 2),
    options.groups ?? 1,
  );

const convolvedDepthwise: Reference = ({ x, filters, bias, options }) =>
  convolveDepthwise(
    x.data,
    imageShape(x.shape),
    filters.data,
    tapsShape(filters.shape),
    bias?.data,
    referenceWindows(options, x.rank - 2),
  );

const caseOf = <Options extends WindowOptions>(
  calls: fc.Arbitrary<arbitraries.ConvolutionCall<Options>>,
  op: (x: Tensor, filters: Tensor, bias: Tensor | undefined, options: Options) => Tensor,
  expected: Reference,
): fc.Arbitrary<OpCase> =>
  calls.map((call): OpCase => {
    const { x, filters, bias, options } = call;
    return {
      inputs: [x, filters, ...(bias ? [bias] : [])],
      call: (one, other, third?: Tensor) => op(one as Tensor, other as Tensor, third, options),
      options: { ...options },
      domain: { bias: bias !== undefined },
      expected: () => expected(call),
    };
  });

const separableCase = <Options extends WindowOptions>(
  calls: fc.Arbitrary<arbitraries.SeparableConvolutionCall<Options>>,
  op: (x: Tensor, depthwise: Tensor, pointwise: Tensor, bias: Tensor | undefined, options: Options) => Tensor,
): fc.Arbitrary<OpCase> =>
  calls.map(({ x, depthwiseFilters, pointwiseFilters, bias, options }): OpCase => ({
    inputs: [x, depthwiseFilters, pointwiseFilters, ...(bias ? [bias] : [])],
    call: (one, depthwise, pointwise, fourth?: Tensor) =>
      op(one as Tensor, depthwise as Tensor, pointwise as Tensor, fourth, options),
    options: { ...options },
    domain: { bias: bias !== undefined },
    expected: () => {
      const between = convolvedDepthwise({ x, filters: depthwiseFilters, options });
      const [channels = 0, filters = 0] = pointwiseFilters.shape.slice(-2);
      const shape = [1, 1, between.length / channels, channels];
      return convolve(between, shape, pointwiseFilters.data, [1, 1, channels, filters], bias?.data, once, 1);
    },
  }));

const once = { strides: [1, 1], dilationRate: [1, 1], padding: 'valid' } as const;

/** The inputs of a gradient op: an output of the convolution in dy's place, with the filters or x. */
const gradientCase = <Options extends WindowOptions>(
  calls: fc.Arbitrary<arbitraries.ConvolutionCall<Options>>,
  convolution: (x: Tensor, filters: Tensor, options: Options) => Tensor,
  wanted: 'x' | 'filters',
  op: (first: Tensor, second: Tensor, options: Options, shape: Shape) => Tensor,
): fc.Arbitrary<OpCase> =>
  calls.map(({ x, filters, options }): OpCase => {
    const dy = convolution(x, filters, options);
    const [inputs, shape] = wanted === 'x' ? [[dy, filters], x.shape] : [[x, dy], filters.shape];
    return {
      inputs,
      call: (first, second) => op(first as Tensor, second as Tensor, options, shape),
      options: { ...options, shape },
    };
  });

const paddings2d = ['valid', 'same'] as const;
const paddings1d = ['valid', 'same', 'causal'] as const;
const upToThree = [1, 2, 3] as const;
/** Windows of every kind, sizes with and without anything. */
const covers = { strides: upToThree, dilationRate: upToThree, size: [0, 1, 2] } as const;
const withBias = { bias: [true, false] } as const;

const resolved1d = ({ strides = 1, padding = 'valid', dilationRate = 1, groups = 1 }: Conv1dCallOptions) => ({
  stride: strides,
  dilationRate,
  padding,
  groups,
});
const resolvedDepthwise = (options: DepthwiseConv2dCallOptions) => {
  const { strides, dilationRate, padding } = resolveConv2d('test', options);
  return { strides, dilationRate, padding };
};

const of = (...shape: number[]): Tensor => ones(shape);

/** The three rows of a closed family share their checks of options. */
const windowRefusals = (name: string, call: (options: object) => unknown): readonly RefusedCall[] => [
  {
    name: 'strides together with dilation',
    call: () => call({ strides: 2, dilationRate: 2 }),
    message: new RegExp(`${name}: strides 2.* together with dilationRate 2.* is not supported. Set one of them to 1`),
  },
  {
    name: 'a stride of 0',
    call: () => call({ strides: 0 }),
    message: new RegExp(`${name}: strides is 0. Use an integer of at least 1`),
  },
  {
    name: 'an unknown padding',
    call: () => call({ padding: 'full' }),
    message: new RegExp(`${name}: the padding "full" is unknown. Use 'valid' or 'same'`),
  },
  {
    name: 'windows larger than the input',
    call: () => call({ dilationRate: 20 }),
    message: new RegExp(`${name}: a window of .* does not fit into .*Use padding 'same'`),
  },
];

export const rows: readonly OpRow[] = [
  {
    op: 'conv2d',
    arbitrary: caseOf(arbitraries.conv2d(), conv2d, convolved),
    integerArbitrary: caseOf(arbitraries.conv2d({ values: smallInteger() }), conv2d, convolved),
    covers: { ...covers, ...withBias, padding: paddings2d, groups: upToThree },
    secondOrder: true,
    refused: [
      {
        name: 'filters for other channels',
        call: () => conv2d(of(8, 32, 32, 4), of(3, 3, 3, 16)),
        message:
          /conv2d: the image has 4 channels but the filters expect 3 \(image \[8, 32, 32, 4\], filters \[3, 3, 3, 16\]\). Slice the image or give the filters 4 input channels\./,
      },
      {
        name: 'channels that do not split',
        call: () => conv2d(of(1, 5, 5, 3), of(3, 3, 1, 2), { groups: 2 }),
        message: /3 channels do not split into 2 groups/,
      },
      {
        name: 'filters that do not split',
        call: () => conv2d(of(1, 5, 5, 4), of(3, 3, 2, 3), { groups: 2 }),
        message: /conv2d: 3 filters do not split into 2 groups/,
      },
      {
        name: 'an image without its batch axis',
        call: () => conv2d(of(5, 5, 3), of(3, 3, 3, 2)),
        message: /expected \[batch, height, width, channels\]. Add a batch axis/,
      },
      {
        name: 'filters of rank 3',
        call: () => conv2d(of(1, 5, 5, 3), of(3, 3, 2)),
        message: /the filters have the shape \[3, 3, 2\], expected \[height, width, channels \/ groups, filters\]/,
      },
      {
        name: 'a bias of another size',
        call: () => conv2d(of(1, 5, 5, 3), of(3, 3, 3, 2), of(3)),
        message: /the bias has the shape \[3\]; 2 output channels take \[2\]/,
      },
      ...windowRefusals('conv2d', (options) => conv2d(of(1, 5, 5, 3), of(3, 3, 3, 2), options)),
    ],
  },
  {
    op: 'conv2dInputGrad',
    arbitrary: gradientCase(arbitraries.conv2d(), conv2d, 'x', (dy, filters, options, shape) =>
      conv2dInputGrad(dy, filters, { ...resolveConv2d('test', options), shape }),
    ),
    covers: { ...covers, padding: paddings2d, groups: upToThree },
    secondOrder: true,
    refused: [],
  },
  {
    op: 'conv2dFilterGrad',
    arbitrary: gradientCase(arbitraries.conv2d(), conv2d, 'filters', (x, dy, options, shape) =>
      conv2dFilterGrad(x, dy, { ...resolveConv2d('test', options), shape }),
    ),
    covers: { ...covers, padding: paddings2d, groups: upToThree },
    secondOrder: true,
    refused: [],
  },
  {
    op: 'conv1d',
    arbitrary: caseOf(arbitraries.conv1d(), conv1d, convolved),
    integerArbitrary: caseOf(arbitraries.conv1d({ values: smallInteger() }), conv1d, convolved),
    covers: { ...covers, ...withBias, padding: paddings1d, groups: upToThree },
    secondOrder: true,
    refused: [
      {
        name: 'filters for other channels',
        call: () => conv1d(of(8, 32, 4), of(5, 3, 16)),
        message:
          /conv1d: the sequence has 4 channels but the filters expect 3 \(sequence \[8, 32, 4\], filters \[5, 3, 16\]\)/,
      },
      {
        name: 'a sequence without its batch axis',
        call: () => conv1d(of(5, 3), of(3, 3, 2)),
        message: /expected \[batch, steps, channels\]. Add a batch axis/,
      },
      ...windowRefusals('conv1d', (options) => conv1d(of(1, 5, 3), of(3, 3, 2), options)),
    ],
  },
  {
    op: 'conv1dInputGrad',
    arbitrary: gradientCase(arbitraries.conv1d(), conv1d, 'x', (dy, filters, options, shape) =>
      conv1dInputGrad(dy, filters, { ...resolved1d(options), shape }),
    ),
    covers: { ...covers, padding: paddings1d, groups: upToThree },
    secondOrder: true,
    refused: [],
  },
  {
    op: 'conv1dFilterGrad',
    arbitrary: gradientCase(arbitraries.conv1d(), conv1d, 'filters', (x, dy, options, shape) =>
      conv1dFilterGrad(x, dy, { ...resolved1d(options), shape }),
    ),
    covers: { ...covers, padding: paddings1d, groups: upToThree },
    secondOrder: true,
    refused: [],
  },
  {
    op: 'depthwiseConv2d',
    arbitrary: caseOf(arbitraries.depthwiseConv2d(), depthwiseConv2d, convolvedDepthwise),
    integerArbitrary: caseOf(
      arbitraries.depthwiseConv2d({ values: smallInteger() }),
      depthwiseConv2d,
      convolvedDepthwise,
    ),
    covers: { ...covers, ...withBias, padding: paddings2d },
    secondOrder: true,
    refused: [
      {
        name: 'filters for other channels',
        call: () => depthwiseConv2d(of(1, 5, 5, 4), of(3, 3, 3, 1)),
        message: /depthwiseConv2d: the image has 4 channels but the depthwise filters have 3 \(image \[1, 5, 5, 4\]/,
      },
      ...windowRefusals('depthwiseConv2d', (options) => depthwiseConv2d(of(1, 5, 5, 3), of(3, 3, 3, 2), options)),
    ],
  },
  {
    op: 'depthwiseInputGrad',
    arbitrary: gradientCase(arbitraries.depthwiseConv2d(), depthwiseConv2d, 'x', (dy, filters, options, shape) =>
      depthwiseInputGrad(dy, filters, { ...resolvedDepthwise(options), shape }),
    ),
    covers: { ...covers, padding: paddings2d },
    secondOrder: true,
    refused: [],
  },
  {
    op: 'depthwiseFilterGrad',
    arbitrary: gradientCase(arbitraries.depthwiseConv2d(), depthwiseConv2d, 'filters', (x, dy, options, shape) =>
      depthwiseFilterGrad(x, dy, { ...resolvedDepthwise(options), shape }),
    ),
    covers: { ...covers, padding: paddings2d },
    secondOrder: true,
    refused: [],
  },
  {
    op: 'depthwiseConv1d',
    arbitrary: caseOf(arbitraries.depthwiseConv1d(), depthwiseConv1d, convolvedDepthwise),
    integerArbitrary: caseOf(
      arbitraries.depthwiseConv1d({ values: smallInteger() }),
      depthwiseConv1d,
      convolvedDepthwise,
    ),
    covers: { ...covers, ...withBias, padding: paddings2d },
    secondOrder: true,
    refused: windowRefusals('depthwiseConv1d', (options) => depthwiseConv1d(of(1, 5, 3), of(3, 3, 2), options)),
  },
  {
    op: 'separableConv2d',
    arbitrary: separableCase(arbitraries.separableConv2d(), separableConv2d),
    integerArbitrary: separableCase(arbitraries.separableConv2d({ values: smallInteger() }), separableConv2d),
    covers: { ...covers, ...withBias, padding: paddings2d },
    secondOrder: true,
    refused: [
      {
        name: 'pointwise filters for other channels',
        call: () => separableConv2d(of(1, 5, 5, 3), of(3, 3, 3, 2), of(1, 1, 3, 4)),
        message:
          /separableConv2d: the pointwise filters have the shape \[1, 1, 3, 4\], expected \[1, 1, 6, filters\]: the depthwise convolution gives 6 channels/,
      },
      ...windowRefusals('separableConv2d', (options) =>
        separableConv2d(of(1, 5, 5, 3), of(3, 3, 3, 1), of(1, 1, 3, 4), options),
      ),
    ],
  },
  {
    op: 'separableConv1d',
    arbitrary: separableCase(arbitraries.separableConv1d(), separableConv1d),
    integerArbitrary: separableCase(arbitraries.separableConv1d({ values: smallInteger() }), separableConv1d),
    covers: { ...covers, ...withBias, padding: paddings2d },
    secondOrder: true,
    refused: windowRefusals('separableConv1d', (options) =>
      separableConv1d(of(1, 5, 3), of(3, 3, 1), of(1, 3, 4), options),
    ),
  },
];
