/** Lowers the learning rate when a watched value no longer improves. */
import { ArgumentError, optionsOf } from '../errors.ts';
import type { Model } from '../models/model.ts';
import type { StateValue } from '../tensor/state-value.ts';
import { full } from '../tensor/tensor.ts';
import { stateFieldsOf, type CallbackHooks, type Logs } from '../training/callback.ts';
import { printLine } from '../console.ts';
import { learningRateOf } from './learning-rate.ts';
import { countOption, Monitor, numberOption, type MonitorOptions } from './monitor.ts';

export interface ReduceLROnPlateauOptions extends MonitorOptions {
  /** How much better counts as better. Default 1e-4. */
  readonly minDelta?: number;
  /** The learning rate is multiplied by it: at least 0, below 1. Default 0.1. */
  readonly factor?: number;
  /** Epochs without improvement until the learning rate falls. Default 10. */
  readonly patience?: number;
  /** 1 prints a line when it acts. Default 0. */
  readonly verbose?: 0 | 1;
  /** Epochs after a fall in which none counts as without improvement. Default 0. */
  readonly cooldown?: number;
  /** The learning rate falls no lower. Default 0. */
  readonly minLr?: number;
}

const where = 'reduceLROnPlateau';

/** @internal Use `reduceLROnPlateau()`. */
export class ReduceLROnPlateau implements CallbackHooks {
  declare model: Model;
  /** The best value so far. */
  best: number | undefined;
  /** Epochs since the last improvement or fall. */
  wait = 0;
  readonly #monitor: Monitor;
  readonly #factor: number;
  readonly #patience: number;
  readonly #verbose: boolean;
  readonly #cooldown: number;
  readonly #minLr: number;
  #cooldownLeft = 0;

  constructor(options: ReduceLROnPlateauOptions = {}) {
    optionsOf('reduceLROnPlateau', options);
    const { factor = 0.1, patience = 10, verbose = 0, minDelta = 1e-4, cooldown = 0, minLr = 0 } = options;
    this.#monitor = new Monitor(where, { ...options, minDelta });
    this.#factor = numberOption(where, 'factor', factor);
    if (factor < 0 || factor >= 1) {
      throw new ArgumentError(
        `${where}: factor is ${factor}; it must be at least 0 and below 1, so that the learning rate falls.`,
        { where, got: factor },
      );
    }
    this.#patience = countOption(where, 'patience', patience);
    this.#verbose = verbose > 0;
    this.#cooldown = countOption(where, 'cooldown', cooldown);
    this.#minLr = numberOption(where, 'minLr', minLr);
    if (minLr < 0)
      throw new ArgumentError(`${where}: minLr is ${minLr}; it must be at least 0.`, { where, got: minLr });
  }

  onTrainBegin(): void {
    this.#monitor.begin(this.model);
    this.best = undefined;
    this.wait = 0;
    this.#cooldownLeft = 0;
  }

  async onEpochEnd(epoch: number, logs: Logs): Promise<void> {
    const variable = learningRateOf(where, this.model);
    const rate = (await variable.read()).item();
    // Also for the epochs in which nothing happens: the history then has the rate of every epoch.
    logs['learning_rate'] = rate;
    const value = this.#monitor.valueIn(logs);
    if (value === undefined) return;
    if (this.#cooldownLeft > 0) {
      this.#cooldownLeft--;
      this.wait = 0;
    }
    if (this.#monitor.improves(value, this.best)) {
      this.best = value;
      this.wait = 0;
      return;
    }
    if (this.#cooldownLeft > 0) return;
    this.wait++;
    // The rate is a float32, so the bound is compared as one.
    if (this.wait < this.#patience || rate <= Math.fround(this.#minLr)) return;
    const next = Math.max(rate * this.#factor, this.#minLr);
    variable.assign(full(variable.shape, next));
    this.#cooldownLeft = this.#cooldown;
    this.wait = 0;
    if (this.#verbose)
      printLine(`${where}: the learning rate is ${Number(next.toPrecision(6))} after epoch ${epoch + 1}.`);
  }

  getState(): StateValue {
    return { callback: where, best: this.best, wait: this.wait, cooldownLeft: this.#cooldownLeft };
  }

  setState(state: StateValue): void {
    const fields = stateFieldsOf(where, state);
    this.best = fields.optionalNumber('best');
    this.wait = fields.count('wait');
    this.#cooldownLeft = fields.count('cooldownLeft');
  }
}

/**
 * Multiplies the learning rate by `factor` when a watched value has not improved for `patience` epochs (as Keras's
 * ReduceLROnPlateau), and adds `learning_rate` to the logs.
 * @throws ArgumentError for a wrong option; when training begins, if mode `'auto'` cannot tell which way is better
 * @example
 * await net.fit(xs, ys, { epochs: 100, validationSplit: 0.2, callbacks: [reduceLROnPlateau({ factor: 0.2, patience: 3, minLr: 1e-5 })] });
 */
export function reduceLROnPlateau(options?: ReduceLROnPlateauOptions): ReduceLROnPlateau {
  return new ReduceLROnPlateau(options);
}
