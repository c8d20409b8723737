/** Tells a trial how its training is doing, and ends the training when the trial's pruner gives it up. */
import { ArgumentError, describeValue, optionsOf } from '../errors.ts';
import type { Model } from '../models/model.ts';
import type { StateValue } from '../tensor/state-value.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { stateFieldsOf, type CallbackHooks, type Logs } from '../training/callback.ts';
import { TrialPruned, type ObjectiveTrial } from './trial.ts';

/** Options of `pruningCallback`. */
export interface PruningCallbackOptions {
  /** Name of the log that is reported. Default: `val_loss`. */
  readonly monitor?: string;
}

const where = 'pruningCallback';

/** @internal What a callback needs of its trial. */
export type ReportedTrial = Pick<ObjectiveTrial, 'report' | 'shouldPrune'>;

/** @internal @throws ArgumentError for anything but the name of a log */
export function checkMonitor(who: string, monitor: unknown): asserts monitor is string {
  if (typeof monitor === 'string' && monitor !== '') return;
  throw new ArgumentError(`${who}: monitor is ${describeValue(monitor)}. Give the name of a log, such as 'val_loss'.`, {
    where: who,
    got: monitor,
  });
}

/** @internal The watched log of an epoch. @throws ArgumentError for logs without it */
export function watchedValue(who: string, monitor: string, logs: Logs): number {
  const value = logs[monitor];
  if (value !== undefined) return value;
  const hint = monitor.startsWith('val_') ? ' Give fit validationData or a validationSplit.' : '';
  throw new ArgumentError(
    `${who}: there is no log '${monitor}'. The logs are ${Object.keys(logs).join(', ')}.${hint}`,
    { where: who, got: monitor, expected: Object.keys(logs) },
  );
}

/**
 * Reports a log to a trial after each epoch, the epoch being the step, and ends `fit` with TrialPruned when the trial is
 * to end: an objective that lets it pass has a pruned trial.
 * @param trial that of the objective
 * @param options monitor 'val_loss'
 * @throws ArgumentError for a wrong option, and during training for logs without that name
 * @example
 * await study.optimize(async (trial) => {
 *   const net = build(trial);
 *   const callbacks = [pruningCallback(trial, { monitor: 'val_accuracy' })];
 *   const { history } = await net.fit(x, y, { epochs: 10, validationSplit: 0.2, signal: trial.signal, callbacks });
 *   return history['val_accuracy'].at(-1);
 * });
 */
export function pruningCallback(trial: ReportedTrial, options?: PruningCallbackOptions): CallbackHooks {
  const { monitor = 'val_loss' } = optionsOf(where, options);
  checkMonitor(where, monitor);
  const { report, shouldPrune } = Object(trial) as Partial<ReportedTrial>;
  if (typeof report !== 'function' || typeof shouldPrune !== 'function') {
    throw new ArgumentError(`${where}: the trial is ${describeValue(trial)}. Give that of the objective.`, {
      where,
      got: trial,
    });
  }
  return {
    onEpochEnd(epoch: number, logs: Logs): void {
      trial.report(watchedValue(where, monitor, logs), epoch);
      if (trial.shouldPrune()) throw new TrialPruned();
    },
  };
}

/** @internal Remembers the weights of the epoch with the best value. */
export class BestWeights implements CallbackHooks {
  declare model: Model;
  /** Undefined until an epoch has a value that is a number. */
  value: number | undefined;
  /** From 0. */
  epoch = 0;
  #weights: readonly Tensor[] | undefined;
  readonly #who: string;
  readonly #monitor: string;
  readonly #isBetter: (value: number, other: number) => boolean;

  constructor(who: string, monitor: string, isBetter: (value: number, other: number) => boolean) {
    this.#who = who;
    this.#monitor = monitor;
    this.#isBetter = isBetter;
  }

  async onEpochEnd(epoch: number, logs: Logs): Promise<void> {
    const value = watchedValue(this.#who, this.#monitor, logs);
    if (Number.isNaN(value) || (this.value !== undefined && !this.#isBetter(value, this.value))) return;
    this.value = value;
    this.epoch = epoch;
    this.#weights = await this.model.getWeights();
  }

  getState(): StateValue {
    return { callback: 'tuneModel', value: this.value, epoch: this.epoch, weights: this.#weights };
  }

  setState(state: StateValue): void {
    const fields = stateFieldsOf('tuneModel', state);
    this.value = fields.optionalNumber('value');
    this.epoch = fields.count('epoch');
    this.#weights = fields.has('weights') ? fields.tensors('weights') : undefined;
  }

  /** Gives the model the best weights, where there are any. */
  restore(): void {
    if (this.#weights) this.model.setWeights(this.#weights);
  }
}
