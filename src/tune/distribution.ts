/** What a parameter may be: a range of numbers, a range of whole numbers, or one of some choices. */
import { exp, log as ln } from '../../kernels/math.ts';
import { ArgumentError, describeValue, optionsOf } from '../errors.ts';

/** A choice: what JSON can hold and compare. */
export type Choice = string | number | boolean | null;

/** A value of a parameter. */
export type ParamValue = Choice;

/** Numbers from `low` to `high`, both included; with a step, `low + k * step` only. */
export interface FloatDistribution {
  readonly kind: 'float';
  readonly low: number;
  readonly high: number;
  /** Whether equal ratios, not equal differences, are equally likely. */
  readonly log: boolean;
  readonly step: number | null;
}

/** Whole numbers `low + k * step` up to `high`, which is one of them. */
export interface IntDistribution {
  readonly kind: 'int';
  readonly low: number;
  readonly high: number;
  readonly log: boolean;
  readonly step: number;
}

/** One of some choices, without an order. */
export interface CategoricalDistribution {
  readonly kind: 'categorical';
  readonly choices: readonly Choice[];
}

export type Distribution = FloatDistribution | IntDistribution | CategoricalDistribution;

/** Options of a range of numbers. */
export interface FloatRangeOptions {
  /** Samples the logarithm evenly; `low` is to be positive. Default: false. */
  readonly log?: boolean;
  /** Distance of neighbouring values; not together with `log`. Default: none, every number. */
  readonly step?: number;
}

/** Options of a range of whole numbers. */
export interface IntRangeOptions {
  /** Samples the logarithm evenly; `low` is to be at least 1. Default: false. */
  readonly log?: boolean;
  /** Distance of neighbouring values, a whole number; not together with `log`. Default: 1. */
  readonly step?: number;
}

/**
 * @throws ArgumentError for bounds that are reversed, not finite or too far apart, a logarithm of what is not positive, a
 *   bad step, a `log` that is neither true nor false
 */
export function floatDistribution(
  name: string,
  low: number,
  high: number,
  options?: FloatRangeOptions,
): FloatDistribution {
  const { log = false, step } = optionsOf(`parameter '${name}'`, options);
  checkRange(name, { low, high, log, step, isGood: Number.isFinite, kind: 'a finite number' });
  if (log && low <= 0) refuseLog(name, low, 'a positive one');
  return { kind: 'float', low, high: step === undefined ? high : lastStep(low, high, step), log, step: step ?? null };
}

/** @throws ArgumentError for bounds that are reversed or no whole numbers, a logarithm of what is below 1, as for floats */
export function intDistribution(name: string, low: number, high: number, options?: IntRangeOptions): IntDistribution {
  const { log = false, step } = optionsOf(`parameter '${name}'`, options);
  checkRange(name, { low, high, log, step, isGood: Number.isSafeInteger, kind: 'a whole number' });
  if (log && low < 1) refuseLog(name, low, 'at least 1');
  const distance = step ?? 1;
  return { kind: 'int', low, high: low + Math.floor((high - low) / distance) * distance, log, step: distance };
}

/** @throws ArgumentError for no choices, the same one twice, or one that JSON cannot hold */
export function categoricalDistribution(name: string, choices: readonly Choice[]): CategoricalDistribution {
  const given: unknown = choices;
  if (!Array.isArray(given) || given.length === 0) {
    throw new ArgumentError(
      `suggestCategorical('${name}'): the choices are ${Array.isArray(given) ? 'empty' : describeValue(given)}. Give an array of at least one.`,
      { where: name, got: choices },
    );
  }
  for (const [index, choice] of given.entries()) {
    const isChoice = choice === null || ['string', 'boolean'].includes(typeof choice) || Number.isFinite(choice);
    if (!isChoice) {
      throw new ArgumentError(
        `suggestCategorical('${name}'): choice ${index} is ${describeValue(choice)}. Choices are strings, finite numbers, booleans or null: name other things, and look them up by the name.`,
        { where: name, got: choice },
      );
    }
    if (given.indexOf(choice) !== index) {
      throw new ArgumentError(`suggestCategorical('${name}'): ${describeValue(choice)} is there twice. Give it once.`, {
        where: name,
        got: choices,
      });
    }
  }
  return { kind: 'categorical', choices: [...choices] };
}

