/** What `fit` returns: the logs of every epoch. */
import type { CallbackHooks, CallbackParams, Logs } from './callback.ts';
import type { Model } from '../models/model.ts';

/** Collects the logs of each epoch; `fit` adds one by itself and returns it. */
export class History implements CallbackHooks {
  /** One number per epoch for each log name. */
  history: Record<string, number[]> = Object.create(null) as Record<string, number[]>;
  /** The epochs' numbers, from 0. */
  epoch: number[] = [];
  params: CallbackParams | undefined;
  model: Model | undefined;

  onTrainBegin(): void {
    this.epoch = [];
    this.history = Object.create(null) as Record<string, number[]>;
  }

  onEpochEnd(epoch: number, logs: Logs): void {
    this.epoch.push(epoch);
    for (const [name, value] of Object.entries(logs)) (this.history[name] ??= []).push(value);
  }
}
