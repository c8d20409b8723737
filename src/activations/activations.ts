/** Activation functions with Keras's defaults, of tensors of any shape. */
import * as ops from '../ops/index.ts';
import type { Tensor } from '../tensor/tensor.ts';

/** A function that a layer applies to its output. */
export type Activation = (x: Tensor) => Tensor;

/** x itself. */
export function linear(x: Tensor): Tensor {
  return x;
}

/** `max(x, 0)`. @example relu(tensor([-1, 2])) // [0, 2] */
export function relu(x: Tensor): Tensor {
  return ops.relu(x);
}

/** `min(max(x, 0), 6)`. @example relu6(tensor([-1, 9])) // [0, 6] */
export function relu6(x: Tensor): Tensor {
  return ops.clip(x, 0, 6);
}

/** x, or `0.2 x` below 0. @example leakyRelu(tensor([-1, 2])) // [-0.2, 2] */
export function leakyRelu(x: Tensor): Tensor {
  return ops.leakyRelu(x, { negativeSlope: 0.2 });
}

/** x, or `e^x - 1` below 0. @example elu(tensor([0, 2])) // [0, 2] */
export function elu(x: Tensor): Tensor {
  return ops.elu(x);
}

/** `elu` scaled so that mean 0 and variance 1 stay. @see https://arxiv.org/abs/1706.02515 */
export function selu(x: Tensor): Tensor {
  return ops.selu(x);
}

/** x times the normal distribution function of x, exact. @see https://arxiv.org/abs/1606.08415 */
export function gelu(x: Tensor): Tensor {
  return ops.gelu(x, { approximate: false });
}

/** `x sigmoid(x)`, by name also `'swish'`. @example silu(tensor([0])) // [0] */
export function silu(x: Tensor): Tensor {
  return ops.silu(x);
}

/** `1 / (1 + e^-x)`. @example sigmoid(tensor([0])) // [0.5] */
export function sigmoid(x: Tensor): Tensor {
  return ops.sigmoid(x);
}

/** `min(max(x + 3, 0), 6) / 6`. @example hardSigmoid(tensor([-3, 0, 3])) // [0, 0.5, 1] */
export function hardSigmoid(x: Tensor): Tensor {
  return ops.div(relu6(ops.add(x, 3)), 6);
}

/**
 * `0.2 x + 0.5` between 0 and 1: what Keras 2 and TensorFlow.js call `hard_sigmoid`, a name that Keras 3 gave to another line.
 * @example hardSigmoidKeras2(tensor([-2.5, 0, 1])) // [0, 0.5, 0.7]
 */
export function hardSigmoidKeras2(x: Tensor): Tensor {
  return ops.clip(ops.add(ops.mul(x, 0.2), 0.5), 0, 1);
}

/** Hyperbolic tangent. @example tanh(tensor([0])) // [0] */
export function tanh(x: Tensor): Tensor {
  return ops.tanh(x);
}

/** `e^x` over its sum along the last axis. @example softmax(tensor([[0, 0]])) // [[0.5, 0.5]] */
export function softmax(x: Tensor): Tensor {
  return ops.softmax(x);
}

/** The logarithm of `softmax`. */
export function logSoftmax(x: Tensor): Tensor {
  return ops.logSoftmax(x);
}

/** `ln(1 + e^x)`. */
export function softplus(x: Tensor): Tensor {
  return ops.softplus(x);
}

/** `x / (1 + |x|)`. @example softsign(tensor([-1, 3])) // [-0.5, 0.75] */
export function softsign(x: Tensor): Tensor {
  return ops.div(x, ops.add(ops.abs(x), 1));
}

/** `e^x`. @example exponential(tensor([0])) // [1] */
export function exponential(x: Tensor): Tensor {
  return ops.exp(x);
}

/** `x tanh(softplus(x))`. @see https://arxiv.org/abs/1908.08681 @example mish(tensor([0])) // [0] */
export function mish(x: Tensor): Tensor {
  return ops.mul(x, ops.tanh(ops.softplus(x)));
}

/** `x hardSigmoid(x)`, by name also `'hard_swish'`. @example hardSilu(tensor([-3, 0, 3])) // [0, 0, 3] */
export function hardSilu(x: Tensor): Tensor {
  return ops.mul(x, hardSigmoid(x));
}

/** x limited to -1 and 1. @example hardTanh(tensor([-2, 0.5, 2])) // [-1, 0.5, 1] */
export function hardTanh(x: Tensor): Tensor {
  return ops.clip(x, -1, 1);
}

/** The logarithm of `sigmoid`, without its loss of digits. @example logSigmoid(tensor([0])) // [-0.6931471824645996] */
export function logSigmoid(x: Tensor): Tensor {
  return ops.neg(ops.softplus(ops.neg(x)));
}

/** `x - tanh(x)`. @example tanhShrink(tensor([0])) // [0] */
export function tanhShrink(x: Tensor): Tensor {
  return ops.sub(x, ops.tanh(x));
}

/** `max(x, 0) + min(eˣ - 1, 0)`. @see https://arxiv.org/abs/1704.07483 @example celu(tensor([0, 2])) // [0, 2] */
export function celu(x: Tensor): Tensor {
  return ops.elu(x);
}
