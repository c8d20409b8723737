/** A trial that has ended, for a model to be built of its parameters again. */
import { ArgumentError, optionsOf } from '../errors.ts';
import {
  categoricalDistribution,
  contains,
  describeDistribution,
  floatDistribution,
  intDistribution,
  toExternal,
  type Choice,
  type Distribution,
  type FloatRangeOptions,
  type IntRangeOptions,
  type ParamValue,
} from './distribution.ts';
import type { ObjectiveTrial } from './trial.ts';
import type { TrialRecord } from './trial-record.ts';

/** Gives what the trial had; what it is told changes nothing. */
export class ReplayedTrial implements ObjectiveTrial {
  readonly number: number;
  readonly params: Readonly<Record<string, ParamValue>>;
  readonly signal: AbortSignal;
  readonly #internal: ReadonlyMap<string, number>;

  constructor(record: TrialRecord, signal: AbortSignal = new AbortController().signal) {
    this.number = record.number;
    this.params = record.params;
    this.#internal = record.internalParams;
    this.signal = signal;
  }

  suggestFloat(name: string, low: number, high: number, options?: FloatRangeOptions): number {
    return this.#had(name, floatDistribution(name, low, high, optionsOf(`suggestFloat('${name}')`, options))) as number;
  }

  suggestInt(name: string, low: number, high: number, options?: IntRangeOptions): number {
    return this.#had(name, intDistribution(name, low, high, optionsOf(`suggestInt('${name}')`, options))) as number;
  }

  suggestCategorical<const Value extends Choice>(name: string, choices: readonly Value[]): Value {
    return this.#had(name, categoricalDistribution(name, choices)) as Value;
  }

  report(): void {
    // It was told before.
  }

  shouldPrune(): boolean {
    return false;
  }

  setUserAttribute(): void {
    // What ended does not change.
  }

  #had(name: string, distribution: Distribution): ParamValue {
    const internal = this.#internal.get(name);
    if (internal !== undefined && contains(distribution, internal)) return toExternal(distribution, internal);
    const had = internal === undefined ? 'did not have it' : `has ${String(this.params[name])}`;
    throw new ArgumentError(
      `parameter '${name}': trial ${this.number}, which is run again, ${had}; now ${describeDistribution(distribution)} is asked for. Build models as when the trial ran.`,
      { where: name, got: distribution },
    );
  }
}
