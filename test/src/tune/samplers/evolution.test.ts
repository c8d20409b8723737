/**
 * CMA-ES step by step: a distribution of two axes moves as the tutorial's equations say (N. Hansen, The CMA evolution
 * strategy: a tutorial, 2016), and generations are made of the trials that count.
 */
import t from 'tap';
import { floatDistribution, type Distribution } from '../../../../src/tune/distribution.ts';
import { samplers } from '../../../../src/tune/index.ts';
import { Random } from '../../../../src/tune/random.ts';
import { Evolution } from '../../../../src/tune/samplers/cma-es/evolution.ts';
import { strategyFor } from '../../../../src/tune/samplers/cma-es/strategy.ts';
import { TrialEntry } from '../../../../src/tune/trial-entry.ts';
import type { TrialState } from '../../../../src/tune/trial-record.ts';

type Pair = readonly [number, number];
/** A symmetric matrix: the two elements of the diagonal, and the other one. */
type Symmetric = readonly [number, number, number];

const AXES = 2;
const norm = ([x, y]: Pair): number => Math.hypot(x, y);
const times = ([a, d, b]: Symmetric, [x, y]: Pair): Pair => [a * x + b * y, b * x + d * y];

/** The inverse of the root of a symmetric positive definite matrix: root = (A + s) / sqrt(trace + 2 s), s = sqrt(det). */
function inverseRoot([a, d, b]: Symmetric): Symmetric {
  const s = Math.sqrt(a * d - b * b);
  const scale = Math.sqrt(a + d + 2 * s);
  const [p, q, r] = [(a + s) / scale, (d + s) / scale, b / scale];
  const determinant = p * q - r * r;
  return [q / determinant, p / determinant, -r / determinant];
}

/** The tutorial's algorithm (figure 6) with the constants of its table 1, and points shortened as in Hansen, 2011. */
class Reference {
  mean: Pair;
  size: number;
  covariance: Symmetric = [1, 1, 0];
  generation = 0;
  /** What happened that does not happen in each generation. */
  readonly seen = new Set<'shortened' | 'stalled' | 'pushed'>();
  #sizePath: Pair = [0, 0];
  #meanPath: Pair = [0, 0];

  constructor(mean: Pair, size: number) {
    this.mean = mean;
    this.size = size;
  }

