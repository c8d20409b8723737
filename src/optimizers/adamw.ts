/** AdamW: Adam with decoupled weight decay (Loshchilov and Hutter 2019). */
import { optionsOf } from '../errors.ts';
import { Adam, type AdamOptions } from './adam.ts';

export interface AdamwOptions extends AdamOptions {
  /** Default 0.004. */
  readonly weightDecay?: number | undefined;
}

/** See `adamw`. */
export class Adamw extends Adam {
  constructor(options: AdamwOptions = {}) {
    super({ ...optionsOf('adamw', options), weightDecay: options.weightDecay ?? 0.004 }, 'AdamW');
  }
}

/**
 * AdamW: before each step of Adam `w -= learningRate weightDecay w`, which unlike a penalty in the loss does not pass
 * through the moments.
 * @param options weightDecay 0.004; learningRate 0.001, beta1 0.9, beta2 0.999, epsilon 1e-7, amsgrad false, and those of
 *   every optimizer
 * @throws ArgumentError for an option out of range
 * @example optimizers.adamw({ learningRate: 1e-3, weightDecay: 0.01 })
 */
export function adamw(options: AdamwOptions = {}): Adamw {
  return new Adamw(options);
}
