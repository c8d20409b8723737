/** Activation functions, element by element. Those without a kernel are made of ops and differentiated through them. */
import { reluGradKernel, reluKernel, sigmoidKernel, softplusKernel } from '../../kernels/elementwise/index.ts';
import { add, mul, sub } from './arithmetic.ts';
import { greater, where } from './comparison.ts';
import { defineOp, type Op, type TensorLike } from './define-op.ts';
import { binaryOp, unaryOp, type BinaryOp, type UnaryOp } from './elementwise.ts';
import { erf, expm1, tanh } from './math.ts';

/** `1 / (1 + e⁻ˣ)`. @example sigmoid(tensor([0])) // [0.5] */
export const sigmoid: UnaryOp = /* @__PURE__ */ unaryOp('sigmoid', sigmoidKernel, (_x, y, dy) =>
  mul(dy, mul(y, sub(1, y))),
);

/** `ln(1 + eˣ)`. @example softplus(tensor([0])) // [0.6931471824645996] */
export const softplus: UnaryOp = /* @__PURE__ */ unaryOp('softplus', softplusKernel, (x, _y, dy) =>
  mul(dy, sigmoid(x)),
);

// The gradient needs the result only, which is positive where x is: nobody keeps x for it, and a kernel before may store
// the result in its place.
/** `max(x, 0)`; its gradient at 0 is 0. @example relu(tensor([-1, 2])) // [0, 2] */
export const relu: UnaryOp = /* @__PURE__ */ unaryOp('relu', reluKernel, (_x, y, dy) => reluGrad(dy, y));

/** @internal dy where x > 0, else 0: linear in dy, constant in x. */
export const reluGrad: BinaryOp = /* @__PURE__ */ binaryOp('reluGrad', reluGradKernel, (_dy, x, gradient) => [
  () => reluGrad(gradient, x),
  undefined,
]);

/** Options of `leakyRelu`. */
export interface LeakyReluOptions {
  /** The slope below 0. Default 0.2. */
  readonly negativeSlope?: number;
}

/**
 * x above 0, `negativeSlope x` below.
 * @see https://keras.io/api/layers/activations/#leakyrelu-function
 * @example leakyRelu(tensor([-1, 2]), { negativeSlope: 0.5 }) // [-0.5, 2]
 */
export const leakyRelu: Op<[x: TensorLike], LeakyReluOptions> = /* @__PURE__ */ defineOp<
  [x: TensorLike],
  Required<LeakyReluOptions>,
  LeakyReluOptions
>({
  name: 'leakyRelu',
  resolve: ({ negativeSlope = 0.2 }) => ({ negativeSlope }),
  shape: ([x]) => x,
  forward: ([x], { negativeSlope }) => where(greater(x, 0), x, mul(x, negativeSlope)),
});

/** Options of `elu`. */
export interface EluOptions {
  /** How far the function goes below 0. Default 1. */
  readonly alpha?: number;
}

/**
 * x above 0, `alpha (eˣ - 1)` below.
 * @see https://arxiv.org/abs/1511.07289
 * @example elu(tensor([0, 2])) // [0, 2]
 */
export const elu: Op<[x: TensorLike], EluOptions> = /* @__PURE__ */ defineOp<
  [x: TensorLike],
  Required<EluOptions>,
  EluOptions
>({
  name: 'elu',
  resolve: ({ alpha = 1 }) => ({ alpha }),
  shape: ([x]) => x,
  forward: ([x], { alpha }) => {
    const positive = greater(x, 0);
    // Large x would overflow in the branch that is not taken, and its gradient would be 0 times infinity.
    return where(positive, x, mul(expm1(where(positive, 0, x)), alpha));
  },
});

/** The constants that keep mean 0 and variance 1 through layers. */
const SELU_ALPHA = 1.6732632423543772;
const SELU_SCALE = 1.0507009873554805;

/**
 * `scale elu(x, alpha)` with the self-normalising constants.
 * @see https://arxiv.org/abs/1706.02515
 * @example selu(tensor([0, 1])) // [0, 1.0507010221481323]
 */
export const selu: UnaryOp = /* @__PURE__ */ defineOp<[x: TensorLike], Record<string, never>>({
  name: 'selu',
  shape: ([x]) => x,
  forward: ([x]) => mul(elu(x, { alpha: SELU_ALPHA }), SELU_SCALE),
});

/** Options of `gelu`. */
export interface GeluOptions {
  /** Whether tanh stands in for the error function. Default false. */
  readonly approximate?: boolean;
}

const SQRT_HALF = 0.7071067811865476;
const SQRT_TWO_OVER_PI = 0.7978845608028654;

/**
 * `x/2 (1 + erf(x/√2))`, or with `approximate` `x/2 (1 + tanh(√(2/π) (x + 0.044715 x³)))`.
 * @see https://arxiv.org/abs/1606.08415
 * @example gelu(tensor([0])) // [0]
 */
export const gelu: Op<[x: TensorLike], GeluOptions> = /* @__PURE__ */ defineOp<
  [x: TensorLike],
  Required<GeluOptions>,
  GeluOptions
>({
  name: 'gelu',
  resolve: ({ approximate = false }) => ({ approximate }),
  shape: ([x]) => x,
  forward: ([x], { approximate }) => {
    const inner = approximate
      ? tanh(mul(mul(x, add(mul(mul(x, x), 0.044715), 1)), SQRT_TWO_OVER_PI))
      : erf(mul(x, SQRT_HALF));
    return mul(mul(x, 0.5), add(inner, 1));
  },
});

/** `x sigmoid(x)`, also called swish. @see https://arxiv.org/abs/1702.03118 @example silu(tensor([0])) // [0] */
export const silu: UnaryOp = /* @__PURE__ */ defineOp<[x: TensorLike], Record<string, never>>({
  name: 'silu',
  shape: ([x]) => x,
  forward: ([x]) => mul(x, sigmoid(x)),
});
