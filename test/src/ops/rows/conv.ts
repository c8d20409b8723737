/** Rows of the convolutions: conv2d, conv1d, depthwise and separable ones, and the gradients that they are made with. */
import fc from 'fast-check';
import { conv1d, conv1dFilterGrad, conv1dInputGrad } from '../../../../src/ops/conv1d.ts';
import { conv2d, conv2dFilterGrad, conv2dInputGrad } from '../../../../src/ops/conv2d.ts';
import {
  depthwiseConv1d,
  depthwiseConv2d,
  depthwiseFilterGrad,
  depthwiseInputGrad,
} from '../../../../src/ops/depthwise-conv.ts';
import { separableConv1d, separableConv2d } from '../../../../src/ops/separable-conv.ts';
import type { Shape } from '../../../../src/tensor/shape.ts';
import { ones, type Tensor } from '../../../../src/tensor/tensor.ts';
import { smallInteger, tensorsOf } from '../../../../src/testing/arbitraries/tensors.ts';
import { convolve, convolveDepthwise } from '../convolution-reference.ts';
import type { OpCase, OpRow, RefusedCall } from '../../../../src/testing/op-row.ts';

type Values = fc.Arbitrary<number> | undefined;
type Pair = readonly [number, number];

/** One spatial axis: strides or dilation, and a size that at least one window fits into. */
interface Axis {
  readonly size: number;
  readonly taps: number;
}

interface Geometry<Padding extends string> {
  readonly axes: readonly Axis[];
  readonly strides: readonly number[];
  readonly dilationRate: readonly number[];
  readonly padding: Padding;
  readonly batch: number;
  /** Per group. */
  readonly inChannels: number;
  readonly outChannels: number;
  readonly groups: number;
  readonly withBias: boolean;
}

const between = (min: number, max: number): fc.Arbitrary<number> => fc.integer({ min, max });

function geometry<Padding extends string>(rank: number, paddings: readonly Padding[]): fc.Arbitrary<Geometry<Padding>> {
  const perAxis = (value: fc.Arbitrary<number>) => fc.array(value, { minLength: rank, maxLength: rank });
  const one = fc.constant(Array.from({ length: rank }, () => 1));
  return fc
    .record({
      taps: perAxis(between(1, 3)),
      extra: perAxis(between(0, 3)),
      steps: fc.oneof(
        fc.record({ strides: perAxis(between(1, 3)), dilationRate: one }),
        fc.record({ strides: one, dilationRate: perAxis(between(1, 3)) }),
      ),
      padding: fc.constantFrom(...paddings),
      batch: between(1, 2),
      inChannels: between(1, 2),
      outChannels: between(1, 2),
      groups: between(1, 2),
      withBias: fc.boolean(),
    })
    .map(({ taps, extra, steps, ...rest }) => ({
      ...rest,
      ...steps,
      axes: taps.map((count, axis) => ({
        taps: count,
        size: (extra[axis] ?? 0) + (rest.padding === 'valid' ? (count - 1) * (steps.dilationRate[axis] ?? 1) + 1 : 1),
      })),
    }));
}

const describe = ({ strides, dilationRate, padding, groups, withBias }: Geometry<string>): string => {
  const step = Math.max(...strides) > 1 ? 'strides' : Math.max(...dilationRate) > 1 ? 'dilation' : 'step 1';
  return `${padding}, ${step}, ${groups === 1 ? 'one group' : 'groups'}${withBias ? ', bias' : ''}`;
};

const imageShape = ({ axes, batch, inChannels, groups }: Geometry<string>): Shape => [
  batch,
  ...axes.map(({ size }) => size),
  inChannels * groups,
];

const filterShape = ({ axes, inChannels, outChannels, groups }: Geometry<string>): Shape => [
  ...axes.map(({ taps }) => taps),
  inChannels,
  outChannels * groups,
];

