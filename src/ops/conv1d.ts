/** 1-D convolution over steps, with its two gradients a closed family as that of conv2d. */
import {
  conv1dFilterGradKernel,
  conv1dInputGradKernel,
  conv1dKernel,
  type Conv1dOptions,
} from '../../kernels/conv1d/index.ts';
import type { Shape } from '../tensor/shape.ts';
import { sumToShape } from './broadcasting.ts';
import { defineOp, type Op, type TensorLike } from './define-op.ts';
import { convolutionShape, positiveInteger, toPadding, type BiasedOp } from './windows.ts';

/** Options of `conv1d`. */
export interface Conv1dCallOptions {
  /** Steps from one window to the next. Default 1. */
  readonly strides?: number;
  /** `'same'` pads so that stride 1 keeps the length, `'causal'` so that no output sees a later step. Default `'valid'`: no padding. */
  readonly padding?: 'valid' | 'same' | 'causal';
  /** Steps from one tap of a window to the next. Default 1; not together with strides. */
  readonly dilationRate?: number;
  /** Channels are convolved in so many separate groups. Default 1. */
  readonly groups?: number;
}

/**
 * 1-D convolution over steps: `y[b, i, o] = bias[o] + sum over u, c of x[b, i s + u d, c] filters[u, c, o]`.
 * @param x `[batch, steps, channels]`
 * @param filters `[taps, channels / groups, filters]`
 * @param bias `[filters]`; may be left out or undefined
 * @returns `[batch, outSteps, filters]`
 * @throws ShapeError when channels, groups or windows do not fit; ArgumentError for strides together with dilation
 * @example conv1d(sequences, filters, { padding: 'causal', dilationRate: 2 })
 */
export const conv1d: BiasedOp<[x: TensorLike, filters: TensorLike], Conv1dCallOptions> = /* @__PURE__ */ defineOp<
  [x: TensorLike, filters: TensorLike, bias?: TensorLike | undefined],
  Conv1dOptions,
  Conv1dCallOptions
>({
  name: 'conv1d',
  kernel: conv1dKernel,
  resolve: (options) => ({
    stride: positiveInteger('conv1d', 'strides', options.strides ?? 1),
    dilationRate: positiveInteger('conv1d', 'dilationRate', options.dilationRate ?? 1),
    padding: toPadding('conv1d', options.padding, ['valid', 'same', 'causal']),
    groups: positiveInteger('conv1d', 'groups', options.groups ?? 1),
  }),
  shape: ([x, filters, bias], { stride, dilationRate, padding, groups }) =>
    convolutionShape('conv1d', x, filters, bias, { strides: [stride], dilationRate: [dilationRate], padding, groups }),
  gradient: ({ inputs: [x, filters, bias], gradients: [dy], options }) => [
    () => conv1dInputGrad(dy, filters, { ...options, shape: x.shape }),
    () => conv1dFilterGrad(x, dy, { ...options, shape: filters.shape }),
    bias && (() => sumToShape(dy, bias.shape)),
  ],
}) as BiasedOp<[x: TensorLike, filters: TensorLike], Conv1dCallOptions>;

/** Options of the gradients of a convolution: the convolution's, and the shape of what they compute. */
export interface Conv1dGradOptions extends Conv1dOptions {
  readonly shape: Shape;
}

/** @internal The gradient of `conv1d` with respect to the sequence: of dy and filters, linear in both. */
export const conv1dInputGrad: Op<[dy: TensorLike, filters: TensorLike], Conv1dGradOptions> = /* @__PURE__ */ defineOp<
  [dy: TensorLike, filters: TensorLike],
  Conv1dGradOptions
>({
  name: 'conv1dInputGrad',
  kernel: conv1dInputGradKernel,
  shape: (_inputs, options) => options.shape,
  gradient: ({ inputs: [dy, filters], gradients: [gradient], options }) => [
    () => conv1d(gradient, filters, asCallOptions(options)),
    () => conv1dFilterGrad(gradient, dy, { ...options, shape: filters.shape }),
  ],
});

/** @internal The gradient of `conv1d` with respect to the filters: of x and dy, linear in both. */
export const conv1dFilterGrad: Op<[x: TensorLike, dy: TensorLike], Conv1dGradOptions> = /* @__PURE__ */ defineOp<
  [x: TensorLike, dy: TensorLike],
  Conv1dGradOptions
>({
  name: 'conv1dFilterGrad',
  kernel: conv1dFilterGradKernel,
  shape: (_inputs, options) => options.shape,
  gradient: ({ inputs: [x, dy], gradients: [gradient], options }) => [
    () => conv1dInputGrad(dy, gradient, { ...options, shape: x.shape }),
    () => conv1d(x, gradient, asCallOptions(options)),
  ],
});

function asCallOptions({ stride, dilationRate, padding, groups }: Conv1dOptions): Conv1dCallOptions {
  return { strides: stride, dilationRate, padding, groups };
}
