/** What a trial reported, as pruners read it. NaN counts as no report where a best one is looked for. */
import type { Direction } from '../records.ts';
import type { TrialRecord } from '../trial-record.ts';

/** The largest step that was reported; undefined when none was. */
export function lastStep({ intermediateValues }: TrialRecord): number | undefined {
  let last: number | undefined;
  for (const step of intermediateValues.keys()) if (last === undefined || step > last) last = step;
  return last;
}

/** The best of some values; NaN when all are. */
export function bestOf(direction: Direction, values: Iterable<number>): number {
  let best = NaN;
  for (const value of values) {
    if (Number.isNaN(best) || (direction === 'minimize' ? value < best : value > best)) best = value;
  }
  return best;
}

/** The first complete trial that reported anything: what later ones are measured by does not change with them. */
export function firstComplete(trials: readonly TrialRecord[]): TrialRecord | undefined {
  return trials.find(({ state, intermediateValues }) => state === 'complete' && intermediateValues.size > 0);
}
