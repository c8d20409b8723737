/** The densities of TPE as sums of kernels, and what trials they are made of. */
import t from 'tap';
import { erf } from '../../../../kernels/math.ts';
import { categoricalDistribution, floatDistribution, intDistribution } from '../../../../src/tune/distribution.ts';
import { samplers } from '../../../../src/tune/index.ts';
import { Random } from '../../../../src/tune/random.ts';
import { ParzenEstimator } from '../../../../src/tune/samplers/tpe/parzen.ts';
import { TrialEntry } from '../../../../src/tune/trial-entry.ts';
import type { TrialState } from '../../../../src/tune/trial-record.ts';

/** Of sums of fewer than a hundred numbers. */
const ROUNDING = 100 * Number.EPSILON;

/** Optuna's: the newest 25 count fully, those before rise evenly from 1 / n to 1; the prior is the last. They sum to 1. */
function weightsOf(count: number, priorWeight: number): number[] {
  const older = Math.max(0, count - 25);
  const rising = Array.from({ length: older }, (_, i) => 1 / count + (1 - 1 / count) * (i / Math.max(1, older - 1)));
  const weights = [...rising, ...new Array<number>(count - older).fill(1), count === 0 ? 1 : priorWeight];
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / total);
}

t.test('choices: the newest 25 observations count fully, older ones the less the older they are', (t) => {
  const distributions = [categoricalDistribution('c', ['a', 'b', 'c'])];
  for (const [count, priorWeight] of [
    [0, 1],
    [1, 3],
    [25, 1],
    [26, 1],
    [40, 2],
  ] as const) {
    for (let at = 0; at < count; at++) {
      // One of them is 'b', all others 'a'.
      const observed = Float64Array.from({ length: count }, (_, i) => (i === at ? 1 : 0));
      const estimator = new ParzenEstimator({ distributions, observations: [observed], priorWeight });
      const even = priorWeight / (count + 1);
      const kernel = (k: number): number => ((observed[k] === 1 ? 1 : 0) + even) / (1 + 3 * even);
      const expected = weightsOf(count, priorWeight).reduce((sum, w, k) => sum + w * (k === count ? 1 / 3 : kernel(k)), 0); // prettier-ignore
      const found = Math.exp(estimator.logDensity(Float64Array.of(1)));
      if (!(Math.abs(found - expected) <= ROUNDING)) t.fail(`${at} of ${count}: ${found} and ${expected}`);
    }
  }
  t.end();
});

const normal = (z: number): number => Math.exp(-0.5 * z * z) / Math.sqrt(2 * Math.PI);
const below = (z: number): number => 0.5 * (1 + erf(z / Math.SQRT2));

t.test('numbers: normal kernels as wide as the way to the farther neighbour, and the prior over all', (t) => {
  const places = [0.3, 0.02, 0.9, 0.31];
  // The ends are no neighbours; 0.5 / 6 is the least with one parameter.
  const widths = [0.28, 0.28, 0.59, 0.59, 1];
  const middles = [...places, 0.5];
  const weights = weightsOf(4, 1);
  const float = new ParzenEstimator({ distributions: [floatDistribution('x', 0, 1)], observations: [Float64Array.from(places)], priorWeight: 1 }); // prettier-ignore
  const mass = (k: number, from: number, to: number): number =>
    below((to - middles[k]!) / widths[k]!) - below((from - middles[k]!) / widths[k]!);
  for (const x of [0, 0.02, 0.25, 0.5, 0.77, 1]) {
    const expected = weights.reduce((sum, w, k) => sum + (w * normal((x - middles[k]!) / widths[k]!)) / widths[k]! / mass(k, 0, 1), 0); // prettier-ignore
    const found = Math.exp(float.logDensity(Float64Array.of(x)));
    t.ok(Math.abs(found - expected) <= ROUNDING * expected, `${x}: ${found} and ${expected}`);
  }
  t.end();
});

