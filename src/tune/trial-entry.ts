/** A trial in memory. */
import { attributeFields, parsedFields, setField, type AttributeFields } from './attribute-fields.ts';
import { toExternal, type Distribution, type ParamValue } from './distribution.ts';
import type { AttributeValue, JsonValue } from './records.ts';
import { FAILURE, type EarlierRun, type TrialRecord, type TrialState } from './trial-record.ts';

// What most trials have none of, or not yet: an empty map or object of its own would take more than the trial.
const NO_DISTRIBUTIONS: ReadonlyMap<string, Distribution> = new Map();
const NO_VALUES: ReadonlyMap<string, number> = new Map();
const NO_REPORTS: ReadonlyMap<number, number> = new Map();
const NO_ATTRIBUTES: Readonly<Record<string, never>> = /* @__PURE__ */ Object.freeze(
  /* @__PURE__ */ Object.create(null) as Record<string, never>,
);

/** Node's: what `console.log` shows in place of an object. */
const INSPECT = /* @__PURE__ */ Symbol.for('nodejs.util.inspect.custom');

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

  /** Forgets its run. @returns what it had, unless that is nothing */
  beginAgain(noted: readonly string[]): EarlierRun | undefined {
    const notes = new Map(noted.map((key) => [key, this.systemAttributes[key] as JsonValue] as const));
    for (const key of noted) delete this.#systemAttributes?.[key];
    const { distributions, internalParams, intermediateValues: reports } = this;
    if (distributions.size + reports.size + notes.size === 0) return undefined;
    const params = [...distributions].map(
      ([name, distribution]) => [name, { internal: internalParams.get(name) as number, distribution }] as const,
    );
    this.#distributions = undefined;
    this.#internalParams = undefined;
    this.#params = undefined;
    this.#intermediateValues = undefined;
    return { params: new Map(params), reports, notes };
  }

  static {
    // A method with such a name could not be declared.
    Object.defineProperty(this.prototype, INSPECT, {
      value(this: TrialEntry) {
        return this.#shown();
      },
    });
  }

  /** For JSON, which has no maps. */
  toJSON(): object {
    const { distributions, internalParams, intermediateValues, ...rest } = this.#shown();
    return {
      ...rest,
      distributions: Object.fromEntries(distributions),
      internalParams: Object.fromEntries(internalParams),
      intermediateValues: Object.fromEntries(intermediateValues),
    };
  }

  /** All that it has: its own fields alone would be shown otherwise. */
  #shown(): TrialRecord {
    const { number, state, value, values, params, distributions, internalParams, intermediateValues } = this;
    const { userAttributes, systemAttributes, startTime, endTime, failure } = this;
    const given = { number, state, value, values, params, distributions, internalParams, intermediateValues };
    return { ...given, userAttributes, systemAttributes, startTime, endTime, failure };
  }

  #external(distributions: ReadonlyMap<string, Distribution>): Readonly<Record<string, ParamValue>> {
    const params = Object.create(null) as Record<string, ParamValue>;
    for (const [name, distribution] of distributions) {
      params[name] = toExternal(distribution, this.internalParams.get(name) as number);
    }
    return params;
  }
}
