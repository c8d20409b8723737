/** RMSprop: steps divided by a moving root mean square of the gradient (Hinton 2012). */
import { rmspropUpdate } from '../ops/index.ts';
import type { Variable } from '../tensor/variable.ts';
import { checkNumber } from './checks.ts';
import { Optimizer, type UpdateStep } from './optimizer.ts';
import type { LearningRate, OptimizerOptions } from './options.ts';

export interface RmspropOptions extends OptimizerOptions {
  /** Default 0.001. */
  readonly learningRate?: LearningRate | undefined;
  /** How much of the moving mean square stays. Default 0.9. */
  readonly rho?: number;
  /** Default 0. */
  readonly momentum?: number;
  /** Added under the root. Default 1e-7. */
  readonly epsilon?: number;
  /** Whether to divide by the moving variance instead. Default false. */
  readonly centered?: boolean;
}

/** See `rmsprop`. */
export class Rmsprop extends Optimizer {
  readonly rho: number;
  readonly momentum: number;
  readonly epsilon: number;
  readonly centered: boolean;
  #velocities: readonly Variable[] = [];
  #momentums: readonly Variable[] = [];
  #averages: readonly Variable[] = [];

  constructor(options: RmspropOptions = {}) {
    super('RMSprop', 0.001, options);
    const { rho = 0.9, momentum = 0, epsilon = 1e-7, centered = false } = options;
    checkNumber(this.name, 'rho', rho, () => rho >= 0 && rho <= 1, 'a number from 0 to 1');
    checkNumber(this.name, 'momentum', momentum, () => momentum >= 0 && momentum <= 1, 'a number from 0 to 1');
    checkNumber(this.name, 'epsilon', epsilon, () => epsilon >= 0, 'a number of at least 0');
    this.rho = rho;
    this.momentum = momentum;
    this.epsilon = epsilon;
    this.centered = centered;
  }

  protected override buildSlots(variables: readonly Variable[]): void {
    [this.#velocities] = this.addSlots(variables, ['velocity']);
    if (this.momentum > 0) [this.#momentums] = this.addSlots(variables, ['momentum']);
    if (this.centered) [this.#averages] = this.addSlots(variables, ['average_gradient']);
  }

  protected override update({ variable, gradient, rate, index }: UpdateStep): void {
    const meanSquare = this.#velocities[index] as Variable;
    const momentum = this.#momentums[index];
    const meanGradient = this.#averages[index];
    const { rho, epsilon } = this;
    const options = { rho, epsilon, momentum: this.momentum };
    const next = rmspropUpdate(variable, gradient, rate, { meanSquare, momentum, meanGradient }, options);
    variable.assign(next.variable);
    meanSquare.assign(next.meanSquare);
    if (momentum && next.momentum) momentum.assign(next.momentum);
    if (meanGradient && next.meanGradient) meanGradient.assign(next.meanGradient);
  }

  override getConfig(): Record<string, unknown> {
    const { rho, momentum, epsilon, centered } = this;
    return { ...super.getConfig(), rho, momentum, epsilon, centered };
  }
}

/**
 * RMSprop: `s' = rho s + (1 - rho) g²`, `w' = w - learningRate g / sqrt(s' + epsilon)`.
 * @param options learningRate 0.001, rho 0.9, momentum 0, epsilon 1e-7, centered false, and those of every optimizer
 * @throws ArgumentError for an option out of range
 * @example optimizers.rmsprop({ learningRate: 1e-4 })
 */
export function rmsprop(options: RmspropOptions = {}): Rmsprop {
  return new Rmsprop(options);
}
