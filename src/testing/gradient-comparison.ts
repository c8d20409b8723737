/** One input's gradient beside central differences: element by element or along random directions, away from kinks. */
import { formatShape, sizeOf, stridesOf, type Shape } from '../tensor/shape.ts';
import type { Generator } from './generator.ts';
import { likelyCause, likelyCauseAlong, type Suspect } from './gradient-patterns.ts';

/** The score that a right gradient stays below. */
export const SCORE_LIMIT = 1e-7;
/** Near the cube root of the double's epsilon, where truncation and cancellation are equally small. */
const STEP = 6e-6;
/** Inputs of at most this many elements are checked element by element, larger ones along random directions. */
const FULL_CHECK_SIZE = 64;
const DIRECTIONS = 3;
/** How often a point near a kink is moved before the function is taken to bend everywhere. */
const MOVES = 5;
/** Length of a move, relative to the values: far from the kink for a step, near for everything else. */
const MOVE = 1e-3;
/** The least difference of both one-sided derivatives that is a kink: half of it would be an error above the limit. */
const BEND = 1e-7;

/** A float64 program of the inputs. */
export interface Program {
  run: (inputs: readonly Float64Array[]) => readonly Float64Array[];
}

/** A tensor's doubles. */
export interface Doubles {
  readonly values: Float64Array;
  readonly shape: Shape;
}

/** A wrong derivative. */
export interface Fault {
  /** `element [0, 2]` or `random direction 1`. */
  readonly name: string;
  readonly derivative: number;
  readonly numeric: number;
  readonly score: number;
  readonly cause: string;
}

interface Outcome {
  readonly fault?: Fault;
  readonly worstScore: number;
  readonly checked: number;
  readonly moved: number;
}

interface Direction {
  readonly direction: Float64Array;
  readonly name: string;
}

interface Difference {
  /** The rule's derivative along the direction, for the step that the doubles really took. */
  readonly derivative: number;
  readonly numeric: number;
  readonly bent: boolean;
}

/** @internal Compares the gradients of one function at one point, input by input. */
export class Comparison {
  readonly #values: Program;
  readonly #gradients: Program;
  readonly #weights: readonly Doubles[];
  readonly #inputs: readonly Doubles[];
  readonly #generator: Generator;

  /** `gradients` are those of the outputs' sum weighted with `weights`. */
  constructor(
    values: Program,
    gradients: Program,
    weights: readonly Doubles[],
    inputs: readonly Doubles[],
    generator: Generator,
  ) {
    this.#values = values;
    this.#gradients = gradients;
    this.#weights = weights;
    this.#inputs = inputs;
    this.#generator = generator;
  }

