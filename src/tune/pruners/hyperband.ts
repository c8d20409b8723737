/**
 * Hyperband (Li et al., 2018) over asynchronous successive halving, as Optuna runs it: each trial belongs to one bracket by
 * a hash of its number, and brackets differ in how early they prune. Samplers learn from all of them, where Optuna's see a trial's own bracket.
 */
import { log } from '../../../kernels/math.ts';
import { optionsOf } from '../../errors.ts';
import { crc32 } from '../../io/crc.ts';
import type { PrunedStudy, Pruner, PruningContext } from '../pruner.ts';
import type { TrialRecord } from '../trial-record.ts';
import { checkCount } from './checks.ts';
import { integerPower } from './integer-power.ts';
import { firstComplete, lastStep } from './reports.ts';
import { checkBootstrap, checkResource, fallsAtRung } from './successive-halving.ts';

/** Options of `pruners.hyperband`. */
export interface HyperbandOptions {
  /** The step of the earliest rung. Default: 1. */
  readonly minResource?: number;
  /** Steps of a whole trial, such as its epochs. Default: 'auto', from the first complete trial; nothing is pruned before. */
  readonly maxResource?: number | 'auto';
  /** Of how many trials one goes on. Default: 3. */
  readonly reductionFactor?: number;
  /** As for `successiveHalving`; not with 'auto'. Default: 0. */
  readonly bootstrapCount?: number;
}

/**
 * Several contests of successive halving at once, from one that prunes early to one that prunes late:
 * `floor(log(maxResource / minResource) / log(reductionFactor)) + 1` of them.
 * @throws ArgumentError for options out of range
 * @example createStudy({ pruner: pruners.hyperband({ maxResource: 30 }) })
 */
export function hyperband(options?: HyperbandOptions): Pruner {
  const where = 'pruners.hyperband';
  const given = optionsOf(where, options);
  const { minResource = 1, maxResource = 'auto', reductionFactor = 3, bootstrapCount = 0 } = given;
  checkCount(where, 'minResource', minResource, 1);
  checkResource(where, 'maxResource', maxResource);
  checkCount(where, 'reductionFactor', reductionFactor, 2);
  checkCount(where, 'bootstrapCount', bootstrapCount, 0);
  checkBootstrap(where, bootstrapCount, 'maxResource', maxResource);

  function sharesOf({ trials }: PrunedStudy): readonly number[] | undefined {
    const complete = maxResource === 'auto' ? firstComplete(trials) : undefined;
    const most = maxResource === 'auto' ? complete && (lastStep(complete) as number) + 1 : maxResource;
    return most === undefined ? undefined : bracketShares(Math.max(1, most / minResource), reductionFactor);
  }
  function inBracket(study: PrunedStudy, shares: readonly number[], bracket: number): readonly TrialRecord[] {
    return study.trials.filter(({ number }) => bracketOf(study.name, number, shares) === bracket);
  }

  function shouldPrune(context: PruningContext): boolean {
    const shares = sharesOf(context);
    if (!shares) return false;
    const bracket = bracketOf(context.name, context.trial.number, shares);
    const rungs = { first: minResource * integerPower(reductionFactor, bracket), reductionFactor, bootstrapCount };
    return fallsAtRung({ ...context, trials: inBracket(context, shares, bracket) }, rungs);
  }
  return { name: 'hyperband', shouldPrune };
}

/** How many of so many trials each bracket gets: those that prune early get more. */
function bracketShares(ratio: number, factor: number): readonly number[] {
  // A power of the factor is to have its bracket in spite of rounding.
  const brackets = Math.floor(log(ratio) / log(factor) + 1e-12) + 1;
  return Array.from({ length: brackets }, (_, bracket) => {
    const left = brackets - bracket;
    return Math.ceil((brackets * integerPower(factor, left - 1)) / left);
  });
}

function bracketOf(name: string, number: number, shares: readonly number[]): number {
  const total = shares.reduce((sum, share) => sum + share, 0);
  let place = crc32(new TextEncoder().encode(`${name}_${number}`)) % total;
  return shares.findIndex((share) => {
    place -= share;
    return place < 0;
  });
}
