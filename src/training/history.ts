/** What `fit` returns: the logs of every epoch. */
import { stateFieldsOf, type CallbackHooks, type CallbackParams, type Logs } from './callback.ts';
import type { Model } from '../models/model.ts';
import type { StateValue } from '../tensor/state-value.ts';

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

  getState(): StateValue {
    const history = Object.fromEntries(Object.entries(this.history).map(([name, values]) => [name, [...values]]));
    return { callback: 'history', epoch: [...this.epoch], history };
  }

  setState(state: StateValue): void {
    const fields = stateFieldsOf('history', state);
    this.onTrainBegin();
    this.epoch = [...fields.numbers('epoch')];
    const history = fields.fields('history');
    for (const name of history.names()) this.history[name] = [...history.numbers(name)];
  }
}
