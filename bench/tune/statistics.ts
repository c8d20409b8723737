/** Whether one set of runs is ahead of another, and how sure that is. */
import { erf } from '../../kernels/math.ts';
import { median } from '../timing/median.ts';
import { Random } from '../../src/tune/random.ts';

const RESAMPLES = 2000;

/** The interval that holds the middle 95 % of the medians of resampled values (bootstrap, percentiles). */
export function medianInterval(values: readonly number[]): readonly [low: number, high: number] {
  const random = new Random(1, 'bootstrap', values.length);
  const medians = Array.from({ length: RESAMPLES }, () =>
    median(values.map(() => values[random.integer(values.length)] as number)),
  ).sort((a, b) => a - b);
  return [medians[Math.floor(0.025 * RESAMPLES)] as number, medians[Math.ceil(0.975 * RESAMPLES) - 1] as number];
}

export interface Comparison {
  /** Chance that a value of the first set is below one of the second, equal ones counted half. */
  readonly share: number;
  /** Two-sided probability of a share as far from a half by chance. */
  readonly p: number;
}

/** Mann and Whitney's test, by the normal distribution with corrections for ties and continuity. */
export function mannWhitney(values: readonly number[], others: readonly number[]): Comparison {
  let below = 0;
  for (const value of values) for (const other of others) below += value < other ? 1 : value === other ? 0.5 : 0;
  const [n, m] = [values.length, others.length];
  const all = n + m;
  const counts = new Map<number, number>();
  for (const value of [...values, ...others]) counts.set(value, (counts.get(value) ?? 0) + 1);
  const ties = [...counts.values()].reduce((sum, count) => sum + count ** 3 - count, 0);
  const spread = Math.sqrt(((n * m) / 12) * (all + 1 - ties / (all * (all - 1))));
  const distance = Math.max(0, Math.abs(below - (n * m) / 2) - 0.5);
  const p = spread === 0 ? 1 : 1 - erf(distance / spread / Math.SQRT2);
  return { share: below / (n * m), p };
}

/** Probabilities of several tests, corrected so that all verdicts together err in 5 % (Holm). In the order given. */
export function holm(probabilities: readonly number[]): readonly number[] {
  const order = probabilities
    .map((_, i) => i)
    .sort((a, b) => (probabilities[a] as number) - (probabilities[b] as number));
  const corrected: number[] = [];
  let largest = 0;
  for (const [rank, i] of order.entries()) {
    largest = Math.max(largest, Math.min(1, (probabilities.length - rank) * (probabilities[i] as number)));
    corrected[i] = largest;
  }
  return corrected;
}
