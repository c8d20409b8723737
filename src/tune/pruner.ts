/** What ends trials that promise little. */
import type { Direction } from './records.ts';
import type { TrialRecord } from './trial-record.ts';

/** What a pruner may look at. */
export interface PruningContext {
  readonly direction: Direction;
  /** All trials, by number. */
  readonly trials: readonly TrialRecord[];
  /** The trial in question. What a pruner writes down about a trial is kept for later calls, its own and others'. */
  readonly trial: TrialRecord;
  /** Keeps a note of the pruner with the trial, among its system attributes. */
  note(key: string, value: number): void;
}

export interface Pruner {
  /** As in messages: `median`. */
  readonly name: string;
  /** Whether the trial is to end now, given what it has reported. */
  shouldPrune(context: PruningContext): boolean;
  /** The trials that a sampler may learn from for this one; default: all. For pruners that hold several contests at once. */
  comparable?(trials: readonly TrialRecord[], trial: TrialRecord): readonly TrialRecord[];
}
