/** Our pruners decide as Optuna's: 38 studies of 24 trials, whose reports and decisions `make_pruner_fixtures.py` wrote. */
import { readFileSync } from 'node:fs';
import t from 'tap';
import { signedRankTest } from '../../src/tune/pruners/signed-rank-test.ts';
import { createStudy, pruners, type Direction, type Pruner } from '../../src/tune/index.ts';

interface Case {
  readonly name: string;
  readonly pruner: string;
  readonly options: Record<string, number | string>;
  readonly direction: Direction;
  readonly trials: readonly {
    readonly reports: readonly (number | null)[];
    readonly pruned: readonly boolean[];
    readonly final: number | null;
  }[];
}

const path = new URL('../../../test/optuna/fixtures/pruners.json', import.meta.url);
const { cases, signedRank } = JSON.parse(readFileSync(path, 'utf8')) as {
  readonly cases: readonly Case[];
  readonly signedRank: readonly { readonly differences: readonly number[]; readonly p: number }[];
};

const simple: Record<string, (options: Record<string, number>) => Pruner> = {
  median: pruners.median,
  successiveHalving: pruners.successiveHalving,
  hyperband: pruners.hyperband,
  threshold: pruners.threshold,
  wilcoxon: pruners.wilcoxon,
};

function makePruner({ pruner, options }: Case): Pruner {
  const { percentile, of, ...rest } = options as Record<string, number>;
  switch (pruner) {
    case 'percentile':
      return pruners.percentile(percentile as number, rest);
    case 'patient':
      return pruners.patient(of === undefined ? undefined : pruners.median(), rest as { patience: number });
    default:
      return (simple[pruner] as (typeof simple)[string])(rest);
  }
}

for (const one of cases) {
  t.test(`${one.pruner} ${JSON.stringify(one.options)}, ${one.direction}`, async (t) => {
    const { name, direction } = one;
    const study = await createStudy({ name, direction, pruner: makePruner(one) });
    for (const [number, expected] of one.trials.entries()) {
      const trial = await study.ask();
      const decisions: boolean[] = [];
      for (const [step, value] of expected.reports.entries()) {
        trial.report(value ?? NaN, step);
        decisions.push(trial.shouldPrune());
      }
      t.strictSame(decisions, expected.pruned, `trial ${number} of ${name}`);
      if (decisions.at(-1)) await study.tell(trial, undefined, { state: 'pruned' });
      else await study.tell(trial, expected.final ?? NaN);
    }
  });
}

t.test("the p-values of the signed-rank test are SciPy's, counted out up to 50 differences and normal beyond", (t) => {
  for (const { differences, p } of signedRank) {
    const ours = signedRankTest(differences);
    // SciPy sums 2^n outcomes in another order, and takes the normal distribution from another library.
    t.ok(Math.abs(ours - p) <= 1e-13 * Math.max(p, 1e-3), `${differences.length} differences: ${ours} and ${p}`);
  }
  t.end();
});
