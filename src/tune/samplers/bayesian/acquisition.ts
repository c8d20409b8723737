/** What a trial at a point promises: the logarithm of the expected improvement, with its gradient. */
import { log } from '../../../../kernels/math.ts';
import { logImprovement, logImprovementSlope } from './expected-improvement.ts';
import type { GaussianProcess } from './gaussian-process.ts';

/** Keeps the logarithm finite where a point is known exactly. */
const LEAST_VARIANCE = 1e-12;

export class Acquisition {
  readonly #process: GaussianProcess;
  readonly #best: number;
  readonly #varianceSlope: Float64Array;

  /** @param best the target to improve on @param numeric how many numbers a point has */
  constructor(process: GaussianProcess, best: number, numeric: number) {
    this.#process = process;
    this.#best = best;
    this.#varianceSlope = new Float64Array(numeric);
  }

  /** @param point `[size]` */
  evaluate(point: Float64Array): number {
    this.#process.predict(point);
    const spread = this.#spread();
    return log(spread) + logImprovement((this.#process.mean - this.#best) / spread);
  }

  /** The same, with its slopes along the numbers of the point. @param gradient `[numeric]`, written */
  differentiate(point: Float64Array, gradient: Float64Array): number {
    const value = this.evaluate(point);
    const spread = this.#spread();
    const z = (this.#process.mean - this.#best) / spread;
    const slope = logImprovementSlope(z);
    this.#process.differentiate(point, gradient, this.#varianceSlope);
    // z = (mean - best) / spread, dspread = dvariance / (2 spread); d(log spread + h(z)) = dspread / spread + h'(z) dz
    for (let axis = 0; axis < gradient.length; axis++) {
      const relative = (0.5 * this.#varianceSlope[axis]!) / (spread * spread);
      gradient[axis] = relative + slope * (gradient[axis]! / spread - z * relative);
    }
    return value;
  }

  #spread(): number {
    return Math.sqrt(this.#process.variance + LEAST_VARIANCE);
  }
}
