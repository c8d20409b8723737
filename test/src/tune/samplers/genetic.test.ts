/** The genetic sampler: ahead of random search with one objective and with two, no child twice. */
import t from 'tap';
import { createStudy, samplers, type Sampler } from '../../../../src/tune/index.ts';
import { floatDistribution, intDistribution } from '../../../../src/tune/distribution.ts';
import { Random } from '../../../../src/tune/random.ts';
import { cross, mutate } from '../../../../src/tune/samplers/genetic/variation.ts';
import { bestValues, branin, countWins, hypervolume, sphere, zdt1 } from './objectives.ts';

for (const [name, objective] of Object.entries({ branin, sphere })) {
  t.test(`${name}: 100 trials find more than random ones do, with nearly every seed`, async (t) => {
    const options = { seeds: 26, trials: 100 };
    const found = await bestValues((seed) => samplers.genetic({ seed }), objective, options);
    const random = await bestValues((seed) => samplers.random({ seed: seed + 100 }), objective, options);
    // By chance that happens in 0.5 % of all cases.
    t.ok(countWins(found, random) >= 20, `${countWins(found, random)} of 26`);
  });
}

t.test('two objectives: the front covers more than that of random trials, with every seed', async (t) => {
  const areas = async (make: (seed: number) => Sampler): Promise<readonly number[]> => {
    const found: number[] = [];
    for (let seed = 0; seed < 8; seed++) {
      const study = await createStudy({ directions: ['minimize', 'minimize'], sampler: make(seed) });
      await study.optimize(zdt1, { trials: 250 });
      found.push(hypervolume(study.bestTrials.map(({ values }) => values as readonly number[])));
    }
    return found;
  };
  const found = await areas((seed) => samplers.genetic({ seed }));
  const random = await areas((seed) => samplers.random({ seed }));
  t.equal(countWins(random, found), 8, `${found.join(', ')} against ${random.join(', ')}`);
});

t.test('with several objectives it is the default', async (t) => {
  t.equal((await createStudy({ directions: ['minimize', 'maximize'] })).sampler.name, 'genetic');
});

t.test('no child is what was tried before, while something is left to try', async (t) => {
  const study = await createStudy({ sampler: samplers.genetic({ seed: 4, population: 5 }) });
  await study.optimize(
    (trial) => {
      const kind = trial.suggestCategorical('kind', ['a', 'b', 'c']);
      return trial.suggestInt('n', 1, 6) + trial.suggestInt('m', 0, 4) + (kind === 'a' ? 0 : 1);
    },
    { trials: 60 },
  );
  const points = study.trials.map(({ params }) => JSON.stringify(params));
  const children = points.slice(5);
  t.equal(new Set(children).size, children.length);
  t.notOk(children.some((child) => points.slice(0, 5).includes(child)));
});

t.test('children of a crossover have the mean of their parents, and their own values lie near one of them', (t) => {
  const distribution = floatDistribution('x', 0, 1);
  const random = new Random(1, 'cross', 0);
  const options = { crossoverIndex: 5, mutationIndex: 10 };
  const children = Array.from({ length: 20_000 }, () => cross(distribution, [0.4, 0.6], random, options));
  const mean = children.reduce((sum, x) => sum + x, 0) / children.length;
  const deviation = Math.sqrt(children.reduce((sum, x) => sum + (x - mean) ** 2, 0) / children.length);
  t.ok(Math.abs(mean - 0.5) < (5 * deviation) / Math.sqrt(children.length), `the mean is ${mean}`);
  const near = children.filter((x) => Math.min(Math.abs(x - 0.4), Math.abs(x - 0.6)) < 0.03).length;
  t.ok(near > 0.7 * children.length, `${near} near a parent`);
  t.end();
});

t.test('a mutation always changes a value with steps, to a neighbour at the least', (t) => {
  const distribution = intDistribution('n', 1, 3);
  const random = new Random(1, 'mutate', 0);
  for (let i = 0; i < 500; i++) {
    const before = 1 + (i % 3);
    const after = mutate(distribution, before, random, { crossoverIndex: 5, mutationIndex: 1000 });
    if (Math.abs(after - before) !== 1 || after < 1 || after > 3) t.fail(`${before} became ${after}`);
  }
  t.end();
});

t.test('options out of range are refused', (t) => {
  t.throws(
    () => samplers.genetic({ population: 1 }),
    /samplers.genetic: population is 1. Give an integer of at least 2/,
  );
  t.throws(() => samplers.genetic({ crossover: 1.5 }), /crossover is 1.5. Give a number from 0 to 1/);
  t.throws(() => samplers.genetic({ mutationIndex: -1 }), /mutationIndex is -1. Give a number of at least 0/);
  t.end();
});
