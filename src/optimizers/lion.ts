/** Lion: steps of one size in the direction of the sign of a mean gradient (Chen and others 2023). */
import { add, mul, sign, sub } from '../ops/index.ts';
import type { Variable } from '../tensor/variable.ts';
import { checkNumber } from './checks.ts';
import { Optimizer, type UpdateStep } from './optimizer.ts';
import type { LearningRate, OptimizerOptions } from './options.ts';

export interface LionOptions extends OptimizerOptions {
  /** Default 0.001. */
  readonly learningRate?: LearningRate | undefined;
  /** How much of the moving mean of gradients is in the direction of a step: above 0, at most 1. Default 0.9. */
  readonly beta1?: number | undefined;
  /** How much of the moving mean of gradients stays. Default 0.99. */
  readonly beta2?: number | undefined;
}

/** See `lion`. */
export class Lion extends Optimizer {
  readonly beta1: number;
  readonly beta2: number;
  #momentums: readonly Variable[] = [];

  constructor(options: LionOptions = {}) {
    super('Lion', 0.001, options);
    const { beta1 = 0.9, beta2 = 0.99 } = options;
    checkNumber(this.name, 'beta1', beta1, () => beta1 > 0 && beta1 <= 1, 'a number above 0 and up to 1');
    checkNumber(this.name, 'beta2', beta2, () => beta2 >= 0 && beta2 <= 1, 'a number from 0 to 1');
    this.beta1 = beta1;
    this.beta2 = beta2;
  }

  protected override buildSlots(variables: readonly Variable[]): void {
    [this.#momentums] = this.addSlots(variables, ['momentum']);
  }

  protected override update({ variable, gradient, rate, index }: UpdateStep): void {
    const momentum = this.#momentums[index] as Variable;
    const { beta1, beta2 } = this;
    // The complements are ops, so that they are those of the rounded betas, as in Keras.
    const direction = add(mul(momentum, beta1), mul(gradient, sub(1, beta1)));
    variable.assign(sub(variable, mul(rate, sign(direction))));
    momentum.assign(add(mul(momentum, beta2), mul(gradient, sub(1, beta2))));
  }

  override getConfig(): Record<string, unknown> {
    return { ...super.getConfig(), beta_1: this.beta1, beta_2: this.beta2 };
  }
}

/**
 * Lion: `w' = w - learningRate sign(beta1 m + (1 - beta1) g)`, `m' = beta2 m + (1 - beta2) g`. Its learning rate is
 * usually 3 to 10 times smaller than AdamW's, its weight decay as much larger.
 * @param options learningRate 0.001, beta1 0.9, beta2 0.99, and those of every optimizer
 * @throws ArgumentError for an option out of range
 * @example optimizers.lion({ learningRate: 1e-4, weightDecay: 0.04 })
 */
export function lion(options: LionOptions = {}): Lion {
  return new Lion(options);
}
