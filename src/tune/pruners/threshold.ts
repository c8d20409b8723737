/** Ends what leaves a range (Optuna's ThresholdPruner). */
import { ArgumentError, optionsOf } from '../../errors.ts';
import type { Pruner, PruningContext } from '../pruner.ts';
import { checkCount, checkNumber } from './checks.ts';
import { lastStep } from './reports.ts';

/** Options of `pruners.threshold`: at least one of the bounds. */
export interface ThresholdOptions {
  /** Smaller reports end the trial. Default: none. */
  readonly lower?: number;
  /** Larger reports end the trial. Default: none. */
  readonly upper?: number;
  /** Steps of each trial before it may be pruned. Default: 0. */
  readonly warmupSteps?: number;
}

/**
 * Ends a trial whose latest report is below `lower`, above `upper`, or NaN.
 * @throws ArgumentError for no bounds, or reversed ones
 * @example createStudy({ pruner: pruners.threshold({ upper: 10, warmupSteps: 1 }) })
 */
export function threshold(options: ThresholdOptions): Pruner {
  const { lower = -Infinity, upper = Infinity, warmupSteps = 0 } = optionsOf('pruners.threshold', options);
  if (lower === -Infinity && upper === Infinity) {
    throw new ArgumentError('pruners.threshold: neither lower nor upper is given. Give one or both.', {
      where: 'pruners.threshold',
    });
  }
  checkNumber('pruners.threshold', 'upper', upper, lower, Infinity);
  checkCount('pruners.threshold', 'warmupSteps', warmupSteps, 0);
  function shouldPrune({ trial }: PruningContext): boolean {
    const step = lastStep(trial);
    if (step === undefined || step < warmupSteps) return false;
    const value = trial.intermediateValues.get(step) as number;
    return !(value >= lower && value <= upper);
  }
  return { name: 'threshold', shouldPrune };
}
