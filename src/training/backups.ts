/** The backups of one fit: when one is due, what it holds, and going on from the last one. */
import { warn } from '../console.ts';
import type { StateValue } from '../tensor/state-value.ts';
import type { Logs } from './callback.ts';
import type { RunBackups } from './run-keeper.ts';
import {
  captureRun,
  lostVariables,
  readRun,
  restoreRun,
  weightsAreFinite,
  type RunParts,
  type RunPosition,
  type SavedRun,
} from './run-state.ts';

/** @internal Where the states of a run go, and when. */
export interface RunStore {
  /** Begins messages about the backups. */
  readonly where: string;
  load(): Promise<StateValue | undefined>;
  /** Whether the state is to be saved now that a batch, or an epoch with its validation, is done. */
  isDue(moment: 'batch' | 'epoch'): boolean;
  save(state: StateValue): Promise<void>;
  /** Whether `isUrgent` can become true. */
  readonly watches: boolean;
  /** Whether something outside of the training wants a backup as soon as possible. */
  readonly isUrgent: boolean;
  /** The urgent backup was made, or could not be. */
  settleUrgency(): void;
  /** The training is over, and what `load` would give is needed no more. */
  finish(): Promise<void>;
  /** Called however training ended. */
  close(): void;
}

/** @internal */
export class Backups implements RunBackups {
  readonly saved: SavedRun | undefined;
  readonly #store: RunStore;
  readonly #signal: AbortSignal | undefined;
  #parts: RunParts | undefined;
  #position: RunPosition = { epoch: 0, batch: 0, begun: false };
  #logs: () => Logs = () => ({});
  /** The position of the newest backup. */
  #kept: RunPosition | undefined;
  /** The state before a validation, which an interrupted one begins anew from. */
  #beforeValidation: StateValue | undefined;
  #refused = false;
  #warnedOfLost = false;

  private constructor(store: RunStore, saved: SavedRun | undefined, signal: AbortSignal | undefined) {
    this.#store = store;
    this.saved = saved;
    this.#signal = signal;
  }

  static async open(store: RunStore, signal: AbortSignal | undefined): Promise<Backups> {
    try {
      const state = await store.load();
      return new Backups(store, state === undefined ? undefined : readRun(store.where, state), signal);
    } catch (error) {
      store.close();
      throw error;
    }
  }

  attach(parts: RunParts): void {
    this.#parts = parts;
  }

  async restore(): Promise<void> {
    const { saved } = this;
    if (!saved || !this.#parts) return;
    await restoreRun(this.#store.where, saved, this.#parts);
    const { epoch, batch } = saved.position;
    this.#kept = saved.position;
    await this.#parts.callbacks.call('onTrainResume', { epoch, batch });
  }

  reach(position: RunPosition, logs: () => Logs): void {
    this.#position = position;
    this.#logs = logs;
    this.#beforeValidation = undefined;
  }

  async save(moment: 'batch' | 'epoch'): Promise<void> {
    if (this.#store.isDue(moment)) await this.#keep();
  }

  async holdDuringValidation(): Promise<void> {
    if (!this.#parts || !(this.#signal || this.#store.watches)) return;
    this.#beforeValidation = await captureRun(this.#parts, this.#position, this.#logs());
  }

  check(): void | Promise<void> {
    if (this.#signal?.aborted || this.#store.isUrgent) return this.#saveUrgently();
  }

  async finish(): Promise<void> {
    if (this.#parts && (await this.#isGood(this.#parts))) await this.#store.finish();
  }

  close(): void {
    this.#store.close();
  }

  async #saveUrgently(): Promise<void> {
    try {
      await this.#keep();
    } finally {
      this.#store.settleUrgency();
    }
    this.#signal?.throwIfAborted();
  }

  async #keep(): Promise<void> {
    if (!this.#parts || isSame(this.#kept, this.#position) || !(await this.#isGood(this.#parts))) return;
    this.#warnOfLost(this.#parts);
    const position = this.#position;
    await this.#store.save(this.#beforeValidation ?? (await captureRun(this.#parts, position, this.#logs())));
    this.#kept = position;
  }

  #warnOfLost(parts: RunParts): void {
    const [lost] = this.#warnedOfLost ? [] : lostVariables(parts);
    if (!lost) return;
    this.#warnedOfLost = true;
    warn(
      `${this.#store.where}: training changes the variable '${lost.name}', which no layer has in a field: it is in no backup, and a run that goes on begins with its first value. ` +
        "Keep it in a field of its layer, and make it in the layer's constructor or in build().",
    );
  }

  /** Whether the state is worth going on from. What is not does not take the place of a backup that is. */
  async #isGood({ compilation }: RunParts): Promise<boolean> {
    const { loss = 0 } = this.#logs();
    if (Number.isFinite(loss) && (await weightsAreFinite(compilation))) return true;
    if (!this.#refused) {
      warn(
        `${this.#store.where}: the ${Number.isFinite(loss) ? 'weights are no finite numbers' : `loss is ${loss}`}. ` +
          'The last good backup is kept; a fit that is started again goes on from there.',
      );
    }
    this.#refused = true;
    return false;
  }
}

function isSame(a: RunPosition | undefined, b: RunPosition): boolean {
  return a?.epoch === b.epoch && a.batch === b.batch && a.begun === b.begun;
}
