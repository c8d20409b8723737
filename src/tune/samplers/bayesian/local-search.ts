/** Climbs from a point: by L-BFGS along the ranges, value by value along what has steps or choices, in turns. */
import { minimize } from '../../lbfgs.ts';
import type { Acquisition } from './acquisition.ts';
import { indexOf, placeOf, type Axis, type UnitSpace } from './unit-space.ts';

/** Where to look. */
export interface SearchField {
  readonly space: UnitSpace;
  /** `[size]`: one over the squared length scale of each dimension. */
  readonly weights: Float64Array;
  /** Values that stand already, by axis; NaN for those to be found. `[size]` */
  readonly fixed: Float64Array;
  /** The best observations, at least one, the best first. Each `[size]`. */
  readonly incumbents: readonly Float64Array[];
}

/** Axes with at most so many values are tried out; longer ones are walked along. */
const EXHAUSTIVE = 16;
const MAX_ROUNDS = 20;

export class LocalSearch {
  readonly #acquisition: Acquisition;
  /** Columns to be found, by kind. */
  readonly #ranges: readonly number[];
  readonly #steps: readonly number[];
  readonly #axes: readonly Axis[];
  /** Length scales of the ranges: distances count in these. `[ranges]` */
  readonly #units: Float64Array;
  readonly #lower: Float64Array;
  readonly #upper: Float64Array;
  readonly #gradient: Float64Array;

  constructor(acquisition: Acquisition, { space, weights, fixed }: SearchField) {
    this.#acquisition = acquisition;
    this.#axes = space.axes;
    const free = space.axes.map((_, column) => column).filter((column) => Number.isNaN(fixed[column]));
    this.#ranges = free.filter((column) => space.axes[column]?.count === Infinity);
    this.#steps = free.filter((column) => space.axes[column]?.count !== Infinity);
    this.#units = Float64Array.from(this.#ranges, (column) => 1 / Math.sqrt(weights[column]!));
    this.#lower = new Float64Array(this.#ranges.length);
    this.#upper = this.#units.map((unit) => 1 / unit);
    this.#gradient = new Float64Array(space.numeric);
  }

  /** Moves the point to where nothing nearby promises more. @returns what it promises there */
  improve(point: Float64Array): number {
    let value = this.#acquisition.evaluate(point);
    for (let round = 0; round < MAX_ROUNDS; round++) {
      const before = value;
      value = this.#climb(point, value);
      const climbed = value;
      for (const column of this.#steps) value = this.#tryValues(point, column, value);
      if (value === before || value === climbed) break;
    }
    return value;
  }

  #climb(point: Float64Array, before: number): number {
    const [ranges, units, gradient] = [this.#ranges, this.#units, this.#gradient];
    if (ranges.length === 0) return before;
    const start = Float64Array.from(ranges, (column, k) => point[column]! / units[k]!);
    const put = (at: Float64Array): void => {
      for (let k = 0; k < ranges.length; k++) point[ranges[k]!] = Math.min(1, at[k]! * units[k]!);
    };
    const found = minimize(
      (at, slopes) => {
        put(at);
        const value = this.#acquisition.differentiate(point, gradient);
        for (let k = 0; k < ranges.length; k++) slopes[k] = -gradient[ranges[k]!]! * units[k]!;
        return -value;
      },
      start,
      { lower: this.#lower, upper: this.#upper, maxIterations: 50, tolerance: 1e-2 },
    );
    put(found.point);
    return -found.value;
  }

  #tryValues(point: Float64Array, column: number, before: number): number {
    const axis = this.#axes[column] as Axis;
    if (axis.distribution.kind === 'categorical' || axis.count <= EXHAUSTIVE) {
      return this.#tryAll(point, column, axis, before);
    }
    return this.#walk(point, column, axis, before);
  }

  #tryAll(point: Float64Array, column: number, axis: Axis, before: number): number {
    let best = indexOf(axis, point[column]!);
    const start = best;
    let most = before;
    for (let index = 0; index < axis.count; index++) {
      if (index === start) continue;
      point[column] = placeOf(axis, index);
      const value = this.#acquisition.evaluate(point);
      if (value > most) [best, most] = [index, value];
    }
    point[column] = placeOf(axis, best);
    return most;
  }

  /** Steps of 1, 2, 4, ... values to both sides; from the best of them again. */
  #walk(point: Float64Array, column: number, axis: Axis, before: number): number {
    let here = indexOf(axis, point[column]!);
    let most = before;
    for (let from = -1; from !== here;) {
      from = here;
      for (let step = 1; step < axis.count; step *= 2) {
        for (const index of [from - step, from + step]) {
          if (index < 0 || index >= axis.count) continue;
          point[column] = placeOf(axis, index);
          const value = this.#acquisition.evaluate(point);
          if (value > most) [here, most] = [index, value];
        }
      }
    }
    point[column] = placeOf(axis, here);
    return most;
  }
}
