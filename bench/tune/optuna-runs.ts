/** What Optuna reached, as optuna/run.sh kept it. */
import { readFileSync } from 'node:fs';

export interface OptunaRuns {
  readonly optuna: string;
  readonly date: string;
  /** Trials from one value of a study to the next. */
  readonly every: number;
  /** The best values of each study so far. `[seeds][trials / every]` */
  readonly gp: readonly (readonly number[])[];
  readonly tpe: readonly (readonly number[])[];
}

export function optunaRuns(problem: string): OptunaRuns {
  // The compiled benchmark stands in dist/bench/tune.
  const file = new URL(`../../../bench/tune/optuna/${problem}.json`, import.meta.url);
  return JSON.parse(readFileSync(file, 'utf8')) as OptunaRuns;
}

/** The best value of each study after so many trials. */
export function bestOf(runs: OptunaRuns, sampler: 'gp' | 'tpe', trials: number): readonly number[] {
  return runs[sampler].map((values) => {
    const best = values[trials / runs.every - 1];
    if (best === undefined)
      throw new Error(`bench: Optuna's ${sampler} has no value after ${trials} trials. Run optuna/run.sh.`);
    return best;
  });
}