/** Here `groups * inChannels` is the number of channels and `outChannels` the multiplier. */
const depthwiseFilterShape = ({ axes, inChannels, outChannels, groups }: Geometry<string>): Shape => [
  ...axes.map(({ taps }) => taps),
  inChannels * groups,
  outChannels,
];

const windows2d = <Padding extends string>({ strides, dilationRate, padding }: Geometry<Padding>) => ({
  strides: strides as unknown as Pair,
  dilationRate: dilationRate as unknown as Pair,
  padding,
});

const windows1d = <Padding extends string>({ strides, dilationRate, padding }: Geometry<Padding>) => ({
  strides: strides[0] ?? 1,
  dilationRate: dilationRate[0] ?? 1,
  padding,
});

const asRow = <Padding extends string>({ strides, dilationRate, padding }: Geometry<Padding>) => ({
  strides: [1, strides[0] ?? 1] as Pair,
  dilationRate: [1, dilationRate[0] ?? 1] as Pair,
  padding,
});

/** `[batch, steps, channels]` as an image of height 1. */
const withHeight = ([batch = 0, ...rest]: Shape): Shape => [batch, 1, ...rest];

const biasOf = (drawn: Geometry<string>, channels: number): readonly Shape[] => (drawn.withBias ? [[channels]] : []);

const paddings2d = ['valid', 'same'] as const;
const paddings1d = ['valid', 'same', 'causal'] as const;

const conv2dCase = (values?: Values): fc.Arbitrary<OpCase> =>
  geometry(2, paddings2d).chain((drawn) => {
    const filters = filterShape(drawn);
    const options = { ...windows2d(drawn), groups: drawn.groups };
    return tensorsOf([imageShape(drawn), filters, ...biasOf(drawn, filters.at(-1) ?? 0)], values).map(
      (inputs): OpCase => ({
        inputs,
        call: (x, f, bias?: Tensor) => conv2d(x, f, bias, options),
        describe: describe(drawn),
        expected: () => {
          const [x, f, bias] = inputs as readonly [Tensor, Tensor, Tensor?];
          return convolve(x.data, x.shape, f.data, f.shape, bias?.data, options, drawn.groups);
        },
      }),
    );
  });

const conv1dCase = (values?: Values): fc.Arbitrary<OpCase> =>
  geometry(1, paddings1d).chain((drawn) => {
    const filters = filterShape(drawn);
    const options = { ...windows1d(drawn), groups: drawn.groups };
    return tensorsOf([imageShape(drawn), filters, ...biasOf(drawn, filters.at(-1) ?? 0)], values).map(
      (inputs): OpCase => ({
        inputs,
        call: (x, f, bias?: Tensor) => conv1d(x, f, bias, options),
        describe: describe(drawn),
        expected: () => {
          const [x, f, bias] = inputs as readonly [Tensor, Tensor, Tensor?];
          return convolve(x.data, withHeight(x.shape), f.data, [1, ...f.shape], bias?.data, asRow(drawn), drawn.groups);
        },
      }),
    );
  });

const depthwise2dCase = (values?: Values): fc.Arbitrary<OpCase> =>
  geometry(2, paddings2d).chain((drawn) => {
    const filters = depthwiseFilterShape(drawn);
    const options = windows2d(drawn);
    const channels = (filters.at(-1) ?? 0) * (filters.at(-2) ?? 0);
    return tensorsOf([imageShape(drawn), filters, ...biasOf(drawn, channels)], values).map((inputs): OpCase => ({
      inputs,
      call: (x, f, bias?: Tensor) => depthwiseConv2d(x, f, bias, options),
      describe: describe({ ...drawn, groups: 1 }),
      expected: () => {
        const [x, f, bias] = inputs as readonly [Tensor, Tensor, Tensor?];
        return convolveDepthwise(x.data, x.shape, f.data, f.shape, bias?.data, options);
      },
    }));
  });

