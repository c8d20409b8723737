/** What keeps the state of a running fit somewhere safe, and gives it back when the fit is started again. */
import type { StateValue } from '../tensor/state-value.ts';

/** @internal Asked by `fit` itself, not by hooks: a backup must see what every callback made of a batch or an epoch. */
export interface RunKeeper {
  /** Begins messages about the backup: names what keeps it. */
  readonly where: string;
  /** Called before the first batch is drawn: the state that an interrupted run left, if there is one. */
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
