/** The tree-structured Parzen estimator: its densities, its good trials, and that it finds what random search does not. */
import t from 'tap';
import { createStudy, samplers, TrialPruned } from '../../../../src/tune/index.ts';
import {
  categoricalDistribution,
  countValues,
  floatDistribution,
  fromUnit,
  intDistribution,
  type Distribution,
} from '../../../../src/tune/distribution.ts';
import { Random } from '../../../../src/tune/random.ts';
import { ParzenEstimator } from '../../../../src/tune/samplers/tpe/parzen.ts';
import { goodCount, splitTrials } from '../../../../src/tune/samplers/tpe/split.ts';
import { bestValues, branin, countWins } from './objectives.ts';

/** 26 seeds have 19 wins by chance in 1.4 % of all cases, 22 in 0.03 %. */
const SEEDS = 26;

t.test('on Branin 60 trials find more than random ones do, with nearly every seed', async (t) => {
  const options = { seeds: SEEDS, trials: 60 };
  const found = await bestValues((seed) => samplers.tpe({ seed }), branin, options);
  const random = await bestValues((seed) => samplers.random({ seed: seed + 100 }), branin, options);
  t.ok(countWins(found, random) >= 22, `${countWins(found, random)} of ${SEEDS}`);
});

const discrete: readonly (readonly [string, Distribution, readonly number[]])[] = [
  ['an integer', intDistribution('n', 3, 12), [3, 3, 5, 12]],
  ['an integer in steps', intDistribution('n', 0, 20, { step: 5 }), [0, 15]],
  ['an integer (log)', intDistribution('n', 1, 64, { log: true }), [1, 2, 40]],
  ['a float in steps', floatDistribution('x', 0.1, 0.9, { step: 0.2 }), [0.5]],
  ['a choice', categoricalDistribution('c', ['a', 'b', 'c']), [2, 2, 0]],
  ['a choice, nothing observed', categoricalDistribution('c', ['a', 'b', 'c']), []],
];

function valuesOf(distribution: Distribution): readonly number[] {
  const count = countValues(distribution);
  if (distribution.kind === 'categorical') return Array.from({ length: count }, (_, i) => i);
  return Array.from({ length: count }, (_, i) => distribution.low + i * (distribution.step as number));
}

for (const [name, distribution, observed] of discrete) {
  t.test(`${name}: the probabilities of all values add up to 1, and are how often they are drawn`, (t) => {
    const estimator = new ParzenEstimator({
      distributions: [distribution],
      observations: [Float64Array.from(observed)],
      priorWeight: 1,
    });
    const values = valuesOf(distribution);
    const probabilities = values.map((value) => Math.exp(estimator.logDensity(Float64Array.of(value))));
    const total = probabilities.reduce((sum, p) => sum + p, 0);
    t.ok(Math.abs(total - 1) < 1e-12, `they add up to ${total}`);
    const draws = 20_000;
    const counts = new Map<number, number>();
    const random = new Random(1, name, 0);
    for (let i = 0; i < draws; i++) {
      const nearest = estimator.sample(random)[0] as number;
      const value = values.reduce((best, other) =>
        Math.abs(other - nearest) < Math.abs(best - nearest) ? other : best,
      );
      counts.set(value, (counts.get(value) ?? 0) + 1);
    }
    for (const [i, value] of values.entries()) {
      const p = probabilities[i] as number;
      // Five standard deviations of a count.
      const most = 5 * Math.sqrt(draws * p * (1 - p)) + 1;
      t.ok(
        Math.abs((counts.get(value) ?? 0) - draws * p) < most,
        `${value}: ${counts.get(value) ?? 0} of ${draws * p}`,
      );
    }
    t.end();
  });
}

t.test('numbers: the density over a square is 1 in all, and largest where the observations are', (t) => {
  const distributions = [floatDistribution('x', -2, 2), floatDistribution('y', 1e-3, 10, { log: true })];
  const observations = [Float64Array.of(-1.9, 1, 1.1), Float64Array.of(0.002, 5, 6)];
  const estimator = new ParzenEstimator({ distributions, observations, priorWeight: 1 });
  const density = (x: number, y: number): number => {
    const point = [x, y].map((unit, i) => fromUnit(distributions[i] as Distribution, unit));
    return Math.exp(estimator.logDensity(Float64Array.from(point)));
  };
  const cells = 200;
  let total = 0;
  for (let i = 0; i < cells; i++) {
    for (let j = 0; j < cells; j++) total += density((i + 0.5) / cells, (j + 0.5) / cells) / (cells * cells);
  }
  // The midpoint rule leaves out the second derivative times h^2 / 24, here below 100 / (24 * 200^2).
  t.ok(Math.abs(total - 1) < 1e-4, `the integral is ${total}`);
  t.ok(density(0.76, 0.93) > 2 * density(0.76, 0.1), 'what was not observed together is rare');
  t.end();
});

t.test('a tenth is good, at most 25 with one objective', (t) => {
  t.same(
    [0, 1, 10, 11, 250, 1000].map((count) => goodCount(count, 1)),
    [0, 1, 1, 2, 25, 25],
  );
  t.equal(goodCount(1000, 2), 100);
  t.end();
});

t.test('complete trials are better than pruned ones, and of these those that came farther', async (t) => {
  const study = await createStudy({ direction: 'maximize' });
  // Twenty trials, so two are good ones; only the first is complete.
  await study.optimize(
    (trial) => {
      const x = trial.suggestFloat('x', 0, 1);
      if (trial.number === 0) return -5;
      if (trial.number === 19) throw new TrialPruned();
      trial.report(trial.number === 18 ? NaN : trial.number % 7, trial.number >= 15 ? 3 : 1);
      throw new TrialPruned(`${x}`);
    },
    { trials: 20 },
  );
  const { good, bad } = splitTrials(study.trials, study.directions);
  // Trials 15 to 18 reached step 3 with 1, 2, 3 and NaN.
  t.same(
    good.map(({ number }) => number),
    [0, 17],
  );
  t.equal(bad.length, 18);
});

t.test('a running trial is a bad example, so that the next one looks elsewhere', async (t) => {
  const study = await createStudy();
  const distances = [true, false].map((constantLiar) => ({ sampler: samplers.tpe({ seed: 2, constantLiar }) }));
  t.equal(study.sampler.name, 'tpe', 'the default');
  const spread: number[] = [];
  for (const { sampler } of distances) {
    const search = await createStudy({ sampler });
    await search.optimize((trial) => (trial.suggestFloat('x', 0, 1) - 0.3) ** 2, { trials: 30 });
    const points: number[] = [];
    for (let i = 0; i < 12; i++) points.push((await search.ask()).suggestFloat('x', 0, 1));
    const mean = points.reduce((sum, x) => sum + x, 0) / points.length;
    spread.push(Math.sqrt(points.reduce((sum, x) => sum + (x - mean) ** 2, 0) / points.length));
  }
  t.ok((spread[0] as number) > 1.5 * (spread[1] as number), `spread ${spread.join(', ')}`);
});

t.test('options out of range are refused', (t) => {
  t.throws(() => samplers.tpe({ startupTrials: 0 }), /samplers.tpe: startupTrials is 0. Give an integer of at least 1/);
  t.throws(() => samplers.tpe({ candidates: 1.5 }), /candidates is 1.5/);
  t.throws(() => samplers.tpe({ priorWeight: -1 }), /priorWeight is -1/);
  t.throws(() => samplers.tpe({ seed: 'x' as never }), /the seed is 'x'/);
  t.end();
});
