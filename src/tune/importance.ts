/**
 * How much each parameter has to do with good values, by PED-ANOVA (Watanabe et al., IJCAI 2023; for parameters of branches
 * Inoue et al., KDD 2026), as Optuna computes it: the density of a parameter among the best trials is compared with that
 * among all; where they are the same, the parameter does not matter.
 */
import { erf, log, pow } from '../../kernels/math.ts';
import { ArgumentError, describeValue, optionsOf } from '../errors.ts';
import { countValues, sameDistribution, type Distribution } from './distribution.ts';
import { dominates, isBetter } from './dominance.ts';
import type { Direction } from './records.ts';
import type { TrialRecord } from './trial-record.ts';

/** Options of `study.importances`. */
export interface ImportanceOptions {
  /** The part of the trials that counts as the best. Default: 0.1. */
  readonly quantile?: number;
}

/** What is looked at. */
export interface ImportanceStudy {
  readonly directions: readonly Direction[];
  readonly trials: readonly TrialRecord[];
}

/** Places along a range of numbers at most. */
const GRID = 50;
/** Trials that a branch needs to count. */
const LEAST_TRIALS = 2;
/** Keeps densities from being 0. */
const TINY = 1e-12;
/** 0.5 / 1.64: 90 % of the narrowest kernel lie in one place of the grid. */
const LEAST_DEVIATION = 0.3048780487804878;

/**
 * @returns a share for each parameter, the largest first; they sum to 1, or are all 0 with fewer than two complete trials
 * @throws ArgumentError for a quantile out of range
 */
export function importances(study: ImportanceStudy, options?: ImportanceOptions): Readonly<Record<string, number>> {
  const { quantile = 0.1 } = optionsOf('study.importances', options);
  if (!(typeof quantile === 'number' && quantile > 0 && quantile < 1)) {
    throw new ArgumentError(
      `study.importances: the quantile is ${describeValue(quantile)}. Give a number between 0 and 1.`,
      { where: 'study.importances', got: quantile },
    );
  }
  const complete = study.trials.filter(({ state, values }) => state === 'complete' && values?.every(Number.isFinite));
  const names = [...new Set(complete.flatMap(({ distributions }) => [...distributions.keys()]))];
  const best = bestPart(complete, study.directions, quantile);
  const found = names.map((name) => [name, complete.length < 2 ? 0 : divergence(name, complete, best)] as const);
  const total = found.reduce((sum, [, value]) => sum + value, 0);
  found.sort(([, a], [, b]) => b - a);
  return Object.fromEntries(found.map(([name, value]) => [name, total > 0 ? value / total : 0]));
}

/** The best trials, and what ties with the last of them; with several objectives by how many trials dominate each. */
function bestPart(
  trials: readonly TrialRecord[],
  directions: readonly Direction[],
  quantile: number,
): ReadonlySet<TrialRecord> {
  const [direction] = directions as [Direction];
  const ranks =
    directions.length === 1
      ? trials.map(({ value }) => (direction === 'minimize' ? (value as number) : -(value as number)))
      : trials.map(({ values }) => {
          const own = values as readonly number[];
          return trials.filter((other) => dominates(directions, other.values as readonly number[], own)).length;
        });
  const sorted = [...ranks].sort((a, b) => a - b);
  const cutoff = sorted[Math.ceil(quantile * ranks.length) - 1] ?? NaN;
  return new Set(trials.filter((_, i) => !isBetter('minimize', cutoff, ranks[i] as number)));
}

/** Summed over the distributions that the parameter has in different branches; where it is absent it adds nothing. */
function divergence(name: string, all: readonly TrialRecord[], best: ReadonlySet<TrialRecord>): number {
  let sum = 0;
  for (const { distribution, trials } of branchesOf(name, all)) {
    const top = trials.filter((trial) => best.has(trial));
    if (trials.length < LEAST_TRIALS || top.length === 0 || countValues(distribution) === 1) continue;
    const topDensity = density(name, distribution, top);
    const allDensity = density(name, distribution, trials);
    let difference = 0;
    for (const [i, here] of allDensity.entries()) difference += here * ((topDensity[i] as number) / here - 1) ** 2;
    sum += ((top.length / best.size) ** 2 / (trials.length / all.length)) * difference;
  }
  return sum;
}

interface Branch {
  readonly distribution: Distribution;
  readonly trials: TrialRecord[];
}