  /** Whether an input holds whole numbers, has no gradient, and fractions beside them are refused or change nothing: indices, labels, masks. */
  takesWholeNumbers(position: number): boolean {
    const points = this.#inputs.map(({ values }) => values);
    const point = points[position] ?? new Float64Array(0);
    if (point.length === 0 || !point.every(Number.isInteger)) return false;
    if (this.#gradients.run(points)[position]?.some((value) => value !== 0)) return false;
    const fractions = point.map((value) => value + STEP);
    const [outputs, beside] = [this.#values.run(points), this.#values.run(points.with(position, fractions))];
    return (
      this.#refuses(beside) ||
      outputs.every((output, index) => output.every((value, i) => value === beside[index]?.[i]))
    );
  }

  // A program's results beyond the outputs are those of its checks: 0, or the place of a value that an op refuses.
  #refuses(results: readonly Float64Array[]): boolean {
    return results.slice(this.#weights.length).some((check) => check.some((place) => place !== 0));
  }

  /** Checks one input; where the function bends within a step, at a point nearby. */
  compare(position: number): Outcome {
    let points = this.#inputs.map(({ values }) => values);
    for (let moved = 0; ; moved++) {
      const outcome = this.#compareAt(points, position, moved < MOVES);
      if (outcome !== 'bent') return { ...outcome, moved };
      points = points.map((values) => {
        const reach = values.reduce((most, value) => Math.max(most, Math.abs(value)), 1);
        const moves = this.#generator.values(values.length);
        return values.map((value, i) => value + MOVE * reach * (moves[i] ?? 0));
      });
    }
  }

  #compareAt(points: readonly Float64Array[], position: number, mayMove: boolean): Omit<Outcome, 'moved'> | 'bent' {
    const gradients = this.#gradients.run(points);
    const scale = gradients.reduce(
      (most, gradient) => gradient.reduce((largest, value) => Math.max(largest, Math.abs(value)), most),
      1,
    );
    const gradient = gradients[position] as Float64Array;
    let [worstScore, checked] = [0, 0];
    for (const { direction, name } of this.#directions(position)) {
      const { derivative, numeric, bent } = this.#difference(points, position, direction, gradient);
      const score = Math.abs(derivative - numeric) / scale;
      if (!(score <= SCORE_LIMIT)) {
        if (bent && mayMove) return 'bent';
        const cause = bent
          ? 'The derivatives from both sides differ here and nearby: the function has jumps or kinks that close together, and no gradient to check.'
          : this.#cause(points, position, gradient);
        return { fault: { name, derivative, numeric, score, cause }, worstScore, checked };
      }
      worstScore = Math.max(worstScore, score);
      checked++;
    }
    return { worstScore, checked };
  }

  #difference(
    points: readonly Float64Array[],
    position: number,
    direction: Float64Array,
    gradient: Float64Array,
  ): Difference {
    const point = points[position] as Float64Array;
    const step = STEP * reachOf(point, direction);
    const { above, below, high, low } = this.#around(points, position, direction, step);
    const numeric = this.#weighted(high, low) / (2 * step);
    // The step that the doubles really took differs from the one asked for in its last bits.
    const derivative = gradient.reduce(
      (total, value, i) => total + value * (((above[i] ?? 0) - (below[i] ?? 0)) / (2 * step)),
      0,
    );
    // Two more runs of the program, only where there is something to explain.
    const bent = Math.abs(derivative - numeric) > SCORE_LIMIT && this.#bends(points, position, direction, step);
    return { derivative, numeric, bent };
  }

  // A smooth function bends a quarter as much over a quarter of the step; at a kink it bends as much, or not at all.
  #bends(points: readonly Float64Array[], position: number, direction: Float64Array, step: number): boolean {
    const bendOver = (length: number): number => {
      const { high, low } = this.#around(points, position, direction, length);
      const middle = this.#values.run(points);
      return Math.abs(this.#weighted(high, middle) - this.#weighted(middle, low)) / length;
    };
    const [whole, quarter] = [bendOver(step), bendOver(step / 4)];
    return whole > BEND && !(Math.abs(quarter / whole - 0.25) < 0.05);
  }

  #around(points: readonly Float64Array[], position: number, direction: Float64Array, step: number): Around {
    const point = points[position] as Float64Array;
    const above = point.map((value, i) => value + step * (direction[i] ?? 0));
    const below = point.map((value, i) => value - step * (direction[i] ?? 0));
    const high = this.#values.run(points.with(position, above));
    return { above, below, high, low: this.#values.run(points.with(position, below)) };
  }

