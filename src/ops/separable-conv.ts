/** Separable convolutions: a depthwise convolution, then a 1 x 1 convolution that mixes the channels. */
import type { DepthwiseOptions } from '../../kernels/depthwise/index.ts';
import { ShapeError } from '../errors.ts';
import { formatShape, type Shape } from '../tensor/shape.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { defineOp, type TensorLike } from './define-op.ts';
import {
  depthwiseConv1d,
  depthwiseConv2d,
  depthwiseShape,
  resolveDepthwise1d,
  resolveDepthwise2d,
  type DepthwiseConv1dCallOptions,
  type DepthwiseConv2dCallOptions,
  type Windows1d,
} from './depthwise-conv.ts';
import { affine } from './matmul.ts';
import { reshape } from './shaping.ts';
import { checkBias, type BiasedOp, type Windows } from './windows.ts';

type SeparableInputs = [x: TensorLike, depthwiseFilters: TensorLike, pointwiseFilters: TensorLike];

/**
 * Separable 2-D convolution: `depthwiseConv2d`, then a 1 x 1 `conv2d`.
 * @param x `[batch, height, width, channels]`
 * @param depthwiseFilters `[height, width, channels, multiplier]`
 * @param pointwiseFilters `[1, 1, channels * multiplier, filters]`
 * @param bias `[filters]`; may be left out or undefined
 * @returns `[batch, outHeight, outWidth, filters]`
 * @throws ShapeError when channels or windows do not fit; ArgumentError for strides together with dilation
 * @example separableConv2d(images, depthwise, pointwise, { padding: 'same' })
 */
export const separableConv2d: BiasedOp<SeparableInputs, DepthwiseConv2dCallOptions> = /* @__PURE__ */ defineOp<
  [...SeparableInputs, bias?: TensorLike | undefined],
  DepthwiseOptions,
  DepthwiseConv2dCallOptions
>({
  name: 'separableConv2d',
  resolve: (options) => resolveDepthwise2d('separableConv2d', options),
  shape: ([x, depthwise, pointwise, bias], options) =>
    separableShape('separableConv2d', x, depthwise, pointwise, bias, options),
  forward: ([x, depthwise, pointwise, bias], options) =>
    mixChannels(depthwiseConv2d(x, depthwise, options), pointwise, bias),
}) as BiasedOp<SeparableInputs, DepthwiseConv2dCallOptions>;

/**
 * Separable 1-D convolution over steps: `depthwiseConv1d`, then a `conv1d` of one tap.
 * @param x `[batch, steps, channels]`
 * @param depthwiseFilters `[taps, channels, multiplier]`
 * @param pointwiseFilters `[1, channels * multiplier, filters]`
 * @param bias `[filters]`; may be left out or undefined
 * @returns `[batch, outSteps, filters]`
 * @throws ShapeError when channels or windows do not fit; ArgumentError for strides together with dilation
 * @example separableConv1d(sequences, depthwise, pointwise, { strides: 2 })
 */
export const separableConv1d: BiasedOp<SeparableInputs, DepthwiseConv1dCallOptions> = /* @__PURE__ */ defineOp<
  [...SeparableInputs, bias?: TensorLike | undefined],
  Windows1d,
  DepthwiseConv1dCallOptions
>({
  name: 'separableConv1d',
  resolve: (options) => resolveDepthwise1d('separableConv1d', options),
  shape: ([x, depthwise, pointwise, bias], options) =>
    separableShape('separableConv1d', x, depthwise, pointwise, bias, options),
  forward: ([x, depthwise, pointwise, bias], { strides: [strides], dilationRate: [dilationRate], padding }) =>
    mixChannels(depthwiseConv1d(x, depthwise, { strides, dilationRate, padding }), pointwise, bias),
}) as BiasedOp<SeparableInputs, DepthwiseConv1dCallOptions>;

/** A convolution with one tap is a matrix product at each pixel. */
function mixChannels(x: Tensor, pointwise: Tensor, bias: Tensor | undefined): Tensor {
  return affine(x, reshape(pointwise, pointwise.shape.slice(-2)), bias);
}

function separableShape(
  where: string,
  x: Shape,
  depthwise: Shape,
  pointwise: Shape,
  bias: Shape | undefined,
  windows: Windows,
): Shape {
  const between = depthwiseShape(where, x, depthwise, undefined, windows);
  const channels = between.at(-1) ?? 0;
  const filters = pointwise.at(-1) ?? 0;
  const expected = [...windows.strides.map(() => 1), channels, filters];
  if (pointwise.length !== expected.length || pointwise.some((length, axis) => length !== expected[axis])) {
    throw new ShapeError(
      `${where}: the pointwise filters have the shape ${formatShape(pointwise)}, expected [${expected.slice(0, -1).join(', ')}, filters]: ` +
        `the depthwise convolution gives ${channels} channels (depthwise filters ${formatShape(depthwise)}).`,
      { where, got: pointwise, expected },
    );
  }
  checkBias(where, bias, filters);
  return [...between.slice(0, -1), filters];
}
