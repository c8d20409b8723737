/** Small integers for kernel tests: sums and products of them are exact, so results are compared with equality. */
import type { FloatArray, Kernel } from '../../kernels/contract.ts';
import { type Shape, sizeOf } from '../../src/tensor/shape.ts';

/** Both float types that kernels run on. */
export const FLOAT_TYPES: readonly FloatType[] = [Float32Array, Float64Array];

export type FloatType = Float32ArrayConstructor | Float64ArrayConstructor;

/** Integers from -4 to 4 that look random; equal seeds give equal numbers. */
export function integers(Float: FloatType, shape: Shape, seed: number): FloatArray {
  const values = new Float(sizeOf(shape));
  let state = seed + 1;
  for (let i = 0; i < values.length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    values[i] = ((state >>> 16) % 9) - 4;
  }
  return values;
}

/** Plans and runs a kernel on outputs that are filled with NaN before, so that an element left out shows. */
export function runKernel<Options, Geometry>(
  kernel: Kernel<Options, Geometry>,
  inputs: readonly { readonly shape: Shape; readonly data: FloatArray }[],
  outputShapes: readonly Shape[],
  options: Options,
  Float: FloatType,
): FloatArray[] {
  const geometry = kernel.plan(
    inputs.map(({ shape }) => shape),
    outputShapes,
    options,
  );
  const outputs = outputShapes.map((shape) => new Float(sizeOf(shape)).fill(Number.NaN));
  kernel.cpu(
    inputs.map(({ data }) => data),
    outputs,
    geometry,
  );
  return outputs;
}

/** The inner product of two arrays, exact for integers. */
export function inner(a: FloatArray, b: FloatArray): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] ?? Number.NaN) * (b[i] ?? Number.NaN);
  return sum;
}

/** An array as plain numbers without negative zeros, which equality of sums does not distinguish. */
export function plain(values: Iterable<number>): number[] {
  return Array.from(values, (value) => value + 0);
}
