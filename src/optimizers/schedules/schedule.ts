/** What a schedule is: a learning rate as a function of the number of steps, made of ops. */
import type { TensorLike } from '../../ops/index.ts';
import { runWithTape } from '../../tape/active-tape.ts';
import { full, type Tensor } from '../../tensor/tensor.ts';
import { checkNumber } from '../checks.ts';

/**
 * A learning rate as a function of the step; what optimizers take as `learningRate`. Extend it for one of your own: `at`
 * runs inside compiled training steps, so it is made of ops.
 * @example
 * class Warmup extends LearningRateSchedule {
 *   readonly className = 'Warmup';
 *   at(step: TensorLike): Tensor {
 *     return ops.minimum(ops.mul(step, 1e-5), 1e-2);
 *   }
 *   getConfig(): Record<string, unknown> {
 *     return {};
 *   }
 * }
 */
export abstract class LearningRateSchedule {
  /** Keras's class name. */
  abstract readonly className: string;

  /**
   * The learning rate of a step.
   * @param step steps taken so far, a scalar or any shape
   * @returns the rates, of the same shape
   */
  abstract at(step: TensorLike): Tensor;

  /** The settings as Keras writes them. */
  abstract getConfig(): Record<string, unknown>;

  /** The learning rate of a step as a number: the very float32 that training uses. */
  valueAt(step: number): number {
    return runWithTape(undefined, () => this.at(full([], step)).item());
  }
}

/** Options of every schedule. */
export interface ScheduleOptions {
  /** Written into files. Default: Keras's name. */
  readonly name?: string | undefined;
}

/** @internal @throws ArgumentError unless each of the values is a finite number */
export function checkFinite(where: string, values: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(values)) checkNumber(where, name, value, () => true, 'a finite number');
}

/** @internal @throws ArgumentError unless it is a positive number */
export function checkSteps(where: string, name: string, value: number): void {
  checkNumber(where, name, value, () => value > 0, 'a positive number of steps');
}