interface GivenRange {
  readonly low: number;
  readonly high: number;
  readonly log: boolean;
  readonly step: number | undefined;
  readonly isGood: (value: unknown) => boolean;
  readonly kind: string;
}

function checkRange(name: string, { low, high, log, step, isGood, kind }: GivenRange): void {
  for (const [bound, value] of [
    ['low', low],
    ['high', high],
  ] as const) {
    if (isGood(value)) continue;
    throw new ArgumentError(`parameter '${name}': ${bound} is ${describeValue(value)}. Give ${kind}.`, {
      where: name,
      got: value,
    });
  }
  if (low > high) {
    throw new ArgumentError(
      `parameter '${name}': the bounds are reversed, low ${low} is above high ${high}. Give the lower one first.`,
      { where: name, got: [low, high] },
    );
  }
  const width = high - low;
  if (width === Infinity) {
    throw new ArgumentError(
      `parameter '${name}': from low ${low} to high ${high} is further than the largest number, ${Number.MAX_VALUE}. Give bounds nearer to each other, or search the exponent.`,
      { where: name, got: [low, high] },
    );
  }
  if (typeof log !== 'boolean') {
    throw new ArgumentError(`parameter '${name}': log is ${describeValue(log)}. Give true or false.`, {
      where: name,
      got: log,
    });
  }
  if (step === undefined) return;
  if (!isGood(step) || step <= 0) {
    throw new ArgumentError(`parameter '${name}': the step is ${describeValue(step)}. Give ${kind} above 0.`, {
      where: name,
      got: step,
    });
  }
  if (width / step === Infinity) {
    throw new ArgumentError(
      `parameter '${name}': between low ${low} and high ${high} there are more steps of ${step} than can be counted. Give a longer step, or none.`,
      { where: name, got: step },
    );
  }
  if (log) {
    throw new ArgumentError(`parameter '${name}': log and step do not go together. Leave one of them out.`, {
      where: name,
      got: { log, step },
    });
  }
}

function refuseLog(name: string, low: number, wanted: string): never {
  throw new ArgumentError(
    `parameter '${name}': the logarithm of low ${low} is asked for. With log, low is to be ${wanted}.`,
    { where: name, got: low },
  );
}

/** The largest `low + k * step` up to `high`, where 0.3 counts as a multiple of 0.1. */
function lastStep(low: number, high: number, step: number): number {
  const steps = (high - low) / step;
  const nearest = Math.round(steps);
  if (Math.abs(steps - nearest) <= 1e-9 * Math.max(1, nearest)) return high;
  // 0.9 for three steps of 0.3, as in decimal arithmetic, which Optuna takes for this.
  return Number((low + Math.floor(steps) * step).toPrecision(15));
}

/** How many values there are: Infinity for a range without a step. */
export function countValues(distribution: Distribution): number {
  switch (distribution.kind) {
    case 'categorical':
      return distribution.choices.length;
    case 'int':
      return Math.round((distribution.high - distribution.low) / distribution.step) + 1;
    case 'float':
      if (distribution.low === distribution.high) return 1;
      if (distribution.step === null) return Infinity;
      return Math.round((distribution.high - distribution.low) / distribution.step) + 1;
  }
}

/** The value that a number in storage stands for: the number itself, or the choice with that index. */
export function toExternal(distribution: Distribution, internal: number): ParamValue {
  return distribution.kind === 'categorical' ? (distribution.choices[internal] ?? null) : internal;
}

/** The number that stands for a value; undefined for a value that is none of the parameter's. */
export function toInternal(distribution: Distribution, value: unknown): number | undefined {
  if (distribution.kind === 'categorical') {
    const index = distribution.choices.indexOf(value as Choice);
    return index < 0 ? undefined : index;
  }
  return typeof value === 'number' && contains(distribution, value) ? value : undefined;
}

/** Whether a number in storage is a value of this parameter. */
export function contains(distribution: Distribution, internal: number): boolean {
  if (distribution.kind === 'categorical') {
    return Number.isInteger(internal) && internal >= 0 && internal < distribution.choices.length;
  }
  const { low, high, step } = distribution;
  if (!(internal >= low && internal <= high)) return false;
  if (step === null) return true;
  const steps = (internal - low) / step;
  return Math.abs(steps - Math.round(steps)) < 1e-8 * Math.max(1, Math.abs(steps));
}

