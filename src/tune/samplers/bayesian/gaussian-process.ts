/** A Gaussian process that has seen observations: what it expects elsewhere, and how surely. */
import { exp } from '../../../../kernels/math.ts';
import { choleskyWithJitter, dot, solveLower, solveLowerTransposed } from '../../linear-algebra.ts';
import type { Hyperparameters } from './fit.ts';
import { matern, maternSlope } from './matern.ts';
import type { Observations } from './observations.ts';

const SQRT5 = 2.23606797749979;

/** The kernel is Matern 5/2 with one length scale per dimension; two choices are at a distance of 1 unless the same. */
export class GaussianProcess {
  readonly #observations: Observations;
  readonly #hyper: Hyperparameters;
  readonly #factor: Float64Array;
  /** `K⁻¹ y` */
  readonly #solution: Float64Array;
  /** Of the point that `predict` was asked about: covariances with the observations, their slopes, `L⁻¹ k`. */
  readonly #covariances: Float64Array;
  readonly #slopes: Float64Array;
  readonly #whitened: Float64Array;
  /** The posterior mean at the last point. */
  mean = 0;
  /** The posterior variance of the function, without noise, at the last point. At least 0. */
  variance = 0;

  constructor(observations: Observations, hyper: Hyperparameters) {
    const { points, targets, count, size } = observations;
    this.#observations = observations;
    this.#hyper = hyper;
    this.#covariances = new Float64Array(count);
    this.#slopes = new Float64Array(count);
    this.#whitened = new Float64Array(count);
    const covariance = new Float64Array(count * count);
    for (let i = 0; i < count; i++) {
      this.#compare(points.subarray(i * size, (i + 1) * size));
      covariance.set(this.#covariances, i * count);
      covariance[i * count + i]! += hyper.noise;
    }
    this.#factor = choleskyWithJitter(covariance, count);
    this.#solution = targets.slice();
    solveLower(this.#factor, count, this.#solution);
    solveLowerTransposed(this.#factor, count, this.#solution);
  }

  /** Leaves `mean` and `variance`. @param point `[size]` */
  predict(point: Float64Array): void {
    const { count } = this.#observations;
    this.#compare(point);
    this.#whitened.set(this.#covariances);
    solveLower(this.#factor, count, this.#whitened);
    this.mean = dot(this.#covariances, 0, this.#solution, 0, count);
    this.variance = Math.max(0, this.#hyper.scale - dot(this.#whitened, 0, this.#whitened, 0, count));
  }

  /**
   * The slopes of mean and variance at the point of the last `predict`, along its numbers.
   * @param meanSlope `[numeric]`, written
   * @param varianceSlope `[numeric]`, written
   */
  differentiate(point: Float64Array, meanSlope: Float64Array, varianceSlope: Float64Array): void {
    const { points, count, size, numeric } = this.#observations;
    const [solution, solved, slopes, { weights }] = [this.#solution, this.#whitened, this.#slopes, this.#hyper];
    solveLowerTransposed(this.#factor, count, solved);
    meanSlope.fill(0);
    varianceSlope.fill(0);
    // dk_i/dx = 2 w (x - x_i) k'(r²); dvariance = -2 kᵀ K⁻¹ dk
    for (let i = 0; i < count; i++) {
      const forMean = slopes[i]! * solution[i]!;
      const forVariance = slopes[i]! * solved[i]!;
      for (let axis = 0; axis < numeric; axis++) {
        const difference = point[axis]! - points[i * size + axis]!;
        meanSlope[axis]! += forMean * difference;
        varianceSlope[axis]! += forVariance * difference;
      }
    }
    for (let axis = 0; axis < numeric; axis++) {
      meanSlope[axis]! *= 2 * weights[axis]!;
      varianceSlope[axis]! *= -4 * weights[axis]!;
    }
  }

  /** The highest target, beliefs included: what there is to improve on. */
  get best(): number {
    return this.#observations.targets.reduce((most, value) => Math.max(most, value), -Infinity);
  }

  /** The same process with further points, each believed to have the mean that is expected there. */
  believing(points: Float64Array): GaussianProcess {
    const { points: seen, targets, count, size, numeric } = this.#observations;
    const added = points.length / size;
    if (added === 0) return this;
    const beliefs = new Float64Array(count + added);
    beliefs.set(targets);
    for (let k = 0; k < added; k++) {
      this.predict(points.subarray(k * size, (k + 1) * size));
      beliefs[count + k] = this.mean;
    }
    const all = new Float64Array(seen.length + points.length);
    all.set(seen);
    all.set(points, seen.length);
    return new GaussianProcess({ points: all, targets: beliefs, count: count + added, size, numeric }, this.#hyper);
  }

  /** Covariances of a point with the observations, and their slopes along the squared distance. */
  #compare(point: Float64Array): void {
    const { points, count, size, numeric } = this.#observations;
    const { weights, scale } = this.#hyper;
    const [covariances, slopes] = [this.#covariances, this.#slopes];
    for (let i = 0; i < count; i++) {
      const row = i * size;
      let distance = 0;
      for (let axis = 0; axis < numeric; axis++) {
        const difference = point[axis]! - points[row + axis]!;
        distance += weights[axis]! * difference * difference;
      }
      for (let axis = numeric; axis < size; axis++) {
        if (point[axis]! !== points[row + axis]!) distance += weights[axis]!;
      }
      const q = SQRT5 * Math.sqrt(distance);
      const e = exp(-q);
      covariances[i] = scale * matern(q, e);
      slopes[i] = scale * maternSlope(q, e);
    }
  }
}
