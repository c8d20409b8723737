/** A trial while it runs: what an objective is given. */
import { ArgumentError, describeValue, optionsOf } from '../errors.ts';
import { checkChoices, checkName, keptAttribute } from './attribute.ts';
import {
  categoricalDistribution,
  floatDistribution,
  intDistribution,
  type Choice,
  type Distribution,
  type FloatRangeOptions,
  type IntRangeOptions,
  type ParamValue,
} from './distribution.ts';
import type { JsonValue } from './records.ts';
import { isFinished, type TrialRecord } from './trial-record.ts';

/** What a trial needs of its study, wherever that is. */
export interface TrialHost {
  readonly record: TrialRecord;
  readonly signal: AbortSignal;
  suggest(name: string, distribution: Distribution): ParamValue;
  report(value: number, step: number): void;
  shouldPrune(): boolean;
  setUserAttribute(key: string, value: JsonValue): void;
  /** Another run begins, because the one that was under way has died. */
  beginAgain(): void;
  /** The run goes on that was taken for broken off: the trial has again what it had. */
  goOn(): void;
}

/**
 * Throw it out of an objective to end a trial that `shouldPrune` gave up: its value is the last one reported.
 * @example if (trial.shouldPrune()) throw new TrialPruned();
 */
export class TrialPruned extends Error {
  constructor(message = 'the trial was pruned') {
    super(message);
    this.name = 'TrialPruned';
  }
}

/**
 * What an objective may ask of its trial, wherever it runs. What would change a trial that has ended throws ArgumentError.
 */
export interface ObjectiveTrial {
  /** From 0, in the order in which trials were made. */
  readonly number: number;
  /** The parameters so far. */
  readonly params: Readonly<Record<string, ParamValue>>;
  /** Aborted when the study ends before the trial does: hand it to `fit`. */
  readonly signal: AbortSignal;
  /**
   * A number from `low` to `high`, both included.
   * @param name the same name gives the same value again
   * @throws ArgumentError for bounds that are reversed, not finite, or not positive with `log`, and for a parameter that
   *   was something else in another trial
   */
  suggestFloat(name: string, low: number, high: number, options?: FloatRangeOptions): number;
  /** A whole number from `low` to `high`, both included. @throws ArgumentError as `suggestFloat` */
  suggestInt(name: string, low: number, high: number, options?: IntRangeOptions): number;
  /** One of the choices. @throws ArgumentError for no choices, or for others than in another trial */
  suggestCategorical<const Value extends Choice>(name: string, choices: readonly Value[]): Value;
  /**
   * Tells how the trial is doing, for pruners.
   * @param value of the objective so far
   * @param step an integer from 0, such as the epoch; a second report of a step is ignored
   */
  report(value: number, step: number): void;
  /** Whether the trial is to end: throw TrialPruned then. Always false with several objectives. */
  shouldPrune(): boolean;
  /** Keeps something with the trial: anything that JSON can hold. */
  setUserAttribute(key: string, value: JsonValue): void;
}

/** A trial of a study. */
export class Trial implements ObjectiveTrial {
  readonly #host: TrialHost;

  /** @internal */
  constructor(host: TrialHost) {
    this.#host = host;
  }

  get signal(): AbortSignal {
    return this.#host.signal;
  }

  get number(): number {
    return this.#host.record.number;
  }

  get params(): Readonly<Record<string, ParamValue>> {
    return this.#host.record.params;
  }

  get userAttributes(): Readonly<Record<string, JsonValue>> {
    return this.#host.record.userAttributes;
  }

  /** @internal */
  get record(): TrialRecord {
    return this.#host.record;
  }

  suggestFloat(name: string, low: number, high: number, options?: FloatRangeOptions): number {
    checkName('suggestFloat', name);
    const given = optionsOf(`suggestFloat('${name}')`, options);
    return this.suggest(name, floatDistribution(name, low, high, given)) as number;
  }

  suggestInt(name: string, low: number, high: number, options?: IntRangeOptions): number {
    checkName('suggestInt', name);
    const given = optionsOf(`suggestInt('${name}')`, options);
    return this.suggest(name, intDistribution(name, low, high, given)) as number;
  }

  suggestCategorical<const Value extends Choice>(name: string, choices: readonly Value[]): Value {
    checkName('suggestCategorical', name);
    const distribution = categoricalDistribution(name, choices);
    checkChoices(name, choices);
    return this.suggest(name, distribution) as Value;
  }

  /** @internal A value for a parameter of any kind. */
  suggest(name: string, distribution: Distribution): ParamValue {
    if (!this.#host.record.distributions.has(name)) this.#checkRunning(`parameter '${name}'`);
    return this.#host.suggest(name, distribution);
  }

  report(value: number, step: number): void {
    this.#checkRunning('report');
    if (typeof value !== 'number') {
      throw new ArgumentError(
        `report: the value of trial ${this.number} is ${describeValue(value)}. Give a number: await what is a promise.`,
        { where: 'report', got: value },
      );
    }
    if (!Number.isSafeInteger(step) || step < 0) {
      throw new ArgumentError(
        `report: the step of trial ${this.number} is ${describeValue(step)}. Give an integer from 0, such as the epoch.`,
        { where: 'report', got: step },
      );
    }
    if (this.#host.record.intermediateValues.has(step)) return;
    this.#host.report(value, step);
  }

  shouldPrune(): boolean {
    return this.#host.shouldPrune();
  }

  setUserAttribute(key: string, value: JsonValue): void {
    this.#checkRunning('setUserAttribute');
    this.#host.setUserAttribute(key, keptAttribute('setUserAttribute', key, value));
  }

  /** @internal See `TrialHost`. */
  beginAgain(): void {
    this.#host.beginAgain();
  }

  /** @internal See `TrialHost`. */
  goOn(): void {
    this.#host.goOn();
  }

  #checkRunning(where: string): void {
    const { record } = this.#host;
    if (record.state === 'running') return;
    const found = isFinished(record)
      ? `is ${record.state}, and what has ended does not change`
      : 'does not run any more';
    throw new ArgumentError(
      `${where}: trial ${record.number} ${found}. Await everything that asks the trial before its objective returns, or before tell.`,
      { where, got: record.state },
    );
  }
}
