/** The comparison of samplers, as it is printed and kept. */
import { median } from '../timing/median.ts';
import { align } from '../report/table.ts';
import { holm, mannWhitney, medianInterval } from './statistics.ts';

/** Best values of the studies of one sampler on one problem. */
export interface Runs {
  readonly sampler: string;
  readonly values: readonly number[];
}

export interface Match {
  readonly problem: string;
  /** What is subtracted for the table; undefined where the optimum is unknown. */
  readonly optimum: number | undefined;
  readonly trials: number;
  readonly ours: Runs;
  readonly other: Runs;
}

/** Not worse: neither `behind` nor more than chance explains. */
export type Verdict = 'ahead' | 'level' | 'behind';

export interface Outcome extends Match {
  /** Mann and Whitney's, two-sided, corrected over all matches by Holm. */
  readonly p: number;
  /** How often one of our studies is better than one of the other's. */
  readonly share: number;
  readonly verdict: Verdict;
}

export interface TuneResults {
  readonly version: string;
  readonly date: string;
  readonly machine: string;
  readonly node: string;
  readonly optuna: string;
  /** Of `bayesian` with 200 trials of 6 parameters behind it. */
  readonly askMilliseconds: number;
  readonly outcomes: readonly Outcome[];
}

export function judge(matches: readonly Match[]): readonly Outcome[] {
  const tests = matches.map(({ ours, other }) => mannWhitney(ours.values, other.values));
  const corrected = holm(tests.map(({ p }) => p));
  return matches.map((match, i) => {
    const { share } = tests[i] as { share: number };
    const p = corrected[i] as number;
    return { ...match, p, share, verdict: p >= 0.05 ? 'level' : share > 0.5 ? 'ahead' : 'behind' };
  });
}

/** One line for each match: medians of what is missing to the optimum, with intervals. */
export function tuneTable(outcomes: readonly Outcome[]): string {
  const heads = [
    'problem',
    'trials',
    'studies',
    'ours',
    'median [95 %]',
    'other',
    'median [95 %]',
    'better',
    'p',
    'verdict',
  ];
  const lines = outcomes.map(({ problem, optimum = 0, trials, ours, other, share, p, verdict }) => [
    problem,
    String(trials),
    `${ours.values.length}/${other.values.length}`,
    ours.sampler,
    summary(ours.values, optimum),
    other.sampler,
    summary(other.values, optimum),
    `${(100 * share).toFixed(0)} %`,
    p < 0.001 ? '< 0.001' : p.toFixed(3),
    verdict,
  ]);
  return align([heads, ...lines]);
}

function summary(values: readonly number[], optimum: number): string {
  const missing = values.map((value) => value - optimum);
  const [low, high] = medianInterval(missing);
  return `${short(median(missing))} [${short(low)}, ${short(high)}]`;
}

function short(value: number): string {
  return value !== 0 && Math.abs(value) < 0.01 ? value.toExponential(1) : value.toPrecision(3);
}
