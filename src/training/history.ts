/** What `fit` returns: the logs of every epoch. */
import { stateFieldsOf, type CallbackHooks, type CallbackParams, type Logs } from './callback.ts';
import type { HistoryPictureOptions } from './history-picture.ts';
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
  /** The epochs that have a value, by log name: validation may come less often. */
  readonly #epochs = new Map<string, number[]>();

  onTrainBegin(): void {
    this.#epochs.clear();
    this.epoch = [];
    this.history = Object.create(null) as Record<string, number[]>;
  }

  onEpochEnd(epoch: number, logs: Logs): void {
    this.epoch.push(epoch);
    for (const [name, value] of Object.entries(logs)) {
      (this.history[name] ??= []).push(value);
      const epochs = this.#epochs.get(name);
      if (epochs) epochs.push(epoch);
      else this.#epochs.set(name, [epoch]);
    }
  }

  /**
   * The curves of every loss and metric as a picture, training and validation together.
   * @param options width 760, theme `'auto'`
   * @throws ArgumentError for a wrong option
   * @example writeFileSync('history.svg', await history.toSvg({ theme: 'dark' }));
   */
  async toSvg(options?: HistoryPictureOptions): Promise<string> {
    // What draws comes with the first picture: programs that train need not carry it.
    const { historyPicture } = await import('./history-picture.ts');
    const curves = Object.entries(this.history).map(([name, values]) => {
      const epochs = this.#epochs.get(name) ?? this.epoch.slice(-values.length);
      return { name, points: values.map((value, index) => [(epochs[index] ?? index) + 1, value] as const) };
    });
    return historyPicture(curves, options);
  }

  getState(): StateValue {
    const history = Object.fromEntries(Object.entries(this.history).map(([name, values]) => [name, [...values]]));
    const epochs = Object.fromEntries([...this.#epochs].map(([name, values]) => [name, [...values]]));
    return { callback: 'history', epoch: [...this.epoch], history, epochs };
  }

  setState(state: StateValue): void {
    const fields = stateFieldsOf('history', state);
    this.onTrainBegin();
    this.epoch = [...fields.numbers('epoch')];
    const history = fields.fields('history');
    for (const name of history.names()) this.history[name] = [...history.numbers(name)];
    const epochs = fields.fields('epochs');
    for (const name of epochs.names()) this.#epochs.set(name, [...epochs.numbers(name)]);
  }
}