function branchesOf(name: string, trials: readonly TrialRecord[]): readonly Branch[] {
  const branches: Branch[] = [];
  for (const trial of trials) {
    const distribution = trial.distributions.get(name);
    if (!distribution) continue;
    const same = branches.find((branch) => sameDistribution(branch.distribution, distribution));
    if (same) same.trials.push(trial);
    else branches.push({ distribution, trials: [trial] });
  }
  return branches;
}

/** The density of a parameter's values over its choices, or over a grid of its range. */
function density(name: string, distribution: Distribution, trials: readonly TrialRecord[]): Float64Array {
  const values = trials.map(({ internalParams }) => internalParams.get(name) as number);
  if (distribution.kind === 'categorical') return choiceDensity(distribution.choices.length, values);
  const size = gridSize(distribution);
  const scale = (value: number): number => (distribution.log ? log(value) : value);
  const low = scale(distribution.low);
  const step = (scale(distribution.high) - low) / (size - 1);
  const counts = new Float64Array(size);
  for (const value of values) {
    counts[Math.min(size - 1, Math.max(0, Math.ceil((scale(value) - low) / step - 0.5)))]! += 1;
  }
  return gridDensity(counts);
}

function gridSize(distribution: Distribution & { readonly kind: 'float' | 'int' }): number {
  if (distribution.kind !== 'int' || !distribution.log) return Math.min(countValues(distribution), GRID);
  // Whole numbers are too far apart at the lower end of a logarithmic range: a place for each doubling.
  let places = 1;
  for (let reached = 1; reached < countValues(distribution); reached *= 2) places++;
  return Math.min(places, GRID);
}

/** Each choice that occurs is a kernel with most of its weight there, and one more is even. */
function choiceDensity(count: number, values: readonly number[]): Float64Array {
  const counts = new Float64Array(count);
  for (const value of values) counts[value]! += 1;
  const kernels = counts.filter((one) => one > 0).length + 1;
  const result = new Float64Array(count).fill(1 / count / (values.length + 1) + TINY);
  for (let kernel = 0; kernel < count; kernel++) {
    const weight = counts[kernel]! / (values.length + 1);
    for (let i = 0; i < count; i++)
      result[i]! += (weight * (1 / kernels + (i === kernel ? 1 : 0))) / (count / kernels + 1);
  }
  return result;
}

/** Kernels at the places that occur, their width by Scott's rule, and one wide one in the middle. */
function gridDensity(counts: Float64Array): Float64Array {
  const size = counts.length;
  const total = counts.reduce((sum, count) => sum + count, 0);
  const deviation = Math.max(scottDeviation(counts, total), LEAST_DEVIATION);
  const result = new Float64Array(size).fill(TINY);
  const add = (mean: number, width: number, weight: number): void => {
    const mass = (from: number, to: number): number => normalMass((from - mean) / width, (to - mean) / width);
    const whole = mass(-0.5, size - 0.5);
    for (let i = 0; i < size; i++) result[i]! += (weight * mass(i - 0.5, i + 0.5)) / whole;
  };
  for (let i = 0; i < size; i++) if (counts[i]! > 0) add(i, deviation, counts[i]! / (total + 1));
  add((size - 1) / 2, size, 1 / (total + 1));
  return result;
}

function scottDeviation(counts: Float64Array, total: number): number {
  const places = [...counts.keys()].filter((place) => counts[place]! > 0);
  let mean = 0;
  for (const place of places) mean += (place * counts[place]!) / total;
  let square = 0;
  for (const place of places) square += (place - mean) ** 2 * counts[place]!;
  const deviation = Math.sqrt(square / Math.max(1, total - 1));
  const range =
    placeAfter(counts, places, Math.floor((total * 3) / 4)) - placeAt(counts, places, Math.floor(total / 4));
  return 1.059 * Math.min(range / 1.34, deviation) * pow(total, -0.2);
}

/** The first place up to which there are at least so many. */
function placeAt(counts: Float64Array, places: readonly number[], wanted: number): number {
  let sum = 0;
  for (const place of places) {
    sum += counts[place]!;
    if (sum >= wanted) return place;
  }
  return places.at(-1) as number;
}

/** The first place up to which there are more. */
function placeAfter(counts: Float64Array, places: readonly number[], wanted: number): number {
  return placeAt(counts, places, wanted + 1);
}

/** The probability of the standard normal distribution between two points. */
function normalMass(from: number, to: number): number {
  return (erf(to / Math.SQRT2) - erf(from / Math.SQRT2)) / 2;
}
