/** The Gaussian process: what it expects is what dense formulas say, and its slopes are those of its values. */
import fc from 'fast-check';
import t from 'tap';
import { Acquisition } from '../../../../../src/tune/samplers/bayesian/acquisition.ts';
import { fit } from '../../../../../src/tune/samplers/bayesian/fit.ts';
import { GaussianProcess } from '../../../../../src/tune/samplers/bayesian/gaussian-process.ts';
import { thinOut } from '../../../../../src/tune/samplers/bayesian/observations.ts';
import { MIN_NOISE, PosteriorDensity } from '../../../../../src/tune/samplers/bayesian/posterior-density.ts';
import { Random } from '../../../../../src/tune/random.ts';
import {
  covarianceOf,
  covariancesOf,
  eliminate,
  gradientError,
  hyperOf,
  hyperparametersOf,
  observations,
  pointOf,
  slopeAt,
} from './processes.ts';

const drawn = observations.chain((seen) => fc.tuple(fc.constant(seen), hyperOf(seen.size), pointOf(seen)));
/** Eight observations with noise of 0.05 at least and a scale of e² at most have a condition below 1200. */
const ROUNDING = 1200 * 64 * Number.EPSILON;

t.test('the log density is that of the formula: likelihood times priors', (t) => {
  fc.assert(
    fc.property(drawn, ([seen, hyper]) => {
      const { weights, scale, noise } = hyperparametersOf(hyper);
      const { x, logDeterminant } = eliminate(covariancesOf(seen, { weights, scale, noise }), seen.targets);
      const fitted = x.reduce((sum, value, i) => sum + 0.5 * value * (seen.targets[i] as number), 0.5 * logDeterminant);
      const priors = weights.reduce(
        (sum, w) => sum + 0.1 / w + 0.1 * w,
        scale - Math.log(scale) + 30 * noise - 0.1 * Math.log(noise),
      );
      const value = new PosteriorDensity(seen).evaluate(hyper, new Float64Array(hyper.length));
      t.ok(Math.abs(value - fitted - priors) <= ROUNDING * Math.max(1, Math.abs(fitted), priors), `${value}`);
    }),
  );
  t.end();
});

t.test('the gradient of the log density is that of central differences', (t) => {
  fc.assert(
    fc.property(drawn, ([seen, hyper]) => {
      const density = new PosteriorDensity(seen);
      const gradient = new Float64Array(hyper.length);
      density.evaluate(hyper, gradient);
      const spare = new Float64Array(hyper.length);
      const slopes = hyper.map((_, axis) => slopeAt((at) => density.evaluate(at, spare), hyper, axis));
      t.ok(gradientError(gradient, slopes) <= 1e-7, `${gradient.join()} and ${slopes.join()}`);
    }),
  );
  t.end();
});

t.test('mean and variance are those of the formula', (t) => {
  fc.assert(
    fc.property(drawn, ([seen, hyper, point]) => {
      const parameters = hyperparametersOf(hyper);
      const covariances = covariancesOf(seen, parameters);
      const toPoint = Array.from({ length: seen.count }, (_, i) =>
        covarianceOf(point, seen.points.subarray(i * seen.size, (i + 1) * seen.size), seen.numeric, parameters),
      );
      const sum = (values: readonly number[]): number =>
        values.reduce((total, v, i) => total + v * (toPoint[i] as number), 0);
      const process = new GaussianProcess(seen, parameters);
      process.predict(point);
      const { scale } = parameters;
      t.ok(Math.abs(process.mean - sum(eliminate(covariances, seen.targets).x)) <= ROUNDING * 16);
      t.ok(Math.abs(process.variance - (scale - sum(eliminate(covariances, toPoint).x))) <= ROUNDING * 16 * scale);
    }),
  );
  t.end();
});

