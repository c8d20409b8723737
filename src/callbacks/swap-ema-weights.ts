/** Evaluates and predicts with the optimizer's moving averages of the weights. */
import { ArgumentError, describeValue, optionsOf } from '../errors.ts';
import type { Model } from '../models/model.ts';
import type { StateValue } from '../tensor/state-value.ts';
import type { Variable } from '../tensor/variable.ts';
import { stateFieldsOf, type CallbackHooks, type CallbackParams } from '../training/callback.ts';

export interface SwapEmaWeightsOptions {
  /**
   * Whether the averages are also in place from the end of an epoch to the beginning of the next, for callbacks that
   * come after this one and save the model. Default false.
   */
  readonly swapOnEpoch?: boolean;
}

const where = 'swapEmaWeights';

/** @internal Use `swapEmaWeights()`. */
export class SwapEmaWeights implements CallbackHooks {
  declare model: Model;
  declare params: CallbackParams;
  readonly #swapOnEpoch: boolean;
  #averagesInPlace = false;

  constructor(options?: SwapEmaWeightsOptions) {
    const { swapOnEpoch = false } = optionsOf(where, options);
    if (typeof swapOnEpoch !== 'boolean') {
      throw new ArgumentError(`${where}: swapOnEpoch is ${describeValue(swapOnEpoch)}. Give true or false.`, {
        where,
        got: swapOnEpoch,
      });
    }
    this.#swapOnEpoch = swapOnEpoch;
  }

  async onEpochBegin(): Promise<void> {
    if (this.#swapOnEpoch) await this.#restoreWeights();
  }

  async onEpochEnd(epoch: number): Promise<void> {
    if (!this.#swapOnEpoch || this.#averagesInPlace) return;
    await this.#placeAverages();
    if (epoch !== this.params.epochs - 1) return;
    // The end of training puts the averages in place: they must be there, not the weights that they were swapped with.
    for (const [weight, average] of this.#averages) average.assign(await weight.read());
  }

  async onTestBegin(): Promise<void> {
    await this.#placeAverages();
  }

  async onTestEnd(): Promise<void> {
    await this.#restoreWeights();
  }

  async onPredictBegin(): Promise<void> {
    await this.#placeAverages();
  }

  // Keras 3.15 leaves the averages in place here, so that training would go on from them.
  async onPredictEnd(): Promise<void> {
    await this.#restoreWeights();
  }

  getState(): StateValue {
    return { callback: where, averagesInPlace: this.#averagesInPlace };
  }

  setState(state: StateValue): void {
    this.#averagesInPlace = stateFieldsOf(where, state).boolean('averagesInPlace');
  }

  async #placeAverages(): Promise<void> {
    if (this.#averagesInPlace) return;
    await this.#swap();
    this.#averagesInPlace = true;
  }

  async #restoreWeights(): Promise<void> {
    if (!this.#averagesInPlace) return;
    await this.#swap();
    this.#averagesInPlace = false;
  }

  async #swap(): Promise<void> {
    for (const [weight, average] of this.#averages) {
      const [weights, averages] = [await weight.read(), await average.read()];
      weight.assign(averages);
      average.assign(weights);
    }
  }

  get #averages(): ReadonlyMap<Variable, Variable> {
    const { name, optimizer } = this.model;
    if (optimizer && optimizer.averages.size > 0) return optimizer.averages;
    const reason = optimizer?.useEma
      ? `the optimizer of the model '${name}' has no averages yet. Train it first.`
      : `the model '${name}' keeps no averages of its weights. Compile it with an optimizer that has { useEma: true }.`;
    throw new ArgumentError(`${where}: ${reason}`, { where });
  }
}

/**
 * Puts the moving averages of the weights in the place of the weights while the model evaluates or predicts, and the
 * weights back afterwards (as Keras's SwapEMAWeights). The optimizer needs `useEma`.
 * @param options swapOnEpoch false
 * @throws ArgumentError for a wrong option; when it acts, for an optimizer without averages
 * @example
 * net.compile({ optimizer: optimizers.adam({ useEma: true }), loss: 'mse' });
 * await net.fit(xs, ys, { epochs: 5, validationSplit: 0.2, callbacks: [swapEmaWeights()] });
 */
export function swapEmaWeights(options?: SwapEmaWeightsOptions): SwapEmaWeights {
  return new SwapEmaWeights(options);
}
