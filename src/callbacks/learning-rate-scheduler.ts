/** Sets the learning rate at the beginning of each epoch, by a function of the user's. */
import { ArgumentError, describeValue, optionsOf } from '../errors.ts';
import { printLine } from '../console.ts';
import type { Model } from '../models/model.ts';
import { full } from '../tensor/tensor.ts';
import type { CallbackHooks, Logs } from '../training/callback.ts';
import { learningRateOf } from './learning-rate.ts';

/** The learning rate of an epoch, counted from 0, given the one before. */
export type EpochSchedule = (epoch: number, learningRate: number) => number;

export interface LearningRateSchedulerOptions {
  /** 1 prints a line in each epoch. Default 0. */
  readonly verbose?: 0 | 1;
}

const where = 'learningRateScheduler';

/** @internal Use `learningRateScheduler()`. */
export class LearningRateScheduler implements CallbackHooks {
  declare model: Model;
  readonly #schedule: EpochSchedule;
  readonly #verbose: boolean;

  constructor(schedule: EpochSchedule, options?: LearningRateSchedulerOptions) {
    if (typeof schedule !== 'function') {
      throw new ArgumentError(
        `${where}: the schedule is ${describeValue(schedule)}. Give a function of the epoch and the learning rate; schedules of steps go to the optimizer.`,
        { where, got: schedule },
      );
    }
    const { verbose = 0 } = optionsOf(where, options);
    if (typeof verbose !== 'number') {
      throw new ArgumentError(`${where}: verbose is ${describeValue(verbose)}. Give 0 or 1.`, { where, got: verbose });
    }
    this.#schedule = schedule;
    this.#verbose = verbose > 0;
  }

  async onEpochBegin(epoch: number): Promise<void> {
    const variable = learningRateOf(where, this.model);
    const next: unknown = this.#schedule(epoch, (await variable.read()).item());
    if (typeof next !== 'number' || !(next >= 0 && next < Infinity)) {
      throw new ArgumentError(
        `${where}: the schedule gave ${describeValue(next)} for epoch ${epoch}. It must return a finite number of at least 0.`,
        { where, got: next },
      );
    }
    variable.assign(full(variable.shape, next));
    if (this.#verbose)
      printLine(`${where}: the learning rate is ${Number(next.toPrecision(6))} in epoch ${epoch + 1}.`);
  }

  async onEpochEnd(_epoch: number, logs: Logs): Promise<void> {
    logs['learning_rate'] = (await learningRateOf(where, this.model).read()).item();
  }
}

/**
 * Sets the learning rate at the beginning of each epoch to `schedule(epoch, learningRate)` and puts it into the logs (as
 * Keras's LearningRateScheduler).
 * @param schedule takes the epoch, counted from 0, and the present rate; returns the rate of the epoch
 * @param options verbose 0
 * @throws ArgumentError for a schedule that is no function; during training, for a rate that is no finite number of at
 *   least 0 and for an optimizer whose rate a schedule of steps sets
 * @example
 * await net.fit(xs, ys, { epochs: 20, callbacks: [learningRateScheduler((epoch, rate) => (epoch < 10 ? rate : rate * 0.9))] });
 */
export function learningRateScheduler(
  schedule: EpochSchedule,
  options?: LearningRateSchedulerOptions,
): LearningRateScheduler {
  return new LearningRateScheduler(schedule, options);
}
