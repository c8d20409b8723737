/** The Bayesian sampler: what it may ask, what its answers depend on, and that it searches better than chance. */
import fc from 'fast-check';
import t from 'tap';
import { branin } from '../../../../../bench/tune/problems.ts';
import { contains } from '../../../../../src/tune/distribution.ts';
import {
  createStudy,
  pruners,
  samplers,
  TrialPruned,
  type ObjectiveTrial,
  type Sampler,
  type Study,
} from '../../../../../src/tune/index.ts';

/** Numbers of all kinds, choices, a branch on each side. */
function mixed(trial: ObjectiveTrial): number {
  const x = trial.suggestFloat('x', -3, 3);
  const rate = trial.suggestFloat('rate', 1e-4, 1e-1, { log: true });
  const part = trial.suggestFloat('part', 0, 1, { step: 0.25 });
  const units = trial.suggestInt('units', 1, 200, { log: true });
  const kind = trial.suggestCategorical('kind', ['a', 'b', null]);
  const common = (x - 1) ** 2 + Math.abs(Math.log10(rate) + 2) + part + Math.abs(units - 32) / 50;
  if (kind === 'a') return common + trial.suggestInt('depth', 1, 40) / 10;
  if (kind === 'b') return common + 1 - trial.suggestFloat('width', 0, 1) * trial.suggestFloat('height', 0, 2);
  return common + 2;
}

async function studyOf(
  objective: (trial: ObjectiveTrial) => number | readonly number[] | Promise<number>,
  { seed = 0, trials = 20, parallel = 1, objectives = 1, startupTrials = 5 } = {},
): Promise<Study> {
  const directions = Array.from({ length: objectives }, () => 'minimize' as const);
  const study = await createStudy({ directions, sampler: samplers.bayesian({ seed, startupTrials }) });
  await study.optimize(objective, { trials, parallel });
  return study;
}

const ascending = (values: readonly number[]): number[] => values.toSorted((a, b) => a - b);

const paramsOf = (study: Study): unknown[] => study.trials.map(({ params }) => ({ ...params }));

t.test('values are within their distributions, in mixed and conditional spaces', async (t) => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 0, max: 1e6 }), async (seed) => {
      const study = await studyOf(mixed, { seed });
      for (const { internalParams, distributions, state } of study.trials) {
        t.equal(state, 'complete');
        for (const [name, distribution] of distributions) {
          const internal = internalParams.get(name) as number;
          if (!contains(distribution, internal)) t.fail(`${name} = ${internal}`);
        }
      }
    }),
    { numRuns: 8 },
  );
});

t.test('the same seed and history ask the same point; another seed asks another', async (t) => {
  const once = paramsOf(await studyOf(mixed, { seed: 3, trials: 24 }));
  t.same(paramsOf(await studyOf(mixed, { seed: 3, trials: 24 })), once);
  t.notSame(paramsOf(await studyOf(mixed, { seed: 4, trials: 24 })), once);
});

t.test('a sampler remembers nothing: a fresh one continues a study as the old one would', async (t) => {
  const whole = await studyOf(mixed, { seed: 2, trials: 22 });
  const sampler = samplers.bayesian({ seed: 2, startupTrials: 5 });
  const study = await createStudy({ sampler: samplers.bayesian({ seed: 2, startupTrials: 5 }) });
  await study.optimize(mixed, { trials: 15 });
  // Asked between the trials of another study, and for the last ones of this.
  const fresh = await createStudy({ sampler });
  await fresh.optimize((trial) => trial.suggestFloat('x', 0, 1), { trials: 8 });
  const resumed = await createStudy({ sampler });
  for (const { params } of study.trials) await resumed.enqueueTrial(params);
  await resumed.optimize(mixed, { trials: 22 });
  t.same(paramsOf(resumed), paramsOf(whole));
});

t.test('parameters of the branch that was taken are learnt, given the others', async (t) => {
  const study = await studyOf(mixed, { trials: 45, startupTrials: 10 });
  const late = study.trials.slice(30).filter(({ params }) => params['kind'] === 'b');
  t.ok(late.length > 0, 'the better branch is taken');
  const products = late.map(({ params }) => (params['width'] as number) * (params['height'] as number));
  // By chance a product of two is above 1 in (1 - ln 2) / 2 = 15 % of the trials.
  t.ok(products.filter((value) => value > 1).length > late.length / 2, String(products));
});

t.test('trials that run at the same time keep apart', async (t) => {
  const objective = (trial: ObjectiveTrial): number =>
    (trial.suggestFloat('x', 0, 1) - 0.3) ** 2 + (trial.suggestFloat('y', 0, 1) - 0.6) ** 2;
  const parallel = await studyOf(objective, { trials: 12, startupTrials: 12 });
  const asked = [];
  for (let k = 0; k < 4; k++) {
    const trial = await parallel.ask();
    asked.push([trial.suggestFloat('x', 0, 1), trial.suggestFloat('y', 0, 1)] as const);
  }
  for (const [i, [x, y]] of asked.entries()) {
    for (const [u, v] of asked.slice(0, i)) t.ok(Math.hypot(x - u, y - v) > 1e-3, `${x}, ${y} and ${u}, ${v}`);
  }
});

