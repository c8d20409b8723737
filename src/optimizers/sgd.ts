/** Gradient descent, with momentum and Nesterov's variant. */
import { momentumUpdate, sgdUpdate } from '../ops/index.ts';
import type { Variable } from '../tensor/variable.ts';
import { checkNumber } from './checks.ts';
import { Optimizer, type UpdateStep } from './optimizer.ts';
import type { LearningRate, OptimizerOptions } from './options.ts';

export interface SgdOptions extends OptimizerOptions {
  /** Default 0.01. */
  readonly learningRate?: LearningRate | undefined;
  /** From 0 to 1: how much of the last step the next one keeps. Default 0. */
  readonly momentum?: number;
  /** Whether the gradient's part is added once more after the momentum. Default false. */
  readonly nesterov?: boolean;
}

/** See `sgd`. */
export class Sgd extends Optimizer {
  readonly momentum: number;
  readonly nesterov: boolean;
  #velocities: readonly Variable[] = [];

  constructor(options: SgdOptions = {}) {
    super('SGD', 0.01, options);
    const { momentum = 0, nesterov = false } = options;
    checkNumber(this.name, 'momentum', momentum, () => momentum >= 0 && momentum <= 1, 'a number from 0 to 1');
    this.momentum = momentum;
    this.nesterov = nesterov;
  }

  protected override buildSlots(variables: readonly Variable[]): void {
    if (this.momentum > 0) [this.#velocities] = this.addSlots(variables, ['momentum']);
  }

  protected override update({ variable, gradient, rate, index }: UpdateStep): void {
    const velocity = this.#velocities[index];
    if (!velocity) {
      variable.assign(sgdUpdate(variable, gradient, rate));
      return;
    }
    const { momentum, nesterov } = this;
    const next = momentumUpdate(variable, gradient, rate, velocity, { momentum, nesterov });
    variable.assign(next.variable);
    velocity.assign(next.velocity);
  }

  override getConfig(): Record<string, unknown> {
    return { ...super.getConfig(), momentum: this.momentum, nesterov: this.nesterov };
  }
}

/**
 * Gradient descent: `w' = w - learningRate g`; with momentum `v' = momentum v - learningRate g`, `w' = w + v'`.
 * @param options learningRate 0.01, momentum 0, nesterov false, and those of every optimizer
 * @throws ArgumentError for an option out of range
 * @example optimizers.sgd({ learningRate: 0.1, momentum: 0.9 })
 */
export function sgd(options: SgdOptions = {}): Sgd {
  return new Sgd(options);
}
