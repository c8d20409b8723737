/** Trials with parameters that somebody chose: what may be chosen, and what became of it. */
import { warn } from '../console.ts';
import { ArgumentError, describeValue, optionsOf } from '../errors.ts';
import { keptAttribute } from './attribute.ts';
import type { ParamValue } from './distribution.ts';
import type { JsonValue } from './records.ts';
import { FIXED_PARAMS, type TrialRecord } from './trial-record.ts';

/** Options of `enqueueTrial`. */
export interface EnqueueOptions {
  /** Does nothing when a trial with these parameters is there. Default: false. */
  readonly skipIfExists?: boolean;
  readonly userAttributes?: Readonly<Record<string, JsonValue>>;
}

/** Parameters by name. */
export type FixedParams = Readonly<Record<string, ParamValue>>;

const where = 'enqueueTrial';

/** @throws ArgumentError for what is no object of values, and for values that no parameter can have */
export function fixedParams(params: unknown): FixedParams {
  if (typeof params !== 'object' || params === null || Array.isArray(params) || Object.keys(params).length === 0) {
    throw new ArgumentError(
      `${where}: the parameters are ${describeValue(params)}. Give an object with a value for one of them or more, such as { rate: 0.01 }.`,
      { where, got: params },
    );
  }
  for (const [name, value] of Object.entries(params as Readonly<Record<string, unknown>>)) {
    if (value === null || typeof value === 'string' || typeof value === 'boolean' || Number.isFinite(value)) continue;
    throw new ArgumentError(
      `${where}: the parameter '${name}' is ${describeValue(value)}. Give a string, a finite number, a boolean or null.`,
      { where, got: value },
    );
  }
  return keptAttribute(where, FIXED_PARAMS, params) as FixedParams;
}

/** @throws ArgumentError for attributes that cannot be kept */
export function givenAttributes(attributes: EnqueueOptions['userAttributes']): EnqueueOptions['userAttributes'] {
  const entries = Object.entries(optionsOf(where, attributes));
  return Object.fromEntries(entries.map(([key, value]) => [key, keptAttribute(where, key, value)]));
}

/** Whether a trial has these parameters and no others, or is to have them. */
export function hasParams(trial: TrialRecord, wanted: FixedParams): boolean {
  const has: FixedParams = { ...fixedOf(trial), ...trial.params };
  const names = Object.keys(wanted);
  return names.length === Object.keys(has).length && names.every((name) => has[name] === wanted[name]);
}

/** Tells of parameters that somebody chose and the objective did not ask for. */
export function warnOfUnasked(trial: TrialRecord): void {
  if (trial.state !== 'complete') return;
  const names = Object.keys(fixedOf(trial)).filter((name) => !trial.distributions.has(name));
  if (names.length === 0) return;
  const asked = [...trial.distributions.keys()];
  warn(
    `gradtape: trial ${trial.number} was enqueued with ${names.map((name) => `'${name}'`).join(', ')}, which its objective did not ask for; it asked for ${asked.length === 0 ? 'nothing' : asked.join(', ')}.`,
  );
}

function fixedOf({ systemAttributes }: TrialRecord): FixedParams {
  return (systemAttributes[FIXED_PARAMS] ?? {}) as FixedParams;
}
