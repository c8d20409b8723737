/** Adamax: Adam with the largest recent gradient in place of the root mean square (Kingma and Ba 2015, section 7.1). */
import { abs, add, div, maximum, mul, pow, sub } from '../ops/index.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { Variable } from '../tensor/variable.ts';
import { checkNumber } from './checks.ts';
import { Optimizer, type UpdateStep } from './optimizer.ts';
import type { LearningRate, OptimizerOptions } from './options.ts';

export interface AdamaxOptions extends OptimizerOptions {
  /** Default 0.001. */
  readonly learningRate?: LearningRate | undefined;
  /** How much of the moving mean of gradients stays. Default 0.9. */
  readonly beta1?: number | undefined;
  /** How much of the largest gradient stays. Default 0.999. */
  readonly beta2?: number | undefined;
  /** Added to the largest gradient. Default 1e-7. */
  readonly epsilon?: number | undefined;
}

/** See `adamax`. */
export class Adamax extends Optimizer {
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  #momentums: readonly Variable[] = [];
  #norms: readonly Variable[] = [];
  #correction: Tensor | undefined;

  constructor(options: AdamaxOptions = {}) {
    super('Adamax', 0.001, options);
    const { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-7 } = options;
    checkNumber(this.name, 'beta1', beta1, () => beta1 >= 0 && beta1 < 1, 'a number from 0 to below 1');
    checkNumber(this.name, 'beta2', beta2, () => beta2 >= 0 && beta2 < 1, 'a number from 0 to below 1');
    checkNumber(this.name, 'epsilon', epsilon, () => epsilon >= 0, 'a number of at least 0');
    this.beta1 = beta1;
    this.beta2 = beta2;
    this.epsilon = epsilon;
  }

  protected override buildSlots(variables: readonly Variable[]): void {
    [this.#momentums, this.#norms] = this.addSlots(variables, ['momentum', 'norm']);
  }

  protected override prepareRate(learningRate: Tensor): Tensor {
    this.#correction = sub(1, pow(this.beta1, add(this.iterations, 1)));
    return learningRate;
  }

  protected override update({ variable, gradient, rate, index }: UpdateStep): void {
    const momentum = this.#momentums[index] as Variable;
    const norm = this.#norms[index] as Variable;
    const correction = this.#correction as Tensor;
    momentum.assign(add(momentum, mul(sub(gradient, momentum), 1 - this.beta1)));
    norm.assign(maximum(mul(this.beta2, norm), abs(gradient)));
    variable.assign(sub(variable, div(mul(rate, momentum), mul(correction, add(norm, this.epsilon)))));
  }

  override getConfig(): Record<string, unknown> {
    const { beta1, beta2, epsilon } = this;
    return { ...super.getConfig(), beta_1: beta1, beta_2: beta2, epsilon };
  }
}

/**
 * Adamax: `m' = m + (1 - beta1)(g - m)`, `u' = max(beta2 u, |g|)`,
 * `w' = w - learningRate m' / ((1 - beta1^t)(u' + epsilon))`.
 * @param options learningRate 0.001, beta1 0.9, beta2 0.999, epsilon 1e-7, and those of every optimizer
 * @throws ArgumentError for an option out of range
 * @example optimizers.adamax({ learningRate: 2e-3 })
 */
export function adamax(options: AdamaxOptions = {}): Adamax {
  return new Adamax(options);
}
