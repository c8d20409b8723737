/** One step of an optimizer for one variable, as ops: new values from old ones, nothing is assigned and no gradient flows. */
import {
  adamKernel,
  momentumKernel,
  rmspropKernel,
  sgdKernel,
  type AdamOptions,
  type MomentumOptions,
  type RmspropOptions,
} from '../../kernels/optimizer/index.ts';
import { ArgumentError, ShapeError } from '../errors.ts';
import { formatShape, sameShape, sizeOf, type Shape } from '../tensor/shape.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { defineOp, type Op, type TensorLike } from './define-op.ts';

type Optional = TensorLike | undefined;

/**
 * Gradient descent: `w - learningRate g`.
 * @param variable any shape
 * @param gradient the same shape
 * @param learningRate a scalar
 * @returns the new value
 * @throws ShapeError when the shapes differ
 * @example weight.assign(sgdUpdate(weight, gradient, 0.01));
 */
export const sgdUpdate: Op<[variable: TensorLike, gradient: TensorLike, learningRate: TensorLike]> =
  /* @__PURE__ */ defineOp<
    [variable: TensorLike, gradient: TensorLike, learningRate: TensorLike],
    undefined,
    Record<string, never>
  >({
    name: 'sgdUpdate',
    kernel: sgdKernel,
    resolve: () => undefined,
    shape: ([variable, gradient, learningRate]) => updateShapes('sgdUpdate', variable, learningRate, { gradient }),
    gradient: 'none',
  });

/**
 * Gradient descent with momentum: `v' = momentum v - learningRate g`, `w' = w + v'`; with Nesterov's
 * `w' = w + momentum v' - learningRate g`.
 * @param variable any shape
 * @param gradient the same shape
 * @param learningRate a scalar
 * @param velocity the same shape; zeros at first
 * @throws ShapeError when the shapes differ
 * @example momentumUpdate(weight, gradient, 0.01, velocity, { momentum: 0.9 })
 */
export function momentumUpdate(
  variable: TensorLike,
  gradient: TensorLike,
  learningRate: TensorLike,
  velocity: TensorLike,
  { momentum, nesterov = false }: { readonly momentum: number; readonly nesterov?: boolean },
): { readonly variable: Tensor; readonly velocity: Tensor } {
  const [newVariable, newVelocity] = momentumUpdateOp.all([variable, gradient, learningRate, velocity], {
    momentum,
    nesterov,
  }) as readonly [Tensor, Tensor];
  return { variable: newVariable, velocity: newVelocity };
}

/** @internal Outputs: variable, velocity. */
export const momentumUpdateOp: Op<
  [variable: TensorLike, gradient: TensorLike, learningRate: TensorLike, velocity: TensorLike],
  MomentumOptions
> = /* @__PURE__ */ defineOp<
  [variable: TensorLike, gradient: TensorLike, learningRate: TensorLike, velocity: TensorLike],
  MomentumOptions
>({
  name: 'momentumUpdate',
  kernel: momentumKernel,
  shape: ([variable, gradient, learningRate, velocity]) => {
    const shape = updateShapes('momentumUpdate', variable, learningRate, { gradient, velocity });
    return [shape, shape];
  },
  gradient: 'none',
});

/** What RMSprop keeps of a variable: `momentum` only with momentum, `meanGradient` only when centred. */
export interface RmspropState<Value> {
  readonly meanSquare: Value;
  readonly momentum?: Value | undefined;
  readonly meanGradient?: Value | undefined;
}

/**
 * RMSprop: `s' = rho s + (1 - rho) g²`, `step = learningRate g / sqrt(s' + epsilon)`, `w' = w - step`. With momentum
 * `m' = momentum m + step`, `w' = w - m'`; centred, the square of the moving mean gradient is taken off s' under the root.
 * @param variable any shape
 * @param gradient the same shape
 * @param learningRate a scalar
 * @param state zeros of the same shape at first; giving `meanGradient` makes it centred
 * @param options rho 0.9, momentum 0 (above 0 it needs `state.momentum`), epsilon 1e-7
 * @throws ShapeError when the shapes differ; ArgumentError for momentum without its state
 * @example rmspropUpdate(weight, gradient, 0.001, { meanSquare })
 */
