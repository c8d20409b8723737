/** The same values under another shape. These ops move no memory. */
import { ArgumentError, ShapeError } from '../errors.ts';
import { normalizeAxes, normalizeAxis } from '../tensor/broadcast.ts';
import { formatShape, sizeOf, type Shape } from '../tensor/shape.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { defineOp, type Op, type TensorLike } from './define-op.ts';
import type { Symbolic, SymbolicResult } from '../tensor/symbolic.ts';

interface ReshapeOptions {
  readonly shape: Shape;
}

const reshaped = /* @__PURE__ */ defineOp<[x: TensorLike], ReshapeOptions>({
  name: 'reshape',
  kernel: 'alias',
  resolve: ({ shape }, [x]) => ({ shape: inferSize(x, shape) }),
  shape: (_, { shape }) => shape,
  gradient: ({ inputs: [x], gradients: [dy] }) => [() => reshape(dy, x.shape)],
});

/**
 * The same values in the same order under another shape.
 * @param shape one size may be -1: it is inferred from the others
 * @throws ShapeError when the number of elements would change
 * @example reshape(tensor([1, 2, 3, 4]), [2, -1]) // [[1, 2], [3, 4]]
 */
export function reshape(x: TensorLike, shape: Shape): Tensor;
export function reshape(x: Symbolic, shape: Shape): SymbolicResult;
export function reshape(x: TensorLike | Symbolic, shape: Shape): Tensor | SymbolicResult {
  return reshaped(x, { shape });
}

function inferSize(from: Shape, to: Shape): Shape {
  const unknown = to.indexOf(-1);
  const refuse = (rule: string): ShapeError =>
    new ShapeError(
      `reshape: ${formatShape(from)} has ${sizeOf(from)} elements and cannot become ${formatShape(to)}: ${rule}`,
      {
        where: 'reshape',
        got: from,
        expected: to,
      },
    );
  if (to.some((length, axis) => axis !== unknown && !(Number.isInteger(length) && length >= 0))) {
    throw refuse('sizes are integers of at least 0, one of them may be -1.');
  }
  if (unknown < 0) {
    if (sizeOf(from) !== sizeOf(to)) throw refuse(`that takes ${sizeOf(to)}.`);
    return to;
  }
  const rest = sizeOf(to.filter((_, axis) => axis !== unknown));
  if (rest === 0) throw refuse('beside a size of 0 the size -1 could be any. Write the size out.');
  if (sizeOf(from) % rest !== 0) throw refuse(`the other sizes multiply to ${rest}, which does not divide it.`);
  return to.with(unknown, sizeOf(from) / rest);
}

const expanded = /* @__PURE__ */ defineOp<[x: TensorLike], { readonly axis: number }>({
  name: 'expandDims',
  kernel: 'alias',
  resolve: ({ axis }, [x]) => ({ axis: normalizeAxis('expandDims', axis, x.length + 1) }),
  shape: ([x], { axis }) => x.toSpliced(axis, 0, 1),
  gradient: ({ inputs: [x], gradients: [dy] }) => [() => reshape(dy, x.shape)],
});

/**
 * Inserts an axis of size 1.
 * @param axis where it stands in the result; negative ones count from the result's end. Default 0
 * @throws ArgumentError for an axis out of range
 * @example expandDims(tensor([1, 2]), -1) // [[1], [2]]
 */
export function expandDims(x: TensorLike, axis?: number): Tensor;
export function expandDims(x: Symbolic, axis?: number): SymbolicResult;
export function expandDims(x: TensorLike | Symbolic, axis = 0): Tensor | SymbolicResult {
  return expanded(x, { axis });
}

/** Options of `squeeze`. */
export interface SqueezeOptions {
  /** The axes to drop, of size 1; negative ones count from the end. Default: all of size 1. */
  readonly axis?: number | readonly number[];
}

/**
 * Drops axes of size 1.
 * @throws ShapeError when a named axis has another size
 * @example squeeze(tensor([[1], [2]]), { axis: 1 }) // [1, 2]
 */
export const squeeze: Op<[x: TensorLike], SqueezeOptions> = /* @__PURE__ */ defineOp<
  [x: TensorLike],
  { readonly axes: readonly number[] },
  SqueezeOptions
>({
  name: 'squeeze',
  kernel: 'alias',
  resolve: ({ axis }, [x]) => ({
    axes: normalizeAxes('squeeze', axis, x.length).filter((one) => axis !== undefined || x[one] === 1),
  }),
  shape: ([x], { axes }) => {
    const wrong = axes.find((axis) => x[axis] !== 1);
    if (wrong !== undefined) {
      throw new ShapeError(
        `squeeze: axis ${wrong} of ${formatShape(x)} has the size ${x[wrong]}; only axes of size 1 can be dropped. Name others, or use reshape().`,
        { where: 'squeeze', got: x },
      );
    }
    return x.filter((_, axis) => !axes.includes(axis));
  },
  gradient: ({ inputs: [x], gradients: [dy] }) => [() => reshape(dy, x.shape)],
});

/** Options of `flatten`. */
export interface FlattenOptions {
  /** The first axis that is folded into one; default 1, which keeps the batch axis. 0 gives a vector of all elements. */
  readonly startAxis?: number;
}

/**
 * Folds the axes from `startAxis` on into one: `[batch, ...]` to `[batch, features]`.
 * @throws ArgumentError when x has fewer axes than `startAxis`
 * @example flatten(tensor([[[1, 2], [3, 4]]])) // [[1, 2, 3, 4]]
 */
export const flatten: Op<[x: TensorLike], FlattenOptions> = /* @__PURE__ */ defineOp<
  [x: TensorLike],
  { readonly startAxis: number },
  FlattenOptions
>({
  name: 'flatten',
  kernel: 'alias',
  resolve: ({ startAxis = 1 }, [x]) => {
    if (!Number.isInteger(startAxis) || startAxis < 0 || startAxis > x.length) {
      throw new ArgumentError(
        `flatten: startAxis ${startAxis} does not fit the shape ${formatShape(x)}. Use an integer from 0 to ${x.length}.`,
        { where: 'flatten', got: startAxis },
      );
    }
    return { startAxis };
  },
  shape: ([x], { startAxis }) => [...x.slice(0, startAxis), sizeOf(x.slice(startAxis))],
  gradient: ({ inputs: [x], gradients: [dy] }) => [() => reshape(dy, x.shape)],
});
