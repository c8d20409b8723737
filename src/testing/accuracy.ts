/**
 * How near a device's float32 results must lie to float64: the error that roundings of the operands and of each step
 * cause, told from how much the function answers to small relative changes of what it is given.
 */
import type { Device } from '../devices/device.ts';
import { activeTape } from '../tape/active-tape.ts';
import { compile } from '../tape/compile.ts';
import { tensor, type Tensor } from '../tensor/tensor.ts';
import { Float64Program } from './float64-program.ts';
import { Generator } from './generator.ts';

/** Half a unit in the last place of float32, relative. */
const ROUNDING = 2 ** -24;
/** Elementary functions may be off by 4 units in the last place, which are 8 roundings. */
const ROUNDINGS = 8;
/** Below the normal numbers of float32 nothing is relative any more. */
const TINY = 2 ** -126;
/** Size of the changes that show how the function answers; squares of it are lost in float64. */
const CHANGE = 1e-5;
const DIRECTIONS = 4;

/** Where a value lies beyond its bound, and what it was computed with. */
export interface Inaccuracy {
  /** Which result of the function, or the gradient of which one. */
  readonly result: number;
  /** The input that the gradient belongs to; undefined for a result itself. */
  readonly input: number | undefined;
  /** The gradient of the result. */
  readonly weight: Tensor | undefined;
  readonly element: number;
  readonly expected: number;
  readonly bound: number;
}

/** @internal A value further from float64 than roundings explain. */
export class AccuracyError extends Error {
  readonly inaccuracy: Inaccuracy;

  constructor(message: string, inaccuracy: Inaccuracy) {
    super(message);
    this.inaccuracy = inaccuracy;
  }
}

/**
 * @internal Compares results, and gradients where there are any, with a float64 program:
 * `|y - y64| <= 8 sqrt(n) 2^-24 (|answer| + |y64|) + 4 sqrt(n) 2^-24 max(1, max |y64|)`, where n counts the elements of all
 * inputs and the answer is the largest of four, to random changes of every element by one part of itself, or of 1 where
 * it is smaller: what a kernel keeps between its own steps is of that size and rounded, too. The last term is for what
 * cancels: a softmax less its label.
 * @throws AccuracyError that tells the first element beyond its bound
 */
export async function requireAccurate(
  f: (...inputs: readonly Tensor[]) => Tensor | readonly Tensor[],
  inputs: readonly Tensor[],
  differentiable: boolean,
  device: 'cpu' | Device,
): Promise<void> {
  const generator = new Generator();
  const shapes = outputShapes(f, inputs);
  // The gradients of the outputs are operands, too: rounding errors in what they are multiplied with must show.
  const weights = differentiable ? shapes.map((shape) => roundedTensor(generator.tensor(shape))) : [];
  const all = (...args: readonly Tensor[]): readonly Tensor[] => {
    const values = args.slice(0, inputs.length);
    const results = [f(...values)].flat();
    if (!differentiable) return results;
    const tape = activeTape();
    if (!tape) throw new Error('no tape records this function');
    const gradients = results.map((result, index) =>
      tape.gradient(result, values, { outputGradient: args[inputs.length + index] as Tensor }),
    );
    return [...results, ...gradients.flat()];
  };
  const args = [...inputs, ...weights];
  const points = args.map(({ data }) => Float64Array.from(data));
  const reference = new Float64Program(
    all,
    args.map(({ shape }) => shape),
  );
  const exact = reference.run(points);
  const answers = Array.from({ length: DIRECTIONS }, () =>
    reference.run(
      points.map((values) => {
        const signs = generator.values(values.length);
        return values.map((value, i) => value + CHANGE * Math.max(1, Math.abs(value)) * Math.sign(signs[i] ?? 1));
      }),
    ),
  );
  const actual = await compile(all, { device })(...args);
  const elements = points.reduce((count, { length }) => count + length, 0);
  const factor = ROUNDINGS * Math.sqrt(elements) * ROUNDING;
  const largest = exact.flatMap((values) => [...values]).reduce((most, value) => Math.max(most, Math.abs(value)), 1);
  const floor = 4 * Math.sqrt(elements) * ROUNDING * (Number.isFinite(largest) ? largest : 1) + TINY;
  exact.slice(0, actual.length).forEach((expected, index) => {
    const given = actual[index]?.data ?? [];
    expected.forEach((value, i) => {
      const answer = answers.reduce((most, one) => Math.max(most, Math.abs((one[index]?.[i] ?? NaN) - value)), 0);
      const bound = factor * (answer / CHANGE + Math.abs(value)) + floor;
      const one = given[i] ?? NaN;
      if (Math.abs(one - value) <= bound || Object.is(one, Math.fround(value))) return;
      const gradient = index - shapes.length;
      const [result, input] =
        gradient < 0 ? [index, undefined] : [Math.floor(gradient / inputs.length), gradient % inputs.length];
      const what = input === undefined ? `result ${result}` : `the gradient of result ${result} to input ${input}`;
      throw new AccuracyError(
        `${what}: element ${i} is ${one}, float64 gives ${value}; rounding explains ${bound.toExponential(1)}`,
        {
          result,
          input,
          weight: input === undefined ? undefined : weights[result],
          element: i,
          expected: value,
          bound,
        },
      );
    });
  });
}

function outputShapes(f: (...inputs: readonly Tensor[]) => Tensor | readonly Tensor[], inputs: readonly Tensor[]) {
  return [f(...inputs)].flat().map(({ shape }) => shape);
}

function roundedTensor(value: Tensor): Tensor {
  return tensor(Float32Array.from(value.data), value.shape);
}
