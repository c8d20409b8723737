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
import { formatShape } from '../tensor/shape.ts';
import { Tensor } from '../tensor/tensor.ts';
import { Generator } from './generator.ts';
import { Comparison, SCORE_LIMIT, type Fault, type Program } from './gradient-comparison.ts';
import { CODE_HEADING, gradcheckCode } from './pasteable.ts';

/** Longer functions are not repeated in the message. */
const LONGEST_SOURCE = 200;

export interface GradcheckOptions {
  /** 2 checks the second derivatives as well. Default 1. */
  readonly order?: 1 | 2;
  /** Positions of inputs that are not differentiated, such as indices, labels and masks. Default none. */
  readonly constants?: readonly number[];
}

export interface GradcheckReport {
  /** The largest `|analytic - numeric| / max(1, max |gradient|)`. */
  readonly worstScore: number;
  /** Number of derivatives compared. */
  readonly checked: number;
  /** How often an input was moved a little because a kink was within the step. */
  readonly moved: number;
  /** Positions of the inputs left out: the constants, and those that only take whole numbers. */
  readonly leftOut: readonly number[];
}

/**
 * Checks the gradients of `f` with respect to its inputs against central differences, in float64.
 * The outputs are weighted with fixed random numbers; a derivative is right when it differs by at most
 * `1e-7 max(1, max |gradient|)`. Inputs of up to 64 elements are checked one by one, larger ones along 3 random directions.
 *
 * Where the derivatives from both sides differ, the point is at a kink (`relu` at 0, a tie in a maximum) and is moved a
 * little. An input without gradient that only takes whole numbers, such as the indices of `gather`, is left out.
 * Assignments to variables inside `f` have no effect.
 * @param f synchronous; returns a tensor or several. Tensors it captures are constants
 * @param inputs one tensor per argument of `f`
 * @throws GradientError naming the input, the element, both values, the score and what usually causes such a pattern;
 * it ends with a test to paste
 * @example gradcheck((x: Tensor, w: Tensor) => ops.matmul(x, w), [x, w]);
 */
export function gradcheck<Inputs extends readonly Tensor[]>(
  f: (...inputs: Inputs) => Tensor | readonly Tensor[],
  inputs: readonly [...Inputs],
  options: GradcheckOptions = {},
): GradcheckReport {
  checkFunction('gradcheck', 'what is checked', f);
  const { order = 1, constants = [] } = optionsOf('gradcheck', options);
  checkArguments(inputs, constants, order);
  const generator = new Generator();
  const device = new HostDevice('gradcheck', 'float64');
  const tape = new Tape('traced');
  const args = inputs.map((input) => tape.createTensor(input.shape));
  let outputs = outputsOf(runWithTape(tape, () => f(...(args as readonly Tensor[] as Inputs))));
  const report = { worstScore: 0, checked: 0, moved: 0 };
  const leftOut = new Set(constants);
  for (let level = 1; level <= order; level++) {
    const weights = outputs.map(({ shape }) => generator.tensor(shape));
    const gradients = weightedGradients(tape, outputs, weights, args);
    const comparison = new Comparison(
      new Link(device, tape, args, outputs),
      new Link(device, tape, args, gradients),
      weights.map(({ wide, shape }) => ({ values: wide as Float64Array, shape })),
      inputs.map(({ wide, data, shape }) => ({ values: wide ?? Float64Array.from(data), shape })),
      generator,
    );
    inputs.forEach((_, position) => {
      if (leftOut.has(position)) return;
      if (comparison.takesWholeNumbers(position)) {
        leftOut.add(position);
        return;
      }
      const { fault, worstScore, checked, moved } = comparison.compare(position);
      if (fault) throw gradientError(f, inputs, options, level, position, fault);
      report.worstScore = Math.max(report.worstScore, worstScore);
      report.checked += checked;
      report.moved += moved;
    });
    outputs = gradients;
  }
  return { ...report, leftOut: [...leftOut].sort((a, b) => a - b) };
}

function checkArguments(inputs: readonly unknown[], constants: readonly number[], order: number): void {
  if (!Array.isArray(inputs) || !inputs.every((input) => (input as unknown) instanceof Tensor)) {
    throw new ArgumentError(
      `gradcheck: the inputs are ${Array.isArray(inputs) ? `[${inputs.map(describeValue).join(', ')}]` : describeValue(inputs)}. Give a list with one tensor per argument.`,
      { where: 'gradcheck', got: inputs },
    );
  }
  if (order !== 1 && order !== 2) {
    throw new ArgumentError(`gradcheck: order is ${describeValue(order)}. Use 1 or 2.`, {
      where: 'gradcheck',
      got: order,
    });
  }
  const isPosition = (one: unknown): boolean => inputs.some((_, position) => position === one);
  if (!Array.isArray(constants) || !constants.every(isPosition)) {
    throw new ArgumentError(
      `gradcheck: constants is ${Array.isArray(constants) ? `[${constants.map(describeValue).join(', ')}]` : describeValue(constants)}. Name inputs by their positions, 0 to ${inputs.length - 1}.`,
      { where: 'gradcheck', got: constants },
    );
  }
}

function gradientError(
  f: unknown,
  inputs: readonly Tensor[],
  { order = 1, constants = [] }: GradcheckOptions,
  level: number,
  position: number,
  { name, derivative, numeric, score, cause }: Fault,
): GradientError {
  const what = level === 1 ? 'the gradient' : 'the second derivative';
  const source = String(f);
  const { opName } = f as { readonly opName?: string };
  const call = opName ?? (source.length <= LONGEST_SOURCE ? source.replaceAll(/\s+/g, ' ') : 'f');
  const given = [
    ...(order === 1 ? [] : [`order: ${order}`]),
    ...(constants.length > 0 ? [`constants: [${constants.join(', ')}]`] : []),
  ];
  const code = gradcheckCode(call, inputs, given.length > 0 ? [`{ ${given.join(', ')} }`] : []);
  return new GradientError(
    `gradcheck: ${what} of input ${position} (shape ${formatShape(inputs[position]?.shape ?? [])}) at ${name} is ${derivative}, central differences give ${numeric} ` +
      `(score ${score.toPrecision(3)}, limit ${SCORE_LIMIT}). ${cause}${CODE_HEADING}${code}`,
    { where: name, got: derivative, expected: numeric },
  );
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
class Link implements Program {
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
