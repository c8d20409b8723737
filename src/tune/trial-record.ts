/** What a study knows of a trial. */
import { attributeFields, parsedFields, setField, type AttributeFields } from './attribute-fields.ts';
import { toExternal, type Distribution, type ParamValue } from './distribution.ts';
import type { AttributeValue, JsonValue } from './records.ts';

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

// What most trials have none of, or not yet: an empty map or object of its own would take more than the trial.
const NO_DISTRIBUTIONS: ReadonlyMap<string, Distribution> = new Map();
const NO_VALUES: ReadonlyMap<string, number> = new Map();
const NO_REPORTS: ReadonlyMap<number, number> = new Map();
const NO_ATTRIBUTES: Readonly<Record<string, never>> = /* @__PURE__ */ Object.freeze(
  /* @__PURE__ */ Object.create(null) as Record<string, never>,
);

/** A trial in the state of a study, which alone changes it. Objects whose names come from files have no prototype. */
export class TrialEntry implements TrialRecord {
  readonly number: number;
  state: TrialState = 'running';
  values: readonly number[] | undefined = undefined;
  startTime: number | undefined = undefined;
  endTime: number | undefined = undefined;
  #distributions: Map<string, Distribution> | undefined = undefined;
  #internalParams: Map<string, number> | undefined = undefined;
  #intermediateValues: Map<number, number> | undefined = undefined;
  #params: Readonly<Record<string, ParamValue>> | undefined = undefined;
  #userAttributes: AttributeFields | undefined = undefined;
  #systemAttributes: AttributeFields | undefined = undefined;

  constructor(number: number) {
    this.number = number;
  }

  get distributions(): ReadonlyMap<string, Distribution> {
    return this.#distributions ?? NO_DISTRIBUTIONS;
  }

  get internalParams(): ReadonlyMap<string, number> {
    return this.#internalParams ?? NO_VALUES;
  }

  get intermediateValues(): ReadonlyMap<number, number> {
    return this.#intermediateValues ?? NO_REPORTS;
  }

  get params(): Readonly<Record<string, ParamValue>> {
    if (!this.#distributions) return NO_ATTRIBUTES;
    this.#params ??= this.#external(this.#distributions);
    return this.#params;
  }

  get userAttributes(): Readonly<Record<string, JsonValue>> {
    return this.#userAttributes ? parsedFields(this.#userAttributes) : NO_ATTRIBUTES;
  }

  get systemAttributes(): Readonly<Record<string, JsonValue>> {
    return this.#systemAttributes ? parsedFields(this.#systemAttributes) : NO_ATTRIBUTES;
  }

  get value(): number | undefined {
    return this.values?.length === 1 ? this.values[0] : undefined;
  }

  get failure(): string | undefined {
    const reason = this.systemAttributes[FAILURE];
    return typeof reason === 'string' ? reason : undefined;
  }

  setParam(name: string, internal: number, distribution: Distribution): void {
    this.#distributions ??= new Map();
    this.#internalParams ??= new Map();
    this.#distributions.set(name, distribution);
    this.#internalParams.set(name, internal);
    this.#params = undefined;
  }

  report(step: number, value: number): void {
    this.#intermediateValues ??= new Map();
    this.#intermediateValues.set(step, value);
  }

  setAttribute(owner: 'user' | 'system', key: string, value: AttributeValue): void {
    if (owner === 'user') setField((this.#userAttributes ??= attributeFields()), key, value);
    else setField((this.#systemAttributes ??= attributeFields()), key, value);
  }

  #external(distributions: ReadonlyMap<string, Distribution>): Readonly<Record<string, ParamValue>> {
    const params = Object.create(null) as Record<string, ParamValue>;
    for (const [name, distribution] of distributions) {
      params[name] = toExternal(distribution, this.internalParams.get(name) as number);
    }
    return params;
  }
}

/** Whether the trial has ended, one way or another. */
export function isFinished({ state }: TrialRecord): boolean {
  return state === 'complete' || state === 'pruned' || state === 'failed';
}
