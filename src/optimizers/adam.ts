/** Adam: steps from moving means of the gradient and of its square (Kingma and Ba 2015), and AMSGrad (Reddi et al. 2018). */
import { adamUpdate, add, div, mul, pow, sqrt, sub } from '../ops/index.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { Variable } from '../tensor/variable.ts';
import { checkNumber } from './checks.ts';
import { Optimizer, type UpdateStep } from './optimizer.ts';
import type { LearningRate, OptimizerOptions } from './options.ts';

export interface AdamOptions extends OptimizerOptions {
  /** Default 0.001. */
  readonly learningRate?: LearningRate | undefined;
  /** How much of the moving mean of gradients stays. Default 0.9. */
  readonly beta1?: number;
  /** How much of the moving mean of squares stays. Default 0.999. */
  readonly beta2?: number;
  /** Added to the root. Default 1e-7. */
  readonly epsilon?: number;
  /** Whether to divide by the largest mean square so far. Default false. */
  readonly amsgrad?: boolean;
}

/** See `adam`. */
export class Adam extends Optimizer {
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  readonly amsgrad: boolean;
  #momentums: readonly Variable[] = [];
  #velocities: readonly Variable[] = [];
  #largest: readonly Variable[] = [];

  /** @param className Keras's name of a variant */
  constructor(options: AdamOptions = {}, className = 'Adam') {
    super(className, 0.001, options);
    const { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-7, amsgrad = false } = options;
    checkNumber(this.name, 'beta1', beta1, () => beta1 >= 0 && beta1 < 1, 'a number from 0 to below 1');
    checkNumber(this.name, 'beta2', beta2, () => beta2 >= 0 && beta2 < 1, 'a number from 0 to below 1');
    checkNumber(this.name, 'epsilon', epsilon, () => epsilon >= 0, 'a number of at least 0');
    this.beta1 = beta1;
    this.beta2 = beta2;
    this.epsilon = epsilon;
    this.amsgrad = amsgrad;
  }

  protected override buildSlots(variables: readonly Variable[]): void {
    [this.#momentums, this.#velocities] = this.addSlots(variables, ['momentum', 'velocity']);
    if (this.amsgrad) [this.#largest] = this.addSlots(variables, ['velocity_hat']);
  }

  // Both bias corrections in one factor: alpha = learningRate sqrt(1 - beta2^t) / (1 - beta1^t).
  protected override prepareRate(learningRate: Tensor): Tensor {
    const step = add(this.iterations, 1);
    const corrected = mul(learningRate, sqrt(sub(1, pow(this.beta2, step))));
    return div(corrected, sub(1, pow(this.beta1, step)));
  }

  protected override update({ variable, gradient, rate, index }: UpdateStep): void {
    const m = this.#momentums[index] as Variable;
    const v = this.#velocities[index] as Variable;
    const vHat = this.#largest[index];
    const { beta1, beta2, epsilon } = this;
    const next = adamUpdate(variable, gradient, rate, { m, v, vHat }, { beta1, beta2, epsilon });
    variable.assign(next.variable);
    m.assign(next.m);
    v.assign(next.v);
    if (vHat && next.vHat) vHat.assign(next.vHat);
  }

  override getConfig(): Record<string, unknown> {
    const { beta1, beta2, epsilon, amsgrad } = this;
    return { ...super.getConfig(), beta_1: beta1, beta_2: beta2, epsilon, amsgrad };
  }
}

/**
 * Adam: `m' = m + (1 - beta1)(g - m)`, `v' = v + (1 - beta2)(g² - v)`, `w' = w - alpha m' / (sqrt(v') + epsilon)` with
 * `alpha = learningRate sqrt(1 - beta2^t) / (1 - beta1^t)`.
 * @param options learningRate 0.001, beta1 0.9, beta2 0.999, epsilon 1e-7, amsgrad false, and those of every optimizer
 * @throws ArgumentError for an option out of range
 * @example optimizers.adam({ learningRate: 1e-3 })
 */
export function adam(options: AdamOptions = {}): Adam {
  return new Adam(options);
}
