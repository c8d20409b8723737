/** What pictures need of a study. */
import type { Direction } from '../records.ts';
import type { TrialRecord } from '../trial-record.ts';

export interface PicturedStudy {
  readonly name: string;
  readonly directions: readonly Direction[];
  readonly trials: readonly TrialRecord[];
}

/** Complete trials with finite values. */
export function completeTrials({ trials }: PicturedStudy): readonly TrialRecord[] {
  return trials.filter(({ state, values }) => state === 'complete' && values?.every(Number.isFinite));
}

/** In the order in which they were first asked for. */
export function paramNames(trials: readonly TrialRecord[]): readonly string[] {
  return [...new Set(trials.flatMap(({ distributions }) => [...distributions.keys()]))];
}
