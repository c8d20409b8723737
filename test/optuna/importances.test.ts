/** Importances are those that Optuna's PED-ANOVA computes: 8 studies that `make_importance_fixtures.py` wrote. */
import { readFileSync } from 'node:fs';
import t from 'tap';
import { importances } from '../../src/tune/importance.ts';
import { createStudy, type Direction, type ObjectiveTrial, type ParamValue } from '../../src/tune/index.ts';

interface Case {
  readonly kind: string;
  readonly direction: Direction;
  readonly trials: readonly { readonly params: Record<string, ParamValue>; readonly value: number }[];
  readonly importances: Readonly<Record<string, number>>;
}

const path = new URL('../../../test/optuna/fixtures/importances.json', import.meta.url);
const { cases } = JSON.parse(readFileSync(path, 'utf8')) as { readonly cases: readonly Case[] };

/** The spaces of the fixtures. */
function suggest(kind: string, trial: ObjectiveTrial): void {
  trial.suggestFloat('x', -5, 5);
  if (kind === 'floats') {
    trial.suggestFloat('y', 0, 1);
    trial.suggestFloat('z', 0, 1);
    return;
  }
  trial.suggestFloat('rate', 1e-4, 1e-1, { log: true });
  trial.suggestInt('units', 4, 300, { log: true });
  trial.suggestInt('layers', 1, 5);
  trial.suggestFloat('drop', 0, 0.5, { step: 0.1 });
  trial.suggestCategorical('choice', ['a', 'b', 'c']);
  if (kind !== 'branches') return;
  if (trial.suggestCategorical('model', ['conv', 'dense']) === 'conv') trial.suggestInt('kernel', 1, 7, { step: 2 });
  else trial.suggestFloat('penalty', 0, 1);
}

for (const { kind, direction, trials, importances: expected } of cases) {
  t.test(`${kind}, ${trials.length} trials, ${direction}`, async (t) => {
    const study = await createStudy({ direction });
    for (const { params } of trials) await study.enqueueTrial(params);
    await study.optimize(
      (trial) => {
        suggest(kind, trial);
        return trials[trial.number]?.value as number;
      },
      { trials: trials.length },
    );
    t.same(
      study.trials.map(({ params }) => ({ ...params })),
      trials.map(({ params }) => params),
    );
    const found = importances(study);
    t.same(Object.keys(found).sort(), Object.keys(expected).sort());
    for (const [name, value] of Object.entries(expected)) {
      // Densities of another erf, and sums in another order.
      t.ok(Math.abs((found[name] as number) - value) <= 1e-13, `${name}: ${found[name]} and ${value}`);
    }
  });
}
