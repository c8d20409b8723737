/** The backups of one fit: when one is due, what it holds, and going on from the last one. */
import { ArgumentError } from '../errors.ts';
import { warn } from '../console.ts';
import type { StateValue } from '../tensor/state-value.ts';
import type { Callback, Logs } from './callback.ts';
import type { RunKeeper } from './run-keeper.ts';
import {
  captureRun,
  readRun,
  restoreRun,
  weightsAreFinite,
  type RunParts,
  type RunPosition,
  type SavedRun,
} from './run-state.ts';

/** Without a keeper among the callbacks, nothing is kept and every call returns at once. */
export class Backups {
  /** What an interrupted fit left. */
  readonly saved: SavedRun | undefined;
  readonly #keeper: RunKeeper | undefined;
  readonly #signal: AbortSignal | undefined;
  #parts: RunParts | undefined;
  #position: RunPosition = { epoch: 0, batch: 0, begun: false };
  #logs: () => Logs = () => ({});
  /** The position of the newest backup. */
  #kept: RunPosition | undefined;
  /** The state before a validation, which an interrupted one begins anew from. */
  #beforeValidation: StateValue | undefined;
  #refused = false;

  private constructor(keeper: RunKeeper | undefined, saved: SavedRun | undefined, signal: AbortSignal | undefined) {
    this.#keeper = keeper;
    this.saved = saved;
    this.#signal = signal;
  }

  /** @throws ArgumentError for two keepers; what reading the backup throws */
  static async open(callbacks: readonly Callback[], signal: AbortSignal | undefined): Promise<Backups> {
    const [keeper, second] = callbacks.flatMap(({ runKeeper }) => runKeeper ?? []);
    if (keeper && second) {
      throw new ArgumentError(`${second.where}: the callbacks have two that keep backups of the run. Give one.`, {
        where: second.where,
      });
    }
    try {
      const state = await keeper?.load();
      return new Backups(keeper, keeper && state !== undefined ? readRun(keeper.where, state) : undefined, signal);
    } catch (error) {
      keeper?.close();
      throw error;
    }
  }

  /** Tells what a state is made of. */
  attach(parts: RunParts): void {
    this.#parts = parts;
  }

  /** Puts the saved state back, once every callback has begun. */
  async restore(): Promise<void> {
    const { saved } = this;
    if (!saved || !this.#parts || !this.#keeper) return;
    await restoreRun(this.#keeper.where, saved, this.#parts);
    const { epoch, batch } = saved.position;
    this.#kept = saved.position;
    await this.#parts.callbacks.call('onTrainResume', { epoch, batch });
  }

  /** The fit stands here now; the logs are those that it would go on with. */
  reach(position: RunPosition, logs: () => Logs): void {
    this.#position = position;
    this.#logs = logs;
    this.#beforeValidation = undefined;
  }

  /** Saves the state if a backup is due. */
  async save(moment: 'batch' | 'epoch'): Promise<void> {
    if (this.#keeper?.isDue(moment)) await this.#keep(this.#keeper);
  }

  /** Holds the state while a validation runs, which hooks change and no backup can be made of. */
  async holdDuringValidation(): Promise<void> {
    if (!this.#parts || !this.#keeper || !(this.#signal || this.#keeper.watches)) return;
    this.#beforeValidation = await captureRun(this.#parts, this.#position, this.#logs());
  }

  /**
   * Makes a backup at once when the signal, or something outside, wants an end.
   * @throws the reason of a signal that was aborted
   */
  check(): void | Promise<void> {
    if (this.#keeper && (this.#signal?.aborted || this.#keeper.isUrgent)) return this.#saveUrgently(this.#keeper);
    this.#signal?.throwIfAborted();
  }

  /** The training is over. */
  async finish(): Promise<void> {
    if (!this.#keeper || !this.#parts) return;
    if (await this.#isGood(this.#keeper, this.#parts)) await this.#keeper.finish();
  }

  close(): void {
    this.#keeper?.close();
  }

  async #saveUrgently(keeper: RunKeeper): Promise<void> {
    try {
      await this.#keep(keeper);
    } finally {
      keeper.settleUrgency();
    }
    this.#signal?.throwIfAborted();
  }

  async #keep(keeper: RunKeeper): Promise<void> {
    if (!this.#parts || isSame(this.#kept, this.#position) || !(await this.#isGood(keeper, this.#parts))) return;
    const position = this.#position;
    await keeper.save(this.#beforeValidation ?? (await captureRun(this.#parts, position, this.#logs())));
    this.#kept = position;
  }

  /** Whether the state is worth going on from. What is not does not take the place of a backup that is. */
  async #isGood(keeper: RunKeeper, { compilation }: RunParts): Promise<boolean> {
    const { loss = 0 } = this.#logs();
    if (Number.isFinite(loss) && (await weightsAreFinite(compilation))) return true;
    if (!this.#refused) {
      warn(
        `${keeper.where}: the ${Number.isFinite(loss) ? 'weights are no finite numbers' : `loss is ${loss}`}. ` +
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
