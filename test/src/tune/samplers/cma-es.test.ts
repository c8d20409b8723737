/** CMA-ES: how soon it is how near, what it does with steps, gaps and local minima. */
import t from 'tap';
import fc from 'fast-check';
import { createStudy, samplers } from '../../../../src/tune/index.ts';
import { symmetricEigen } from '../../../../src/tune/samplers/cma-es/eigen.ts';
import { strategyFor } from '../../../../src/tune/samplers/cma-es/strategy.ts';
import { bestValues, sphere } from './objectives.ts';

t.test('a sphere in five dimensions is known to 1e-6 after 700 trials, with every seed', async (t) => {
  const values = await bestValues((seed) => samplers.cmaEs({ seed }), sphere, { seeds: 5, trials: 700 });
  t.ok(Math.max(...values) < 1e-6, `the worst ${Math.max(...values)}`);
});

t.test('a long bent valley is followed: Rosenbrock in three dimensions', async (t) => {
  const study = await createStudy({ sampler: samplers.cmaEs({ seed: 3 }) });
  await study.optimize(
    (trial) => {
      const [x, y, z] = ['x', 'y', 'z'].map((name) => trial.suggestFloat(name, -2, 2)) as [number, number, number];
      return 100 * ((y - x * x) ** 2 + (z - y * y) ** 2) + (1 - x) ** 2 + (1 - y) ** 2;
    },
    { trials: 900 },
  );
  t.ok(study.bestValue < 1e-6, `${study.bestValue}`);
});

t.test('integers and steps do not get stuck beside the best value', async (t) => {
  for (let seed = 0; seed < 5; seed++) {
    const study = await createStudy({ sampler: samplers.cmaEs({ seed }) });
    await study.optimize(
      (trial) => {
        const n = trial.suggestInt('n', 0, 20);
        const m = trial.suggestInt('m', 1, 1000, { log: true });
        return (n - 13) ** 2 + Math.abs(m - 100) / 100 + (trial.suggestFloat('x', 0, 1, { step: 0.05 }) - 0.35) ** 2;
      },
      { trials: 300 },
    );
    t.equal(study.bestParams['n'], 13, `seed ${seed}`);
    t.ok(study.bestValue < 0.05, `seed ${seed}: ${study.bestValue}`);
  }
});

t.test('a search that has converged begins again, and finds better minima than one that may not', async (t) => {
  const rastrigin = async (restart: boolean): Promise<number> => {
    let sum = 0;
    for (let seed = 0; seed < 3; seed++) {
      const study = await createStudy({ sampler: samplers.cmaEs({ seed, restart }) });
      await study.optimize(
        (trial) => {
          let value = 30;
          for (const name of ['x', 'y', 'z']) {
            const x = trial.suggestFloat(name, -5, 5) - 0.7;
            value += x * x - 10 * Math.cos(2 * Math.PI * x);
          }
          return value;
        },
        { trials: 1500 },
      );
      sum += study.bestValue;
    }
    return sum;
  };
  const [with_, without] = [await rastrigin(true), await rastrigin(false)];
  t.ok(with_ < 0.5 * without, `${with_} with restarts, ${without} without`);
});

t.test('a trial that never ends holds nothing up', async (t) => {
  const study = await createStudy({ sampler: samplers.cmaEs({ seed: 1 }) });
  (await study.ask()).suggestFloat('x0', -5, 5);
  await study.optimize(sphere, { trials: 500 });
  t.ok(study.bestValue < 1e-3, `${study.bestValue}`);
});

t.test('choices are random, beside numbers that are not', async (t) => {
  const study = await createStudy({ sampler: samplers.cmaEs({ seed: 1 }) });
  await study.optimize((trial) => sphere(trial) + (trial.suggestCategorical('kind', ['a', 'b']) === 'a' ? 0 : 1), {
    trials: 300,
  });
  const late = study.trials.slice(200);
  t.ok(late.filter(({ params }) => params['kind'] === 'a').length > 30);
  t.ok(late.filter(({ params }) => params['kind'] === 'b').length > 30);
  t.ok(study.bestValue < 0.1, `${study.bestValue}`);
});

t.test('several objectives and bad options are refused', async (t) => {
  const study = await createStudy({ directions: ['minimize', 'minimize'], sampler: samplers.cmaEs() });
  await t.rejects(study.ask(), /samplers.cmaEs: the study has 2 objectives.*Take samplers.genetic or samplers.tpe/);
  t.throws(() => samplers.cmaEs({ population: 2 }), /population is 2. Give an integer of at least 3/);
  t.throws(() => samplers.cmaEs({ size: 0 }), /size is 0. Give a number from 1e-9 to 1/);
});

t.test('the eigenvectors are orthonormal and give the matrix back', (t) => {
  const sizes = fc.integer({ min: 1, max: 8 });
  const entries = fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 64, maxLength: 64 });
  fc.assert(
    fc.property(sizes, entries, (size, numbers) => {
      const matrix = new Float64Array(size * size);
      for (let i = 0; i < size; i++) {
        for (let j = 0; j <= i; j++) matrix[i * size + j] = matrix[j * size + i] = numbers[i * 8 + j] as number;
      }
      const { values, vectors } = symmetricEigen(matrix, size);
      let worst = 0;
      for (let i = 0; i < size; i++) {
        for (let j = 0; j < size; j++) {
          let [sum, product] = [0, 0];
          for (let k = 0; k < size; k++) {
            sum += vectors[i * size + k]! * values[k]! * vectors[j * size + k]!;
            product += vectors[k * size + i]! * vectors[k * size + j]!;
          }
          worst = Math.max(worst, Math.abs(sum - matrix[i * size + j]!), Math.abs(product - (i === j ? 1 : 0)));
        }
      }
      // Each of some ten sweeps of `size` rotations adds a rounding to each element.
      return worst < 10 * size * size * 2 ** -52;
    }),
    { numRuns: 200 },
  );
  t.end();
});

t.test('the constants are those of the tutorial: ten points in five dimensions', (t) => {
  const { weights, effective, rankOneRate, rankManyRate } = strategyFor(5, 10);
  const positive = [0.45627265, 0.2707531, 0.16223112, 0.08523355, 0.02550959];
  for (const [i, weight] of positive.entries()) t.ok(Math.abs((weights[i] as number) - weight) < 1e-8, `weight ${i}`);
  t.ok(Math.abs(effective - 3.16729928) < 1e-8, `${effective}`);
  t.ok(weights.slice(5).every((weight) => weight < 0));
  t.ok(rankOneRate + rankManyRate < 1);
  t.end();
});
