/** Callbacks: objects with any of Keras's hooks, sync or async, called in order between steps. */
import type { Model } from '../models/model.ts';
import type { Structure } from '../models/structure.ts';
import type { Tensor } from '../tensor/tensor.ts';

/** Values of losses and metrics by name. A callback may add to it; later callbacks see what it added. */
export type Logs = Record<string, number>;

/** What `this.params` holds. */
export interface CallbackParams {
  /** The final epoch number. */
  readonly epochs: number;
  /** Batches per epoch; undefined when the data does not tell. */
  readonly steps: number | undefined;
  readonly verbose: 0 | 1 | 2;
}

/** What `onPredictBatchEnd` gets. */
export interface PredictLogs {
  /** The outputs for the batch, in the structure that the model was made with. */
  readonly outputs: Structure<Tensor>;
}

type Awaitable = void | Promise<void>;

/** Every hook, all optional. `epoch` and `batch` count from 0. */
export interface CallbackHooks {
  onTrainBegin?(logs: Logs): Awaitable;
  /** Not called when training ended with an error. */
  onTrainEnd?(logs: Logs): Awaitable;
  onEpochBegin?(epoch: number, logs: Logs): Awaitable;
  onEpochEnd?(epoch: number, logs: Logs): Awaitable;
  onTrainBatchBegin?(batch: number, logs: Logs): Awaitable;
  onTrainBatchEnd?(batch: number, logs: Logs): Awaitable;
  onTestBegin?(logs: Logs): Awaitable;
  onTestEnd?(logs: Logs): Awaitable;
  onTestBatchBegin?(batch: number, logs: Logs): Awaitable;
  onTestBatchEnd?(batch: number, logs: Logs): Awaitable;
  onPredictBegin?(logs: Logs): Awaitable;
  onPredictEnd?(logs: Logs): Awaitable;
  onPredictBatchBegin?(batch: number, logs: Logs): Awaitable;
  onPredictBatchEnd?(batch: number, logs: PredictLogs): Awaitable;
  /** Called before the first hook; without it `this.model` is set. */
  setModel?(model: Model): void;
  /** Called before the first hook; without it `this.params` is set. */
  setParams?(params: CallbackParams): void;
}

/** What a hook finds on `this`. */
export interface CallbackState {
  model: Model;
  params: CallbackParams;
}

/** A callback. In an object literal `this.model` and `this.params` are known. */
export type Callback = CallbackHooks & ThisType<CallbackHooks & CallbackState>;

type HookName = Exclude<keyof CallbackHooks, 'setModel' | 'setParams'>;

/** The callbacks of one run. */
export class CallbackList {
  readonly #callbacks: readonly Callback[];

  constructor(callbacks: readonly Callback[], model: Model, params: CallbackParams) {
    this.#callbacks = callbacks;
    for (const callback of callbacks) {
      if (callback.setModel) callback.setModel(model);
      else Object.assign(callback, { model });
      if (callback.setParams) callback.setParams(params);
      else Object.assign(callback, { params });
    }
  }

  /** Calls a hook of every callback in order and waits for each. */
  async call(hook: HookName, ...args: readonly unknown[]): Promise<void> {
    for (const callback of this.#callbacks) {
      const method = callback[hook] as ((...values: unknown[]) => Awaitable) | undefined;
      if (method) await method.apply(callback, [...args]);
    }
  }
}
