/** The values of one metric in all folds, and what they say together. */
import { twoSidedT } from './student-t.ts';

export interface Score {
  /** One for each fold. */
  readonly values: readonly number[];
  readonly mean: number;
  /** Standard deviation of the values, with n - 1 in the denominator. */
  readonly std: number;
  /**
   * Where the mean is with a probability of 95 %, as if the values were independent: mean -+ t std / sqrt(n) with
   * Student's t of n - 1 degrees of freedom. Folds share training data, so that the true interval is a little wider.
   */
  readonly confidenceInterval: readonly [low: number, high: number];
}

/** @internal The scores by name, of logs that all have the same names. */
export function scoresOf(logs: readonly Readonly<Record<string, number>>[]): Record<string, Score> {
  const scores = Object.create(null) as Record<string, Score>;
  for (const name of Object.keys(logs[0] ?? {})) scores[name] = scoreOf(logs.map((one) => one[name] ?? NaN));
  return scores;
}

/** @internal */
export function scoreOf(values: readonly number[]): Score {
  const n = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  const std = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (n - 1));
  const reach = (twoSidedT(0.95, n - 1) * std) / Math.sqrt(n);
  return { values, mean, std, confidenceInterval: [mean - reach, mean + reach] };
}
