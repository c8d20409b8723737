/** Element-wise arithmetic. Two inputs broadcast as in NumPy: aligned at the last axis, a size of 1 stretches. */
import {
  addKernel,
  divKernel,
  mulKernel,
  negKernel,
  reciprocalKernel,
  squareKernel,
  subKernel,
} from '../../kernels/elementwise/index.ts';
import { binaryOp, unaryOp, type BinaryOp, type UnaryOp } from './elementwise.ts';

/**
 * `a + b`.
 * @throws ShapeError when the shapes do not broadcast
 * @example add(tensor([1, 2]), 10) // [11, 12]
 */
export const add: BinaryOp = /* @__PURE__ */ binaryOp('add', addKernel, (_a, _b, dy) => [dy, dy]);

/**
 * `a - b`.
 * @throws ShapeError when the shapes do not broadcast
 * @example sub(tensor([1, 2]), 10) // [-9, -8]
 */
export const sub: BinaryOp = /* @__PURE__ */ binaryOp('sub', subKernel, (_a, _b, dy) => [dy, () => neg(dy)]);

/**
 * `a b`, element by element.
 * @throws ShapeError when the shapes do not broadcast
 * @example mul(tensor([1, 2]), tensor([3, 4])) // [3, 8]
 */
export const mul: BinaryOp = /* @__PURE__ */ binaryOp('mul', mulKernel, (a, b, dy) => [
  () => mul(dy, b),
  () => mul(dy, a),
]);

/**
 * `a / b`; a division by 0 gives an infinity or NaN.
 * @throws ShapeError when the shapes do not broadcast
 * @example div(tensor([1, 2]), 4) // [0.25, 0.5]
 */
export const div: BinaryOp = /* @__PURE__ */ binaryOp('div', divKernel, (_a, b, dy, y) => [
  () => div(dy, b),
  // d(a / b) / db = -(a / b) / b
  () => neg(div(mul(dy, y), b)),
]);

/** `-x`. @example neg(tensor([1, -2])) // [-1, 2] */
export const neg: UnaryOp = /* @__PURE__ */ unaryOp('neg', negKernel, (_x, _y, dy) => neg(dy));

/** `x²`. @example square(tensor([1, -2])) // [1, 4] */
export const square: UnaryOp = /* @__PURE__ */ unaryOp('square', squareKernel, (x, _y, dy) => mul(dy, mul(x, 2)));

/** `1 / x`. @example reciprocal(tensor([2, 4])) // [0.5, 0.25] */
export const reciprocal: UnaryOp = /* @__PURE__ */ unaryOp('reciprocal', reciprocalKernel, (_x, y, dy) =>
  neg(mul(dy, square(y))),
);
