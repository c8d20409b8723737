/** Reductions over some axes, or all; `sum` stands in broadcasting.ts, beside its gradient. */
import { argmaxKernel, maxKernel, meanKernel, minKernel, type ReduceKernel } from '../../kernels/reduce/index.ts';
import { optionsOf, ShapeError } from '../errors.ts';
import { normalizeAxis } from '../tensor/broadcast.ts';
import { formatShape, sizeOf, type Shape } from '../tensor/shape.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { div, mul, square, sub } from './arithmetic.ts';
import {
  broadcastTo,
  reducedShape,
  resolveReduction,
  sum,
  withReducedAxes,
  type ReductionOptions,
  type ResolvedReduction,
} from './broadcasting.ts';
import { equal } from './comparison.ts';
import { defineOp, type Op, type TensorLike } from './define-op.ts';
import { reshape } from './shaping.ts';

export { sum, type ReductionOptions } from './broadcasting.ts';

/** A reduction: a tensor, and which axes to reduce. */
export type ReductionOp = Op<[x: TensorLike], ReductionOptions>;

/**
 * Arithmetic mean over some axes, or all.
 * @returns x's shape without the reduced axes, or with size 1 there (`keepDims`); NaN over no elements
 * @throws ArgumentError for an axis out of range
 * @example mean(tensor([[1, 2], [3, 4]]), { axis: 0 }) // [2, 3]
 */
export const mean: ReductionOp = /* @__PURE__ */ defineOp<[x: TensorLike], ResolvedReduction, ReductionOptions>({
  name: 'mean',
  kernel: meanKernel,
  resolve: (options, [x]) => resolveReduction('mean', options, x),
  shape: ([x], options) => reducedShape(x, options),
  // every element gets dy / n
  gradient: ({ inputs: [x], gradients: [dy], options: { axes } }) => [
    () => {
      const count = sizeOf(axes.map((axis) => x.shape[axis] ?? 1));
      return broadcastTo(withReducedAxes(div(dy, count), x.shape, axes), x.shape);
    },
  ],
});

/**
 * The largest element along some axes, or of all; NaN if any is. Elements that are equally large share the gradient.
 * @returns x's shape without the reduced axes, or with size 1 there (`keepDims`)
 * @throws ArgumentError for an axis out of range; ShapeError when there is nothing to choose from
 * @example max(tensor([[1, 5], [3, 4]]), { axis: 1 }) // [5, 4]
 */
export const max: ReductionOp = /* @__PURE__ */ extremum('max', maxKernel);

/**
 * The smallest element along some axes, or of all; NaN if any is. Elements that are equally small share the gradient.
 * @returns x's shape without the reduced axes, or with size 1 there (`keepDims`)
 * @throws ArgumentError for an axis out of range; ShapeError when there is nothing to choose from
 * @example min(tensor([[1, 5], [3, 4]]), { axis: 1 }) // [1, 3]
 */
export const min: ReductionOp = /* @__PURE__ */ extremum('min', minKernel);

function extremum(name: string, kernel: ReduceKernel): ReductionOp {
  return defineOp<[x: TensorLike], ResolvedReduction, ReductionOptions>({
    name,
    kernel,
    resolve: (options, [x]) => resolveReduction(name, options, x),
    shape: ([x], options) => {
      refuseEmpty(name, x, options.axes);
      return reducedShape(x, options);
    },
    // dy / k to each of the k elements that equal the result
    gradient: ({ inputs: [x], outputs: [y], gradients: [dy], options: { axes } }) => [
      () => {
        const chosen = equal(x, withReducedAxes(y, x.shape, axes));
        const count = sum(chosen, { axis: axes, keepDims: true });
        return mul(chosen, div(withReducedAxes(dy, x.shape, axes), count));
      },
    ],
  });
}

/** Options of `argmax`. */
export interface ArgmaxOptions {
  /** The axis along which to look; negative ones count from the end. Default: all elements, counted row-major. */
  readonly axis?: number;
  /** Whether the axis stays, with size 1. Default false. */
  readonly keepDims?: boolean;
}

const argmaxAlong = /* @__PURE__ */ defineOp<
  [x: TensorLike],
  ResolvedReduction,
  { readonly axis: number; readonly keepDims: boolean }
>({
  name: 'argmax',
  kernel: argmaxKernel,
  resolve: ({ axis, keepDims }, [x]) => ({ axes: [normalizeAxis('argmax', axis, x.length)], keepDims }),
  shape: ([x], options) => {
    refuseEmpty('argmax', x, options.axes);
    return reducedShape(x, options);
  },
  gradient: 'none',
});

/**
 * The position of the largest element along an axis, or in the flattened tensor: the first of equals; NaN counts as the largest.
 * @returns whole numbers; x's shape without the axis, or with size 1 there (`keepDims`)
 * @throws ArgumentError for an axis out of range; ShapeError when there is nothing to choose from
 * @example argmax(tensor([[1, 5], [4, 3]]), { axis: 1 }) // [1, 0]
 */
export function argmax(x: TensorLike, options: ArgmaxOptions = {}): Tensor {
  const { axis, keepDims = false } = optionsOf('argmax', options);
  if (axis !== undefined) return argmaxAlong(x, { axis, keepDims });
  const position = argmaxAlong(reshape(x, [-1]), { axis: 0, keepDims: false });
  const rank = typeof x === 'number' ? 0 : x.shape.length;
  return keepDims ? reshape(position, new Array<number>(rank).fill(1)) : position;
}

/**
 * Variance over some axes, or all: the mean of the squared distances from the mean (divided by n, not n - 1).
 * @returns x's shape without the reduced axes, or with size 1 there (`keepDims`)
 * @throws ArgumentError for an axis out of range
 * @example variance(tensor([1, 3])) // 1
 */
export const variance: ReductionOp = /* @__PURE__ */ defineOp<[x: TensorLike], ResolvedReduction, ReductionOptions>({
  name: 'variance',
  resolve: (options, [x]) => resolveReduction('variance', options, x),
  shape: ([x], options) => reducedShape(x, options),
  forward: ([x], { axes, keepDims }) =>
    mean(square(sub(x, mean(x, { axis: axes, keepDims: true }))), { axis: axes, keepDims }),
});

function refuseEmpty(name: string, shape: Shape, axes: readonly number[]): void {
  if (axes.every((axis) => shape[axis] !== 0)) return;
  throw new ShapeError(
    `${name}: the shape ${formatShape(shape)} has no elements along the axes ${formatShape(axes)}; there is nothing to choose from.`,
    { where: name, got: shape },
  );
}
