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
    const complete = trials.filter(({ state }) => state === 'complete');
    const step = lastStep(trial);
    if (complete.length === 0 || complete.length < startupTrials || step === undefined || step < warmupSteps)
      return false;
    // Checked once in each interval: at the first report that falls into it.
    const begin = Math.floor((step - warmupSteps) / intervalSteps) * intervalSteps + warmupSteps;
    for (const earlier of trial.intermediateValues.keys()) if (earlier !== step && earlier >= begin) return false;
    const best = bestOf(direction, trial.intermediateValues.values());
    if (Number.isNaN(best)) return true;
    const others = complete.flatMap(({ intermediateValues }) => intermediateValues.get(step) ?? []);
    if (others.length < minTrials) return false;
    const bound = percentileOf(others, direction === 'maximize' ? 100 - kept : kept);
    // False for a bound that is NaN: nothing to compare with.
    return direction === 'maximize' ? best < bound : best > bound;
  }
  return { name, shouldPrune };
}

/** By linear interpolation between the sorted values; NaN ones do not count. */
function percentileOf(values: readonly number[], percent: number): number {
  const sorted = values.filter((value) => !Number.isNaN(value)).sort((a, b) => a - b);
  const at = (percent / 100) * (sorted.length - 1);
  const below = Math.floor(at);
  const low = sorted[below] ?? NaN;
  const high = sorted[Math.ceil(at)] ?? NaN;
  return low === high ? low : low + (high - low) * (at - below);
}
