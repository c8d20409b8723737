/**
 * The value of a parameter that an objective asks for: the trial's own, that of an earlier run of it, the one it was
 * enqueued with, or the sampler's.
 */
import { warn } from '../console.ts';
import { ArgumentError, describeValue } from '../errors.ts';
import {
  checkCompatible,
  contains,
  countValues,
  describeDistribution,
  fromUnit,
  sameDistribution,
  toExternal,
  toInternal,
  type Distribution,
  type ParamValue,
} from './distribution.ts';
import type { JsonValue } from './records.ts';
import type { JointValue } from './sampler.ts';
import { FIXED_PARAMS, type EarlierRun, type TrialRecord } from './trial-record.ts';

/** Where the parameters of one trial come from. */
export interface ParamSource {
  readonly record: TrialRecord;
  /** What a run of this trial that was broken off had. */
  readonly earlier: EarlierRun | undefined;
  /** Chosen before the objective began. */
  readonly joint: ReadonlyMap<string, JointValue>;
  /** What each parameter of the study was first. */
  readonly known: ReadonlyMap<string, Distribution>;
  sample(name: string, distribution: Distribution): number;
  setParam(name: string, internal: number, distribution: Distribution): void;
}

/**
 * The value, kept with the trial.
 * @throws ArgumentError for a parameter that was something else in another trial, or earlier in this one
 */
export function suggestFrom(source: ParamSource, name: string, distribution: Distribution): ParamValue {
  const { record } = source;
  const before = record.distributions.get(name);
  if (before) {
    checkCompatible(name, before, distribution);
    return again(record, name, distribution);
  }
  const known = source.known.get(name);
  if (known) checkCompatible(name, known, distribution);
  const value =
    ofEarlierRun(source, name, distribution) ??
    fixed(record, name, distribution) ??
    joint(source, name, distribution) ??
    drawn(source, name, distribution);
  source.setParam(name, value, distribution);
  return toExternal(distribution, value);
}

/** What was asked for before, within the bounds that are asked for now. */
function again({ number, internalParams }: TrialRecord, name: string, distribution: Distribution): ParamValue {
  const internal = internalParams.get(name) as number;
  if (contains(distribution, internal)) return toExternal(distribution, internal);
  throw new ArgumentError(
    `parameter '${name}': trial ${number} has ${internal}, which is not ${describeDistribution(distribution)}. Ask for a parameter once, or each time with the same bounds.`,
    { where: name, got: distribution },
  );
}

/** The value that the trial had before: it is the same trial, whatever the sampler would choose by now. */
function ofEarlierRun({ record, earlier }: ParamSource, name: string, distribution: Distribution): number | undefined {
  const had = earlier?.params.get(name);
  if (!had || contains(distribution, had.internal)) return had?.internal;
  throw new ArgumentError(
    `parameter '${name}': trial ${record.number} was begun by an earlier run, which took ${had.internal} from ${describeDistribution(had.distribution)}; now ${describeDistribution(distribution)} is asked for. Ask for the old bounds until the trial has ended, or let it fail: new trials take the new ones.`,
    { where: name, got: distribution, expected: had.distribution },
  );
}

/** The value that the trial was enqueued with. */
function fixed(
  { number, systemAttributes }: TrialRecord,
  name: string,
  distribution: Distribution,
): number | undefined {
  const params = systemAttributes[FIXED_PARAMS] as Readonly<Record<string, JsonValue>> | undefined;
  if (!params || !Object.hasOwn(params, name)) return undefined;
  const internal = toInternal(distribution, params[name]);
  if (internal === undefined) {
    warn(
      `gradtape: trial ${number} was enqueued with ${name} = ${describeValue(params[name])}, which is not ${describeDistribution(distribution)}; the sampler chooses instead.`,
    );
  }
  return internal;
}

function joint(source: ParamSource, name: string, distribution: Distribution): number | undefined {
  const chosen = source.joint.get(name);
  return chosen && sameDistribution(chosen.distribution, distribution) ? chosen.internal : undefined;
}

function drawn(source: ParamSource, name: string, distribution: Distribution): number {
  // Where there is one value only, samplers are not asked.
  return countValues(distribution) === 1 ? fromUnit(distribution, 0) : source.sample(name, distribution);
}
