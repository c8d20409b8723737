/** A normal distribution that moves and stretches towards where the good points are. */
import { exp } from '../../../../kernels/math.ts';
import type { Random } from '../../random.ts';
import { symmetricEigen, type Eigen } from './eigen.ts';
import { strategyFor } from './strategy.ts';

/** What a search begins with. */
export interface EvolutionOptions {
  /** The middle of the first points, in the unit cube. */
  readonly mean: Float64Array;
  /** Their standard deviation along each axis. */
  readonly size: number;
  /** Points of a generation. */
  readonly population: number;
  /** Below which standard deviation an axis has no value but one; 0 for axes without steps. */
  readonly leastDeviation: (axis: number, place: number) => number;
}

/** Covariance matrix adaptation (N. Hansen, The CMA evolution strategy: a tutorial, 2016), with active weights. */
export class Evolution {
  readonly population: number;
  readonly #axes: number;
  readonly #leastDeviation: (axis: number, place: number) => number;
  readonly #mean: Float64Array;
  readonly #covariance: Float64Array;
  readonly #sizePath: Float64Array;
  readonly #meanPath: Float64Array;
  #size: number;
  #eigen: Eigen;
  #generation = 0;
  /** The best loss of each generation. */
  readonly #bests: number[] = [];

  constructor({ mean, size, population, leastDeviation }: EvolutionOptions) {
    const axes = mean.length;
    this.population = population;
    this.#axes = axes;
    this.#leastDeviation = leastDeviation;
    this.#mean = mean.slice();
    this.#size = size;
    this.#covariance = new Float64Array(axes * axes);
    for (let i = 0; i < axes; i++) this.#covariance[i * axes + i] = 1;
    this.#sizePath = new Float64Array(axes);
    this.#meanPath = new Float64Array(axes);
    this.#eigen = this.#decompose();
  }

