/** Shapes: sizes, strides, what is no shape, and how they are written in messages. */
import { ArgumentError, describeValue } from '../errors.ts';

/** The most elements of one tensor: what a Float32Array can hold everywhere. */
const MAX_SIZE = 2 ** 31 - 1;

/** The sizes of a tensor's axes, outermost first; `[]` is a scalar. */
export type Shape = readonly number[];

/** Number of elements of a shape: the product of its sizes, 1 for a scalar. */
export function sizeOf(shape: Shape): number {
  let size = 1;
  for (const length of shape) size *= length;
  return size;
}

/** Row-major strides in elements: the last axis has stride 1. */
export function stridesOf(shape: Shape): number[] {
  const strides = new Array<number>(shape.length);
  let stride = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = stride;
    stride *= shape[axis] ?? 1;
  }
  return strides;
}

/** True when two shapes have the same rank and sizes. */
export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((length, axis) => length === b[axis]);
}

/** A shape as messages print it: `[2, 3]`; an unknown size prints as `null`. */
export function formatShape(shape: readonly (number | null)[]): string {
  return `[${shape.map(String).join(', ')}]`;
}

/**
 * A shape that was given from outside.
 * @throws ArgumentError unless it is a list of integers of at least 0 whose product a tensor can hold
 */
export function checkShape(where: string, shape: unknown): Shape {
  const isList = Array.isArray(shape);
  const sizes = isList ? (shape as readonly unknown[]) : [];
  if (isList && sizes.every((size) => Number.isInteger(size) && (size as number) >= 0)) {
    if (sizeOf(sizes as Shape) <= MAX_SIZE) return sizes as Shape;
    throw new ArgumentError(
      `${where}: a tensor of shape ${formatShape(sizes as Shape)} has ${sizeOf(sizes as Shape)} elements; at most ${MAX_SIZE} are possible.`,
      { where, got: shape, expected: MAX_SIZE },
    );
  }
  throw new ArgumentError(
    `${where}: the shape is ${isList ? `[${sizes.map(describeValue).join(', ')}]` : describeValue(shape)}. Give a list of integers of at least 0, such as [2, 3]; [] is a scalar.`,
    { where, got: shape },
  );
}
