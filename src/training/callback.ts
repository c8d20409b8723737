/** Callbacks: objects with any of Keras's hooks, sync or async, called in order between steps. */
import { ArgumentError, describeValue } from '../errors.ts';
import type { Model } from '../models/model.ts';
import type { Structure } from '../models/structure.ts';
import { StateFields, type StateValue } from '../tensor/state-value.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { RunKeeper } from './run-keeper.ts';

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

/** Where a training goes on that was interrupted. */
export interface TrainPosition {
  /** From 0. */
  readonly epoch: number;
  /** Batches of the epoch that are done; 0 at the beginning of an epoch, whose `onEpochBegin` is then called. */
  readonly batch: number;
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
  /**
   * What the callback remembers between batches and epochs, for a backup of the run (see `backupAndRestore`). A callback
   * that has it has `setState` too; one that remembers nothing needs neither.
   */
  getState?(): StateValue | Promise<StateValue>;
  /** Called after `onTrainBegin` when an interrupted run goes on: the callback is to be what it was at `getState`. */
  setState?(state: StateValue): Awaitable;
  /** Called after `onTrainBegin` and `setState` when an interrupted run goes on; hooks that had been called are not called again. */
  onTrainResume?(position: TrainPosition): Awaitable;
  /** @internal Keeps the state of whole runs for `fit`. */
  readonly runKeeper?: RunKeeper;
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

export type HookName = Exclude<keyof CallbackHooks, 'setModel' | 'setParams' | 'getState' | 'setState' | 'runKeeper'>;

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

  /** Whether a callback has this hook. */
  has(hook: HookName): boolean {
    return this.#callbacks.some((callback) => callback[hook] !== undefined);
  }

  /** Calls a hook of every callback in order and waits for each. */
  async call(hook: HookName, ...args: readonly unknown[]): Promise<void> {
    for (const callback of this.#callbacks) {
      const method = callback[hook] as ((...values: unknown[]) => Awaitable) | undefined;
      if (method) await method.apply(callback, [...args]);
    }
  }

  /** The states of the callbacks that have one, in order. */
  async states(): Promise<StateValue[]> {
    const states: StateValue[] = [];
    for (const callback of this.#stateful()) states.push((await callback.getState?.()) ?? null);
    return states;
  }

  /** @throws ArgumentError unless there are as many callbacks with a state as there were */
  async setStates(where: string, states: readonly StateValue[]): Promise<void> {
    const stateful = this.#stateful();
    if (stateful.length !== states.length) {
      throw new ArgumentError(
        `${where}: it was saved with ${states.length} callbacks that have a state, the history among them; this fit has ${stateful.length}. ` +
          'Give the same callbacks in the same order, or remove the backup.',
        { where, got: stateful.length, expected: states.length },
      );
    }
    for (const [index, callback] of stateful.entries()) await callback.setState?.(states[index] ?? null);
  }

  #stateful(): readonly Callback[] {
    return this.#callbacks.filter((callback) => callback.getState !== undefined && callback.setState !== undefined);
  }
}

/**
 * The fields of a built-in callback's state, which says whose it is.
 * @throws FormatError for what is no state, ArgumentError for that of another callback
 */
export function stateFieldsOf(callback: string, state: StateValue): StateFields {
  const fields = new StateFields(`${callback}: setState`, state);
  if (fields.value('callback') === callback) return fields;
  throw new ArgumentError(
    `${callback}: the state is that of ${describeValue(fields.value('callback'))}. Give the same callbacks in the same order as when it was saved.`,
    { where: callback, got: fields.value('callback'), expected: callback },
  );
}
