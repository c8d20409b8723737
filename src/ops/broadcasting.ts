/**
 * Stretching to a larger shape and summing back: each is the other's gradient, so `sum` lives here, beside
 * `broadcastTo`.
 */
import { broadcastToKernel } from '../../kernels/elementwise/index.ts';
import { sumKernel } from '../../kernels/reduce/index.ts';
import { ArgumentError, describeValue, ShapeError } from '../errors.ts';
import { broadcastAxes, normalizeAxes } from '../tensor/broadcast.ts';
import { checkShape, formatShape, sameShape, type Shape } from '../tensor/shape.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { defineOp, type Op, type TensorLike } from './define-op.ts';
import { reshape } from './shaping.ts';

/** Options of a reduction. */
export interface ReductionOptions {
  /** The axis or axes to reduce; negative ones count from the end. Default: all. */
  readonly axis?: number | readonly number[];
  /** Whether reduced axes stay, with size 1. Default false. */
  readonly keepDims?: boolean;
}

/** @internal What a reduction's node keeps. */
export interface ResolvedReduction {
  readonly axes: readonly number[];
  readonly keepDims: boolean;
}

/** @internal */
export function resolveReduction(where: string, options: ReductionOptions, shape: Shape): ResolvedReduction {
  return { axes: normalizeAxes(where, options.axis, shape.length), keepDims: options.keepDims ?? false };
}

/** @internal The shape with the reduced axes left out, or kept with size 1. */
export function reducedShape(shape: Shape, { axes, keepDims }: ResolvedReduction): Shape {
  return keepDims
    ? shape.map((length, axis) => (axes.includes(axis) ? 1 : length))
    : shape.filter((_, axis) => !axes.includes(axis));
}

/** @internal A reduction's result, or its gradient, with the reduced axes as size 1: it then broadcasts with the input. */
export function withReducedAxes(reduced: Tensor, shape: Shape, axes: readonly number[]): Tensor {
  return reshape(reduced, reducedShape(shape, { axes, keepDims: true }));
}

/**
 * Sum over some axes, or all.
 * @returns x's shape without the reduced axes, or with size 1 there (`keepDims`); 0 over no elements
 * @throws ArgumentError for an axis out of range
 * @example sum(tensor([[1, 2], [3, 4]]), { axis: 0 }) // [4, 6]
 */
export const sum: Op<[x: TensorLike], ReductionOptions> = /* @__PURE__ */ defineOp<
  [x: TensorLike],
  ResolvedReduction,
  ReductionOptions
>({
  name: 'sum',
  kernel: sumKernel,
  resolve: (options, [x]) => resolveReduction('sum', options, x),
  shape: ([x], options) => reducedShape(x, options),
  // every summand gets dy
  gradient: ({ inputs: [x], gradients: [dy], options: { axes } }) => [
    () => broadcastTo(withReducedAxes(dy, x.shape, axes), x.shape),
  ],
});

const broadcast = /* @__PURE__ */ defineOp<[x: TensorLike], { readonly shape: Shape }>({
  name: 'broadcastTo',
  kernel: broadcastToKernel,
  shape: ([x], { shape }) => {
    checkShape('broadcastTo', shape);
    const offset = shape.length - x.length;
    if (offset < 0 || x.some((length, axis) => length !== 1 && length !== shape[offset + axis])) {
      throw new ShapeError(
        `broadcastTo: the shape ${formatShape(x)} does not stretch to ${formatShape(shape)}. Aligned at the last axis, each size must be 1 or equal.`,
        { where: 'broadcastTo', got: x, expected: shape },
      );
    }
    return shape;
  },
  gradient: ({ inputs: [x], gradients: [dy] }) => [() => sumToShape(dy, x.shape)],
});

/**
 * Repeats x along new leading axes and axes of size 1 until it has `shape`.
 * @throws ShapeError when another size than 1 would have to change
 * @example broadcastTo(tensor([1, 2]), [3, 2]) // [[1, 2], [1, 2], [1, 2]]
 */
export function broadcastTo(x: TensorLike, shape: Shape): Tensor {
  return broadcast(x, { shape });
}

/**
 * Sums a gradient over the axes along which an input of `shape` was stretched: the reverse of broadcasting.
 * @example sumToShape(tensor([[1, 2], [3, 4]]), [1, 2]) // [[4, 6]]
 */
export function sumToShape(gradient: Tensor, shape: Shape): Tensor {
  if (gradient?.shape === undefined || !Array.isArray(shape)) {
    throw new ArgumentError(
      `sumToShape: got ${describeValue(gradient)} and ${describeValue(shape)}. Give a tensor and a shape.`,
      { where: 'sumToShape', got: [gradient, shape] },
    );
  }
  if (sameShape(gradient.shape, shape)) return gradient;
  const axes = broadcastAxes(shape, gradient.shape);
  return reshape(axes.length === 0 ? gradient : sum(gradient, { axis: axes }), shape);
}
