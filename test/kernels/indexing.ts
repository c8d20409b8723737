/** Arrays read index by index: the slow and obvious way that kernels are compared with. */
import fc from 'fast-check';
import type { FloatArray, Kernel } from '../../kernels/contract.ts';
import type { Shape } from '../../src/tensor/shape.ts';

/** A shape and its elements, row-major. */
export interface NestedArray {
  readonly shape: Shape;
  readonly data: readonly number[];
}

/** Every property test draws the same 100 cases. */
export const RUNS: fc.Parameters<unknown> = { numRuns: 100, seed: 20240607 };

/** Every index of a shape in row-major order. */
export function indicesOf(shape: Shape): number[][] {
  return shape.reduce<number[][]>(
    (prefixes, length) => prefixes.flatMap((prefix) => Array.from({ length }, (_, i) => [...prefix, i])),
    [[]],
  );
}

/** The array whose element at each index is `value(index)`. */
export function build(shape: Shape, value: (index: number[]) => number): NestedArray {
  return { shape, data: indicesOf(shape).map(value) };
}

/** The element at an index; NaN outside. */
export function at({ shape, data }: NestedArray, index: readonly number[]): number {
  const inside = shape.every((length, axis) => index[axis]! >= 0 && index[axis]! < length);
  return inside ? data[shape.reduce((flat, length, axis) => flat * length + index[axis]!, 0)]! : NaN;
}

/** The element that an index of the broadcast result reads. */
export function broadcastAt(array: NestedArray, index: readonly number[]): number {
  const aligned = index.slice(index.length - array.shape.length);
  return at(
    array,
    aligned.map((i, axis) => (array.shape[axis] === 1 ? 0 : i)),
  );
}

/** Sizes from 0 to 4 of up to four axes. */
export const shapes: fc.Arbitrary<number[]> = fc.array(
  fc.oneof({ weight: 9, arbitrary: fc.integer({ min: 1, max: 4 }) }, { weight: 1, arbitrary: fc.constant(0) }),
  { maxLength: 4 },
);

/** Arrays of some elements. */
export function valuesOf(element: fc.Arbitrary<number>): (shape: Shape) => fc.Arbitrary<NestedArray> {
  return (shape) => {
    const size = indicesOf(shape).length;
    return fc.array(element, { minLength: size, maxLength: size }).map((data) => ({ shape, data }));
  };
}

/** An array of small integers. */
export const arraysOf: (shape: Shape) => fc.Arbitrary<NestedArray> = valuesOf(fc.integer({ min: -4, max: 4 }));

/** A shape that broadcasts to the given one. */
export function broadcastableTo(shape: Shape): fc.Arbitrary<number[]> {
  return fc
    .tuple(fc.nat(shape.length), fc.array(fc.boolean(), { minLength: shape.length, maxLength: shape.length }))
    .map(([dropped, ones]) => shape.map((length, axis) => (ones[axis] ? 1 : length)).slice(dropped));
}

/** Plans a kernel, runs it on outputs full of garbage and returns them as numbers; float32 unless told. */
export function outputsOf<Options, Geometry>(
  kernel: Kernel<Options, Geometry>,
  inputs: readonly (NestedArray | undefined)[],
  outputShapes: readonly Shape[],
  options: Options,
  Float: Float32ArrayConstructor | Float64ArrayConstructor = Float32Array,
): number[][] {
  const geometry = kernel.plan(
    inputs.map((input) => input?.shape),
    outputShapes,
    options,
  );
  const outputs: FloatArray[] = outputShapes.map((shape) => new Float(indicesOf(shape).length).fill(-77.5));
  const data = inputs.map((input) => input && Float.from(input.data));
  // Twice: a geometry must be as good as new after a run.
  kernel.cpu(data, outputs, geometry);
  kernel.cpu(data, outputs, geometry);
  return outputs.map((output) => Array.from(output));
}

/** The outputs when each one with an entry in `overwritten` is written over that input. */
export function outputsInPlace<Options, Geometry>(
  kernel: Kernel<Options, Geometry>,
  inputs: readonly (NestedArray | undefined)[],
  outputShapes: readonly Shape[],
  options: Options,
  overwritten: readonly number[],
): number[][] {
  const geometry = kernel.plan(
    inputs.map((input) => input?.shape),
    outputShapes,
    options,
  );
  const data = inputs.map((input) => input && Float32Array.from(input.data));
  const outputs = overwritten.map((input) => data[input]!);
  kernel.cpu(data, outputs, geometry);
  return outputs.map((output) => Array.from(output));
}
