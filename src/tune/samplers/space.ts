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
  const kinds = kindsOf(trials);
  const common = groupsOf(trials).filter((group) =>
    kinds.every((names) => [...group.keys()].every((name) => names.has(name))),
  );
  return new Map(common.flatMap((group) => [...group]));
}

/**
 * Splits the parameters into the largest groups of which each trial has all or none: those of a branch apart from those
 * that every trial asks for. Each as the newest trial has it; those with one value only are left out.
 */
export function groupsOf(trials: readonly TrialRecord[]): readonly Space[] {
  const kinds = kindsOf(trials);
  const newest = new Map<string, Distribution>();
  for (const distributions of kinds) for (const [name, distribution] of distributions) newest.set(name, distribution);
  let groups: (readonly string[])[] = [];
  for (const distributions of kinds) groups = refine(groups, new Set(distributions.keys()));
  return groups
    .map((names) => new Map(names.map((name) => [name, newest.get(name) as Distribution] as const)))
    .map((group) => new Map([...group].filter(([, distribution]) => countValues(distribution) > 1)))
    .filter(({ size }) => size > 0);
}

/** The newest trial of each set of names that trials asked for, in the order of these. */
function kindsOf(trials: readonly TrialRecord[]): readonly Space[] {
  const kinds: Space[] = [];
  for (const { distributions } of trials) {
    // Nearly always one of the last: kinds are few, and the newest is at the end.
    const at = kinds.findLastIndex((kind) => hasSameNames(kind, distributions));
    if (at >= 0) kinds.splice(at, 1);
    kinds.push(distributions);
  }
  return kinds;
}

function hasSameNames(a: Space, b: Space): boolean {
  if (a.size !== b.size) return false;
  for (const name of a.keys()) if (!b.has(name)) return false;
  return true;
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
