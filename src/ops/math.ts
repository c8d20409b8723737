/** Powers, exponentials, logarithms and trigonometric functions, element by element. */
import {
  cosKernel,
  erfKernel,
  expKernel,
  expm1Kernel,
  log1pKernel,
  logKernel,
  powKernel,
  rsqrtKernel,
  sinKernel,
  sqrtKernel,
  tanhKernel,
} from '../../kernels/elementwise/index.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { add, div, mul, neg, square, sub } from './arithmetic.ts';
import { equal, greater, where } from './comparison.ts';
import { binaryOp, unaryOp, type BinaryOp, type UnaryOp } from './elementwise.ts';

/** 2 / √π: the slope of erf at 0. */
const TWO_OVER_SQRT_PI = 1.1283791670955126;

/** `eˣ`. @example exp(tensor([0, 1])) // [1, 2.718281745910645] */
export const exp: UnaryOp = /* @__PURE__ */ unaryOp('exp', expKernel, (_x, y, dy) => mul(dy, y));

/** The natural logarithm; -Infinity at 0, NaN below. @example log(tensor([1, 0])) // [0, -Infinity] */
export const log: UnaryOp = /* @__PURE__ */ unaryOp('log', logKernel, (x, _y, dy) => div(dy, x));

/** `ln(1 + x)`, accurate near 0. @example log1p(tensor([0])) // [0] */
export const log1p: UnaryOp = /* @__PURE__ */ unaryOp('log1p', log1pKernel, (x, _y, dy) => div(dy, add(x, 1)));

/** `eˣ - 1`, accurate near 0. @example expm1(tensor([0])) // [0] */
export const expm1: UnaryOp = /* @__PURE__ */ unaryOp('expm1', expm1Kernel, (x, _y, dy) => mul(dy, exp(x)));

/** The square root; NaN below 0. @example sqrt(tensor([4, 9])) // [2, 3] */
export const sqrt: UnaryOp = /* @__PURE__ */ unaryOp('sqrt', sqrtKernel, (_x, y, dy) => div(dy, mul(y, 2)));

/** `1 / √x`. @example rsqrt(tensor([4, 0.25])) // [0.5, 2] */
export const rsqrt: UnaryOp = /* @__PURE__ */ unaryOp('rsqrt', rsqrtKernel, (_x, y, dy) =>
  mul(dy, mul(mul(square(y), y), -0.5)),
);

/** The sine of x in radians. @example sin(tensor([0])) // [0] */
export const sin: UnaryOp = /* @__PURE__ */ unaryOp('sin', sinKernel, (x, _y, dy) => mul(dy, cos(x)));

/** The cosine of x in radians. @example cos(tensor([0])) // [1] */
export const cos: UnaryOp = /* @__PURE__ */ unaryOp('cos', cosKernel, (x, _y, dy) => neg(mul(dy, sin(x))));

/** The hyperbolic tangent. @example tanh(tensor([0])) // [0] */
export const tanh: UnaryOp = /* @__PURE__ */ unaryOp('tanh', tanhKernel, (_x, y, dy) => mul(dy, sub(1, square(y))));

/** The error function `2/√π ∫₀ˣ e^(-t²) dt`. @example erf(tensor([0])) // [0] */
export const erf: UnaryOp = /* @__PURE__ */ unaryOp('erf', erfKernel, (x, _y, dy) =>
  mul(dy, mul(exp(neg(square(x))), TWO_OVER_SQRT_PI)),
);

/**
 * `a` to the power of `b`. The gradient with respect to the exponent counts as 0 where a is not positive.
 * @throws ShapeError when the shapes do not broadcast
 * @example pow(tensor([1, 2, 3]), 2) // [1, 4, 9]
 */
export const pow: BinaryOp = /* @__PURE__ */ binaryOp('pow', powKernel, (a, b, dy, y) => [
  // b a^(b - 1)
  () => mul(dy, mul(b, pow(mayBeZero(b) ? oneAtZeroToTheZero(a, b) : a, sub(b, 1)))),
  // a^b ln a
  () => mul(dy, where(greater(a, 0), mul(y, log(where(greater(a, 0), a, 1))), 0)),
]);

// A constant exponent, the usual case, needs no guard unless it holds a zero.
function mayBeZero(exponent: Tensor): boolean {
  return exponent.tape !== undefined || exponent.data.includes(0);
}

// The derivative of a^0 is 0, also at a = 0, where the rule b a^(b - 1) says 0 times infinity.
function oneAtZeroToTheZero(a: Tensor, b: Tensor): Tensor {
  return where(mul(equal(a, 0), equal(b, 0)), 1, a);
}