t.test('believing a point keeps its mean and makes it surer, as one more observation does', (t) => {
  fc.assert(
    fc.property(drawn, ([seen, hyper, point]) => {
      const parameters = hyperparametersOf(hyper);
      const process = new GaussianProcess(seen, parameters);
      process.predict(point);
      const [mean, variance] = [process.mean, process.variance];
      const believing = process.believing(point);
      believing.predict(point);
      t.ok(Math.abs(believing.mean - mean) <= ROUNDING * 16);
      // One observation with this noise turns a variance v into v n / (v + n).
      const { noise, scale } = parameters;
      t.ok(Math.abs(believing.variance - (variance * noise) / (variance + noise)) <= ROUNDING * 16 * scale);
    }),
  );
  t.end();
});

t.test('the gradient of the acquisition is that of central differences', (t) => {
  fc.assert(
    fc.property(drawn, fc.double({ min: -3, max: 6, noNaN: true }), ([seen, hyper, point], best) => {
      const acquisition = new Acquisition(new GaussianProcess(seen, hyperparametersOf(hyper)), best, seen.numeric);
      const gradient = new Float64Array(seen.numeric);
      const value = acquisition.differentiate(point, gradient);
      t.equal(value, acquisition.evaluate(point));
      const slopes = gradient.map((_, axis) => slopeAt((at) => acquisition.evaluate(at), point, axis));
      t.ok(gradientError(gradient, slopes) <= 1e-7, `${gradient.join()} and ${slopes.join()}`);
    }),
  );
  t.end();
});

t.test('a fit finds which dimensions matter, and a scale on which a long tail does not', (t) => {
  const random = new Random(1, 'fit', 0);
  const points = new Float64Array(60 * 2).map(() => random.uniform());
  const scores = Float64Array.from({ length: 60 }, (_, i) => Math.sin(6 * (points[2 * i] as number)));
  const plain = fit(points, scores, 2);
  t.ok((plain.hyper.weights[0] as number) > 20 * (plain.hyper.weights[1] as number), String(plain.hyper.weights));
  t.ok(plain.hyper.noise < 1e-3, String(plain.hyper.noise));
  const tailed = fit(
    points,
    scores.map((value) => -Math.exp(-6 * value)),
    2,
  );
  // A mean of 0 and a variance of 1 leave no value of 60 further than sqrt(59) away: the raw tail nearly gets there.
  const lowest = (values: Float64Array): number => values.reduce((least, value) => Math.min(least, value), 0);
  t.ok(lowest(tailed.observations.targets) > -2.5, String(lowest(tailed.observations.targets)));
  t.end();
});

t.test('thinned out, the newest observation stays, and every so many before it', (t) => {
  const points = Float64Array.from({ length: 7 * 2 }, (_, at) => at);
  const seen = { points, targets: Float64Array.of(0, 1, 2, 3, 4, 5, 6), count: 7, size: 2, numeric: 2 };
  for (const [stride, kept] of [
    [1, [0, 1, 2, 3, 4, 5, 6]],
    [2, [0, 2, 4, 6]],
    [3, [0, 3, 6]],
    [4, [2, 6]],
  ] as const) {
    const thin = thinOut(seen, stride);
    t.same([...thin.targets], kept);
    t.same([...thin.points], kept.flatMap((i) => [2 * i, 2 * i + 1])); // prettier-ignore
    t.equal(thin.count, kept.length);
  }
  t.end();
});

t.test('the noise of a fit is never below the least, whatever the values', (t) => {
  const points = Float64Array.from({ length: 20 }, (_, i) => i / 20);
  for (const scores of [new Float64Array(20).fill(1), points.map((x) => Math.sin(3 * x))]) {
    const { hyper } = fit(points, scores, 1);
    t.ok(hyper.noise >= MIN_NOISE, `${hyper.noise}`);
  }
  t.end();
});

t.test('observations in one place, and values that are all equal, are no trouble', (t) => {
  const points = new Float64Array(20).fill(0.5);
  for (const scores of [new Float64Array(10).fill(3), new Float64Array(10).map((_, i) => i)]) {
    const { observations: seen, hyper } = fit(points, scores, 2);
    const process = new GaussianProcess(seen, hyper);
    process.predict(Float64Array.of(0.5, 0.5));
    t.ok(Number.isFinite(process.mean) && Number.isFinite(process.variance), `${process.mean} ${process.variance}`);
  }
  t.end();
});
