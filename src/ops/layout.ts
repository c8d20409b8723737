/** The same elements in another order, or repeated. */
import { reverseKernel } from '../../kernels/reverse/index.ts';
import { transposeKernel } from '../../kernels/transpose/index.ts';
import { ArgumentError } from '../errors.ts';
import { normalizeAxes, normalizeAxis } from '../tensor/broadcast.ts';
import { formatShape } from '../tensor/shape.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { broadcastTo } from './broadcasting.ts';
import { defineOp, type Op, type TensorLike } from './define-op.ts';
import { reshape } from './shaping.ts';

/** Options of `transpose`. */
export interface TransposeCallOptions {
  /** Axis k of the result is axis `permutation[k]` of x; negative ones count from the end. Default: all axes reversed. */
  readonly permutation?: readonly number[];
}

/**
 * Axes in another order.
 * @returns the sizes of x in the order of the permutation
 * @throws ArgumentError when the permutation does not name every axis once
 * @example transpose(tensor([[1, 2], [3, 4]])) // [[1, 3], [2, 4]]
 */
export const transpose: Op<[x: TensorLike], TransposeCallOptions> = /* @__PURE__ */ defineOp<
  [x: TensorLike],
  Required<TransposeCallOptions>,
  TransposeCallOptions
>({
  name: 'transpose',
  kernel: transposeKernel,
  resolve: ({ permutation }, [x]) => {
    if (permutation === undefined) return { permutation: [...x.keys()].reverse() };
    const axes = permutation.map((axis) => normalizeAxis('transpose', axis, x.length));
    if (axes.length !== x.length || new Set(axes).size !== axes.length) {
      throw new ArgumentError(
        `transpose: the permutation ${formatShape(permutation)} does not fit the shape ${formatShape(x)}. It names each of the ${x.length} axes once.`,
        { where: 'transpose', got: permutation },
      );
    }
    return { permutation: axes };
  },
  shape: ([x], { permutation }) => permutation.map((axis) => x[axis] ?? 0),
  gradient: ({ gradients: [dy], options: { permutation } }) => [
    () => transpose(dy, { permutation: inversePermutation(permutation) }),
  ],
});

/** @internal The permutation that undoes this one. */
export function inversePermutation(permutation: readonly number[]): number[] {
  const inverse = new Array<number>(permutation.length).fill(0);
  permutation.forEach((from, to) => {
    inverse[from] = to;
  });
  return inverse;
}

/** Options of `reverse`. */
export interface ReverseCallOptions {
  /** The axis or axes to read backwards; negative ones count from the end. Default: all. */
  readonly axis?: number | readonly number[];
}

/**
 * x read backwards along some axes, or all.
 * @throws ArgumentError for an axis out of range
 * @example reverse(tensor([[1, 2], [3, 4]]), { axis: 1 }) // [[2, 1], [4, 3]]
 */
export const reverse: Op<[x: TensorLike], ReverseCallOptions> = /* @__PURE__ */ defineOp<
  [x: TensorLike],
  { readonly axes: readonly number[] },
  ReverseCallOptions
>({
  name: 'reverse',
  kernel: reverseKernel,
  resolve: ({ axis }, [x]) => ({ axes: normalizeAxes('reverse', axis, x.length) }),
  shape: ([x]) => x,
  gradient: ({ gradients: [dy], options: { axes } }) => [() => reverse(dy, { axis: axes })],
});

const tiled = /* @__PURE__ */ defineOp<[x: TensorLike], { readonly repeats: readonly number[] }>({
  name: 'tile',
  shape: ([x], { repeats }) => {
    if (repeats.length !== x.length || repeats.some((times) => !Number.isInteger(times) || times < 0)) {
      throw new ArgumentError(
        `tile: the repeats ${formatShape(repeats)} do not fit the shape ${formatShape(x)}. Give one integer of at least 0 per axis; expandDims() adds axes.`,
        { where: 'tile', got: repeats },
      );
    }
    return x.map((length, axis) => length * (repeats[axis] ?? 1));
  },
  // [a, b] -> [1, a, 1, b] -> [r, a, s, b] -> [r a, s b]
  forward: ([x], { repeats }) => {
    const { shape } = x;
    const spread = reshape(
      x,
      shape.flatMap((length) => [1, length]),
    );
    const repeated = broadcastTo(
      spread,
      shape.flatMap((length, axis) => [repeats[axis] ?? 1, length]),
    );
    return reshape(
      repeated,
      shape.map((length, axis) => length * (repeats[axis] ?? 1)),
    );
  },
});

/**
 * x repeated as a whole along each axis.
 * @param repeats how often, one per axis
 * @throws ArgumentError unless there is one integer of at least 0 per axis
 * @example tile(tensor([[1, 2]]), [2, 2]) // [[1, 2, 1, 2], [1, 2, 1, 2]]
 */
export function tile(x: TensorLike, repeats: readonly number[]): Tensor {
  return tiled(x, { repeats });
}
