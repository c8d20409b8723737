/** The shape arithmetic that ops share: NumPy's broadcasting and axis numbers that may count from the end. */
import { ArgumentError, describeValue, ShapeError } from '../errors.ts';
import { formatShape, type Shape } from './shape.ts';

/**
 * The shape that several shapes broadcast to: aligned at the last axis, a size of 1 stretches.
 * @throws ShapeError naming `where` and all shapes when two sizes differ and neither is 1
 */
export function broadcastShapes(where: string, shapes: readonly Shape[]): Shape {
  if (!shapes.every((shape) => Array.isArray(shape))) {
    throw new ArgumentError(`${where}: an input is missing. Give a tensor, a variable or a number for each.`, {
      where,
      got: shapes,
    });
  }
  const rank = Math.max(0, ...shapes.map((shape) => shape.length));
  const result = new Array<number>(rank).fill(1);
  for (const shape of shapes) {
    const offset = rank - shape.length;
    shape.forEach((length, axis) => {
      const known = result[offset + axis];
      if (known === 1) result[offset + axis] = length;
      else if (length !== 1 && length !== known) {
        throw new ShapeError(
          `${where}: the shapes ${shapes.map(formatShape).join(' and ')} do not broadcast: axis ${offset + axis - rank} ` +
            `has sizes ${known} and ${length}. Sizes must be equal or 1, counted from the last axis.`,
          { where, got: shapes },
        );
      }
    });
  }
  return result;
}

/** The axes along which `shape` was stretched to `target`, as axes of `target`: those a gradient is summed over. */
export function broadcastAxes(shape: Shape, target: Shape): number[] {
  const offset = target.length - shape.length;
  const axes: number[] = [];
  for (let axis = 0; axis < target.length; axis++) {
    if (axis < offset || (shape[axis - offset] === 1 && target[axis] !== 1)) axes.push(axis);
  }
  return axes;
}

/**
 * An axis number between 0 and rank - 1; negative ones count from the end.
 * @throws ArgumentError when it is not an integer in `[-rank, rank)`
 */
export function normalizeAxis(where: string, axis: number, rank: number): number {
  if (!Number.isInteger(axis) || axis < -rank || axis >= rank) {
    throw new ArgumentError(
      `${where}: axis ${describeValue(axis)} is out of range for rank ${rank}. Use an integer from ${-rank} to ${rank - 1}.`,
      {
        where,
        got: axis,
      },
    );
  }
  return axis < 0 ? axis + rank : axis;
}

/** Sorted, distinct, non-negative axes; all of them when none is named. */
export function normalizeAxes(where: string, axis: number | readonly number[] | undefined, rank: number): number[] {
  if (axis === undefined) return Array.from({ length: rank }, (_, index) => index);
  const axes = (Array.isArray(axis) ? (axis as readonly number[]) : [axis as number]).map((one) =>
    normalizeAxis(where, one, rank),
  );
  if (new Set(axes).size !== axes.length) {
    throw new ArgumentError(`${where}: the axes ${formatShape(axes)} name one axis twice.`, { where, got: axis });
  }
  return axes.sort((a, b) => a - b);
}