/**
 * The value at a place of the unit interval, such that an even distribution of places is the parameter's own: steps and
 * choices have equal shares, logarithmic ranges are even in the logarithm.
 * @param unit in [0, 1)
 * @returns the number in storage
 */
export function fromUnit(distribution: Distribution, unit: number): number {
  const count = countValues(distribution);
  if (distribution.kind === 'categorical') return Math.min(count - 1, Math.floor(unit * count));
  const { low, high, log, step } = distribution;
  if (log) {
    const half = distribution.kind === 'int' ? 0.5 : 0;
    const from = ln(low - half);
    const value = exp(from + unit * (ln(high + half) - from));
    return clamp(distribution.kind === 'int' ? Math.round(value) : value, low, high);
  }
  if (step === null) return clamp(low + unit * (high - low), low, high);
  return clamp(low + Math.min(count - 1, Math.floor(unit * count)) * step, low, high);
}

/** The place of a value in the unit interval: the middle of its share. The inverse of `fromUnit`. */
export function toUnit(distribution: Distribution, internal: number): number {
  const count = countValues(distribution);
  if (distribution.kind === 'categorical') return (internal + 0.5) / count;
  const { low, high, log, step } = distribution;
  if (log) {
    const half = distribution.kind === 'int' ? 0.5 : 0;
    const from = ln(low - half);
    const to = ln(high + half);
    return to > from ? clamp((ln(internal) - from) / (to - from), 0, 1) : 0.5;
  }
  if (step === null) return high > low ? clamp((internal - low) / (high - low), 0, 1) : 0.5;
  return clamp((Math.round((internal - low) / step) + 0.5) / count, 0, 1);
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}

/** Whether two are the same in every respect. */
export function sameDistribution(a: Distribution, b: Distribution): boolean {
  if (a.kind === 'categorical' || b.kind === 'categorical') {
    return a.kind === b.kind && sameChoices(a as CategoricalDistribution, b as CategoricalDistribution);
  }
  return a.kind === b.kind && a.low === b.low && a.high === b.high && a.log === b.log && a.step === b.step;
}

function sameChoices({ choices: a }: CategoricalDistribution, { choices: b }: CategoricalDistribution): boolean {
  return a.length === b.length && a.every((choice, index) => choice === b[index] || Object.is(choice, b[index]));
}

/** Whether one parameter may be the one in one trial and the other in another. */
export function isCompatible(before: Distribution, now: Distribution): boolean {
  return differenceOf(before, now) === undefined;
}

function differenceOf(before: Distribution, now: Distribution): 'kind' | 'choices' | 'scale' | undefined {
  if (before.kind !== now.kind) return 'kind';
  if (before.kind === 'categorical') return sameChoices(before, now as CategoricalDistribution) ? undefined : 'choices';
  return before.log === (now as FloatDistribution).log ? undefined : 'scale';
}

/**
 * A parameter may change its bounds from trial to trial, but not its kind, its scale or its choices.
 * @throws ArgumentError that shows both
 */
export function checkCompatible(name: string, before: Distribution, now: Distribution): void {
  const differs = differenceOf(before, now);
  if (differs === undefined) return;
  throw new ArgumentError(
    `parameter '${name}': its ${differs} changed within the study. Earlier trials have ${describeDistribution(before)}, this one asks for ${describeDistribution(now)}. Bounds may change; for another ${differs} take another name or start a new study.`,
    { where: name, got: now, expected: before },
  );
}

/** `a float from 0.001 to 0.1 (log)`, `a choice of 'conv', 'separable'` */
export function describeDistribution(distribution: Distribution): string {
  if (distribution.kind === 'categorical') {
    return `a choice of ${distribution.choices.map((choice) => describeValue(choice)).join(', ')}`;
  }
  const { kind, low, high, log, step } = distribution;
  const noun = kind === 'int' ? 'an integer' : 'a float';
  const stepped = step === null || (kind === 'int' && step === 1) ? '' : ` in steps of ${step}`;
  return `${noun} from ${low} to ${high}${log ? ' (log)' : ''}${stepped}`;
}
