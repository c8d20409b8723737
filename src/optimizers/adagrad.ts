/** Adagrad: steps divided by the root of all squared gradients so far (Duchi, Hazan and Singer 2011). */
import { add, div, mul, sqrt, square, sub } from '../ops/index.ts';
import type { Variable } from '../tensor/variable.ts';
import { checkNumber } from './checks.ts';
import { Optimizer, type UpdateStep } from './optimizer.ts';
import type { LearningRate, OptimizerOptions } from './options.ts';

export interface AdagradOptions extends OptimizerOptions {
  /** Default 0.001. */
  readonly learningRate?: LearningRate | undefined;
  /** What the sums of squares start from. Default 0.1. */
  readonly initialAccumulatorValue?: number | undefined;
  /** Added under the root. Default 1e-7. */
  readonly epsilon?: number | undefined;
}

/** See `adagrad`. */
export class Adagrad extends Optimizer {
  readonly initialAccumulatorValue: number;
  readonly epsilon: number;
  #accumulators: readonly Variable[] = [];

  constructor(options: AdagradOptions = {}) {
    super('Adagrad', 0.001, options);
    const { initialAccumulatorValue: initial = 0.1, epsilon = 1e-7 } = options;
    checkNumber(this.name, 'initialAccumulatorValue', initial, () => initial >= 0, 'a number of at least 0');
    checkNumber(this.name, 'epsilon', epsilon, () => epsilon >= 0, 'a number of at least 0');
    this.initialAccumulatorValue = initial;
    this.epsilon = epsilon;
  }

  protected override buildSlots(variables: readonly Variable[]): void {
    [this.#accumulators] = this.addSlots(variables, ['accumulator'], [this.initialAccumulatorValue]);
  }

  protected override update({ variable, gradient, rate, index }: UpdateStep): void {
    const accumulator = this.#accumulators[index] as Variable;
    accumulator.assign(add(accumulator, square(gradient)));
    variable.assign(sub(variable, div(mul(rate, gradient), sqrt(add(accumulator, this.epsilon)))));
  }

  override getConfig(): Record<string, unknown> {
    const { initialAccumulatorValue, epsilon } = this;
    return { ...super.getConfig(), initial_accumulator_value: initialAccumulatorValue, epsilon };
  }
}

/**
 * Adagrad: `s' = s + g²`, `w' = w - learningRate g / sqrt(s' + epsilon)`.
 * @param options learningRate 0.001, initialAccumulatorValue 0.1, epsilon 1e-7, and those of every optimizer
 * @throws ArgumentError for an option out of range
 * @example optimizers.adagrad({ learningRate: 0.01 })
 */
export function adagrad(options: AdagradOptions = {}): Adagrad {
  return new Adagrad(options);
}
