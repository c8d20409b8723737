/** What trials came to, and what pruned ones would have. */
import type { Direction } from '../../records.ts';
import { lastStep } from '../../pruners/reports.ts';
import type { TrialRecord } from '../../trial-record.ts';

/** A trial with a value for each objective. */
export interface Outcome {
  readonly trial: TrialRecord;
  readonly values: readonly number[];
}

/**
 * Complete trials with their values, and pruned ones with what they are believed to miss: among the complete trials that
 * reported the step at which one was pruned, its value then has a rank, and the value of that rank is its outcome. So the
 * scale of reports is no matter, nor how far from the end a trial was, and none seems better than the best. Without this
 * a model would know nothing of the regions that a pruner clears, and propose them again.
 * @param trials by number
 * @returns in the same order; pruned trials that have nothing to be compared with are left out
 */
export function outcomesOf(trials: readonly TrialRecord[], directions: readonly Direction[]): readonly Outcome[] {
  const complete = trials.filter(({ state }) => state === 'complete');
  const [direction] = directions;
  // With several objectives nothing is reported.
  if (direction === undefined || directions.length > 1) return complete.map(known);
  const curves = new Map<number, Curves>();
  return trials.flatMap((trial) => {
    if (trial.state === 'complete') return [known(trial)];
    const step = trial.state === 'pruned' ? lastStep(trial) : undefined;
    if (step === undefined) return [];
    const at = curves.get(step) ?? curvesAt(step, complete, direction);
    curves.set(step, at);
    if (at.ends.length === 0) return [];
    return [{ trial, values: [endAfter(trial.intermediateValues.get(step) as number, at, direction)] }];
  });
}

function known(trial: TrialRecord): Outcome {
  return { trial, values: trial.values as readonly number[] };
}

/** Of complete trials, each from the best to the worst: what they reported at a step, and how they ended. */
interface Curves {
  readonly reports: readonly number[];
  readonly ends: readonly number[];
}

function curvesAt(step: number, complete: readonly TrialRecord[], direction: Direction): Curves {
  const peers = complete.filter(({ intermediateValues }) => !Number.isNaN(intermediateValues.get(step) ?? NaN));
  const sign = direction === 'maximize' ? -1 : 1;
  const ranked = (values: readonly number[]): readonly number[] => values.toSorted((a, b) => sign * (a - b) || 0);
  return {
    reports: ranked(peers.map(({ intermediateValues }) => intermediateValues.get(step) as number)),
    ends: ranked(peers.map(({ values }) => values?.[0] as number)),
  };
}

/** The end of the same rank: between two neighbours in proportion, the middle one of equals. NaN is worse than all. */
function endAfter(report: number, { reports, ends }: Curves, direction: Direction): number {
  const isBetter = (a: number, b: number): boolean => (direction === 'maximize' ? a > b : a < b);
  // Where the report would stand in their order: behind all that are better, before all that are worse.
  const first = reports.findIndex((other) => !(isBetter(other, report) || Number.isNaN(report)));
  if (first < 0) return ends.at(-1) as number;
  const last = reports.findLastIndex((other) => !isBetter(report, other));
  if (first <= last) return ends[Math.floor((first + last) / 2)] as number;
  if (first === 0) return ends[0] as number;
  const [before, after] = [reports[last] as number, reports[first] as number];
  const [better, worse] = [ends[last] as number, ends[first] as number];
  const end = better + ((report - before) / (after - before)) * (worse - better);
  // Infinities leave no proportion, and rounding may lead beyond.
  return Number.isFinite(end) && !isBetter(worse, end) ? end : worse;
}
