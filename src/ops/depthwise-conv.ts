/** Depthwise convolution: each channel has filters of its own. With its two gradients a closed family as that of conv2d. */
import {
  depthwiseConv2dKernel,
  depthwiseFilterGradKernel,
  depthwiseInputGradKernel,
  type DepthwiseOptions,
} from '../../kernels/depthwise/index.ts';
import { ShapeError } from '../errors.ts';
import { formatShape, type Shape } from '../tensor/shape.ts';
import { sumToShape } from './broadcasting.ts';
import { defineOp, type Op, type TensorLike } from './define-op.ts';
import { reshape } from './shaping.ts';
import {
  checkBias,
  checkImage,
  checkStridesOrDilation,
  positiveInteger,
  toPadding,
  toPair,
  windowCounts,
  type BiasedOp,
  type Pair,
  type Windows,
} from './windows.ts';

/** Options of `depthwiseConv2d`. */
export interface DepthwiseConv2dCallOptions {
  /** Cells from one window to the next. Default 1. */
  readonly strides?: Pair;
  /** `'same'` pads so that stride 1 keeps the size. Default `'valid'`: no padding. */
  readonly padding?: 'valid' | 'same';
  /** Cells from one tap of a window to the next. Default 1; not together with strides. */
  readonly dilationRate?: Pair;
}

/** Options of `depthwiseConv1d`: those of `depthwiseConv2d`, in steps. */
export interface DepthwiseConv1dCallOptions {
  readonly strides?: number;
  readonly padding?: 'valid' | 'same';
  readonly dilationRate?: number;
}

/**
 * Depthwise 2-D convolution: channel c of the image and its filter m give output channel `c * multiplier + m`.
 * `y[b, i, j, c m] = bias[c m] + sum over u, v of x[b, i s + u d, j s + v d, c] filters[u, v, c, m]`
 * @param x `[batch, height, width, channels]`
 * @param filters `[height, width, channels, multiplier]`
 * @param bias `[channels * multiplier]`; may be left out or undefined
 * @returns `[batch, outHeight, outWidth, channels * multiplier]`
 * @throws ShapeError when channels or windows do not fit; ArgumentError for strides together with dilation
 * @example depthwiseConv2d(images, filters, { padding: 'same' })
 */
export const depthwiseConv2d: BiasedOp<[x: TensorLike, filters: TensorLike], DepthwiseConv2dCallOptions> =
  /* @__PURE__ */ defineOp<
    [x: TensorLike, filters: TensorLike, bias?: TensorLike | undefined],
    DepthwiseOptions,
    DepthwiseConv2dCallOptions
  >({
    name: 'depthwiseConv2d',
    kernel: depthwiseConv2dKernel,
    resolve: (options) => resolveDepthwise2d('depthwiseConv2d', options),
    shape: ([x, filters, bias], options) => depthwiseShape('depthwiseConv2d', x, filters, bias, options),
    gradient: ({ inputs: [x, filters, bias], gradients: [dy], options }) => [
      () => depthwiseInputGrad(dy, filters, { ...options, shape: x.shape }),
      () => depthwiseFilterGrad(x, dy, { ...options, shape: filters.shape }),
      bias && (() => sumToShape(dy, bias.shape)),
    ],
  }) as BiasedOp<[x: TensorLike, filters: TensorLike], DepthwiseConv2dCallOptions>;

/** Options of the gradients: the convolution's, and the shape of what they compute. */
export interface DepthwiseGradOptions extends DepthwiseOptions {
  readonly shape: Shape;
}

/** @internal The gradient of `depthwiseConv2d` with respect to the image: of dy and filters, linear in both. */
export const depthwiseInputGrad: Op<[dy: TensorLike, filters: TensorLike], DepthwiseGradOptions> =
  /* @__PURE__ */ defineOp<[dy: TensorLike, filters: TensorLike], DepthwiseGradOptions>({
    name: 'depthwiseInputGrad',
    kernel: depthwiseInputGradKernel,
    shape: (_inputs, options) => options.shape,
    gradient: ({ inputs: [dy, filters], gradients: [gradient], options: { shape: _shape, ...options } }) => [
      () => depthwiseConv2d(gradient, filters, options),
      () => depthwiseFilterGrad(gradient, dy, { ...options, shape: filters.shape }),
    ],
  });

/** @internal The gradient of `depthwiseConv2d` with respect to the filters: of x and dy, linear in both. */
export const depthwiseFilterGrad: Op<[x: TensorLike, dy: TensorLike], DepthwiseGradOptions> = /* @__PURE__ */ defineOp<
  [x: TensorLike, dy: TensorLike],
  DepthwiseGradOptions
