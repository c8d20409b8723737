/** Nadam: Adam with Nesterov momentum (Dozat 2016). */
import { add, div, mul, pow, sqrt, square, sub } from '../ops/index.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { Variable } from '../tensor/variable.ts';
import { checkNumber } from './checks.ts';
import { Optimizer, type UpdateStep } from './optimizer.ts';
import type { LearningRate, OptimizerOptions } from './options.ts';

export interface NadamOptions extends OptimizerOptions {
  /** Default 0.001. */
  readonly learningRate?: LearningRate | undefined;
  /** How much of the moving mean of gradients stays. Default 0.9. */
  readonly beta1?: number | undefined;
  /** How much of the moving mean of squares stays. Default 0.999. */
  readonly beta2?: number | undefined;
  /** Added to the root. Default 1e-7. */
  readonly epsilon?: number | undefined;
}

/** How much the momentum falls short of beta1 at first: it rises as 1 - 0.96^step / 2. */
const MOMENTUM_DECAY = 0.96;

/** Scalars that all updates of a step share. */
interface Corrections {
  /** What the mean of gradients is multiplied by. */
  readonly ofMean: Tensor;
  /** What the gradient itself is multiplied by. */
  readonly ofGradient: Tensor;
  /** What the mean of squares is divided by. */
  readonly ofSquares: Tensor;
}

/** See `nadam`. */
export class Nadam extends Optimizer {
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  #momentums: readonly Variable[] = [];
  #velocities: readonly Variable[] = [];
  #momentumProduct: Variable | undefined;
  #corrections: Corrections | undefined;

  constructor(options: NadamOptions = {}) {
    super('Nadam', 0.001, options);
    const { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-7 } = options;
    checkNumber(this.name, 'beta1', beta1, () => beta1 >= 0 && beta1 < 1, 'a number from 0 to below 1');
    checkNumber(this.name, 'beta2', beta2, () => beta2 >= 0 && beta2 < 1, 'a number from 0 to below 1');
    checkNumber(this.name, 'epsilon', epsilon, () => epsilon >= 0, 'a number of at least 0');
    this.beta1 = beta1;
    this.beta2 = beta2;
    this.epsilon = epsilon;
  }

  protected override buildSlots(variables: readonly Variable[]): void {
    [this.#momentums, this.#velocities] = this.addSlots(variables, ['momentum', 'velocity']);
    this.#momentumProduct = this.addScalar('u_product', 1);
  }

  // u_t = beta1 (1 - 0.96^t / 2); the product of all so far corrects the bias of the mean.
  protected override prepareRate(learningRate: Tensor): Tensor {
    const step = add(this.iterations, 1);
    const now = this.#momentumAt(step);
    const next = this.#momentumAt(add(this.iterations, 2));
    const stored = this.#momentumProduct as Variable;
    const product = mul(stored, now);
    stored.assign(product);
    this.#corrections = {
      ofMean: div(next, sub(1, mul(product, next))),
      ofGradient: div(sub(1, now), sub(1, product)),
      ofSquares: sub(1, pow(this.beta2, step)),
    };
    return learningRate;
  }

  protected override update({ variable, gradient, rate, index }: UpdateStep): void {
    const momentum = this.#momentums[index] as Variable;
    const velocity = this.#velocities[index] as Variable;
    const { ofMean, ofGradient, ofSquares } = this.#corrections as Corrections;
    // The complements are ops, so that they are those of the rounded betas, as in Keras.
    momentum.assign(add(momentum, mul(sub(gradient, momentum), sub(1, this.beta1))));
    velocity.assign(add(velocity, mul(sub(square(gradient), velocity), sub(1, this.beta2))));
    const mean = add(mul(ofMean, momentum), mul(ofGradient, gradient));
    const root = add(sqrt(div(velocity, ofSquares)), this.epsilon);
    variable.assign(sub(variable, div(mul(mean, rate), root)));
  }

  override getConfig(): Record<string, unknown> {
    const { beta1, beta2, epsilon } = this;
    return { ...super.getConfig(), beta_1: beta1, beta_2: beta2, epsilon };
  }

  #momentumAt(step: Tensor): Tensor {
    return mul(this.beta1, sub(1, mul(0.5, pow(MOMENTUM_DECAY, step))));
  }
}

/**
 * Nadam: Adam's moments `m'` and `v'`, with `u_t = beta1 (1 - 0.96^t / 2)` and U the product of u_1 to u_t:
 * `w' = w - learningRate (u_(t+1) m' / (1 - U u_(t+1)) + (1 - u_t) g / (1 - U)) / (sqrt(v' / (1 - beta2^t)) + epsilon)`.
 * @param options learningRate 0.001, beta1 0.9, beta2 0.999, epsilon 1e-7, and those of every optimizer
 * @throws ArgumentError for an option out of range
 * @example optimizers.nadam({ learningRate: 2e-3 })
 */
export function nadam(options: NadamOptions = {}): Nadam {
  return new Nadam(options);
}
