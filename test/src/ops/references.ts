/** Plain loops over numbers that op rows take exact results from. */
import { broadcastShapes } from '../../../src/tensor/broadcast.ts';
import { sizeOf, stridesOf, type Shape } from '../../../src/tensor/shape.ts';
import type { Tensor } from '../../../src/tensor/tensor.ts';

/** The indices of a flat position. */
export function indicesOf(shape: Shape, position: number): number[] {
  return stridesOf(shape).map((stride, axis) => Math.floor(position / stride) % (shape[axis] ?? 1));
}

/** All indices of a shape, row-major. */
export function allIndices(shape: Shape): number[][] {
  return Array.from({ length: sizeOf(shape) }, (_, position) => indicesOf(shape, position));
}

/** `f` of the elements that broadcasting puts together. */
export function broadcastReference(inputs: readonly Tensor[], f: (...values: number[]) => number): number[] {
  const shape = broadcastShapes(
    'reference',
    inputs.map((input) => input.shape),
  );
  return allIndices(shape).map((indices) => {
    const values = inputs.map((input) => {
      const own = indices.slice(shape.length - input.rank);
      return input.at(...own.map((index, axis) => (input.shape[axis] === 1 ? 0 : index)));
    });
    return f(...values);
  });
}

/** `fold` of the elements that a reduction brings together; `axes` counted from the front. */
export function reduceReference(
  x: Tensor,
  axes: readonly number[],
  fold: (values: readonly number[]) => number,
): number[] {
  const kept = [...x.shape.keys()].filter((axis) => !axes.includes(axis));
  // An empty axis leaves groups of no elements.
  const groups = new Map(allIndices(kept.map((axis) => x.shape[axis] ?? 1)).map((key) => [key.join(), [] as number[]]));
  for (const indices of allIndices(x.shape)) {
    const key = kept.map((axis) => indices[axis]).join();
    groups.set(key, [...(groups.get(key) ?? []), x.at(...indices)]);
  }
  return [...groups.values()].map(fold);
}
