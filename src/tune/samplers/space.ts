/** The parameters that trials had: what a sampler chooses together before a trial asks. */
import { countValues, type Distribution } from '../distribution.ts';
import type { TrialRecord } from '../trial-record.ts';

/** Parameters by name. */
export type Space = ReadonlyMap<string, Distribution>;

/** Trials whose values say something: complete ones, and pruned ones by what they reported. */
export function informative(trials: readonly TrialRecord[]): readonly TrialRecord[] {
  return trials.filter(({ state }) => state === 'complete' || state === 'pruned');
}

/** Whether the trial has all of these parameters. */
export function hasAll({ internalParams }: TrialRecord, space: Space): boolean {
  for (const name of space.keys()) if (!internalParams.has(name)) return false;
  return true;
}

/** The parameters that all trials have, as the newest one has them; those with one value only left out. */
export function commonSpace(trials: readonly TrialRecord[]): Space {
  const groups = groupsOf(trials);
  const common = new Map<string, Distribution>();
  for (const group of groups) {
    if (!trials.every((trial) => hasAll(trial, group))) continue;
    for (const [name, distribution] of group) common.set(name, distribution);
  }
  return common;
}

/**
 * Splits the parameters into the largest groups of which each trial has all or none: those of a branch apart from those
 * that every trial asks for. Each as the newest trial has it; those with one value only are left out.
 */
export function groupsOf(trials: readonly TrialRecord[]): readonly Space[] {
  const newest = new Map<string, Distribution>();
  const seen = new Set<string>();
  let groups: (readonly string[])[] = [];
  for (const { distributions } of trials) {
    for (const [name, distribution] of distributions) newest.set(name, distribution);
    const key = [...distributions.keys()].join('\0');
    if (seen.has(key)) continue;
    seen.add(key);
    groups = refine(groups, new Set(distributions.keys()));
  }
  return groups
    .map((names) => new Map(names.map((name) => [name, newest.get(name) as Distribution] as const)))
    .map((group) => new Map([...group].filter(([, distribution]) => countValues(distribution) > 1)))
    .filter(({ size }) => size > 0);
}

/** Splits each group into what a trial has of it and what it has not, and adds what is in none. */
function refine(groups: readonly (readonly string[])[], names: ReadonlySet<string>): (readonly string[])[] {
  const left = new Set(names);
  const refined: (readonly string[])[] = [];
  for (const group of groups) {
    refined.push(
      group.filter((name) => names.has(name)),
      group.filter((name) => !names.has(name)),
    );
    for (const name of group) left.delete(name);
  }
  refined.push([...left]);
  return refined.filter(({ length }) => length > 0);
}