  #weighted(high: readonly Float64Array[], low: readonly Float64Array[], weights = this.#weights): number {
    let total = 0;
    weights.forEach(({ values }, index) => {
      values.forEach((factor, i) => {
        total += factor * ((high[index]?.[i] ?? NaN) - (low[index]?.[i] ?? NaN));
      });
    });
    return total;
  }

  #cause(points: readonly Float64Array[], position: number, analytic: Float64Array): string {
    const { shape } = this.#inputs[position] as Doubles;
    const shapes = [...this.#inputs, ...this.#weights].map((one) => one.shape);
    const sizes = [...new Set(shapes.flatMap((one) => [...one, sizeOf(one)]))];
    if (sizeOf(shape) > FULL_CHECK_SIZE) {
      const sides = [...this.#directions(position)].map(({ direction }) =>
        this.#difference(points, position, direction, analytic),
      );
      return likelyCauseAlong({
        analytic: Float64Array.from(sides, ({ derivative }) => derivative),
        numeric: Float64Array.from(sides, ({ numeric }) => numeric),
        sizes,
      });
    }
    const numeric = this.#numeric(points, position);
    return likelyCause({ shape, analytic, numeric, sizes, suspects: this.#suspects(points, position) });
  }

  /** The whole gradient by central differences, of the outputs' sum with these weights. */
  #numeric(points: readonly Float64Array[], position: number, weights = this.#weights): Float64Array {
    const point = points[position] as Float64Array;
    return Float64Array.from(this.#directions(position), ({ direction }) => {
      const step = STEP * reachOf(point, direction);
      const { high, low } = this.#around(points, position, direction, step);
      return this.#weighted(high, low, weights) / (2 * step);
    });
  }

  /** Gradients that usual mistakes give: a factor in the rule not transposed, a sum over a stretched axis left out. */
  *#suspects(points: readonly Float64Array[], position: number): Iterable<Suspect> {
    for (const [other, { shape }] of this.#inputs.entries()) {
      if (other === position || shape.at(-1) !== shape.at(-2)) continue;
      const turned = points.with(other, transposed(points[other] as Float64Array, shape.at(-1) ?? 0));
      yield {
        gradient: this.#numeric(turned, position),
        cause: `It would be right if input ${other} were transposed: the rule uses a factor without transposing it, or transposes it twice.`,
      };
    }
    for (const [output, { values, shape }] of this.#weights.entries()) {
      if (shape.length > 1 && shape.at(-1) === shape.at(-2)) {
        const turned = { shape, values: transposed(values, shape.at(-1) ?? 0) };
        yield {
          gradient: this.#numeric(points, position, this.#weights.with(output, turned)),
          cause:
            'It would be right if the gradient of the output were transposed: a transpose is missing or one too many.',
        };
      }
      for (const [axis, size] of shape.entries()) {
        if (size < 2) continue;
        for (const index of [0, size - 1]) {
          const stride = stridesOf(shape)[axis] ?? 1;
          const part = values.map((value, i) => (Math.floor(i / stride) % size === index ? value : 0));
          yield {
            gradient: this.#numeric(points, position, this.#weights.with(output, { shape, values: part })),
            cause: `Only index ${index} of axis ${axis} of the output counts: a sum over that axis is missing, such as over an axis that this input is broadcast along.`,
          };
        }
      }
    }
  }

  *#directions(position: number): Iterable<Direction> {
    const { shape } = this.#inputs[position] as Doubles;
    const size = sizeOf(shape);
    if (size > FULL_CHECK_SIZE) {
      for (let count = 1; count <= DIRECTIONS; count++) {
        // Of about unit length, so that the derivative is of the size of the gradient's elements.
        const direction = this.#generator.values(size).map((value) => value / Math.sqrt(size));
        yield { direction, name: `random direction ${count}` };
      }
      return;
    }
    const strides = stridesOf(shape);
    for (let element = 0; element < size; element++) {
      const direction = new Float64Array(size);
      direction[element] = 1;
      const index = shape.map((length, axis) => Math.floor(element / (strides[axis] ?? 1)) % length);
      yield { direction, name: `element ${formatShape(index)}` };
    }
  }
}

interface Around {
  readonly above: Float64Array;
  readonly below: Float64Array;
  readonly high: readonly Float64Array[];
  readonly low: readonly Float64Array[];
}

/** The largest value that the direction changes, at least 1. */
function reachOf(point: Float64Array, direction: Float64Array): number {
  return direction.reduce((most, part, i) => (part === 0 ? most : Math.max(most, Math.abs(point[i] ?? 0))), 1);
}

/** Square matrices in row-major order, each transposed. */
function transposed(values: Float64Array, size: number): Float64Array {
  return values.map((_, position) => {
    const matrix = position - (position % (size * size));
    const [row, column] = [Math.floor((position - matrix) / size), position % size];
    return values[matrix + column * size + row] ?? NaN;
  });
}
