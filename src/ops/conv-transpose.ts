/**
 * Transposed convolution: every input pixel spreads the filters over the output, as the gradient of a convolution with
 * respect to its image does. Padding says which part of that is kept.
 */
import { ArgumentError, describeValue, ShapeError } from '../errors.ts';
import { formatShape, type Shape } from '../tensor/shape.ts';
import { add } from './arithmetic.ts';
import { conv2dInputGrad } from './conv2d.ts';
import { defineOp, type TensorLike } from './define-op.ts';
import { pad, slice } from './joining.ts';
import {
  checkBias,
  checkImage,
  checkStridesOrDilation,
  toPadding,
  toPair,
  type BiasedOp,
  type Pair,
} from './windows.ts';

/** Options of `conv2dTranspose`. */
export interface Conv2dTransposeCallOptions {
  /** Cells from one spread window to the next. Default 1. */
  readonly strides?: Pair;
  /** `'same'` gives `strides` times the size. Default `'valid'`: everything that the windows reach. */
  readonly padding?: 'valid' | 'same';
  /** Further rows and columns at the end, each below the stride. Default: by the padding. */
  readonly outputPadding?: Pair | null | undefined;
  /** Cells from one tap of a window to the next. Default 1; not together with strides. */
  readonly dilationRate?: Pair;
}

interface Resolved {
  readonly strides: readonly [number, number];
  readonly dilationRate: readonly [number, number];
  readonly padding: 'valid' | 'same';
  readonly outputPadding: readonly [number, number] | undefined;
}

/** Where the output of one axis lies in everything that the windows reach. */
export interface TransposedAxis {
  /** Cells left out at the start. */
  readonly skipped: number;
  /** Cells that the windows reach. */
  readonly reached: number;
  readonly output: number;
}

/**
 * Keras's sizes of a transposed convolution along one axis.
 * @param span cells that a window covers, dilation included
 */
export function transposedAxis(
  input: number,
  span: number,
  stride: number,
  padding: 'valid' | 'same',
  outputPadding: number | undefined,
): TransposedAxis {
  const reached = input === 0 ? 0 : (input - 1) * stride + span;
  if (padding === 'valid') {
    const more = outputPadding ?? Math.max(span, stride) - span;
    return { skipped: 0, reached, output: input === 0 ? 0 : reached + more };
  }
  // The total of the padding around the spread input, and the part of it before the first cell.
  const total = outputPadding === undefined ? stride + span - 2 : span + (span % 2) - 2 + outputPadding;
  const before = Math.min(Math.floor(total / 2) + (total % 2), span - 1);
  return { skipped: span - 1 - before, reached, output: input === 0 ? 0 : reached - 2 * (span - 1) + total };
}

/**
 * Transposed 2-D convolution of channels-last images, `y[b, i s + u d, j s + v d, o] += x[b, i, j, c] filters[u, v, o, c]`.
 * @param x `[batch, height, width, channels]`
 * @param filters `[height, width, filters, channels]`
 * @param bias `[filters]`; may be left out or undefined
 * @returns `[batch, outHeight, outWidth, filters]`
 * @throws ShapeError when channels or ranks do not fit; ArgumentError for strides together with dilation, or an output padding not below the stride
 * @example conv2dTranspose(images, filters, { strides: 2, padding: 'same' }) // twice the height and width
 */
export const conv2dTranspose: BiasedOp<[x: TensorLike, filters: TensorLike], Conv2dTransposeCallOptions> = defineOp<
  [x: TensorLike, filters: TensorLike, bias?: TensorLike | undefined],
  Resolved,
  Conv2dTransposeCallOptions
>({
  name: 'conv2dTranspose',
  resolve: (options) => resolveTranspose('conv2dTranspose', options),
  shape: ([x, filters, bias], options) => transposedShape(x, filters, bias, options),
  forward: ([x, filters, bias], options) => {
    const { strides, dilationRate } = options;
    const axes = axesOf(x.shape, filters.shape, options);
    const [batch = 0] = x.shape;
    const channels = filters.shape[2] ?? 0;
    const spread = conv2dInputGrad(x, filters, {
      strides,
      dilationRate,
      padding: 'valid',
      groups: 1,
      shape: [batch, ...axes.map(({ reached }) => reached), channels],
    });
    const kept = axes.map(({ skipped, reached, output }) => Math.max(0, Math.min(reached - skipped, output)));
    const part = slice(spread, [0, ...axes.map(({ skipped }) => skipped), 0], [batch, ...kept, channels]);
    const missing = axes.map(({ output }, axis) => output - (kept[axis] ?? 0));
    const y = missing.some((cells) => cells > 0)
      ? pad(part, { paddings: [[0, 0], ...missing.map((cells) => [0, cells] as const), [0, 0]] })
      : part;
    return bias ? add(y, bias) : y;
  },
}) as BiasedOp<[x: TensorLike, filters: TensorLike], Conv2dTransposeCallOptions>;

function axesOf(
  x: Shape,
  filters: Shape,
  { strides, dilationRate, padding, outputPadding }: Resolved,
): TransposedAxis[] {
  return [0, 1].map((axis) =>
    transposedAxis(
      x[axis + 1] ?? 0,
      ((filters[axis] ?? 1) - 1) * (dilationRate[axis] ?? 1) + 1,
      strides[axis] ?? 1,
      padding,
      outputPadding?.[axis],
    ),
  );
}

function transposedShape(x: Shape, filters: Shape, bias: Shape | undefined, options: Resolved): Shape {
  const where = 'conv2dTranspose';
  checkImage(where, x, 2);
  if (filters.length !== 4) {
    throw new ShapeError(
      `${where}: the filters have the shape ${formatShape(filters)}, expected [height, width, filters, channels].`,
      { where, got: filters },
    );
  }
  checkStridesOrDilation(where, options);
  const [, , outChannels = 0, channels = 0] = filters;
  if (x[3] !== channels) {
    throw new ShapeError(
      `${where}: the image has ${x[3]} channels but the filters expect ${channels} (image ${formatShape(x)}, filters ${formatShape(filters)}). The channels are the filters' last axis, the filters the one before.`,
      { where, got: [x, filters], expected: channels },
    );
  }
  checkBias(where, bias, outChannels);
  return [x[0] ?? 0, ...axesOf(x, filters, options).map(({ output }) => output), outChannels];
}

function resolveTranspose(where: string, options: Conv2dTransposeCallOptions): Resolved {
  const strides = toPair(where, 'strides', options.strides ?? 1);
  const given = options.outputPadding ?? undefined;
  const outputPadding = given === undefined ? undefined : typeof given === 'number' ? ([given, given] as const) : given;
  if (outputPadding?.some((cells, axis) => !Number.isInteger(cells) || cells < 0 || cells >= (strides[axis] ?? 1))) {
    throw new ArgumentError(
      `${where}: outputPadding is ${describeValue(given)}; it must be integers of at least 0 and below the strides ${strides.join(' x ')}.`,
      { where, got: given },
    );
  }
  return {
    strides,
    dilationRate: toPair(where, 'dilationRate', options.dilationRate ?? 1),
    padding: toPadding(where, options.padding, ['valid', 'same']),
    outputPadding,
  };
}
