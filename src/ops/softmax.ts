/** Softmax and its logarithm along one axis. The kernels work on the last axis; another one is transposed there and back. */
import { optionsOf } from '../errors.ts';
import {
  logSoftmaxGradKernel,
  logSoftmaxKernel,
  softmaxGradKernel,
  softmaxKernel,
} from '../../kernels/softmax/index.ts';
import { normalizeAxis } from '../tensor/broadcast.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { mul, neg, sub } from './arithmetic.ts';
import { sum } from './broadcasting.ts';
import { Symbolic } from '../tensor/symbolic.ts';
import { asTensor, defineOp, type Op, type TensorLike } from './define-op.ts';
import type { UnaryOp } from './elementwise.ts';
import { transpose } from './layout.ts';
import { exp } from './math.ts';

/** Options of `softmax` and `logSoftmax`. */
export interface SoftmaxOptions {
  /** The axis along which the results (their exponentials) add up to 1; negative ones count from the end. Default -1. */
  readonly axis?: number;
}

type None = Record<string, never>;

/**
 * `eˣ / sum of eˣ` along one axis, the last by default.
 * @returns x's shape
 * @throws ArgumentError for an axis out of range, as every axis of a scalar is
 * @example softmax(tensor([0, 0])) // [0.5, 0.5]
 */
export function softmax(x: TensorLike, options: SoftmaxOptions = {}): Tensor {
  return alongAxis('softmax', lastSoftmax, x, options);
}

const lastSoftmax = /* @__PURE__ */ defineOp<[x: TensorLike], None>({
  name: 'softmax',
  kernel: softmaxKernel,
  shape: ([x]) => x,
  gradient: ({ outputs: [y], gradients: [dy] }) => [() => softmaxGrad(y, dy)],
});

/** @internal dx = y (dy - Σ dy y). */
export const softmaxGrad: Op<[y: TensorLike, dy: TensorLike]> = /* @__PURE__ */ defineOp<
  [y: TensorLike, dy: TensorLike],
  None
>({
  name: 'softmaxGrad',
  kernel: softmaxGradKernel,
  shape: ([y]) => y,
  // with h the gradient of dx: to y, h (dy - Σ dy y) - dy Σ h y; to dy the same map as forward, which is symmetric
  gradient: ({ inputs: [y, dy], gradients: [h] }) => [
    () => sub(mul(h, sub(dy, lastSum(mul(dy, y)))), mul(dy, lastSum(mul(h, y)))),
    () => softmaxGrad(y, h),
  ],
});

/**
 * `x - ln(sum of eˣ)` along one axis, the last by default: the logarithm of softmax without its loss of digits.
 * @returns x's shape
 * @throws ArgumentError for an axis out of range, as every axis of a scalar is
 * @example logSoftmax(tensor([0, 0])) // [-0.6931471824645996, -0.6931471824645996]
 */
export function logSoftmax(x: TensorLike, options: SoftmaxOptions = {}): Tensor {
  return alongAxis('logSoftmax', lastLogSoftmax, x, options);
}

const lastLogSoftmax = /* @__PURE__ */ defineOp<[x: TensorLike], None>({
  name: 'logSoftmax',
  kernel: logSoftmaxKernel,
  shape: ([x]) => x,
  gradient: ({ outputs: [y], gradients: [dy] }) => [() => logSoftmaxGrad(y, dy)],
});

/** @internal dx = dy - e^y Σ dy. */
export const logSoftmaxGrad: Op<[y: TensorLike, dy: TensorLike]> = /* @__PURE__ */ defineOp<
  [y: TensorLike, dy: TensorLike],
  None
>({
  name: 'logSoftmaxGrad',
  kernel: logSoftmaxGradKernel,
  shape: ([y]) => y,
  // with h the gradient of dx: to y, -h e^y Σ dy; to dy, h - Σ h e^y
  gradient: ({ inputs: [y, dy], gradients: [h] }) => [
    () => neg(mul(mul(h, exp(y)), lastSum(dy))),
    () => sub(h, lastSum(mul(h, exp(y)))),
  ],
});

function lastSum(x: Tensor): Tensor {
  return sum(x, { axis: -1, keepDims: true });
}

function alongAxis(name: string, op: UnaryOp, x: TensorLike, options: SoftmaxOptions): Tensor {
  const rank = ((x as unknown) instanceof Symbolic ? (x as unknown as Symbolic) : asTensor(x, name)).shape.length;
  const axis = normalizeAxis(name, optionsOf(name, options).axis ?? -1, rank);
  if (axis === rank - 1) return op(x);
  // Swapping two axes undoes itself.
  const permutation = Array.from({ length: rank }, (_, one) => one);
  permutation[axis] = rank - 1;
  permutation[rank - 1] = axis;
  return transpose(op(transpose(x, { permutation })), { permutation });
}
