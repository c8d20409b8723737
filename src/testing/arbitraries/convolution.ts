/** Calls of convolutions: every padding, strides, dilation, groups, with and without bias. */
import type fc from 'fast-check';
import type { Conv1dTransposeCallOptions, Conv2dTransposeCallOptions } from '../../ops/conv-transpose.ts';
import type { Conv1dCallOptions } from '../../ops/conv1d.ts';
import type { Conv2dCallOptions } from '../../ops/conv2d.ts';
import type { DepthwiseConv1dCallOptions, DepthwiseConv2dCallOptions } from '../../ops/depthwise-conv.ts';
import type { Pair } from '../../ops/windows.ts';
import type { Shape } from '../../tensor/shape.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { fastCheck } from '../fast-check.ts';
import { filled, type CallDraw } from './filled.ts';
import { between, listOf, perhaps, sizeOrNone, written } from './sizes.ts';
import { scaledDouble } from './tensors.ts';

/** A call of a convolution; `bias` is there or not. */
export interface ConvolutionCall<Options> {
  readonly x: Tensor;
  readonly filters: Tensor;
  readonly bias?: Tensor;
  readonly options: Options;
}

export type Conv1dCall = ConvolutionCall<Conv1dCallOptions>;
export type Conv2dCall = ConvolutionCall<Conv2dCallOptions>;
export type Conv1dTransposeCall = ConvolutionCall<Conv1dTransposeCallOptions>;
export type Conv2dTransposeCall = ConvolutionCall<Conv2dTransposeCallOptions>;
export type DepthwiseConv1dCall = ConvolutionCall<DepthwiseConv1dCallOptions>;
export type DepthwiseConv2dCall = ConvolutionCall<DepthwiseConv2dCallOptions>;

/** A call of a separable convolution; `bias` is there or not. */
export interface SeparableConvolutionCall<Options> {
  readonly x: Tensor;
  readonly depthwiseFilters: Tensor;
  readonly pointwiseFilters: Tensor;
  readonly bias?: Tensor;
  readonly options: Options;
}

export type SeparableConv1dCall = SeparableConvolutionCall<DepthwiseConv1dCallOptions>;
export type SeparableConv2dCall = SeparableConvolutionCall<DepthwiseConv2dCallOptions>;

interface Windows<Padding> {
  readonly batch: number;
  readonly taps: readonly number[];
  /** Sizes of the image, or with padding 'valid' what it has beyond the first window, plus 1. */
  readonly cells: readonly number[];
  /** Strides, or with `dilated` the dilation: both at once are refused. */
  readonly steps: readonly number[];
  readonly dilated: boolean;
  readonly padding: Padding;
  readonly groups: number;
  /** Per group. */
  readonly inChannels: number;
  readonly outChannels: number;
  readonly withBias: boolean;
  /** Whether options that have their defaults are written out. */
  readonly spelled: boolean;
}

function windows<Padding>(rank: number, paddings: readonly Padding[], maxGroups = 1): fc.Arbitrary<Windows<Padding>> {
  return fastCheck().record({
    batch: sizeOrNone(2),
    taps: listOf(rank, between(1, 3)),
    cells: listOf(rank, sizeOrNone(4)),
    steps: listOf(rank, between(1, 3)),
    dilated: fastCheck().boolean(),
    padding: fastCheck().constantFrom(...paddings),
    groups: between(1, maxGroups),
    inChannels: between(1, 2),
    outChannels: between(1, 2),
    withBias: fastCheck().boolean(),
    spelled: fastCheck().boolean(),
  });
}

const stridesOf = ({ steps, dilated }: Windows<unknown>): readonly number[] => (dilated ? steps.map(() => 1) : steps);
const dilationOf = ({ steps, dilated }: Windows<unknown>): readonly number[] => (dilated ? steps : steps.map(() => 1));

// With padding 'valid' at least one window fits.
function imageShape(drawn: Windows<string>): Shape {
  const { batch, taps, cells, padding, groups, inChannels } = drawn;
  const dilation = dilationOf(drawn);
  const spatial = cells.map((count, axis) =>
    padding === 'valid' ? Math.max(count, 1) + ((taps[axis] ?? 1) - 1) * (dilation[axis] ?? 1) : count,
  );
  return [batch, ...spatial, inChannels * groups];
}

const filterShape = ({ taps, inChannels, outChannels, groups }: Windows<string>): Shape => [
  ...taps,
  inChannels,
  outChannels * groups,
];

