/** What ends trials that promise little. */
import type { Direction } from './records.ts';
import type { TrialRecord } from './trial-record.ts';

/** A study as pruners see it. */
export interface PrunedStudy {
  readonly name: string;
  readonly direction: Direction;
  /** All trials, by number. */
  readonly trials: readonly TrialRecord[];
}

/** What a pruner may look at. Its answer depends on this alone. */
export interface PruningContext extends PrunedStudy {
  /** The trial in question. */
  readonly trial: TrialRecord;
  /** Keeps a note of the pruner with the trial, among its system attributes. */
  readonly note: (key: string, value: number) => void;
}

export interface Pruner {
  /** As in messages: `median`. */
  readonly name: string;
  /** Whether the trial is to end now, given what it has reported. */
  shouldPrune(context: PruningContext): boolean;
}
