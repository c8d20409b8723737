/**
 * gradcheck: compares the gradients of a function of tensors with central differences. Both run as programs in
 * float64, so that what is left between them is an error of a rule and not of rounding.
 */
import { HostDevice, type HostExecutable } from '../devices/host-device.ts';
import { ArgumentError, checkFunction, describeValue, GradientError, optionsOf } from '../errors.ts';
import { add, mul } from '../ops/arithmetic.ts';
import { sum } from '../ops/broadcasting.ts';
import { planProgram } from '../tape/plan.ts';
import { runWithTape } from '../tape/active-tape.ts';
import { Tape } from '../tape/tape.ts';
import { formatShape, sizeOf, stridesOf, type Shape } from '../tensor/shape.ts';
import { tensor, Tensor } from '../tensor/tensor.ts';

/** The score that a right gradient stays below. */
const SCORE_LIMIT = 1e-7;
/** Near the cube root of the double's epsilon, where truncation and cancellation are equally small. */
const STEP = 6e-6;
/** Inputs of at most this many elements are checked element by element, larger ones along random directions. */
const FULL_CHECK_SIZE = 64;
const DIRECTIONS = 3;

export interface GradcheckOptions {
  /** 2 checks the second derivatives as well. Default 1. */
  readonly order?: 1 | 2;
}

export interface GradcheckReport {
  /** The largest `|analytic - numeric| / max(1, max |gradient|)`. */
  readonly worstScore: number;
  /** Number of derivatives compared. */
  readonly checked: number;
}

/**
 * Checks the gradients of `f` with respect to all its inputs against central differences, in float64.
 * The outputs are weighted with fixed random numbers; a derivative is right when it differs by at most
 * `1e-7 max(1, max |gradient|)`. Inputs of up to 64 elements are checked one by one, larger ones along 3 random directions.
 * Stay away from kinks. Assignments to variables inside `f` have no effect.
 * @param f synchronous; returns a tensor or several. Tensors it captures are constants
 * @param inputs one tensor per argument of `f`
 * @throws GradientError naming the input, the element, both values and the score
 * @example gradcheck((x: Tensor, w: Tensor) => ops.matmul(x, w), [x, w]);
 */
export function gradcheck<Inputs extends readonly Tensor[]>(
  f: (...inputs: Inputs) => Tensor | readonly Tensor[],
  inputs: readonly [...Inputs],
  options: GradcheckOptions = {},
): GradcheckReport {
  checkFunction('gradcheck', 'what is checked', f);
  const { order = 1 } = optionsOf('gradcheck', options);
  if (!Array.isArray(inputs) || !inputs.every((input) => (input as unknown) instanceof Tensor)) {
    throw new ArgumentError(
      `gradcheck: the inputs are ${Array.isArray(inputs) ? `[${inputs.map(describeValue).join(', ')}]` : describeValue(inputs)}. Give a list with one tensor per argument.`,
      { where: 'gradcheck', got: inputs },
    );
  }
  const generator = new Generator();
  const device = new HostDevice('gradcheck', 'float64');
  const tape = new Tape('traced');
  const args = inputs.map((input) => tape.createTensor(input.shape));
  let outputs = outputsOf(runWithTape(tape, () => f(...(args as readonly Tensor[] as Inputs))));
  const report = { worstScore: 0, checked: 0 };
  for (let level = 1; level <= order; level++) {
    const weights = outputs.map(({ shape }) => generator.tensor(shape));
    const gradients = weightedGradients(tape, outputs, weights, args);
    const where = level === 1 ? 'the gradient' : 'the second derivative';
    compare(
      where,
      inputs,
      new Link(device, tape, args, outputs),
      new Link(device, tape, args, gradients),
      weights,
      generator,
      report,
    );
    outputs = gradients;
  }
  return report;
}

function outputsOf(result: Tensor | readonly Tensor[]): readonly Tensor[] {
  const outputs = result instanceof Tensor ? [result] : result;
  if (!Array.isArray(outputs) || outputs.some((output) => !(output instanceof Tensor))) {
    throw new ArgumentError(
      'gradcheck: the function must return a tensor or an array of tensors; async functions cannot be checked.',
      {
        where: 'gradcheck',
        got: result,
      },
    );
  }
  return outputs;
}

// All outputs at once, so that rules see the gradients of several outputs together as a model's backward pass does.
function weightedGradients(
  tape: Tape,
  outputs: readonly Tensor[],
  weights: readonly Tensor[],
  args: readonly Tensor[],
): Tensor[] {
  const total = runWithTape(tape, () =>
    outputs
      .map((output, index) => sum(mul(output, weights[index] as Tensor)))
      .reduce((left, right) => add(left, right)),
  );
  return tape.gradient(total, args);
}