// `groups * inChannels` are the channels here, `outChannels` is the multiplier.
const depthwiseShape = ({ taps, inChannels, outChannels, groups }: Windows<string>): Shape => [
  ...taps,
  inChannels * groups,
  outChannels,
];

const depthwiseChannels = ({ inChannels, outChannels, groups }: Windows<string>): number =>
  inChannels * groups * outChannels;

/** One number for both axes where they are equal and nothing has to be spelled out. */
function pairOf([height = 1, width = 1]: readonly number[], spelled: boolean): Pair {
  return height === width && !spelled ? height : [height, width];
}

interface WindowOptions<Step, Padding> {
  readonly strides: Step;
  readonly padding: Padding;
  readonly dilationRate: Step;
}

const defaults = { strides: 1, padding: 'valid', dilationRate: 1, groups: 1 } as const;

const options2d = <Padding>(drawn: Windows<Padding>): WindowOptions<Pair, Padding> => ({
  strides: pairOf(stridesOf(drawn), drawn.spelled),
  padding: drawn.padding,
  dilationRate: pairOf(dilationOf(drawn), drawn.spelled),
});

const options1d = <Padding>(drawn: Windows<Padding>): WindowOptions<number, Padding> => ({
  strides: stridesOf(drawn)[0] ?? 1,
  padding: drawn.padding,
  dilationRate: dilationOf(drawn)[0] ?? 1,
});

function convolutions<Drawn extends Windows<string>, Options extends object>(
  source: fc.Arbitrary<Drawn>,
  filtersOf: (drawn: Drawn) => Shape,
  biasOf: (drawn: Drawn) => number,
  optionsOf: (drawn: Drawn) => Options,
  { values = scaledDouble() }: CallDraw,
): fc.Arbitrary<ConvolutionCall<Options>> {
  return filled(source, {
    x: { values, shape: imageShape },
    filters: { values, shape: filtersOf },
    bias: { values, shape: (drawn) => [biasOf(drawn)] },
  }).map(({ drawn, tensors: { x, filters, bias } }) => ({
    x,
    filters,
    ...(drawn.withBias && { bias }),
    options: written<Options>(optionsOf(drawn), defaults, drawn.spelled),
  }));
}

const paddings2d = ['valid', 'same'] as const;
const paddings1d = ['valid', 'same', 'causal'] as const;

/**
 * Images `[0..2, height, width, 1..6]`, windows of 1 to 3 x 1 to 3 taps, strides or dilation 1 to 3 per axis, both paddings, 1 to 3 groups, a bias or none.
 * @example
 * fc.assert(
 *   fc.property(arbitraries.conv2d(), ({ x, filters, bias, options }) => {
 *     gradcheck((f: Tensor) => ops.conv2d(x, f, bias, options), [filters]);
 *   }),
 * );
 */
export function conv2d(draw: CallDraw = {}): fc.Arbitrary<Conv2dCall> {
  return convolutions(
    windows(2, paddings2d, 3),
    filterShape,
    ({ outChannels, groups }) => outChannels * groups,
    (drawn): Conv2dCallOptions => ({ ...options2d(drawn), groups: drawn.groups }),
    draw,
  );
}

/** Sequences `[0..2, steps, 1..6]`, windows of 1 to 3 taps, strides or dilation 1 to 3, all three paddings, 1 to 3 groups, a bias or none. */
export function conv1d(draw: CallDraw = {}): fc.Arbitrary<Conv1dCall> {
  return convolutions(
    windows(1, paddings1d, 3),
    filterShape,
    ({ outChannels, groups }) => outChannels * groups,
    (drawn): Conv1dCallOptions => ({ ...options1d(drawn), groups: drawn.groups }),
    draw,
  );
}

/** Images `[0..2, height, width, 1..6]`, 1 or 2 filters per channel, windows, strides, dilation, padding and bias as those of `conv2d`. */
export function depthwiseConv2d(draw: CallDraw = {}): fc.Arbitrary<DepthwiseConv2dCall> {
  return convolutions(
    windows(2, paddings2d, 3),
    depthwiseShape,
    depthwiseChannels,
    (drawn): DepthwiseConv2dCallOptions => options2d(drawn),
    draw,
  );
}

/** Sequences `[0..2, steps, 1..6]`, 1 or 2 filters per channel, windows of 1 to 3 taps, strides or dilation 1 to 3, both paddings, a bias or none. */
export function depthwiseConv1d(draw: CallDraw = {}): fc.Arbitrary<DepthwiseConv1dCall> {
  return convolutions(
    windows(1, paddings2d, 3),
    depthwiseShape,
    depthwiseChannels,
    (drawn): DepthwiseConv1dCallOptions => options1d(drawn),
    draw,
  );
}

