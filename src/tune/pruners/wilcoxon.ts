/**
 * For folds: compares a trial with the best one fold by fold by Wilcoxon's signed-rank test, so that an easy or hard fold
 * misleads nobody (Optuna's WilcoxonPruner). Steps are the numbers of folds, in any order.
 */
import { optionsOf } from '../../errors.ts';
import { isBetter } from '../dominance.ts';
import type { Pruner, PruningContext } from '../pruner.ts';
import type { TrialRecord } from '../trial-record.ts';
import { checkCount, checkNumber } from './checks.ts';
import { signedRankTest } from './signed-rank-test.ts';

/** Options of `pruners.wilcoxon`. */
export interface WilcoxonOptions {
  /** Prunes when the probability that the trial is not worse falls below it. Default: 0.1. */
  readonly pThreshold?: number;
  /** Folds of both trials before one may be pruned, at least 2. Default: 2. */
  readonly startupSteps?: number;
}

/**
 * Ends a trial that is worse than the best complete one with a p-value below `pThreshold`, one-sided. Report one value for
 * each fold or problem; trials with NaN or infinite ones are not pruned.
 * @throws ArgumentError for options out of range
 * @example createStudy({ pruner: pruners.wilcoxon({ pThreshold: 0.05 }) })
 */
export function wilcoxon(options?: WilcoxonOptions): Pruner {
  const { pThreshold = 0.1, startupSteps = 2 } = optionsOf('pruners.wilcoxon', options);
  checkNumber('pruners.wilcoxon', 'pThreshold', pThreshold, 0, 1);
  checkCount('pruners.wilcoxon', 'startupSteps', startupSteps, 0);

  function shouldPrune({ direction, trials, trial }: PruningContext): boolean {
    const best = bestComplete(trials, direction);
    if (!best || !isFiniteAll(best) || !isFiniteAll(trial)) return false;
    const sign = direction === 'minimize' ? 1 : -1;
    const differences: number[] = [];
    for (const [step, value] of trial.intermediateValues) {
      const other = best.intermediateValues.get(step);
      if (other !== undefined) differences.push(sign * (value - other));
    }
    if (differences.length < Math.max(2, startupSteps)) return false;
    // The mean tells when what seems worse fold by fold is better as a whole.
    const isBetterOnAverage = sign * (meanOf(best) - meanOf(trial)) >= 0;
    return signedRankTest(differences) < pThreshold && !isBetterOnAverage;
  }
  return { name: 'wilcoxon', shouldPrune };
}

function bestComplete(trials: readonly TrialRecord[], direction: PruningContext['direction']): TrialRecord | undefined {
  let best: TrialRecord | undefined;
  for (const trial of trials) {
    if (trial.state !== 'complete' || trial.value === undefined) continue;
    if (!best || isBetter(direction, trial.value, best.value as number)) best = trial;
  }
  return best;
}

function isFiniteAll({ intermediateValues }: TrialRecord): boolean {
  return intermediateValues.size > 0 && [...intermediateValues.values()].every(Number.isFinite);
}

function meanOf({ intermediateValues }: TrialRecord): number {
  let sum = 0;
  for (const value of intermediateValues.values()) sum += value;
  return sum / intermediateValues.size;
}
