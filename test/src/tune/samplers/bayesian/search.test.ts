/** The search for the most promising point: it keeps what stands, and misses nothing that a fine grid finds. */
import t from 'tap';
import {
  floatDistribution,
  categoricalDistribution,
  intDistribution,
  type Distribution,
} from '../../../../../src/tune/distribution.ts';
import { Random } from '../../../../../src/tune/random.ts';
import { Acquisition } from '../../../../../src/tune/samplers/bayesian/acquisition.ts';
import { fit } from '../../../../../src/tune/samplers/bayesian/fit.ts';
import { GaussianProcess } from '../../../../../src/tune/samplers/bayesian/gaussian-process.ts';
import { search } from '../../../../../src/tune/samplers/bayesian/search.ts';
import { placeOf, UnitSpace } from '../../../../../src/tune/samplers/bayesian/unit-space.ts';

/** A range, whole numbers, choices; 24 values of a function of all three. Numbers come first, by name. */
function problem(
  seed: number,
  most: number,
): { space: UnitSpace; acquisition: Acquisition; points: Float64Array; weights: Float64Array } {
  const space = new UnitSpace(
    new Map<string, Distribution>([
      ['kind', categoricalDistribution('kind', ['a', 'b', 'c'])],
      ['n', intDistribution('n', 1, most)],
      ['x', floatDistribution('x', 0, 1)],
    ]),
  );
  const random = new Random(seed, 'search', 0);
  const points = Float64Array.from({ length: 24 * 3 }, (_, at) => {
    const axis = space.axes[at % 3];
    return axis && axis.count < Infinity ? placeOf(axis, random.integer(axis.count)) : random.uniform();
  });
  const scores = Float64Array.from({ length: 24 }, (_, i) => {
    const [n, x, kind] = points.subarray(3 * i, 3 * i + 3);
    return Math.sin(5 * (x as number) + (kind as number)) - ((n as number) - 0.4) ** 2;
  });
  const { observations, hyper } = fit(points, scores, space.numeric);
  const process = new GaussianProcess(observations, hyper);
  return { space, acquisition: new Acquisition(process, process.best, space.numeric), points, weights: hyper.weights };
}

/** Climbing ends at slopes of 0.01 in length scales: where the curvature is 0.05 or more, this far below the top. */
const MISSED = 1e-3;

/** What the acquisition is at best on a grid of 200 places of x, given what stands. */
function bestOnGrid(space: UnitSpace, acquisition: Acquisition, fixed: Float64Array): number {
  let most = -Infinity;
  for (const [n, kind] of pairs(space)) {
    if (!(Number.isNaN(fixed[2]) || fixed[2] === kind) || !(Number.isNaN(fixed[0]) || fixed[0] === n)) continue;
    for (let k = 0; k <= 200; k++) most = Math.max(most, acquisition.evaluate(Float64Array.of(n, k / 200, kind)));
  }
  return most;
}

function pairs({ axes }: UnitSpace): (readonly [n: number, kind: number])[] {
  const [numbers] = axes;
  if (!numbers) return [];
  return Array.from({ length: numbers.count * 3 }, (_, at) => [placeOf(numbers, Math.floor(at / 3)), at % 3] as const);
}

for (const [most, how] of [
  [9, 'tried one by one'],
  [40, 'walked along'],
] as const) {
  t.test(`the best point of a mixed space is found: ${most} whole numbers, ${how}`, (t) => {
    for (let seed = 0; seed < 8; seed++) {
      const { space, acquisition, points, weights } = problem(seed, most);
      const fixed = new Float64Array(3).fill(NaN);
      const found = search(
        acquisition,
        { space, weights, fixed, incumbents: [points.subarray(0, 3)] },
        new Random(seed, 'x', 0),
      );
      t.ok(acquisition.evaluate(found) >= bestOnGrid(space, acquisition, fixed) - MISSED, `${seed}`);
    }
    t.end();
  });
}

t.test('what stands already stays, and the rest is the best beside it', (t) => {
  for (let seed = 0; seed < 8; seed++) {
    const { space, acquisition, points, weights } = problem(seed, 9);
    const fixed = Float64Array.of(space.place(new Map([['n', 7]]))[0] as number, NaN, seed % 3);
    const found = search(
      acquisition,
      { space, weights, fixed, incumbents: [points.subarray(0, 3)] },
      new Random(seed, 'x', 0),
    );
    t.equal(found[0], fixed[0]);
    t.equal(found[2], fixed[2]);
    t.ok(acquisition.evaluate(found) >= bestOnGrid(space, acquisition, fixed) - MISSED, `${seed}`);
    t.equal(space.decode(found).get('n')?.internal, 7);
  }
  t.end();
});
