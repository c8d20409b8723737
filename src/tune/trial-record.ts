/** What a study knows of a trial. */
import type { Distribution, ParamValue } from './distribution.ts';
import type { JsonValue } from './records.ts';

/** `waiting`: to be run; `failed`: its objective threw or gave no number. */
export type TrialState = 'running' | 'complete' | 'pruned' | 'failed' | 'waiting';

/** A trial as it stands. */
export interface TrialRecord {
  /** From 0, in the order in which trials were made. */
  readonly number: number;
  readonly state: TrialState;
  /** The objective's value, of a study with one objective; of a pruned trial the last one reported. Undefined before. */
  readonly value: number | undefined;
  /** One value for each objective. */
  readonly values: readonly number[] | undefined;
  /** The parameters that the objective asked for: those of branches not taken are absent. */
  readonly params: Readonly<Record<string, ParamValue>>;
  readonly distributions: ReadonlyMap<string, Distribution>;
  /** The parameters as numbers: choices by their index. */
  readonly internalParams: ReadonlyMap<string, number>;
  /** What was reported, by step. */
  readonly intermediateValues: ReadonlyMap<number, number>;
  readonly userAttributes: Readonly<Record<string, JsonValue>>;
  readonly systemAttributes: Readonly<Record<string, JsonValue>>;
  /** Seconds since 1970; undefined while it waits. */
  readonly startTime: number | undefined;
  /** Seconds since 1970; undefined before it ended. */
  readonly endTime: number | undefined;
  /** Why it failed; undefined when it did not. */
  readonly failure: string | undefined;
}

/** Where the reason of a failure stands among the system attributes; Optuna keeps it there too. */
export const FAILURE = 'fail_reason';

/** Where the parameters of an enqueued trial stand, as in Optuna. */
export const FIXED_PARAMS = 'fixed_params';

/** Which writer runs a trial. */
export const WRITER = 'gradtape:writer';

/** A parameter of a run that was broken off. */
export interface EarlierParam {
  readonly internal: number;
  readonly distribution: Distribution;
}

/** What a trial had when its run was broken off: the next run has its parameters, and nothing else of it. */
export interface EarlierRun {
  readonly params: Map<string, EarlierParam>;
  readonly reports: ReadonlyMap<number, number>;
  /** What pruners noted. */
  readonly notes: ReadonlyMap<string, JsonValue>;
}

/** Whether the trial has ended, one way or another. */
export function isFinished({ state }: TrialRecord): boolean {
  return state === 'complete' || state === 'pruned' || state === 'failed';
}
