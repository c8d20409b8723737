/**
 * What `fit` asks of a callback that keeps backups of the run. Asked by `fit` itself, not by hooks: a backup must see what
 * every callback made of a batch or an epoch. How it is done stands in backups.ts, which trainings without one do not load.
 */
import { ArgumentError } from '../errors.ts';
import type { Callback, Logs } from './callback.ts';
import type { ReachedRun, RunParts, RunPosition } from './run-state.ts';

/** @internal The backups of one fit. */
export interface RunBackups {
  /** What an interrupted fit left. */
  readonly saved: ReachedRun | undefined;
  /** Tells what a state is made of. */
  attach(parts: RunParts): void;
  /** Puts the saved state back, once every callback has begun. */
  restore(): Promise<void>;
  /** The fit stands here now; the logs are those that it would go on with. */
  reach(position: RunPosition, logs: () => Logs): void;
  /** Saves the state if a backup is due now that a batch, or an epoch with its validation, is done. */
  save(moment: 'batch' | 'epoch'): Promise<void>;
  /** Holds the state while a validation runs, which hooks change and no backup can be made of. */
  holdDuringValidation(): Promise<void>;
  /**
   * Makes a backup at once when the signal, or something outside, wants an end.
   * @throws the reason of a signal that was aborted
   */
  check(): void | Promise<void>;
  /** The training is over. */
  finish(): Promise<void>;
  /** Called however training ended. */
  close(): void;
}

/** @internal */
export interface RunKeeper {
  /** Begins messages about backups. */
  readonly where: string;
  /** Called before the first batch is drawn; reads what an interrupted run left. */
  open(signal: AbortSignal | undefined): Promise<RunBackups>;
}

/**
 * @internal The backups that a callback keeps, or none.
 * @throws ArgumentError when two callbacks keep some; what reading the backup throws
 */
export async function openBackups(
  callbacks: readonly Callback[],
  signal: AbortSignal | undefined,
): Promise<RunBackups> {
  const [keeper, second] = callbacks.flatMap(({ runKeeper }) => runKeeper ?? []);
  if (second) {
    throw new ArgumentError(`${second.where}: the callbacks have two that keep backups of the run. Give one.`, {
      where: second.where,
    });
  }
  return keeper ? keeper.open(signal) : noBackups(signal);
}

function noBackups(signal: AbortSignal | undefined): RunBackups {
  const nothing = (): void => undefined;
  const done = (): Promise<void> => Promise.resolve();
  return {
    saved: undefined,
    attach: nothing,
    restore: done,
    reach: nothing,
    save: done,
    holdDuringValidation: done,
    check: () => signal?.throwIfAborted(),
    finish: done,
    close: nothing,
  };
}
