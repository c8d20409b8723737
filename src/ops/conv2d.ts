/**
 * 2-D convolution. With its two gradients it is a closed family: all three are linear in two of image x, filters f and
 * output gradient dy, so each one's gradients are the other two.
 */
import {
  conv2dFilterGradKernel,
  conv2dInputGradKernel,
  conv2dKernel,
  type Conv2dOptions,
} from '../../kernels/conv2d/index.ts';
import type { Shape } from '../tensor/shape.ts';
import { sumToShape } from './broadcasting.ts';
import { defineOp, type Op, type TensorLike } from './define-op.ts';
import { convolutionShape, positiveInteger, toPadding, toPair, type BiasedOp, type Pair } from './windows.ts';

/** Options of `conv2d`. */
export interface Conv2dCallOptions {
  /** Cells from one window to the next. Default 1. */
  readonly strides?: Pair;
  /** `'same'` pads so that stride 1 keeps the size. Default `'valid'`: no padding. */
  readonly padding?: 'valid' | 'same';
  /** Cells from one tap of a window to the next. Default 1; not together with strides. */
  readonly dilationRate?: Pair;
  /** Channels are convolved in so many separate groups. Default 1. */
  readonly groups?: number;
}

/**
 * 2-D convolution of channels-last images (a correlation, as everywhere in deep learning).
 * `y[b, i, j, o] = bias[o] + sum over u, v, c of x[b, i s + u d, j s + v d, c] filters[u, v, c, o]`
 * @param x `[batch, height, width, channels]`
 * @param filters `[height, width, channels / groups, filters]`
 * @param bias `[filters]`; may be left out or undefined
 * @returns `[batch, outHeight, outWidth, filters]`
 * @throws ShapeError when channels, groups or windows do not fit; ArgumentError for strides together with dilation
 * @example conv2d(images, filters, { strides: 2, padding: 'same' })
 */
export const conv2d: BiasedOp<[x: TensorLike, filters: TensorLike], Conv2dCallOptions> = /* @__PURE__ */ defineOp<
  [x: TensorLike, filters: TensorLike, bias?: TensorLike | undefined],
  Conv2dOptions,
  Conv2dCallOptions
>({
  name: 'conv2d',
  kernel: conv2dKernel,
  resolve: (options) => resolveConv2d('conv2d', options),
  shape: ([x, filters, bias], options) => convolutionShape('conv2d', x, filters, bias, options),
  gradient: ({ inputs: [x, filters, bias], gradients: [dy], options }) => [
    () => conv2dInputGrad(dy, filters, { ...options, shape: x.shape }),
    () => conv2dFilterGrad(x, dy, { ...options, shape: filters.shape }),
    bias && (() => sumToShape(dy, bias.shape)),
  ],
}) as BiasedOp<[x: TensorLike, filters: TensorLike], Conv2dCallOptions>;

/** Options of the gradients of a convolution: the convolution's, and the shape of what they compute. */
export interface Conv2dGradOptions extends Conv2dOptions {
  readonly shape: Shape;
}

/** @internal The gradient of `conv2d` with respect to the image: of dy and filters, linear in both. */
export const conv2dInputGrad: Op<[dy: TensorLike, filters: TensorLike], Conv2dGradOptions> = /* @__PURE__ */ defineOp<
  [dy: TensorLike, filters: TensorLike],
  Conv2dGradOptions
>({
  name: 'conv2dInputGrad',
  kernel: conv2dInputGradKernel,
  shape: (_inputs, options) => options.shape,
  gradient: ({ inputs: [dy, filters], gradients: [gradient], options: { shape: _shape, ...options } }) => [
    () => conv2d(gradient, filters, options),
    () => conv2dFilterGrad(gradient, dy, { ...options, shape: filters.shape }),
  ],
});

/** @internal The gradient of `conv2d` with respect to the filters: of x and dy, linear in both. */
export const conv2dFilterGrad: Op<[x: TensorLike, dy: TensorLike], Conv2dGradOptions> = /* @__PURE__ */ defineOp<
  [x: TensorLike, dy: TensorLike],
  Conv2dGradOptions
>({
  name: 'conv2dFilterGrad',
  kernel: conv2dFilterGradKernel,
  shape: (_inputs, options) => options.shape,
  gradient: ({ inputs: [x, dy], gradients: [gradient], options: { shape: _shape, ...options } }) => [
    () => conv2dInputGrad(dy, gradient, { ...options, shape: x.shape }),
    () => conv2d(x, gradient, options),
  ],
});

/** @internal Defaults and pairs of the options of a 2-D convolution. */
export function resolveConv2d(where: string, options: Conv2dCallOptions): Conv2dOptions {
  return {
    strides: toPair(where, 'strides', options.strides ?? 1),
    dilationRate: toPair(where, 'dilationRate', options.dilationRate ?? 1),
    padding: toPadding(where, options.padding, ['valid', 'same']),
    groups: positiveInteger(where, 'groups', options.groups ?? 1),
  };
}