  /** A point of the unit cube. */
  sample(random: Random): Float64Array {
    const point = new Float64Array(this.#axes);
    // A mean in a corner of few axes is left by chance; a far too wide distribution is cut.
    for (let tries = 0; tries < 10 * this.#axes + 10; tries++) {
      this.#draw(random, point);
      if (point.every((place) => place >= 0 && place <= 1)) return point;
    }
    return point.map((place) => Math.min(1, Math.max(0, place)));
  }

  /**
   * Takes up what a generation found.
   * @param points of the unit cube, best first; at least 2
   * @param best the loss of the first
   */
  update(points: readonly Float64Array[], best: number): void {
    const axes = this.#axes;
    const strategy = strategyFor(axes, points.length);
    const steps = points.map((point) => this.#stepTo(point));
    const whitened = steps.map((step) => this.#whiten(step));
    for (const [i, step] of steps.entries()) shorten(step, whitened[i]!, axes);
    const shift = new Float64Array(axes);
    for (const [i, step] of steps.entries()) {
      const weight = strategy.weights[i]!;
      if (weight > 0) for (let k = 0; k < axes; k++) shift[k]! += weight * step[k]!;
    }
    for (let k = 0; k < axes; k++) this.#mean[k]! += this.#size * shift[k]!;
    this.#generation++;
    this.#bests.push(best);

    const { sizePathRate, meanPathRate, effective, expectedLength, sizeDamping } = strategy;
    follow(this.#sizePath, this.#whiten(shift), sizePathRate, effective);
    const length = norm(this.#sizePath);
    const isCalm =
      length / Math.sqrt(1 - power(1 - sizePathRate, 2 * this.#generation)) < (1.4 + 2 / (axes + 1)) * expectedLength;
    follow(this.#meanPath, shift, meanPathRate, isCalm ? effective : 0);
    const lost = isCalm ? 0 : meanPathRate * (2 - meanPathRate);
    this.#adapt(strategy, { steps, whitened, lost });
    this.#size *= exp(Math.min(1, (sizePathRate / sizeDamping) * (length / expectedLength - 1)));
    this.#keepSteps();
    this.#eigen = this.#decompose();
  }

  /** Whether points differ by less than 1e-6 of the ranges, losses by less than 1e-9 of themselves, or the distribution is too thin to compute with. */
  get hasConverged(): boolean {
    const { values } = this.#eigen;
    const [thinnest, widest] = [Math.min(...values), Math.max(...values)];
    if (this.#size * Math.sqrt(widest) < 1e-6 || widest > 1e14 * thinnest) return true;
    const recent = 10 + Math.ceil((30 * this.#axes) / this.population);
    if (this.#bests.length < recent) return false;
    const last = this.#bests.slice(-recent);
    return Math.max(...last) - Math.min(...last) <= 1e-9 * Math.max(1e-3, Math.abs(last[0]!));
  }

  #draw(random: Random, point: Float64Array): void {
    const axes = this.#axes;
    const { values, vectors } = this.#eigen;
    point.set(this.#mean);
    for (let j = 0; j < axes; j++) {
      const along = this.#size * Math.sqrt(values[j]!) * random.normal();
      for (let i = 0; i < axes; i++) point[i]! += vectors[i * axes + j]! * along;
    }
  }

  /** The way from the mean, in units of the size. */
  #stepTo(point: Float64Array): Float64Array {
    return point.map((place, k) => (place - this.#mean[k]!) / this.#size);
  }

  /** The step as it would be if the distribution were round. */
  #whiten(step: Float64Array): Float64Array {
    const axes = this.#axes;
    const { values, vectors } = this.#eigen;
    const white = new Float64Array(axes);
    for (let j = 0; j < axes; j++) {
      let along = 0;
      for (let i = 0; i < axes; i++) along += vectors[i * axes + j]! * step[i]!;
      along /= Math.sqrt(values[j]!);
      for (let i = 0; i < axes; i++) white[i]! += vectors[i * axes + j]! * along;
    }
    return white;
  }

  // C = (1 + c1 lost - c1 - cmu sum(w)) C + c1 p pᵀ + cmu sum(w y yᵀ)
  #adapt({ weights, rankOneRate, rankManyRate }: ReturnType<typeof strategyFor>, generation: Generation): void {
    const axes = this.#axes;
    const { steps, whitened, lost } = generation;
    let sum = 0;
    for (const weight of weights) sum += weight;
    const kept = 1 + rankOneRate * lost - rankOneRate - rankManyRate * sum;
    const covariance = this.#covariance;
    for (let i = 0; i < axes * axes; i++) covariance[i]! *= kept;
    addOuter(covariance, this.#meanPath, rankOneRate);
    for (const [i, step] of steps.entries()) {
      const weight = weights[i]!;
      const length = norm(whitened[i]!);
      const scaled = weight >= 0 ? weight : (weight * axes) / Math.max(1e-12, length * length);
      addOuter(covariance, step, rankManyRate * scaled);
    }
  }

  /** An axis with steps keeps enough width to leave its value. */
  #keepSteps(): void {
    const axes = this.#axes;
    for (let i = 0; i < axes; i++) {
      const least = this.#leastDeviation(i, this.#mean[i]!) / this.#size;
      const at = i * axes + i;
      this.#covariance[at] = Math.max(this.#covariance[at]!, least * least);
    }
  }

  #decompose(): Eigen {
    const { values, vectors } = symmetricEigen(this.#covariance, this.#axes);
    return { values: values.map((value) => Math.max(value, 1e-300)), vectors };
  }
}

interface Generation {
  readonly steps: readonly Float64Array[];
  readonly whitened: readonly Float64Array[];
  readonly lost: number;
}

/**
 * Points that this distribution did not make (of an earlier one, or enqueued) count as if they were not so far away (N.
 * Hansen, Injecting external solutions into CMA-ES, 2011).
 */
function shorten(step: Float64Array, white: Float64Array, axes: number): void {
  const most = Math.sqrt(axes) + (2 * axes) / (axes + 2);
  const length = norm(white);
  if (length <= most) return;
  for (let k = 0; k < axes; k++) {
    step[k]! *= most / length;
    white[k]! *= most / length;
  }
}

/** A path forgets a share of itself and takes up a step; with `effective` 0 it forgets only. */
function follow(path: Float64Array, step: Float64Array, rate: number, effective: number): void {
  const gain = Math.sqrt(rate * (2 - rate) * effective);
  for (let k = 0; k < path.length; k++) path[k] = (1 - rate) * path[k]! + gain * step[k]!;
}

function addOuter(matrix: Float64Array, vector: Float64Array, factor: number): void {
  const size = vector.length;
  for (let i = 0; i < size; i++) {
    const scaled = factor * vector[i]!;
    for (let j = 0; j < size; j++) matrix[i * size + j]! += scaled * vector[j]!;
  }
}

function norm(vector: Float64Array): number {
  let sum = 0;
  for (let k = 0; k < vector.length; k++) sum += vector[k]! * vector[k]!;
  return Math.sqrt(sum);
}

function power(base: number, exponent: number): number {
  let product = 1;
  for (let i = 0; i < exponent && product > 1e-17; i++) product *= base;
  return product;
}
