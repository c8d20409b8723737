/** Ends training at the first batch whose loss is no finite number. */
import { ArgumentError, describeValue, NumericError } from '../errors.ts';
import { printLine } from '../console.ts';
import type { Model } from '../models/model.ts';
import type { CallbackHooks, Logs } from '../training/callback.ts';

export interface TerminateOnNaNOptions {
  /** Throws a NumericError, so that no `onTrainEnd` runs, instead of a quiet end. Default false. */
  readonly raiseError?: boolean;
}

/** @internal Use `terminateOnNaN()`. */
export class TerminateOnNaN implements CallbackHooks {
  declare model: Model;
  readonly #raises: boolean;

  constructor(options: TerminateOnNaNOptions = {}) {
    const where = 'terminateOnNaN';
    const { raiseError = false } = options ?? {};
    if (typeof options !== 'object' || typeof raiseError !== 'boolean') {
      const got = typeof options === 'object' ? raiseError : options;
      throw new ArgumentError(`${where}: raiseError is ${describeValue(got)}. Give { raiseError: true } or nothing.`, {
        where,
        got,
      });
    }
    this.#raises = raiseError;
  }

  onTrainBatchEnd(batch: number, logs: Logs): void {
    const loss = logs['loss'];
    if (loss === undefined || Number.isFinite(loss)) return;
    if (this.#raises) {
      throw new NumericError(
        `terminateOnNaN: the loss is ${loss} at batch ${batch}. Look for the first one with debug(true); a lower learning rate or clipnorm often helps.`,
        { where: 'terminateOnNaN', got: loss },
      );
    }
    printLine(`terminateOnNaN: the loss is ${loss} at batch ${batch}; training ends.`);
    this.model.stopTraining = true;
  }
}

/**
 * Ends training after the batch that makes the loss NaN or infinite (as Keras's TerminateOnNaN).
 * @param options raiseError false
 * @throws ArgumentError for a wrong option; with `raiseError` a NumericError out of `fit`
 * @example
 * await net.fit(xs, ys, { epochs: 100, callbacks: [terminateOnNaN()] });
 */
export function terminateOnNaN(options?: TerminateOnNaNOptions): TerminateOnNaN {
  return new TerminateOnNaN(options);
}