const depthwise1dCase = (values?: Values): fc.Arbitrary<OpCase> =>
  geometry(1, paddings2d).chain((drawn) => {
    const filters = depthwiseFilterShape(drawn);
    const channels = (filters.at(-1) ?? 0) * (filters.at(-2) ?? 0);
    return tensorsOf([imageShape(drawn), filters, ...biasOf(drawn, channels)], values).map((inputs): OpCase => ({
      inputs,
      call: (x, f, bias?: Tensor) => depthwiseConv1d(x, f, bias, windows1d(drawn)),
      describe: describe({ ...drawn, groups: 1 }),
      expected: () => {
        const [x, f, bias] = inputs as readonly [Tensor, Tensor, Tensor?];
        return convolveDepthwise(x.data, withHeight(x.shape), f.data, [1, ...f.shape], bias?.data, asRow(drawn));
      },
    }));
  });

const FILTERS = 3;

const separableCase = (rank: 1 | 2, values?: Values): fc.Arbitrary<OpCase> =>
  geometry(rank, paddings2d).chain((drawn) => {
    const depthwise = depthwiseFilterShape(drawn);
    const channels = (depthwise.at(-1) ?? 0) * (depthwise.at(-2) ?? 0);
    const pointwise = [...drawn.axes.map(() => 1), channels, FILTERS];
    return tensorsOf([imageShape(drawn), depthwise, pointwise, ...biasOf(drawn, FILTERS)], values).map(
      (inputs): OpCase => ({
        inputs,
        call: (x, d, p, bias?: Tensor) =>
          rank === 1
            ? separableConv1d(x, d, p, bias, windows1d(drawn))
            : separableConv2d(x, d, p, bias, windows2d(drawn)),
        describe: describe({ ...drawn, groups: 1 }),
        expected: () => {
          const [x, d, p, bias] = inputs as readonly [Tensor, Tensor, Tensor, Tensor?];
          const image = rank === 1 ? withHeight(x.shape) : x.shape;
          const filters = rank === 1 ? [1, ...d.shape] : d.shape;
          const between = convolveDepthwise(
            x.data,
            image,
            d.data,
            filters,
            undefined,
            rank === 1 ? asRow(drawn) : windows2d(drawn),
          );
          const pixels = between.length / channels;
          return convolve(between, [1, 1, pixels, channels], p.data, [1, 1, channels, FILTERS], bias?.data, once, 1);
        },
      }),
    );
  });

const once = { strides: [1, 1], dilationRate: [1, 1], padding: 'valid' } as const;

/** The inputs of a gradient op: dy with x or the filters, whose shapes a call of the convolution tells. */
const gradientCase = <Padding extends string>(
  drawn: fc.Arbitrary<Geometry<Padding>>,
  shapesOf: (drawn: Geometry<Padding>) => { readonly x: Shape; readonly filters: Shape; readonly y: Shape },
  wanted: 'x' | 'filters',
  callOf: (drawn: Geometry<Padding>, shape: Shape) => (first: Tensor, second: Tensor) => Tensor,
): fc.Arbitrary<OpCase> =>
  drawn.chain((one) => {
    const { x, filters, y } = shapesOf(one);
    return tensorsOf(wanted === 'x' ? [y, filters] : [x, y]).map((inputs): OpCase => {
      const call = callOf(one, wanted === 'x' ? x : filters);
      return { inputs, call: (first, second) => call(first, second), describe: describe({ ...one, withBias: false }) };
    });
  });

const shapesOf2d = (drawn: Geometry<'valid' | 'same'>) => {
  const [x, filters] = [imageShape(drawn), filterShape(drawn)];
  return { x, filters, y: conv2d(ones(x), ones(filters), { ...windows2d(drawn), groups: drawn.groups }).shape };
};
const shapesOf1d = (drawn: Geometry<'valid' | 'same' | 'causal'>) => {
  const [x, filters] = [imageShape(drawn), filterShape(drawn)];
  return { x, filters, y: conv1d(ones(x), ones(filters), { ...windows1d(drawn), groups: drawn.groups }).shape };
};
const shapesOfDepthwise = (drawn: Geometry<'valid' | 'same'>) => {
  const [x, filters] = [imageShape(drawn), depthwiseFilterShape(drawn)];
  return { x, filters, y: depthwiseConv2d(ones(x), ones(filters), windows2d(drawn)).shape };
};

