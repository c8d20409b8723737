/** Minimizes a smooth function between bounds: L-BFGS, projected. */
import { dot } from './linear-algebra.ts';

/** @param gradient `[n]`, to be written @returns the value; Infinity where the function has none */
export type Differentiable = (point: Float64Array, gradient: Float64Array) => number;

/** Options of `minimize`. */
export interface MinimizeOptions {
  /** `[n]`. Default: no bounds. */
  readonly lower?: Float64Array;
  /** `[n]`. Default: no bounds. */
  readonly upper?: Float64Array;
  readonly maxIterations: number;
  /** Ends when no slope that the bounds leave is larger than this. */
  readonly tolerance: number;
  /** Ends when a step lowers the value by less than this. Default: 0. */
  readonly leastWin?: number;
}

export interface Minimum {
  /** `[n]` */
  readonly point: Float64Array;
  readonly value: number;
  readonly iterations: number;
}

/** How many steps the curvature is known from. */
const MEMORY = 8;
/** What a step has to win of what the slope promises (Armijo). */
const SUFFICIENT = 1e-4;
const MAX_HALVINGS = 20;

/**
 * Limited-memory BFGS (Liu and Nocedal, 1989). Coordinates that are at a bound and are pushed against it rest; steps are
 * projected to the bounds and halved until they win enough.
 * @param start `[n]`, within the bounds, with a finite value
 */
export function minimize(evaluate: Differentiable, start: Float64Array, options: MinimizeOptions): Minimum {
  const search = new Search(evaluate, start, options);
  let iterations = 0;
  let before = Infinity;
  while (iterations < options.maxIterations && before - search.value >= (options.leastWin ?? 0)) {
    before = search.value;
    if (!search.step()) break;
    iterations++;
  }
  return { point: search.point, value: search.value, iterations };
}

class Search {
  point: Float64Array;
  value: number;
  readonly #n: number;
  readonly #evaluate: Differentiable;
  readonly #options: MinimizeOptions;
  #gradient: Float64Array;
  #nextPoint: Float64Array;
  #nextGradient: Float64Array;
  readonly #direction: Float64Array;
  /** Steps and changes of the gradient, the newest last. */
  readonly #steps: Float64Array[] = [];
  readonly #changes: Float64Array[] = [];

  constructor(evaluate: Differentiable, start: Float64Array, options: MinimizeOptions) {
    this.#n = start.length;
    this.#evaluate = evaluate;
    this.#options = options;
    this.point = start.slice();
    this.#gradient = new Float64Array(this.#n);
    this.#nextPoint = new Float64Array(this.#n);
    this.#nextGradient = new Float64Array(this.#n);
    this.#direction = new Float64Array(this.#n);
    this.value = evaluate(this.point, this.#gradient);
  }

  /** @returns false when there is nothing left to win */
  step(): boolean {
    if (!(this.#aim() > this.#options.tolerance)) return false;
    let slope = this.#turn();
    if (!(slope < 0)) {
      // What was learnt of the curvature no longer holds.
      this.#steps.length = 0;
      this.#changes.length = 0;
      this.#aim();
      slope = this.#turn();
    }
    return this.#walk();
  }

  /** Writes the direction of steepest descent. @returns its largest component */
  #aim(): number {
    const { lower, upper } = this.#options;
    let largest = 0;
    for (let i = 0; i < this.#n; i++) {
      const down = -this.#gradient[i]!;
      const isHeld =
        (lower !== undefined && down < 0 && this.point[i]! <= lower[i]!) ||
        (upper !== undefined && down > 0 && this.point[i]! >= upper[i]!);
      this.#direction[i] = isHeld ? 0 : down;
      if (!isHeld) largest = Math.max(largest, Math.abs(down));
    }
    return largest;
  }

  /** Bends the direction by the curvature (the two loops). @returns the slope along it */
  #turn(): number {
    const direction = this.#direction;
    const n = this.#n;
    const count = this.#steps.length;
    const isFree = Array.from(direction, (value) => value !== 0);
    const weights = new Float64Array(count);
    for (let k = count - 1; k >= 0; k--) {
      const [step, change] = [this.#steps[k]!, this.#changes[k]!];
      weights[k] = dot(step, 0, direction, 0, n) / dot(step, 0, change, 0, n);
      for (let i = 0; i < n; i++) direction[i]! -= weights[k]! * change[i]!;
    }
    const scale = this.#scale();
    for (let i = 0; i < n; i++) direction[i]! *= scale;
    for (let k = 0; k < count; k++) {
      const [step, change] = [this.#steps[k]!, this.#changes[k]!];
      const back = dot(change, 0, direction, 0, n) / dot(step, 0, change, 0, n);
      for (let i = 0; i < n; i++) direction[i]! += (weights[k]! - back) * step[i]!;
    }
    for (let i = 0; i < n; i++) if (!isFree[i]) direction[i] = 0;
    return dot(this.#gradient, 0, direction, 0, n);
  }

  /** The curvature of the newest step; before the first, a step of length 1 at most. */
  #scale(): number {
    const [step, change] = [this.#steps.at(-1), this.#changes.at(-1)];
    if (step && change) return dot(step, 0, change, 0, this.#n) / dot(change, 0, change, 0, this.#n);
    return 1 / Math.max(1, Math.sqrt(dot(this.#direction, 0, this.#direction, 0, this.#n)));
  }

  /** Goes along the direction as far as it wins. */
  #walk(): boolean {
    let length = 1;
    for (let halvings = 0; halvings < MAX_HALVINGS; halvings++) {
      const promised = this.#reach(length);
      const value = promised < 0 ? this.#evaluate(this.#nextPoint, this.#nextGradient) : Infinity;
      if (value <= this.value + SUFFICIENT * promised) {
        this.#arrive(value);
        return true;
      }
      length *= this.#shorter(value, promised);
    }
    return false;
  }

  /** Where the parabola through the value, the slope and the new value is lowest, between a tenth and a half. */
  #shorter(value: number, promised: number): number {
    if (!Number.isFinite(value)) return 0.25;
    return Math.min(0.5, Math.max(0.1, (-0.5 * promised) / (value - this.value - promised)));
  }

  /** Writes the next point. @returns what the slope promises for it */
  #reach(length: number): number {
    const { lower, upper } = this.#options;
    let promised = 0;
    for (let i = 0; i < this.#n; i++) {
      let x = this.point[i]! + length * this.#direction[i]!;
      if (lower !== undefined && x < lower[i]!) x = lower[i]!;
      if (upper !== undefined && x > upper[i]!) x = upper[i]!;
      this.#nextPoint[i] = x;
      promised += this.#gradient[i]! * (x - this.point[i]!);
    }
    return promised;
  }

  #arrive(value: number): void {
    const n = this.#n;
    const [step, change] = [new Float64Array(n), new Float64Array(n)];
    for (let i = 0; i < n; i++) {
      step[i] = this.#nextPoint[i]! - this.point[i]!;
      change[i] = this.#nextGradient[i]! - this.#gradient[i]!;
    }
    // Only an upward curvature keeps directions downward.
    if (dot(step, 0, change, 0, n) > 1e-10 * dot(change, 0, change, 0, n)) {
      this.#steps.push(step);
      this.#changes.push(change);
      if (this.#steps.length > MEMORY) {
        this.#steps.shift();
        this.#changes.shift();
      }
    }
    this.value = value;
    [this.point, this.#nextPoint] = [this.#nextPoint, this.point];
    [this.#gradient, this.#nextGradient] = [this.#nextGradient, this.#gradient];
  }
}
