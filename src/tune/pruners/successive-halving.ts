/**
 * Asynchronous successive halving (Li et al., "A System for Massively Parallel Hyperparameter Tuning", 2018), as Optuna
 * decides it: at each rung a trial goes on if it is among the best 1 / reductionFactor of those that reached it so far.
 */
import { ArgumentError, describeValue, optionsOf } from '../../errors.ts';
import type { Pruner, PruningContext } from '../pruner.ts';
import { checkCount } from './checks.ts';
import { integerPower } from './integer-power.ts';
import { firstComplete, lastStep } from './reports.ts';

/** Options of `pruners.successiveHalving`. */
export interface SuccessiveHalvingOptions {
  /**
   * The step of the first rung. Default: 'auto', a hundredth of the last step of the first complete trial, at least 1; nothing
   * is pruned before there is one.
   */
  readonly minResource?: number | 'auto';
  /** Of how many trials one goes on; each rung is so many times later. Default: 4. */
  readonly reductionFactor?: number;
  /** Rungs that are left out at the beginning. Default: 0. */
  readonly minEarlyStoppingRate?: number;
  /** Trials that a rung waits for: until then, those that reach it are pruned. Not with 'auto'. Default: 0. */
  readonly bootstrapCount?: number;
}

/**
 * Ends trials at rungs `minResource * reductionFactor ** (minEarlyStoppingRate + k)` of steps.
 * @throws ArgumentError for options out of range
 * @example createStudy({ pruner: pruners.successiveHalving({ minResource: 1, reductionFactor: 3 }) })
 */
export function successiveHalving(options?: SuccessiveHalvingOptions): Pruner {
  const where = 'pruners.successiveHalving';
  const given = optionsOf(where, options);
  const { minResource = 'auto', reductionFactor = 4, minEarlyStoppingRate = 0, bootstrapCount = 0 } = given;
  checkResource(where, 'minResource', minResource);
  checkCount(where, 'reductionFactor', reductionFactor, 2);
  checkCount(where, 'minEarlyStoppingRate', minEarlyStoppingRate, 0);
  checkCount(where, 'bootstrapCount', bootstrapCount, 0);
  checkBootstrap(where, bootstrapCount, 'minResource', minResource);

  function shouldPrune(context: PruningContext): boolean {
    const first = minResource === 'auto' ? estimateMinResource(context) : minResource;
    if (first === undefined) return false;
    return fallsAtRung(context, {
      first: first * integerPower(reductionFactor, minEarlyStoppingRate),
      reductionFactor,
      bootstrapCount,
    });
  }
  return { name: 'successiveHalving', shouldPrune };
}

/** @throws ArgumentError unless the option is 'auto' or an integer from 1 */
export function checkResource(where: string, name: string, value: unknown): void {
  if (value === 'auto' || (Number.isSafeInteger(value) && (value as number) >= 1)) return;
  throw new ArgumentError(`${where}: ${name} is ${describeValue(value)}. Give an integer of at least 1, or 'auto'.`, {
    where,
    got: value,
  });
}

/** @throws ArgumentError for trials to wait for at rungs that are not known yet */
export function checkBootstrap(where: string, bootstrapCount: number, name: string, resource: number | 'auto'): void {
  if (bootstrapCount === 0 || resource !== 'auto') return;
  throw new ArgumentError(`${where}: bootstrapCount ${bootstrapCount} needs ${name} as a number, not 'auto'.`, {
    where,
    got: bootstrapCount,
  });
}

function estimateMinResource({ trials }: PruningContext): number | undefined {
  const complete = firstComplete(trials);
  return complete && Math.max(1, Math.floor((lastStep(complete) as number) / 100));
}

/** The rungs of one contest. */
export interface Rungs {
  /** The step of the first one. */
  readonly first: number;
  readonly reductionFactor: number;
  readonly bootstrapCount: number;
}

/** Passes the trial through the rungs that it has reached, noting its value at each. @returns whether it falls at one */
export function fallsAtRung({ direction, trials, trial, note }: PruningContext, rungs: Rungs): boolean {
  const step = lastStep(trial);
  if (step === undefined) return false;
  const value = trial.intermediateValues.get(step) as number;
  for (let rung = 0; ; rung++) {
    // The names that Optuna writes.
    const key = `completed_rung_${rung}`;
    if (key in trial.systemAttributes) continue;
    if (step < rungs.first * integerPower(rungs.reductionFactor, rung)) return false;
    if (Number.isNaN(value)) return true;
    note(key, value);
    const competing = trials.flatMap(({ systemAttributes }) => (systemAttributes[key] as number | undefined) ?? []);
    if (competing.length <= rungs.bootstrapCount) return true;
    // The first few to reach a rung are compared with the best of them.
    const promoted = Math.max(1, Math.floor(competing.length / rungs.reductionFactor));
    competing.sort((a, b) => (direction === 'maximize' ? b - a : a - b));
    const bound = competing[promoted - 1] as number;
    if (direction === 'maximize' ? value < bound : value > bound) return true;
  }
}
