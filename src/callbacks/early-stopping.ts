/** Ends training when a watched value no longer improves, and may go back to the best weights. */
import { optionsOf } from '../errors.ts';
import type { Model } from '../models/model.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { StateValue } from '../tensor/state-value.ts';
import { stateFieldsOf, type CallbackHooks, type Logs } from '../training/callback.ts';
import { printLine } from '../console.ts';
import { countOption, Monitor, numberOption, type MonitorOptions } from './monitor.ts';

export interface EarlyStoppingOptions extends MonitorOptions {
  /** Epochs without improvement until training ends. Default 0: the first one ends it, though never the first epoch. */
  readonly patience?: number;
  /** 1 prints a line when it acts. Default 0. */
  readonly verbose?: 0 | 1;
  /** Patience starts anew only when the value beats this one too. Default none. */
  readonly baseline?: number;
  /** Sets the weights of the best epoch when training ends, for whatever reason. Default false. */
  readonly restoreBestWeights?: boolean;
  /** Epochs before this one, counted from 0, are ignored. Default 0. */
  readonly startFromEpoch?: number;
}

/** @internal Use `earlyStopping()`. */
export class EarlyStopping implements CallbackHooks {
  declare model: Model;
  /** The best value so far. */
  best: number | undefined;
  /** Its epoch, from 0. */
  bestEpoch = 0;
  /** The epoch, from 0, after which it ended training; 0 when it did not. */
  stoppedEpoch = 0;
  /** Epochs since the last improvement. */
  wait = 0;
  readonly #monitor: Monitor;
  readonly #patience: number;
  readonly #verbose: boolean;
  readonly #baseline: number | undefined;
  readonly #restores: boolean;
  readonly #startFromEpoch: number;
  #bestWeights: readonly Tensor[] | undefined;

  constructor(options: EarlyStoppingOptions = {}) {
    const where = 'earlyStopping';
    optionsOf(where, options);
    const { patience = 0, verbose = 0, baseline, restoreBestWeights = false, startFromEpoch = 0 } = options;
    this.#monitor = new Monitor(where, options);
    this.#patience = countOption(where, 'patience', patience);
    this.#verbose = verbose > 0;
    this.#baseline = baseline === undefined ? undefined : numberOption(where, 'baseline', baseline);
    this.#restores = restoreBestWeights;
    this.#startFromEpoch = countOption(where, 'startFromEpoch', startFromEpoch);
  }

  onTrainBegin(): void {
    this.#monitor.begin(this.model);
    this.best = undefined;
    this.bestEpoch = 0;
    this.stoppedEpoch = 0;
    this.wait = 0;
    this.#bestWeights = undefined;
  }

  async onEpochEnd(epoch: number, logs: Logs): Promise<void> {
    const value = this.#monitor.valueIn(logs);
    if (value === undefined || epoch < this.#startFromEpoch) return;
    this.wait++;
    if (this.#monitor.improves(value, this.best)) {
      this.best = value;
      this.bestEpoch = epoch;
      if (this.#restores) this.#bestWeights = await this.model.getWeights();
      if (this.#baseline === undefined || this.#monitor.improves(value, this.#baseline)) this.wait = 0;
      // Even when the baseline is not reached, an epoch that is the best so far does not end training.
      return;
    }
    // The first epoch always improves, so it never ends training.
    if (this.wait >= this.#patience) {
      this.stoppedEpoch = epoch;
      this.model.stopTraining = true;
    }
  }

  getState(): StateValue {
    const { best, bestEpoch, stoppedEpoch, wait } = this;
    const bestWeights = this.#bestWeights;
    return { callback: 'earlyStopping', best, bestEpoch, stoppedEpoch, wait, bestWeights };
  }

  setState(state: StateValue): void {
    const fields = stateFieldsOf('earlyStopping', state);
    this.best = fields.optionalNumber('best');
    this.bestEpoch = fields.count('bestEpoch');
    this.stoppedEpoch = fields.count('stoppedEpoch');
    this.wait = fields.count('wait');
    this.#bestWeights = fields.has('bestWeights') ? fields.tensors('bestWeights') : undefined;
  }

  onTrainEnd(): void {
    if (this.#verbose && this.stoppedEpoch > 0) {
      printLine(
        `earlyStopping: ended training after epoch ${this.stoppedEpoch + 1}; ${this.#monitor.name} was best in epoch ${this.bestEpoch + 1}.`,
      );
    }
    if (!this.#bestWeights) return;
    this.model.setWeights(this.#bestWeights);
    this.#bestWeights = undefined;
    if (this.#verbose) printLine(`earlyStopping: the weights are those of epoch ${this.bestEpoch + 1}.`);
  }
}

/**
 * Ends training when a watched value has not improved for `patience` epochs (as Keras's EarlyStopping).
 * @throws ArgumentError for a wrong option; when training begins, if mode `'auto'` cannot tell which way is better
 * @example
 * await net.fit(xs, ys, { epochs: 100, validationSplit: 0.2, callbacks: [earlyStopping({ patience: 5, restoreBestWeights: true })] });
 */
export function earlyStopping(options?: EarlyStoppingOptions): EarlyStopping {
  return new EarlyStopping(options);
}