t.test('failed trials teach nothing, infinite values count as the worst finite one', async (t) => {
  t.capture(console, 'warn', () => undefined);
  const study = await createStudy({ sampler: samplers.bayesian({ startupTrials: 4 }) });
  await study.optimize(
    (trial) => {
      const x = trial.suggestFloat('x', 0, 1);
      trial.report(-100, 0);
      if (trial.number % 4 === 1) throw new TrialPruned();
      if (trial.number % 4 === 2) return NaN;
      return x > 0.5 ? Infinity : Math.abs(x - 0.3);
    },
    { trials: 32 },
  );
  t.ok(study.bestValue < 0.01, String(study.bestValue));
  const hopeless = await studyOf((trial) => trial.suggestFloat('x', 0, 1) && Infinity, { trials: 8 });
  t.equal(hopeless.trials.length, 8, 'no finite value');
  t.equal((await studyOf(() => 1, { trials: 8 })).trials.length, 8, 'no parameters');
});

t.test('pruned trials teach where not to look: with a pruner the search is better than chance', async (t) => {
  const gaps = async (sampler: (seed: number) => Sampler): Promise<number[]> => {
    const found: number[] = [];
    for (let seed = 0; seed < 5; seed++) {
      const study = await createStudy({
        sampler: sampler(seed),
        pruner: pruners.successiveHalving({ reductionFactor: 2 }),
      });
      await study.optimize(
        (trial) => {
          const value = branin(trial.suggestFloat('x', -5, 10), trial.suggestFloat('y', 0, 15));
          for (let step = 1; step <= 9; step++) {
            trial.report(value + 50 * Math.exp(-step / 3), step);
            if (step < 9 && trial.shouldPrune()) throw new TrialPruned();
          }
          return value;
        },
        { trials: 40 },
      );
      const complete = study.trials.filter(({ state }) => state === 'complete').length;
      t.ok(complete < 27, `a third is pruned: ${complete} of 40 are complete`);
      found.push(study.bestValue);
    }
    return ascending(found);
  };
  const [ours, chance] = [
    await gaps((seed) => samplers.bayesian({ seed })),
    await gaps((seed) => samplers.random({ seed })),
  ];
  t.ok((ours[2] as number) < (chance[0] as number), `${ours.join(', ')} beside ${chance.join(', ')}`);
});

t.test('the parameters of a branch are chosen together: what is told between them does not matter', async (t) => {
  const take = (trial: ObjectiveTrial): string => trial.suggestCategorical('kind', ['plain', 'bent']);
  const asked = async (between: boolean): Promise<number[]> => {
    const study = await studyOf(
      (trial) => {
        if (take(trial) === 'plain') return 1;
        const [u, v] = [trial.suggestFloat('u', 0, 1), trial.suggestFloat('v', 0, 1)];
        return (u - 0.6) ** 2 + (v - 0.3) ** 2 + Math.sin(8 * u + 5 * v);
      },
      { seed: 1, trials: 14 },
    );
    for (let k = 0; k < 2; k++) await study.enqueueTrial({ kind: 'bent' });
    const [trial, other] = [await study.ask(), await study.ask()];
    for (const one of [other, trial]) take(one);
    for (const name of ['u', 'v']) other.suggestFloat(name, 0, 1);
    const u = trial.suggestFloat('u', 0, 1);
    if (between) await study.tell(other, -9);
    return [u, trial.suggestFloat('v', 0, 1)];
  };
  t.same(await asked(true), await asked(false));
});

t.test('start-up trials have a share of the range each', async (t) => {
  const study = await studyOf((trial) => trial.suggestFloat('x', 0, 1) + trial.suggestInt('n', 0, 9), {
    trials: 10,
    startupTrials: 10,
  });
  const shares = study.trials.map(({ params }) => Math.floor((params['x'] as number) * 10));
  t.same(ascending(shares), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  t.same(ascending(study.trials.map(({ params }) => params['n'] as number)), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  t.notSame(
    shares,
    study.trials.map(({ params }) => params['n']),
    'each parameter in an order of its own',
  );
});

t.test('bounds may change from trial to trial', async (t) => {
  const study = await studyOf((trial) => (trial.suggestFloat('x', 0, 1 + (trial.number % 3)) - 0.7) ** 2, {
    trials: 20,
  });
  t.ok(study.bestValue < 1e-2, String(study.bestValue));
});

t.test('several objectives: the front spreads between the best of each', async (t) => {
  const study = await studyOf(
    (trial) => {
      const [x, y] = [trial.suggestFloat('x', 0, 1), trial.suggestFloat('y', 0, 1)];
      return [x * x + y, (x - 1) ** 2 + y];
    },
    { trials: 40, objectives: 2, startupTrials: 10 },
  );
  const front = study.bestTrials.map(({ params }) => params['x'] as number);
  t.ok(front.length >= 10, `${front.length} on the front`);
  t.ok(Math.min(...front) < 0.2 && Math.max(...front) > 0.8, String(front));
});

t.test('on Branin it is ahead of random search in nearly all seeds', async (t) => {
  const objective = (trial: ObjectiveTrial): number =>
    branin(trial.suggestFloat('x', -5, 10), trial.suggestFloat('y', 0, 15));
  let wins = 0;
  for (let seed = 0; seed < 10; seed++) {
    const ours = await studyOf(objective, { seed, trials: 30, startupTrials: 10 });
    const chance = await createStudy({ sampler: samplers.random({ seed }) });
    await chance.optimize(objective, { trials: 30 });
    if (ours.bestValue < chance.bestValue) wins++;
  }
  // Ten coins show nine heads or more in 1 % of the throws.
  t.ok(wins >= 9, `${wins} of 10`);
});

t.test('bad options are refused', (t) => {
  t.throws(() => samplers.bayesian({ seed: 0.5 }), /samplers\.bayesian: the seed is 0\.5/);
  t.throws(() => samplers.bayesian({ startupTrials: 0 }), /startupTrials is 0\. Give an integer of at least 1/);
  t.end();
});