>({
  name: 'depthwiseFilterGrad',
  kernel: depthwiseFilterGradKernel,
  shape: (_inputs, options) => options.shape,
  gradient: ({ inputs: [x, dy], gradients: [gradient], options: { shape: _shape, ...options } }) => [
    () => depthwiseInputGrad(dy, gradient, { ...options, shape: x.shape }),
    () => depthwiseConv2d(x, gradient, options),
  ],
});

/**
 * Depthwise 1-D convolution over steps.
 * @param x `[batch, steps, channels]`
 * @param filters `[taps, channels, multiplier]`
 * @param bias `[channels * multiplier]`; may be left out or undefined
 * @returns `[batch, outSteps, channels * multiplier]`
 * @throws ShapeError when channels or windows do not fit; ArgumentError for strides together with dilation
 * @example depthwiseConv1d(sequences, filters, { strides: 2 })
 */
export const depthwiseConv1d: BiasedOp<[x: TensorLike, filters: TensorLike], DepthwiseConv1dCallOptions> =
  /* @__PURE__ */ defineOp<
    [x: TensorLike, filters: TensorLike, bias?: TensorLike | undefined],
    Windows1d,
    DepthwiseConv1dCallOptions
  >({
    name: 'depthwiseConv1d',
    resolve: (options) => resolveDepthwise1d('depthwiseConv1d', options),
    shape: ([x, filters, bias], options) => depthwiseShape('depthwiseConv1d', x, filters, bias, options),
    // an image of height 1
    forward: ([x, filters, bias], { strides: [stride], dilationRate: [dilation], padding }) => {
      const [batch = 0, steps = 0, channels = 0] = x.shape;
      const y = depthwiseConv2d(
        reshape(x, [batch, 1, steps, channels]),
        reshape(filters, [1, ...filters.shape]),
        bias,
        {
          strides: [1, stride],
          dilationRate: [1, dilation],
          padding,
        },
      );
      return reshape(y, [batch, ...y.shape.slice(2)]);
    },
  }) as BiasedOp<[x: TensorLike, filters: TensorLike], DepthwiseConv1dCallOptions>;

/** @internal Resolved windows over steps. */
export interface Windows1d extends Windows {
  readonly strides: readonly [number];
  readonly dilationRate: readonly [number];
  readonly padding: 'valid' | 'same';
}

/** @internal Defaults and pairs of the options of a depthwise 2-D convolution. */
export function resolveDepthwise2d(where: string, options: DepthwiseConv2dCallOptions): DepthwiseOptions {
  return {
    strides: toPair(where, 'strides', options.strides ?? 1),
    dilationRate: toPair(where, 'dilationRate', options.dilationRate ?? 1),
    padding: toPadding(where, options.padding, ['valid', 'same']),
  };
}

/** @internal Defaults of the options of a depthwise 1-D convolution. */
export function resolveDepthwise1d(where: string, options: DepthwiseConv1dCallOptions): Windows1d {
  return {
    strides: [positiveInteger(where, 'strides', options.strides ?? 1)],
    dilationRate: [positiveInteger(where, 'dilationRate', options.dilationRate ?? 1)],
    padding: toPadding(where, options.padding, ['valid', 'same']),
  };
}

/** @internal The output's shape of a depthwise convolution with filters `[...taps, channels, multiplier]`. */
export function depthwiseShape(
  where: string,
  x: Shape,
  filters: Shape,
  bias: Shape | undefined,
  windows: Windows,
): Shape {
  const spatialRank = windows.strides.length;
  const what = spatialRank === 1 ? 'sequence' : 'image';
  checkImage(where, x, spatialRank);
  if (filters.length !== spatialRank + 2) {
    const taps = spatialRank === 1 ? 'steps' : 'height, width';
    throw new ShapeError(
      `${where}: the depthwise filters have the shape ${formatShape(filters)}, expected [${taps}, channels, multiplier].`,
      { where, got: filters },
    );
  }
  const [batch = 0] = x;
  const channels = x.at(-1) ?? 0;
  const filterChannels = filters.at(-2) ?? 0;
  checkStridesOrDilation(where, windows);
  if (channels !== filterChannels) {
    throw new ShapeError(
      `${where}: the ${what} has ${channels} channels but the depthwise filters have ${filterChannels} (${what} ${formatShape(x)}, ` +
        `filters ${formatShape(filters)}). Give the filters one entry per channel on their last but one axis.`,
      { where, got: [x, filters], expected: channels },
    );
  }
  const outChannels = channels * (filters.at(-1) ?? 0);
  checkBias(where, bias, outChannels);
  return [batch, ...windowCounts(where, x, filters.slice(0, spatialRank), windows), outChannels];
}
