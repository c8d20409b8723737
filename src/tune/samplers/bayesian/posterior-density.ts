/**
 * How well hyper-parameters explain the observations: the marginal likelihood of a Gaussian process times the prior of the
 * hyper-parameters (keras-semantics.md, section 3.2), as a function to minimize, with its gradient.
 */
import { exp, log } from '../../../../kernels/math.ts';
import {
  cholesky,
  dot,
  inverseOfProduct,
  invertLower,
  solveLower,
  solveLowerTransposed,
} from '../../linear-algebra.ts';
import { matern, maternSlope } from './matern.ts';
import type { Observations } from './observations.ts';

/** The noise is never below this: observations may lie in one place. */
export const MIN_NOISE = 1e-6;

const SQRT5 = 2.23606797749979;

/**
 * `-log p(targets | hyper-parameters) - log p(hyper-parameters)`, but for constants. The hyper-parameters are logarithms,
 * `[size + 2]`: of one over each squared length scale, of the scale of the kernel, of the noise above its minimum.
 *
 * Priors: Gamma(2, 1) on the scale, Gamma(1.1, 30) on the noise, `-(0.1/w + 0.1 w)` on one over a squared length scale w.
 */
export class PosteriorDensity {
  readonly #observations: Observations;
  /** `[size, pairs]`: squared differences for each pair i > j, in the order of rows; 0 or 1 for choices. */
  readonly #differences: readonly Float64Array[];
  readonly #pairs: number;
  /** `[pairs]`: of the squared distances, then of the slopes. */
  readonly #slopes: Float64Array;
  readonly #weights: Float64Array;
  readonly #covariance: Float64Array;
  readonly #inverse: Float64Array;
  readonly #product: Float64Array;
  readonly #solution: Float64Array;

  constructor(observations: Observations) {
    const { count, size } = observations;
    this.#observations = observations;
    this.#pairs = (count * (count - 1)) / 2;
    this.#differences = Array.from({ length: size }, (_, axis) => this.#differencesOf(axis));
    this.#slopes = new Float64Array(this.#pairs);
    this.#weights = new Float64Array(size);
    this.#covariance = new Float64Array(count * count);
    this.#inverse = new Float64Array(count * count);
    this.#product = new Float64Array(count * count);
    this.#solution = new Float64Array(count);
  }

  /**
   * @param hyper `[size + 2]`
   * @param gradient `[size + 2]`, written
   * @returns Infinity where the covariance is not positive definite
   */
  evaluate(hyper: Float64Array, gradient: Float64Array): number {
    const { targets, count, size } = this.#observations;
    const scale = exp(hyper[size]!);
    const excess = exp(hyper[size + 1]!);
    const noise = MIN_NOISE + excess;
    for (let axis = 0; axis < size; axis++) this.#weights[axis] = exp(hyper[axis]!);
    this.#fill(scale, noise);
    const factor = this.#covariance;
    if (!cholesky(factor, count)) return Infinity;
    const solution = this.#solution;
    solution.set(targets);
    solveLower(factor, count, solution);
    let value = 0.5 * dot(solution, 0, solution, 0, count);
    for (let i = 0; i < count; i++) value += log(factor[i * count + i]!);
    solveLowerTransposed(factor, count, solution);
    invertLower(factor, count, this.#inverse);
    inverseOfProduct(this.#inverse, count, this.#product);
    gradient.fill(0);
    this.#addSlopes(scale, excess, gradient);
    return value + this.#addPriors(scale, noise, excess, gradient);
  }

  /** The covariance, lower triangle, and the slopes of its elements along the squared distance. */
  #fill(scale: number, noise: number): void {
    const { count, size } = this.#observations;
    const slopes = this.#slopes;
    const pairs = this.#pairs;
    slopes.fill(0);
    for (let axis = 0; axis < size; axis++) {
      const weight = this.#weights[axis]!;
      const differences = this.#differences[axis]!;
      for (let pair = 0; pair < pairs; pair++) slopes[pair]! += weight * differences[pair]!;
    }
    const covariance = this.#covariance;
    let pair = 0;
    for (let i = 0; i < count; i++) {
      for (let j = 0; j < i; j++) {
        const q = SQRT5 * Math.sqrt(slopes[pair]!);
        const e = exp(-q);
        covariance[i * count + j] = scale * matern(q, e);
        slopes[pair++] = scale * maternSlope(q, e);
      }
      covariance[i * count + i] = scale + noise;
    }
  }

  // d(-log p)/dh = 1/2 tr((K⁻¹ - a aᵀ) dK/dh), a = K⁻¹ y; pairs count twice, the diagonal once.
  #addSlopes(scale: number, excess: number, gradient: Float64Array): void {
    const { targets, count, size } = this.#observations;
    const [solution, product, slopes] = [this.#solution, this.#product, this.#slopes];
    let trace = 0;
    let pair = 0;
    for (let i = 0; i < count; i++) {
      for (let j = 0; j < i; j++) slopes[pair++]! *= product[i * count + j]! - solution[i]! * solution[j]!;
      trace += product[i * count + i]! - solution[i]! * solution[i]!;
    }
    for (let axis = 0; axis < size; axis++) {
      gradient[axis]! += this.#weights[axis]! * dot(slopes, 0, this.#differences[axis]!, 0, this.#pairs);
    }
    // scale dK/dscale = K - noise: its share is what the trace of the whole leaves.
    const whole = count - dot(solution, 0, targets, 0, count);
    gradient[size]! += 0.5 * (whole - (MIN_NOISE + excess) * trace);
    gradient[size + 1]! += 0.5 * excess * trace;
  }

  #addPriors(scale: number, noise: number, excess: number, gradient: Float64Array): number {
    const { size } = this.#observations;
    let value = scale - log(scale) + 30 * noise - 0.1 * log(noise);
    gradient[size]! += scale - 1;
    gradient[size + 1]! += excess * (30 - 0.1 / noise);
    for (let axis = 0; axis < size; axis++) {
      const weight = this.#weights[axis]!;
      value += 0.1 / weight + 0.1 * weight;
      gradient[axis]! += 0.1 * weight - 0.1 / weight;
    }
    return value;
  }

  #differencesOf(axis: number): Float64Array {
    const { points, count, size, numeric } = this.#observations;
    const differences = new Float64Array(this.#pairs);
    let pair = 0;
    for (let i = 0; i < count; i++) {
      const x = points[i * size + axis]!;
      for (let j = 0; j < i; j++) {
        const difference = x - points[j * size + axis]!;
        differences[pair++] = axis < numeric ? difference * difference : difference === 0 ? 0 : 1;
      }
    }
    return differences;
  }
}
