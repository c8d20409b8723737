/** Comparisons, which give 1 or 0, and what is chosen by them. Inputs broadcast as in NumPy. */
import {
  absKernel,
  equalKernel,
  floorKernel,
  greaterEqualKernel,
  greaterKernel,
  lessEqualKernel,
  lessKernel,
  maximumKernel,
  minimumKernel,
  notEqualKernel,
  signKernel,
  whereKernel,
} from '../../kernels/elementwise/index.ts';
import { ArgumentError } from '../errors.ts';
import { broadcastShapes } from '../tensor/broadcast.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { add, mul } from './arithmetic.ts';
import { sumToShape } from './broadcasting.ts';
import { defineOp, type Op, type TensorLike } from './define-op.ts';
import { binaryOp, unaryOp, type BinaryOp, type UnaryOp } from './elementwise.ts';
import type { Symbolic, SymbolicResult } from '../tensor/symbolic.ts';

/** 1 where `a = b`, else 0. @example equal(tensor([1, 2]), 2) // [0, 1] */
export const equal: BinaryOp = /* @__PURE__ */ binaryOp('equal', equalKernel, 'none');

/** 1 where a and b differ, else 0. Its gradient is 0. @example notEqual(tensor([0, 2]), 0) // [0, 1] */
export const notEqual: BinaryOp = /* @__PURE__ */ binaryOp('notEqual', notEqualKernel, 'none');

/** 1 where `a > b`, else 0. @example greater(tensor([1, 2, 3]), 2) // [0, 0, 1] */
export const greater: BinaryOp = /* @__PURE__ */ binaryOp('greater', greaterKernel, 'none');

/** 1 where `a < b`, else 0. @example less(tensor([1, 2, 3]), 2) // [1, 0, 0] */
export const less: BinaryOp = /* @__PURE__ */ binaryOp('less', lessKernel, 'none');

/** 1 where `a ≥ b`, else 0. @example greaterEqual(tensor([1, 2, 3]), 2) // [0, 1, 1] */
export const greaterEqual: BinaryOp = /* @__PURE__ */ binaryOp('greaterEqual', greaterEqualKernel, 'none');

/** 1 where `a ≤ b`, else 0. @example lessEqual(tensor([1, 2, 3]), 2) // [1, 1, 0] */
export const lessEqual: BinaryOp = /* @__PURE__ */ binaryOp('lessEqual', lessEqualKernel, 'none');

/**
 * `a` where the condition is not 0, else `b`. What is not chosen has no gradient, but its values are computed.
 * @throws ShapeError when the shapes do not broadcast
 * @example where(tensor([1, 0]), tensor([1, 2]), 9) // [1, 9]
 */
export const where: Op<[condition: TensorLike, a: TensorLike, b: TensorLike]> = /* @__PURE__ */ defineOp<
  [condition: TensorLike, a: TensorLike, b: TensorLike],
  Record<string, never>
>({
  name: 'where',
  kernel: whereKernel,
  shape: ([condition, a, b]) => broadcastShapes('where', [condition, a, b]),
  gradient: ({ inputs: [condition, a, b], gradients: [dy] }) => [
    undefined,
    () => sumToShape(where(condition, dy, 0), a.shape),
    () => sumToShape(where(condition, 0, dy), b.shape),
  ],
});

/**
 * The larger of `a` and `b`; NaN if either is. Where they are equal, each gets half of the gradient.
 * @throws ShapeError when the shapes do not broadcast
 * @example maximum(tensor([1, 5]), 3) // [3, 5]
 */
export const maximum: BinaryOp = /* @__PURE__ */ binaryOp('maximum', maximumKernel, (a, b, dy) => [
  () => mul(dy, shareOf(greater, a, b)),
  () => mul(dy, shareOf(greater, b, a)),
]);

/**
 * The smaller of `a` and `b`; NaN if either is. Where they are equal, each gets half of the gradient.
 * @throws ShapeError when the shapes do not broadcast
 * @example minimum(tensor([1, 5]), 3) // [1, 3]
 */
export const minimum: BinaryOp = /* @__PURE__ */ binaryOp('minimum', minimumKernel, (a, b, dy) => [
  () => mul(dy, shareOf(less, a, b)),
  () => mul(dy, shareOf(less, b, a)),
]);

function shareOf(wins: BinaryOp, one: Tensor, other: Tensor): Tensor {
  return add(wins(one, other), mul(equal(one, other), 0.5));
}

interface ClipOptions {
  readonly minimum: number;
  readonly maximum: number;
}

const clipped = /* @__PURE__ */ defineOp<[x: TensorLike], ClipOptions>({
  name: 'clip',
  shape: ([x], bounds) => {
    if (!(bounds.minimum <= bounds.maximum)) {
      throw new ArgumentError(
        `clip: the minimum ${bounds.minimum} is not below the maximum ${bounds.maximum}. Use -Infinity or Infinity for an open end.`,
        { where: 'clip', got: bounds },
      );
    }
    return x;
  },
  forward: ([x], bounds) => minimum(maximum(x, bounds.minimum), bounds.maximum),
  // 1 inside and on the bounds, 0 outside
  gradient: ({ inputs: [x], gradients: [dy], options: bounds }) => [
    () => mul(dy, mul(greaterEqual(x, bounds.minimum), lessEqual(x, bounds.maximum))),
  ],
});

/**
 * x limited to `[minimum, maximum]`. The gradient passes inside the interval and on its bounds.
 * @throws ArgumentError when the minimum is above the maximum
 * @example clip(tensor([-2, 0.5, 3]), 0, 1) // [0, 0.5, 1]
 */
export function clip(x: TensorLike, minimum: number, maximum: number): Tensor;
export function clip(x: Symbolic, minimum: number, maximum: number): SymbolicResult;
export function clip(x: TensorLike | Symbolic, minimum: number, maximum: number): Tensor | SymbolicResult {
  return clipped(x, { minimum, maximum });
}

/** `|x|`; its gradient at 0 is 0. @example abs(tensor([-1, 2])) // [1, 2] */
export const abs: UnaryOp = /* @__PURE__ */ unaryOp('abs', absKernel, (x, _y, dy) => mul(dy, sign(x)));

/** -1, 0 or 1: the sign of x. Its gradient is 0. @example sign(tensor([-3, 0, 2])) // [-1, 0, 1] */
export const sign: UnaryOp = /* @__PURE__ */ unaryOp('sign', signKernel, 'none');

/** The largest integer that is not above x. Its gradient is 0. @example floor(tensor([1.5, -1.5])) // [1, -2] */
export const floor: UnaryOp = /* @__PURE__ */ unaryOp('floor', floorKernel, 'none');
