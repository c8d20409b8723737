/** Adadelta: steps in the proportion of recent steps to recent gradients (Zeiler 2012). */
import { add, div, mul, neg, sqrt, square } from '../ops/index.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { Variable } from '../tensor/variable.ts';
import { checkNumber } from './checks.ts';
import { Optimizer, type UpdateStep } from './optimizer.ts';
import type { LearningRate, OptimizerOptions } from './options.ts';

export interface AdadeltaOptions extends OptimizerOptions {
  /** Default 0.001; the paper's is 1. */
  readonly learningRate?: LearningRate | undefined;
  /** How much of the moving mean squares stays. Default 0.95. */
  readonly rho?: number | undefined;
  /** Added under the roots. Default 1e-7. */
  readonly epsilon?: number | undefined;
}

/** See `adadelta`. */
export class Adadelta extends Optimizer {
  readonly rho: number;
  readonly epsilon: number;
  #gradientSquares: readonly Variable[] = [];
  #stepSquares: readonly Variable[] = [];

  constructor(options: AdadeltaOptions = {}) {
    super('Adadelta', 0.001, options);
    const { rho = 0.95, epsilon = 1e-7 } = options;
    checkNumber(this.name, 'rho', rho, () => rho >= 0 && rho <= 1, 'a number from 0 to 1');
    checkNumber(this.name, 'epsilon', epsilon, () => epsilon >= 0, 'a number of at least 0');
    this.rho = rho;
    this.epsilon = epsilon;
  }

  protected override buildSlots(variables: readonly Variable[]): void {
    const names = ['accumulated_grad', 'accumulated_delta_var'] as const;
    [this.#gradientSquares, this.#stepSquares] = this.addSlots(variables, names);
  }

  protected override update({ variable, gradient, rate, index }: UpdateStep): void {
    const gradientSquare = this.#gradientSquares[index] as Variable;
    const stepSquare = this.#stepSquares[index] as Variable;
    gradientSquare.assign(this.#moved(gradientSquare, gradient));
    const step = neg(div(mul(this.#root(stepSquare), gradient), this.#root(gradientSquare)));
    stepSquare.assign(this.#moved(stepSquare, step));
    variable.assign(add(variable, mul(rate, step)));
  }

  override getConfig(): Record<string, unknown> {
    return { ...super.getConfig(), rho: this.rho, epsilon: this.epsilon };
  }

  #moved(meanSquare: Variable, value: Tensor): Tensor {
    return add(mul(this.rho, meanSquare), mul(1 - this.rho, square(value)));
  }

  #root(meanSquare: Variable): Tensor {
    return sqrt(add(meanSquare, this.epsilon));
  }
}

/**
 * Adadelta: `s' = rho s + (1 - rho) g²`, `d = -g sqrt(r + epsilon) / sqrt(s' + epsilon)`,
 * `r' = rho r + (1 - rho) d²`, `w' = w + learningRate d`.
 * @param options learningRate 0.001, rho 0.95, epsilon 1e-7, and those of every optimizer
 * @throws ArgumentError for an option out of range
 * @example optimizers.adadelta({ learningRate: 1 })
 */
export function adadelta(options: AdadeltaOptions = {}): Adadelta {
  return new Adadelta(options);
}
