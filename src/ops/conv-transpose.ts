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
import { reshape } from './shaping.ts';
import {
  checkBias,
  checkImage,
  checkStridesOrDilation,
  positiveInteger,
  toPadding,
  toPair,
  type BiasedOp,
  type Pair,
  type Windows,
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

/** Options of `conv1dTranspose`: those of `conv2dTranspose`, in steps. */
export interface Conv1dTransposeCallOptions {
  readonly strides?: number;
  readonly padding?: 'valid' | 'same';
  readonly outputPadding?: number | null | undefined;
  readonly dilationRate?: number;
}

interface Resolved extends Windows {
  readonly padding: 'valid' | 'same';
  /** One number for each axis. */
  readonly outputPadding: readonly number[] | undefined;
}

interface Resolved2d extends Resolved {
  readonly strides: readonly [number, number];
  readonly dilationRate: readonly [number, number];
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
export const conv2dTranspose: BiasedOp<[x: TensorLike, filters: TensorLike], Conv2dTransposeCallOptions> =
  /* @__PURE__ */ defineOp<
    [x: TensorLike, filters: TensorLike, bias?: TensorLike | undefined],
    Resolved2d,
    Conv2dTransposeCallOptions
  >({
    name: 'conv2dTranspose',
    resolve: ({ strides = 1, dilationRate = 1, padding, outputPadding }) => {
      const where = 'conv2dTranspose';
      const pair = toPair(where, 'strides', strides);
      return {
        strides: pair,
        dilationRate: toPair(where, 'dilationRate', dilationRate),
        padding: toPadding(where, padding, ['valid', 'same']),
        outputPadding: resolveOutputPadding(where, outputPadding, pair),
      };
    },
    shape: ([x, filters, bias], options) => transposedShape('conv2dTranspose', x, filters, bias, options),
    forward: ([x, filters, bias], options) => {
      const { strides, dilationRate } = options;
      const axes = axesOf(x.shape, filters.shape, options);
      const [batch = 0] = x.shape;
      const channels = filters.shape[2] ?? 0;
      if (axes.some(({ reached }) => reached === 0)) {
        // No cells to spread: x and the output are both empty, and the filters have no part in it.
        return reshape(x, [batch, ...axes.map(({ output }) => output), channels]);
      }
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

/**
 * Transposed 1-D convolution over steps, `y[b, i s + u d, o] += x[b, i, c] filters[u, o, c]`.
 * @param x `[batch, steps, channels]`
 * @param filters `[taps, filters, channels]`
 * @param bias `[filters]`; may be left out or undefined
 * @returns `[batch, outSteps, filters]`
 * @throws ShapeError when channels or ranks do not fit; ArgumentError for strides together with dilation, or an output padding not below the stride
 * @example conv1dTranspose(sequences, filters, { strides: 2, padding: 'same' }) // twice the steps
 */
export const conv1dTranspose: BiasedOp<[x: TensorLike, filters: TensorLike], Conv1dTransposeCallOptions> =
  /* @__PURE__ */ defineOp<
    [x: TensorLike, filters: TensorLike, bias?: TensorLike | undefined],
    Resolved,
    Conv1dTransposeCallOptions
  >({
    name: 'conv1dTranspose',
    resolve: ({ strides = 1, dilationRate = 1, padding, outputPadding }) => {
      const where = 'conv1dTranspose';
      const steps = [positiveInteger(where, 'strides', strides)];
      return {
        strides: steps,
        dilationRate: [positiveInteger(where, 'dilationRate', dilationRate)],
        padding: toPadding(where, padding, ['valid', 'same']),
        outputPadding: resolveOutputPadding(where, outputPadding, steps),
      };
    },
    shape: ([x, filters, bias], options) => transposedShape('conv1dTranspose', x, filters, bias, options),
    // an image of height 1
    forward: ([x, filters, bias], { strides: [stride = 1], dilationRate: [dilation = 1], padding, outputPadding }) => {
      const [batch = 0, steps = 0, channels = 0] = x.shape;
      const image = reshape(x, [batch, 1, steps, channels]);
      const y = conv2dTranspose(image, reshape(filters, [1, ...filters.shape]), bias, {
        strides: [1, stride],
        dilationRate: [1, dilation],
        padding,
        outputPadding: outputPadding && [0, outputPadding[0] ?? 0],
      });
      return reshape(y, [batch, ...y.shape.slice(2)]);
    },
  }) as BiasedOp<[x: TensorLike, filters: TensorLike], Conv1dTransposeCallOptions>;

function axesOf(x: Shape, filters: Shape, options: Resolved): TransposedAxis[] {
  const { strides, dilationRate, padding, outputPadding } = options;
  return strides.map((stride, axis) =>
    transposedAxis(
      x[axis + 1] ?? 0,
      ((filters[axis] ?? 1) - 1) * (dilationRate[axis] ?? 1) + 1,
      stride,
      padding,
      outputPadding?.[axis],
    ),
  );
}

function transposedShape(where: string, x: Shape, filters: Shape, bias: Shape | undefined, options: Resolved): Shape {
  const rank = options.strides.length;
  const [what, taps] = rank === 1 ? ['sequence', 'steps'] : ['image', 'height, width'];
  checkImage(where, x, rank);
  if (filters.length !== rank + 2) {
    throw new ShapeError(
      `${where}: the filters have the shape ${formatShape(filters)}, expected [${taps}, filters, channels].`,
      { where, got: filters },
    );
  }
  checkStridesOrDilation(where, options);
  const [outChannels = 0, channels = 0] = filters.slice(-2);
  if (x.at(-1) !== channels) {
    throw new ShapeError(
      `${where}: the ${what} has ${x.at(-1)} channels but the filters expect ${channels} (${what} ${formatShape(x)}, filters ${formatShape(filters)}). The channels are the filters' last axis, the filters the one before.`,
      { where, got: [x, filters], expected: channels },
    );
  }
  checkBias(where, bias, outChannels);
  return [x[0] ?? 0, ...axesOf(x, filters, options).map(({ output }) => output), outChannels];
}

function resolveOutputPadding(
  where: string,
  given: unknown,
  strides: readonly number[],
): readonly number[] | undefined {
  if (given === undefined || given === null) return undefined;
  const cells: unknown = typeof given === 'number' ? strides.map(() => given) : given;
  const fits =
    Array.isArray(cells) &&
    cells.length === strides.length &&
    strides.every((stride, axis) => {
      const one: unknown = cells[axis];
      return Number.isInteger(one) && (one as number) >= 0 && (one as number) < stride;
    });
  if (fits) return cells as readonly number[];
  throw new ArgumentError(
    `${where}: outputPadding is ${describeValue(given)}; it must be integers of at least 0 and below the strides ${strides.join(' x ')}.`,
    { where, got: given, expected: strides },
  );
}