/** A float64 program for some tensors of the tape. */
class Link {
  readonly #executable: HostExecutable;

  constructor(device: HostDevice, tape: Tape, args: readonly Tensor[], results: readonly Tensor[]) {
    // A check must leave variables alone, and f must be the same function at every evaluation.
    tape.assigned.clear();
    this.#executable = device.link(planProgram(tape, args, results).plan);
  }

  run(inputs: readonly Float64Array[]): readonly Float64Array[] {
    this.#executable.upload();
    return this.#executable.execute(inputs).map((array) => Float64Array.from(array));
  }
}

function compare(
  where: string,
  inputs: readonly Tensor[],
  values: Link,
  gradients: Link,
  weights: readonly Tensor[],
  generator: Generator,
  report: { worstScore: number; checked: number },
): void {
  const points = inputs.map((input) => input.wide ?? Float64Array.from(input.data));
  const analytic = gradients.run(points);
  const scale = analytic.reduce(
    (most, gradient) => gradient.reduce((largest, value) => Math.max(largest, Math.abs(value)), most),
    1,
  );

  inputs.forEach((input, position) => {
    const point = points[position] as Float64Array;
    const gradient = analytic[position] as Float64Array;
    const moved = [...points];
    for (const { direction, name } of directionsFor(input.shape, generator)) {
      const reach = direction.reduce(
        (most, part, i) => (part === 0 ? most : Math.max(most, Math.abs(point[i] ?? 0))),
        1,
      );
      const step = STEP * reach;
      const above = point.map((value, i) => value + step * (direction[i] ?? 0));
      const below = point.map((value, i) => value - step * (direction[i] ?? 0));
      moved[position] = above;
      const high = values.run(moved);
      moved[position] = below;
      const low = values.run(moved);
      moved[position] = point;

      const numeric = weightedDifference(high, low, weights) / (2 * step);
      // The step that the doubles really took differs from the one asked for in its last bits.
      const derivative = gradient.reduce(
        (total, value, i) => total + value * (((above[i] ?? 0) - (below[i] ?? 0)) / (2 * step)),
        0,
      );
      const score = Math.abs(derivative - numeric) / scale;
      if (!(score <= SCORE_LIMIT)) {
        throw new GradientError(
          `gradcheck: ${where} of input ${position} (shape ${formatShape(input.shape)}) at ${name} is ${derivative}, central differences give ${numeric} ` +
            `(score ${score.toPrecision(3)}, limit ${SCORE_LIMIT}). Look for a wrong sign or factor, a transposed operand, a missing sum over broadcast axes, or a kink nearby.`,
          { where: name, got: derivative, expected: numeric },
        );
      }
      report.worstScore = Math.max(report.worstScore, score);
      report.checked++;
    }
  });
}

function weightedDifference(
  high: readonly Float64Array[],
  low: readonly Float64Array[],
  weights: readonly Tensor[],
): number {
  let total = 0;
  weights.forEach((weight, index) => {
    (weight.wide as Float64Array).forEach((factor, i) => {
      total += factor * ((high[index]?.[i] ?? NaN) - (low[index]?.[i] ?? NaN));
    });
  });
  return total;
}

function* directionsFor(shape: Shape, generator: Generator): Directions {
  const size = sizeOf(shape);
  if (size > FULL_CHECK_SIZE) {
    for (let count = 1; count <= DIRECTIONS; count++) {
      // Of about unit length, so that the derivative is of the size of the gradient's elements.
      const direction = generator.values(size).map((value) => value / Math.sqrt(size));
      yield { direction, name: `random direction ${count}` };
    }
    return;
  }
  const strides = stridesOf(shape);
  for (let position = 0; position < size; position++) {
    const direction = new Float64Array(size);
    direction[position] = 1;
    const index = shape.map((length, axis) => Math.floor(position / (strides[axis] ?? 1)) % length);
    yield { direction, name: `element ${formatShape(index)}` };
  }
}

type Directions = Iterable<{ readonly direction: Float64Array; readonly name: string }>;

/** The same numbers at every check: a linear congruential generator is random enough to weigh outputs. */
class Generator {
  #state = 20_240_229;

  /** Doubles of absolute value 1/2 to 3/2: none is so small that it would hide an error. */
  values(size: number): Float64Array {
    return Float64Array.from({ length: size }, () => {
      this.#state = (Math.imul(this.#state, 1_664_525) + 1_013_904_223) >>> 0;
      const magnitude = 0.5 + (this.#state & 0x7fffffff) / 2 ** 31;
      return this.#state >>> 31 === 1 ? -magnitude : magnitude;
    });
  }

  tensor(shape: Shape): Tensor {
    return tensor(this.values(sizeOf(shape)), shape);
  }
}