  update(points: readonly Pair[]): void {
    const n = AXES;
    const raw = points.map((_, i) => Math.log((points.length + 1) / 2) - Math.log(i + 1));
    const positive = raw.filter((w) => w > 0);
    const negative = raw.filter((w) => w < 0);
    const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
    const effectiveOf = (values: readonly number[]): number => sum(values) ** 2 / sum(values.map((w) => w * w));
    const [mu, away] = [effectiveOf(positive), effectiveOf(negative)];
    const c1 = 2 / ((n + 1.3) ** 2 + mu);
    const cmu = Math.min(1 - c1, (2 * (mu - 2 + 1 / mu)) / ((n + 2) ** 2 + mu));
    const cc = (4 + mu / n) / (n + 4 + (2 * mu) / n);
    const cs = (mu + 2) / (n + mu + 5);
    const damping = 1 + 2 * Math.max(0, Math.sqrt((mu - 1) / (n + 1)) - 1) + cs;
    const expected = Math.sqrt(n) * (1 - 1 / (4 * n) + 1 / (21 * n * n));
    const bound = Math.min(1 + c1 / cmu, 1 + (2 * away) / (mu + 2), (1 - c1 - cmu) / (n * cmu));
    const weights = raw.map((w) => (w > 0 ? w / sum(positive) : (bound * w) / -sum(negative)));

    const root = inverseRoot(this.covariance);
    const most = Math.sqrt(n) + (2 * n) / (n + 2);
    const steps = points.map(([x, y]): Pair => {
      const step: Pair = [(x - this.mean[0]) / this.size, (y - this.mean[1]) / this.size];
      const length = norm(times(root, step));
      if (length > most) this.seen.add('shortened');
      const kept = Math.min(1, most / length);
      return [kept * step[0], kept * step[1]];
    });
    const weighted = (axis: 0 | 1): number => sum(steps.map((step, i) => Math.max(0, weights[i]!) * step[axis]));
    const shift: Pair = [weighted(0), weighted(1)];
    this.mean = [this.mean[0] + this.size * shift[0], this.mean[1] + this.size * shift[1]];
    this.generation++;

    const follow = (path: Pair, step: Pair, rate: number, isOn: boolean): Pair => {
      const gain = isOn ? Math.sqrt(rate * (2 - rate) * mu) : 0;
      return [(1 - rate) * path[0] + gain * step[0], (1 - rate) * path[1] + gain * step[1]];
    };
    this.#sizePath = follow(this.#sizePath, times(root, shift), cs, true);
    const length = norm(this.#sizePath);
    const isOn = length / Math.sqrt(1 - (1 - cs) ** (2 * this.generation)) < (1.4 + 2 / (n + 1)) * expected;
    if (!isOn) this.seen.add('stalled');
    this.#meanPath = follow(this.#meanPath, shift, cc, isOn);

    const outer = ([x, y]: Pair): Symmetric => [x * x, y * y, x * y];
    const kept = 1 + (isOn ? 0 : c1 * cc * (2 - cc)) - c1 - cmu * sum(weights);
    const scaled = steps.map((step, i) => {
      const weight = weights[i]!;
      if (weight < 0) this.seen.add('pushed');
      return weight >= 0 ? weight : (weight * n) / norm(times(root, step)) ** 2;
    });
    const element = (k: 0 | 1 | 2): number =>
      kept * this.covariance[k] +
      c1 * outer(this.#meanPath)[k] +
      cmu * sum(steps.map((step, i) => scaled[i]! * outer(step)[k]));
    this.covariance = [element(0), element(1), element(2)];
    this.size *= Math.exp(Math.min(1, (cs / damping) * (length / expected - 1)));
  }
}

/** Draws nothing but these normal numbers, in turns. */
const drawing = (...normals: readonly number[]): Random => {
  let at = 0;
  return { normal: () => normals[at++ % normals.length], uniform: () => 0.5 } as unknown as Random;
};

/** Mean and covariance of what is sampled: without chance, and a little along each of its axes. */
function seen(evolution: Evolution): { readonly mean: Pair; readonly covariance: Symmetric } {
  const [x = NaN, y = NaN] = evolution.sample(drawing(0));
  const little = 2 ** -10;
  const covariance = [0, 0, 0];
  for (const axis of [0, 1]) {
    const [u = NaN, v = NaN] = evolution.sample(drawing(...(axis === 0 ? [little, 0] : [0, little])));
    const [along, across] = [(u - x) / little, (v - y) / little];
    for (const [k, product] of [along * along, across * across, along * across].entries()) covariance[k]! += product;
  }
  return { mean: [x, y], covariance: covariance as unknown as Symmetric };
}

t.test('mean and covariance are those of the tutorial, generation by generation', (t) => {
  const random = new Random(2, 'generations', 0);
  const leastDeviation = (): number => 0;
  const evolution = new Evolution({ mean: Float64Array.of(0.5, 0.4), size: 0.05, population: 6, leastDeviation });
  const reference = new Reference([0.5, 0.4], 0.05);
  const loss = ([x, y]: Pair): number => (x - 0.3) ** 2 + 10 * (x + y - 0.9) ** 2;
  for (let generation = 0; generation < 8; generation++) {
    const points = Array.from({ length: 6 }, (_, i): Pair => {
      const [x = NaN, y = NaN] = evolution.sample(random);
      // In the third generation all come from far away, as enqueued trials may.
      return generation === 2 ? [0.05 + 0.01 * i, 0.9 - 0.02 * i * i] : [x, y];
    }).sort((a, b) => loss(a) - loss(b));
    evolution.update(
      points.map((point) => Float64Array.from(point)),
      loss(points[0] as Pair),
    );
    reference.update(points);
    const { mean, covariance } = seen(evolution);
    const variances = reference.covariance.map((element) => element * reference.size ** 2);
    const widest = Math.max(...variances);
    // A thousand roundings of numbers below 1; those of the covariance are of differences of places, times 1024.
    for (const axis of [0, 1] as const)
      t.ok(Math.abs(mean[axis] - reference.mean[axis]) < 1000 * Number.EPSILON, `generation ${generation}: the mean`);
    const far = 1000 * Number.EPSILON * widest + 4 * 1024 * Number.EPSILON * Math.sqrt(widest);
    for (const k of [0, 1, 2] as const)
      t.ok(Math.abs(covariance[k] - variances[k]!) < far, `generation ${generation}: element ${k} of the covariance`);
  }
  t.same([...reference.seen].sort(), ['pushed', 'shortened', 'stalled']);
  t.end();
});

t.test('the weights: positive ones sum to 1, negative ones to the least of three bounds, whatever the sizes', (t) => {
  const bounds = new Set<number>();
  for (let axes = 1; axes <= 20; axes++) {
    for (let points = 4; points <= 60; points++) {
      const { weights, rankOneRate: c1, rankManyRate: cmu, effective } = strategyFor(axes, points);
      const raw = Array.from({ length: points }, (_, i) => Math.log((points + 1) / 2) - Math.log(i + 1));
      const total = (values: Iterable<number>): number => [...values].reduce((sum, value) => sum + value, 0);
      const negative = raw.filter((weight) => weight < 0);
      const away = total(negative) ** 2 / total(negative.map((weight) => weight * weight));
      const least = [1 + c1 / cmu, 1 + (2 * away) / (effective + 2), (1 - c1 - cmu) / (axes * cmu)];
      const bound = Math.min(...least);
      bounds.add(least.indexOf(bound));
      const near = (value: number, expected: number): boolean => Math.abs(value - expected) <= 60 * 8 * Number.EPSILON * expected; // prettier-ignore
      const [towards, apart] = [weights.filter((weight) => weight > 0), weights.filter((weight) => weight < 0)];
      if (!near(total(towards), 1) || !near(-total(apart), bound)) t.fail(`${axes} axes, ${points} points`);
    }
  }
  t.same(
    [...bounds].sort((a, b) => a - b),
    [0, 1, 2],
    'each is the least somewhere',
  );
  t.end();
});

t.test('an axis with steps stays wide enough to leave its value', (t) => {
  const leastDeviation = (axis: number): number => (axis === 0 ? 0.02 : 0);
  const evolution = new Evolution({ mean: Float64Array.of(0.5, 0.5), size: 0.1, population: 6, leastDeviation });
  for (let generation = 0; generation < 40; generation++)
    evolution.update(Array.from({ length: 6 }, () => Float64Array.of(0.5, 0.5)), generation); // prettier-ignore
  const { covariance } = seen(evolution);
  t.ok(Math.sqrt(covariance[0]) > 0.02 * (1 - 1e-9), `${Math.sqrt(covariance[0])}`);
  t.ok(Math.sqrt(covariance[1]) < 0.01, `${Math.sqrt(covariance[1])}`);
  t.end();
});

const unit = floatDistribution('x', 0, 1);

/** A trial with these parameters, at these places, and this loss. */
function trialOf(number: number, state: TrialState, places: readonly number[], value = places[0]): TrialEntry {
  const trial = new TrialEntry(number);
  trial.state = state;
  if (value !== undefined && state === 'complete') trial.values = [value];
  for (const [i, place] of places.entries()) trial.setParam(`x${i}`, place, unit as Distribution);
  return trial;
}

/** The middle of what a new sampler, or this one, draws after these trials. */
function middleAfter(trials: readonly TrialEntry[], sampler = samplers.cmaEs({ population: 4 })): readonly number[] {
  const trial = new TrialEntry(trials.length);
  const context = { directions: ['minimize'] as const, trials, all: trials, trial, random: drawing(0) };
  return [...(sampler.sampleJoint?.(context).values() ?? [])].map(({ internal }) => internal);
}

const PLACES = [0.9, 0.2, 0.6, 0.1, 0.8, 0.3, 0.7, 0.4];
const complete = (count: number): TrialEntry[] =>
  Array.from({ length: count }, (_, i) => trialOf(i, 'complete', [PLACES[i % 8] as number]));

t.test('a generation moves the middle towards its best, when its last trial is complete', (t) => {
  t.same(middleAfter(complete(3)), [0.5]);
  t.ok((middleAfter(complete(4))[0] as number) < 0.45, `${middleAfter(complete(4))[0]}`);
  t.same(middleAfter(complete(7)), middleAfter(complete(4)));
  t.notSame(middleAfter(complete(8)), middleAfter(complete(4)));
  t.end();
});

t.test('generations have 4 + floor(3 ln d) trials', (t) => {
  const trials = Array.from({ length: 7 }, (_, i) => trialOf(i, 'complete', [0.1 * i, 0.3, 0.05 * i]));
  t.same(middleAfter(trials.slice(0, 6), samplers.cmaEs()), [0.5, 0.5, 0.5]);
  t.notSame(middleAfter(trials, samplers.cmaEs()), [0.5, 0.5, 0.5]);
  t.end();
});

t.test('failed and pruned trials have no place in a generation', (t) => {
  const others = ['pruned', 'failed'] as const;
  const mixed = complete(8).flatMap((trial, i) => [trial, trialOf(100 + i, others[i % 2] as TrialState, [0.99])]);
  t.same(middleAfter(mixed), middleAfter(complete(8)));
  t.end();
});

t.test('a trial that runs is waited for until as many later ones are complete', (t) => {
  const trials = complete(8);
  trials[1] = trialOf(1, 'running', [0.2]);
  t.same(middleAfter(trials.slice(0, 7)), [0.5]);
  t.same(middleAfter(trials.slice(0, 4).filter(({ state }) => state === 'complete')), [0.5]);
  t.notSame(middleAfter(trials), [0.5], 'it is late');
  t.end();
});

t.test('a search that has converged begins again elsewhere, with generations twice as large', (t) => {
  const sampler = samplers.cmaEs({ seed: 1, population: 4 });
  const ends: number[] = [];
  let before = [0.5] as readonly number[];
  for (let count = 1; count <= 120; count++) {
    const trials = Array.from({ length: count }, (_, i) => trialOf(i, 'complete', [PLACES[i % 8] as number], 1));
    const middle = middleAfter(trials, sampler);
    if (middle[0] !== before[0]) ends.push(count);
    before = middle;
  }
  const sizes = ends.map((end, i) => end - (ends[i - 1] ?? 0));
  // Losses that are all the same for 10 + ceil(30 / 4) generations.
  t.same(sizes.slice(0, 18), new Array(18).fill(4));
  t.same(sizes.slice(18), [8, 8, 8, 8, 8, 8]);
  t.end();
});