t.test('numbers: a kernel is never narrower than a part of the range, nor a single one than the ends are far', (t) => {
  const densityAt = (places: readonly number[], x: number, count = 1): number => {
    const distributions = Array.from({ length: count }, () => floatDistribution('x', 0, 1));
    const observations = distributions.map(() => Float64Array.from(places));
    const estimator = new ParzenEstimator({ distributions, observations, priorWeight: 1 });
    return Math.exp(estimator.logDensity(new Float64Array(count).fill(x)));
  };
  const expected = (width: number, middle: number, count: number, kernels: number): number => {
    const one = normal(0) / width / (below((1 - middle) / width) - below(-middle / width));
    const prior = normal(middle - 0.5) / (below(0.5) - below(-0.5));
    return (kernels * one ** count + prior ** count) / (kernels + 1);
  };
  // With ten parameters 1 / (3 + 2), with five or fewer half of it; of a single place the way to the farther end.
  for (const [places, count, width] of [
    [[0.5, 0.5, 0.5], 1, 0.1],
    [[0.5, 0.5, 0.5], 5, 0.1],
    [[0.5, 0.5, 0.5], 8, 0.16],
    [[0.5, 0.5, 0.5], 10, 0.2],
    [[0.3], 1, 0.7],
  ] as const) {
    const [middle] = places;
    const found = densityAt(places, middle, count);
    const right = expected(width, middle, count, places.length);
    t.ok(Math.abs(found - right) <= ROUNDING * right, `${count}: ${found} and ${right}`);
  }
  t.end();
});

t.test('whole numbers have the kernels of the pieces that they stand for', (t) => {
  const distributions = [intDistribution('n', 1, 4)];
  const estimator = new ParzenEstimator({ distributions, observations: [Float64Array.of(4)], priorWeight: 1 });
  // The middle of the last quarter is as far from 0 as 0.875.
  const mass = (middle: number, width: number, from: number, to: number): number =>
    below((to - middle) / width) - below((from - middle) / width);
  for (const n of [1, 2, 3, 4]) {
    const [from, to] = [(n - 1) / 4, n / 4];
    const expected = 0.5 * (mass(0.875, 0.875, from, to) / mass(0.875, 0.875, 0, 1)) + 0.5 * (mass(0.5, 1, from, to) / mass(0.5, 1, 0, 1)); // prettier-ignore
    const found = Math.exp(estimator.logDensity(Float64Array.of(n)));
    t.ok(Math.abs(found - expected) <= ROUNDING * 10, `${n}: ${found} and ${expected}`);
  }
  t.end();
});

const unit = floatDistribution('x', 0, 1);

function trialOf(number: number, state: TrialState, names: readonly string[]): TrialEntry {
  const trial = new TrialEntry(number);
  trial.state = state;
  if (state === 'complete') trial.values = [number];
  else trial.report(1, number);
  for (const [i, name] of names.entries()) trial.setParam(name, ((7 * number + 3 * i) % 20) / 20, unit);
  return trial;
}

function jointAfter(trials: readonly TrialEntry[], options: Parameters<typeof samplers.tpe>[0] = {}): string {
  const trial = new TrialEntry(trials.length);
  const random = new Random(1, 'joint', 0);
  const context = { directions: ['minimize'] as const, trials, all: trials, trial, random };
  return [...(samplers.tpe(options).sampleJoint?.(context).keys() ?? [])].sort().join();
}

t.test('the parameters of a branch are chosen together with group, only those of all trials without', (t) => {
  const trials = Array.from({ length: 12 }, (_, i) => trialOf(i, 'complete', i % 2 ? ['x', 'a', 'b'] : ['x', 'c']));
  t.equal(jointAfter(trials), 'a,b,c,x');
  t.equal(jointAfter(trials, { group: false }), 'x');
  t.notOk('sampleJoint' in samplers.tpe({ multivariate: false }));
  t.end();
});

t.test('complete and pruned trials end the start-up, failed and running ones do not', (t) => {
  const after = (state: TrialState): string =>
    jointAfter(Array.from({ length: 10 }, (_, i) => trialOf(i, i < 5 ? 'complete' : state, ['x'])));
  t.same([after('complete'), after('pruned'), after('failed'), after('running')], ['x', 'x', '', '']);
  t.end();
});