function separable<Drawn extends Windows<string>, Options extends object>(
  source: fc.Arbitrary<Drawn>,
  optionsOf: (drawn: Drawn) => Options,
  { values = scaledDouble() }: CallDraw,
): fc.Arbitrary<SeparableConvolutionCall<Options>> {
  const drawing = fastCheck().record({ windows: source, filters: between(1, 3) });
  return filled(drawing, {
    x: { values, shape: (drawn) => imageShape(drawn.windows) },
    depthwise: { values, shape: (drawn) => depthwiseShape(drawn.windows) },
    pointwise: {
      values,
      shape: (drawn) => [...drawn.windows.taps.map(() => 1), depthwiseChannels(drawn.windows), drawn.filters],
    },
    bias: { values, shape: ({ filters }) => [filters] },
  }).map(({ drawn, tensors: { x, depthwise, pointwise, bias } }) => ({
    x,
    depthwiseFilters: depthwise,
    pointwiseFilters: pointwise,
    ...(drawn.windows.withBias && { bias }),
    options: written<Options>(optionsOf(drawn.windows), defaults, drawn.windows.spelled),
  }));
}

/** Calls as those of `depthwiseConv2d`, then 1 to 3 pointwise filters. */
export function separableConv2d(draw: CallDraw = {}): fc.Arbitrary<SeparableConv2dCall> {
  return separable(windows(2, paddings2d, 3), (drawn): DepthwiseConv2dCallOptions => options2d(drawn), draw);
}

/** Calls as those of `depthwiseConv1d`, then 1 to 3 pointwise filters. */
export function separableConv1d(draw: CallDraw = {}): fc.Arbitrary<SeparableConv1dCall> {
  return separable(windows(1, paddings2d, 3), (drawn): DepthwiseConv1dCallOptions => options1d(drawn), draw);
}

interface Transposed {
  readonly windows: Windows<'valid' | 'same'>;
  /** Taken modulo the stride of its axis; undefined leaves it to the padding. */
  readonly more: readonly number[] | undefined;
}

const outputPaddingOf = ({ windows: drawn, more }: Transposed): readonly number[] | undefined =>
  more?.map((cells, axis) => cells % (stridesOf(drawn)[axis] ?? 1));

function transposed<Options extends object>(
  rank: number,
  optionsOf: (drawn: Transposed) => Options,
  { values = scaledDouble() }: CallDraw,
): fc.Arbitrary<ConvolutionCall<Options>> {
  const source = fastCheck().record({ windows: windows(rank, paddings2d), more: perhaps(listOf(rank, between(0, 5))) });
  return filled(source, {
    x: { values, shape: ({ windows: { batch, cells, inChannels } }) => [batch, ...cells, inChannels] },
    filters: { values, shape: ({ windows: { taps, inChannels, outChannels } }) => [...taps, outChannels, inChannels] },
    bias: { values, shape: ({ windows: { outChannels } }) => [outChannels] },
  }).map(({ drawn, tensors: { x, filters, bias } }) => ({
    x,
    filters,
    ...(drawn.windows.withBias && { bias }),
    options: written<Options>(optionsOf(drawn), { ...defaults, outputPadding: null }, drawn.windows.spelled),
  }));
}

/** Images `[0..2, 0..4, 0..4, 1..2]`, windows of 1 to 3 x 1 to 3 taps, strides or dilation 1 to 3 per axis, both paddings, every output padding below the stride, a bias or none. */
export function conv2dTranspose(draw: CallDraw = {}): fc.Arbitrary<Conv2dTransposeCall> {
  return transposed(
    2,
    (drawn): Conv2dTransposeCallOptions => {
      const outputPadding = outputPaddingOf(drawn);
      return {
        ...options2d(drawn.windows),
        outputPadding: outputPadding ? pairOf(outputPadding, drawn.windows.spelled) : null,
      };
    },
    draw,
  );
}

/** Sequences `[0..2, 0..4, 1..2]`, windows of 1 to 3 taps, strides or dilation 1 to 3, both paddings, every output padding below the stride, a bias or none. */
export function conv1dTranspose(draw: CallDraw = {}): fc.Arbitrary<Conv1dTransposeCall> {
  return transposed(
    1,
    (drawn): Conv1dTransposeCallOptions => ({
      ...options1d(drawn.windows),
      outputPadding: outputPaddingOf(drawn)?.[0] ?? null,
    }),
    draw,
  );
}
