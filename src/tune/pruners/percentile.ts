/** Ends what is among the worse ones at the same step (Optuna's PercentilePruner and MedianPruner). */
import { optionsOf } from '../../errors.ts';
import type { Pruner, PruningContext } from '../pruner.ts';
import { checkCount, checkNumber } from './checks.ts';
import { bestOf, lastStep } from './reports.ts';

/** Options of `pruners.median` and `pruners.percentile`. */
export interface PercentileOptions {
  /** Complete trials before the first one is pruned. Default: 5. */
  readonly startupTrials?: number;
  /** Steps of each trial before it may be pruned. Default: 0. */
  readonly warmupSteps?: number;
  /** Steps from one check to the next, from `warmupSteps` on. Default: 1. */
  readonly intervalSteps?: number;
  /** Complete trials that must have reported the step. Default: 1. */
  readonly minTrials?: number;
}

/**
 * Ends a trial whose best report so far is worse than the median of the complete trials' reports at the same step.
 * @throws ArgumentError for options out of range
 * @example createStudy({ pruner: pruners.median({ warmupSteps: 2 }) })
 */
export function median(options?: PercentileOptions): Pruner {
  return percentilePruner('median', 50, optionsOf('pruners.median', options));
}

/**
 * Ends a trial whose best report so far is not among the best `percentile` percent of the complete trials' reports at the
 * same step, interpolated linearly.
 * @param percentile from 0 to 100
 * @throws ArgumentError for options out of range
 */
export function percentile(percentile: number, options?: PercentileOptions): Pruner {
  checkNumber('pruners.percentile', 'percentile', percentile, 0, 100);
  return percentilePruner('percentile', percentile, optionsOf('pruners.percentile', options));
}

function percentilePruner(name: string, kept: number, options: PercentileOptions): Pruner {
  const { startupTrials = 5, warmupSteps = 0, intervalSteps = 1, minTrials = 1 } = options;
  const where = `pruners.${name}`;
  checkCount(where, 'startupTrials', startupTrials, 0);
  checkCount(where, 'warmupSteps', warmupSteps, 0);
  checkCount(where, 'intervalSteps', intervalSteps, 1);
  checkCount(where, 'minTrials', minTrials, 1);

  function shouldPrune({ direction, trials, trial }: PruningContext): boolean {
    const step = lastStep(trial);
    if (step === undefined || step < warmupSteps) return false;
    // Checked once in each interval: at the first report that falls into it.
    const begin = Math.floor((step - warmupSteps) / intervalSteps) * intervalSteps + warmupSteps;
    for (const earlier of trial.intermediateValues.keys()) if (earlier !== step && earlier >= begin) return false;
    let complete = 0;
    const others: number[] = [];
    for (const { state, intermediateValues } of trials) {
      if (state !== 'complete') continue;
      complete++;
      const value = intermediateValues.get(step);
      if (value !== undefined) others.push(value);
    }
    if (complete === 0 || complete < startupTrials) return false;
    const best = bestOf(direction, trial.intermediateValues.values());
    if (Number.isNaN(best)) return true;
    if (others.length < minTrials) return false;
    // False for NaN: nothing to compare with.
    if (direction === 'maximize') return besidePercentile(best, others, 100 - kept) < 0;
    return besidePercentile(best, others, kept) > 0;
  }
  return { name, shouldPrune };
}

/**
 * Compares a value with a percentile of others, by linear interpolation between the two nearest, without sorting them: all
 * but those next to the value only have to be counted.
 * @returns less than 0, 0 or more, as the value is below, at or above it; NaN when all others are NaN
 */
function besidePercentile(value: number, others: readonly number[], percent: number): number {
  let [count, below, notAbove, nextBelow, nextAbove] = [0, 0, 0, -Infinity, Infinity];
  for (const other of others) {
    if (Number.isNaN(other)) continue;
    count++;
    if (other < value) {
      below++;
      nextBelow = Math.max(nextBelow, other);
    }
    if (other <= value) notAbove++;
    else nextAbove = Math.min(nextAbove, other);
  }
  if (count === 0) return NaN;
  const at = (percent / 100) * (count - 1);
  const [lower, upper] = [Math.floor(at), Math.ceil(at)];
  if (upper < below) return 1;
  if (lower >= notAbove) return -1;
  // One of the two is next to the value or equal to it, and so is the other.
  const low = lower < below ? nextBelow : value;
  const high = upper < notAbove ? value : nextAbove;
  const percentile = low === high ? low : low + (high - low) * (at - lower);
  return value < percentile ? -1 : value > percentile ? 1 : 0;
}
