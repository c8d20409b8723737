/** Rows picked by index, and added back. An index that is not a whole number within its axis is refused when the op runs. */
import { gatherKernel, oneHotKernel, scatterAddKernel } from '../../kernels/gather/index.ts';
import { ArgumentError, ShapeError } from '../errors.ts';
import type { TapeNode } from '../tape/tape.ts';
import { normalizeAxis } from '../tensor/broadcast.ts';
import { formatShape, sameShape, type Shape } from '../tensor/shape.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { defineOp, type Op, type TensorLike } from './define-op.ts';

/** The shape of the kernels' error flag, their output 1: 0, or 1 + the flat position of the first bad index. */
const FLAG: Shape = [1];

/** Names a bad index: where it stands, its value where it is known, and what it should have been. */
function badIndex(where: string, flag: number, indices: Tensor | undefined, size: number): ArgumentError {
  const position = flag - 1;
  const value = indices?.hasData ? indices.data[position] : undefined;
  return new ArgumentError(
    `${where}: the index ${value === undefined ? '' : `${value} `}at position ${position} is out of range. ${size === 0 ? 'The axis has no elements: there is nothing to pick.' : `Indices are whole numbers from 0 to ${size - 1}.`}`,
    { where, got: value },
  );
}

/** Options of `gather`. */
export interface GatherCallOptions {
  /** The axis that the indices count along; negative ones count from the end. Default 0. */
  readonly axis?: number;
}

/**
 * Picks rows (along axis 0, or columns and so on along others) by index.
 * @param indices whole numbers within the axis, any shape
 * @returns x's shape with the axis replaced by the shape of the indices
 * @throws ArgumentError for an axis or an index out of range
 * @example gather(tensor([[1, 2], [3, 4]]), tensor([1, 1, 0])) // [[3, 4], [3, 4], [1, 2]]
 */
export const gather: Op<[x: TensorLike, indices: TensorLike], GatherCallOptions> = /* @__PURE__ */ defineOp<
  [x: TensorLike, indices: TensorLike],
  Required<GatherCallOptions>,
  GatherCallOptions
>({
  name: 'gather',
  kernel: gatherKernel,
  resolve: ({ axis = 0 }, [x]) => ({ axis: normalizeAxis('gather', axis, x.length) }),
  shape: ([x, indices], { axis }) => [x.toSpliced(axis, 1, ...indices), FLAG],
  // each row of dy goes back to where it came from; a row that was picked twice gets both
  gradient: ({ inputs: [x, indices], gradients: [dy], options: { axis } }) => [
    () => scatterAdd(indices, dy, { size: x.shape[axis] ?? 0, axis }),
    undefined,
  ],
  errorFlag: {
    output: 1,
    error: (flag, node) => badIndex('gather', flag, node.inputs[1], axisSize(node, 0)),
  },
});

/** Options of `scatterAdd`. */
export interface ScatterAddOptions {
  /** The size of the result along the axis. */
  readonly size: number;
  /** The axis of the result that the indices count along; negative ones count from the end. Default 0. */
  readonly axis?: number;
}

/**
 * Zeros, plus each update at its index; updates of one index are added up. The reverse of `gather`.
 * @param indices whole numbers from 0 to size - 1
 * @param updates the result's shape with the axis replaced by the shape of the indices
 * @throws ShapeError when the updates do not have that shape; ArgumentError for an index out of range
 * @example scatterAdd(tensor([0, 2, 0]), tensor([1, 2, 3]), { size: 3 }) // [4, 0, 2]
 */
export const scatterAdd: Op<[indices: TensorLike, updates: TensorLike], ScatterAddOptions> = /* @__PURE__ */ defineOp<
  [indices: TensorLike, updates: TensorLike],
  Required<ScatterAddOptions>,
  ScatterAddOptions
>({
  name: 'scatterAdd',
  kernel: scatterAddKernel,
  resolve: ({ size, axis = 0 }, [indices, updates]) => {
    if (!Number.isInteger(size) || size < 0) {
      throw new ArgumentError(`scatterAdd: the size ${size} is not an integer of at least 0.`, {
        where: 'scatterAdd',
        got: size,
      });
    }
    // With fewer axes than the indices there is no result; the shape rule refuses them.
    const rank = Math.max(1, updates.length - indices.length + 1);
    return { size, axis: normalizeAxis('scatterAdd', axis, rank) };
  },
  shape: ([indices, updates], { size, axis }) => {
    if (!sameShape(updates.slice(axis, axis + indices.length), indices)) {
      throw new ShapeError(
        `scatterAdd: the updates ${formatShape(updates)} do not have the shape of the indices ${formatShape(indices)} at axis ${axis}. Give one update per index.`,
        { where: 'scatterAdd', got: updates, expected: indices },
      );
    }
    return [updates.toSpliced(axis, indices.length, size), FLAG];
  },
  gradient: ({ inputs: [indices], gradients: [dy], options: { axis } }) => [
    undefined,
    () => gather(dy, indices, { axis }),
  ],
  errorFlag: {
    output: 1,
    error: (flag, node) => badIndex('scatterAdd', flag, node.inputs[0], (node.options as ScatterAddOptions).size),
  },
});

const encoded = /* @__PURE__ */ defineOp<[indices: TensorLike], { readonly depth: number }>({
  name: 'oneHot',
  kernel: oneHotKernel,
  shape: ([indices], { depth }) => {
    if (!Number.isInteger(depth) || depth < 1) {
      throw new ArgumentError(`oneHot: the depth ${depth} is not an integer of at least 1.`, {
        where: 'oneHot',
        got: depth,
      });
    }
    return [[...indices, depth], FLAG];
  },
  gradient: 'none',
  errorFlag: {
    output: 1,
    error: (flag, node) => badIndex('oneHot', flag, node.inputs[0], (node.options as { readonly depth: number }).depth),
  },
});

/**
 * Rows of zeros with a 1 at each index.
 * @param indices whole numbers from 0 to depth - 1
 * @returns the indices' shape, then `depth`
 * @throws ArgumentError for an index out of range
 * @example oneHot(tensor([1, 0]), 3) // [[0, 1, 0], [1, 0, 0]]
 */
export function oneHot(indices: TensorLike, depth: number): Tensor {
  return encoded(indices, { depth });
}

function axisSize(node: TapeNode, input: number): number {
  const { axis } = node.options as Required<GatherCallOptions>;
  return node.inputs[input]?.shape[axis] ?? 0;
}