export function rmspropUpdate(
  variable: TensorLike,
  gradient: TensorLike,
  learningRate: TensorLike,
  state: RmspropState<TensorLike>,
  { rho = 0.9, momentum = 0, epsilon = 1e-7 }: Partial<Omit<RmspropOptions, 'centered'>> = {},
): RmspropState<Tensor> & { readonly variable: Tensor } {
  const moving = momentum > 0;
  const centered = state.meanGradient !== undefined;
  if (moving && state.momentum === undefined) {
    throw new ArgumentError(
      `rmspropUpdate: momentum ${momentum} needs its state. Give { momentum: zeros of the variable's shape }.`,
      {
        where: 'rmspropUpdate',
        got: momentum,
      },
    );
  }
  const [newVariable, meanSquare, ...others] = rmspropUpdateOp.all(
    [variable, gradient, learningRate, state.meanSquare, moving ? state.momentum : undefined, state.meanGradient],
    { rho, momentum, epsilon, centered },
  ) as readonly [Tensor, Tensor, ...Tensor[]];
  return {
    variable: newVariable,
    meanSquare,
    momentum: moving ? others[0] : undefined,
    meanGradient: centered ? others.at(-1) : undefined,
  };
}

type RmspropInputs = [
  variable: TensorLike,
  gradient: TensorLike,
  learningRate: TensorLike,
  meanSquare: TensorLike,
  momentum: Optional,
  meanGradient: Optional,
];

/** @internal Outputs: variable, meanSquare, then momentum and meanGradient where they are kept. */
export const rmspropUpdateOp: Op<RmspropInputs, RmspropOptions> = /* @__PURE__ */ defineOp<
  RmspropInputs,
  RmspropOptions
>({
  name: 'rmspropUpdate',
  kernel: rmspropKernel,
  shape: ([variable, gradient, learningRate, meanSquare, momentum, meanGradient]) => {
    const states = { gradient, meanSquare, momentum, meanGradient };
    const shape = updateShapes('rmspropUpdate', variable, learningRate, states);
    return [shape, shape, ...(momentum ? [shape] : []), ...(meanGradient ? [shape] : [])];
  },
  gradient: 'none',
});

/** What Adam keeps of a variable: moving means of the gradient and of its square; `vHat`, the largest v, with AMSGrad. */
export interface AdamState<Value> {
  readonly m: Value;
  readonly v: Value;
  readonly vHat?: Value | undefined;
}

/**
 * Adam (Kingma and Ba 2015): `m' = m + (1 - beta1)(g - m)`, `v' = v + (1 - beta2)(g² - v)`,
 * `w' = w - alpha m' / (sqrt(v') + epsilon)`.
 * @param variable any shape
 * @param gradient the same shape
 * @param alpha a scalar: the learning rate with both bias corrections, `learningRate sqrt(1 - beta2^t) / (1 - beta1^t)`
 * @param state zeros of the same shape at first; giving `vHat` makes it AMSGrad
 * @param options beta1 0.9, beta2 0.999, epsilon 1e-7
 * @throws ShapeError when the shapes differ
 * @example adamUpdate(weight, gradient, alpha, { m, v })
 */
export function adamUpdate(
  variable: TensorLike,
  gradient: TensorLike,
  alpha: TensorLike,
  state: AdamState<TensorLike>,
  { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-7 }: Partial<Omit<AdamOptions, 'amsgrad'>> = {},
): AdamState<Tensor> & { readonly variable: Tensor } {
  const [newVariable, m, v, vHat] = adamUpdateOp.all([variable, gradient, alpha, state.m, state.v, state.vHat], {
    beta1,
    beta2,
    epsilon,
    amsgrad: state.vHat !== undefined,
  }) as readonly [Tensor, Tensor, Tensor, Tensor?];
  return { variable: newVariable, m, v, vHat };
}

type AdamInputs = [
  variable: TensorLike,
  gradient: TensorLike,
  alpha: TensorLike,
  m: TensorLike,
  v: TensorLike,
  vHat: Optional,
];

/** @internal Outputs: variable, m, v, and vHat with AMSGrad. */
export const adamUpdateOp: Op<AdamInputs, AdamOptions> = /* @__PURE__ */ defineOp<AdamInputs, AdamOptions>({
  name: 'adamUpdate',
  kernel: adamKernel,
  shape: ([variable, gradient, alpha, m, v, vHat]) => {
    const shape = updateShapes('adamUpdate', variable, alpha, { gradient, m, v, vHat });
    return [shape, shape, shape, ...(vHat ? [shape] : [])];
  },
  gradient: 'none',
});

/** All states have the variable's shape, and the rate is one number. */
function updateShapes(
  where: string,
  variable: Shape,
  rate: Shape,
  states: Readonly<Record<string, Shape | undefined>>,
): Shape {
  for (const [name, shape] of Object.entries(states)) {
    if (shape && !sameShape(shape, variable)) {
      throw new ShapeError(
        `${where}: ${name} has the shape ${formatShape(shape)}, the variable ${formatShape(variable)}. They must be equal.`,
        { where, got: shape, expected: variable },
      );
    }
  }
  if (sizeOf(rate) !== 1) {
    throw new ShapeError(`${where}: the learning rate has the shape ${formatShape(rate)}, expected a scalar.`, {
      where,
      got: rate,
      expected: [],
    });
  }
  return variable;
}
