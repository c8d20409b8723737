/** Real-valued kernel tests: arrays drawn from a seed, runs with inputs left out, and central differences. */
import type { FloatArray, Kernel } from '../../kernels/contract.ts';
import { type Shape, sizeOf } from '../../src/tensor/shape.ts';
import type { FloatType } from './integers.ts';

/** An input of a kernel; undefined where it is left out. */
export type Operand = { readonly shape: Shape; readonly data: FloatArray } | undefined;

/** The bound that every gradient keeps: |analytic - numeric| over the largest numeric gradient (at least 1). */
export const GRADIENT_SCORE = 1e-7;

/** A stream of numbers between -1 and 1 that float32 holds exactly, so both float types see the same input. */
export function uniform(seed: number): () => number {
  let state = Math.imul(seed, 2654435761) >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state >>> 8) / 2 ** 23 - 1;
  };
}

/** A double operand whose elements come from `draw`, one call each. */
export function operand(shape: Shape, draw: () => number): { readonly shape: Shape; readonly data: Float64Array } {
  return { shape, data: Float64Array.from({ length: sizeOf(shape) }, draw) };
}

/** The same operands in another float type. */
export function convert(operands: readonly Operand[], Float: FloatType): Operand[] {
  return operands.map((each) => each && { shape: each.shape, data: Float.from(each.data) });
}

/** A kernel planned for some operands; each run fills its outputs with NaN first, so an element left out shows. */
export function prepare<Options, Geometry>(
  kernel: Kernel<Options, Geometry>,
  operands: readonly Operand[],
  outputShapes: readonly Shape[],
  options: Options,
  Float: FloatType = Float64Array,
): (operands: readonly Operand[]) => FloatArray[] {
  const geometry = kernel.plan(
    operands.map((each) => each?.shape),
    outputShapes,
    options,
  );
  const outputs = outputShapes.map((shape) => new Float(sizeOf(shape)));
  return (current) => {
    for (const output of outputs) output.fill(Number.NaN);
    kernel.cpu(
      current.map((each) => each?.data),
      outputs,
      geometry,
    );
    return outputs;
  };
}

/** The sum of products; a missing factor counts as zeros. */
export function weighted(values: ArrayLike<number>, weights: ArrayLike<number> | undefined): number {
  let sum = 0;
  for (let i = 0; weights !== undefined && i < values.length; i++) {
    sum += (values[i] ?? Number.NaN) * (weights[i] ?? Number.NaN);
  }
  return sum;
}

/** The score of an analytic gradient of `loss`, which reads `point`, by central differences in every element. */
export function gradientScore(point: FloatArray, analytic: ArrayLike<number>, loss: () => number): number {
  let error = 0;
  let largest = 1;
  for (let i = 0; i < point.length; i++) {
    const center = point[i] ?? Number.NaN;
    const step = 6e-6 * Math.max(1, Math.abs(center));
    const above = center + step;
    const below = center - step;
    point[i] = above;
    const high = loss();
    point[i] = below;
    const low = loss();
    point[i] = center;
    const numeric = (high - low) / (above - below);
    error = Math.max(error, Math.abs((analytic[i] ?? Number.NaN) - numeric));
    largest = Math.max(largest, Math.abs(numeric));
  }
  return error / largest;
}

/** The largest difference of two arrays of one length; NaN when either holds one. */
export function distance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let largest = a.length === b.length ? 0 : Number.NaN;
  for (let i = 0; i < a.length; i++) {
    const difference = Math.abs((a[i] ?? Number.NaN) - (b[i] ?? Number.NaN));
    largest = difference > largest || Number.isNaN(difference) ? difference : largest;
  }
  return largest;
}