const options1d = ({ strides, dilationRate, padding, groups }: Geometry<'valid' | 'same' | 'causal'>) => ({
  stride: strides[0] ?? 1,
  dilationRate: dilationRate[0] ?? 1,
  padding,
  groups,
});

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
    arbitrary: conv2dCase(),
    integerArbitrary: conv2dCase(smallInteger()),
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
    arbitrary: gradientCase(
      geometry(2, paddings2d),
      shapesOf2d,
      'x',
      (drawn, shape) => (dy, filters) =>
        conv2dInputGrad(dy, filters, { ...windows2d(drawn), groups: drawn.groups, shape }),
    ),
    secondOrder: true,
    refused: [],
  },
  {
    op: 'conv2dFilterGrad',
    arbitrary: gradientCase(
      geometry(2, paddings2d),
      shapesOf2d,
      'filters',
      (drawn, shape) => (x, dy) => conv2dFilterGrad(x, dy, { ...windows2d(drawn), groups: drawn.groups, shape }),
    ),
    secondOrder: true,
    refused: [],
  },
  {
    op: 'conv1d',
    arbitrary: conv1dCase(),
    integerArbitrary: conv1dCase(smallInteger()),
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
    arbitrary: gradientCase(
      geometry(1, paddings1d),
      shapesOf1d,
      'x',
      (drawn, shape) => (dy, filters) => conv1dInputGrad(dy, filters, { ...options1d(drawn), shape }),
    ),
    secondOrder: true,
    refused: [],
  },
  {
    op: 'conv1dFilterGrad',
    arbitrary: gradientCase(
      geometry(1, paddings1d),
      shapesOf1d,
      'filters',
      (drawn, shape) => (x, dy) => conv1dFilterGrad(x, dy, { ...options1d(drawn), shape }),
    ),
    secondOrder: true,
    refused: [],
  },
  {
    op: 'depthwiseConv2d',
    arbitrary: depthwise2dCase(),
    integerArbitrary: depthwise2dCase(smallInteger()),
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
    arbitrary: gradientCase(
      geometry(2, paddings2d),
      shapesOfDepthwise,
      'x',
      (drawn, shape) => (dy, filters) => depthwiseInputGrad(dy, filters, { ...windows2d(drawn), shape }),
    ),
    secondOrder: true,
    refused: [],
  },
  {
    op: 'depthwiseFilterGrad',
    arbitrary: gradientCase(
      geometry(2, paddings2d),
      shapesOfDepthwise,
      'filters',
      (drawn, shape) => (x, dy) => depthwiseFilterGrad(x, dy, { ...windows2d(drawn), shape }),
    ),
    secondOrder: true,
    refused: [],
  },
  {
    op: 'depthwiseConv1d',
    arbitrary: depthwise1dCase(),
    integerArbitrary: depthwise1dCase(smallInteger()),
    secondOrder: true,
    refused: windowRefusals('depthwiseConv1d', (options) => depthwiseConv1d(of(1, 5, 3), of(3, 3, 2), options)),
  },
  {
    op: 'separableConv2d',
    arbitrary: separableCase(2),
    integerArbitrary: separableCase(2, smallInteger()),
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
    arbitrary: separableCase(1),
    integerArbitrary: separableCase(1, smallInteger()),
    secondOrder: true,
    refused: windowRefusals('separableConv1d', (options) =>
      separableConv1d(of(1, 5, 3), of(3, 3, 1), of(1, 3, 4), options),
    ),
  },
];
