/** Which trials are the good ones. */
import { bestTrials } from '../../fronts.ts';
import { lastStep } from '../../pruners/reports.ts';
import type { Direction } from '../../records.ts';
import type { TrialRecord } from '../../trial-record.ts';

/** Trials by what they are an example of; both by number. */
export interface Split {
  readonly good: readonly TrialRecord[];
  readonly bad: readonly TrialRecord[];
}

/** How many of so many trials are good: a tenth, with one objective at most 25. */
export function goodCount(count: number, objectives: number): number {
  const tenth = Math.ceil(0.1 * count);
  return objectives > 1 ? tenth : Math.min(tenth, 25);
}

/**
 * The best complete trials are good; where there are too few, the pruned ones that came farthest. With several objectives
 * the first fronts are, and of the last one the points with the most room around. What still runs is bad, so that the next
 * trials look elsewhere.
 * @param trials complete, pruned and running ones, by number
 */
export function splitTrials(trials: readonly TrialRecord[], directions: readonly Direction[]): Split {
  const complete = trials.filter(({ state }) => state === 'complete');
  const pruned = trials.filter(({ state }) => state === 'pruned');
  const count = goodCount(complete.length + pruned.length, directions.length);
  const good = new Set(bestTrials(complete, directions, count));
  const missing = count - good.size;
  if (missing > 0) for (const trial of rankPruned(pruned, directions).slice(0, missing)) good.add(trial);
  return { good: trials.filter((trial) => good.has(trial)), bad: trials.filter((trial) => !good.has(trial)) };
}

/** First those that reported the latest step, and of these the best ones; last those that reported nothing. */
function rankPruned(trials: readonly TrialRecord[], directions: readonly Direction[]): readonly TrialRecord[] {
  const sign = directions[0] === 'maximize' ? -1 : 1;
  const scores = trials.map((trial) => {
    const step = lastStep(trial) ?? -1;
    const value = sign * (trial.intermediateValues.get(step) ?? 0);
    return [-step, Number.isNaN(value) ? Infinity : value] as const;
  });
  const order = trials.map((_, i) => i);
  order.sort((i, j) => compare(scores[i]![0], scores[j]![0]) || compare(scores[i]![1], scores[j]![1]) || i - j);
  return order.map((i) => trials[i] as TrialRecord);
}

function compare(a: number, b: number): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
