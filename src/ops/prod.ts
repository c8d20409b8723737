/** The product over some axes. Its gradient, the product of all other elements, is exact where elements are 0. */
import { prodKernel } from '../../kernels/reduce/index.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { full } from '../tensor/tensor.ts';
import { mul } from './arithmetic.ts';
import {
  reducedShape,
  resolveReduction,
  withReducedAxes,
  type ReductionOptions,
  type ResolvedReduction,
} from './broadcasting.ts';
import { defineOp, type Op, type TensorLike } from './define-op.ts';
import { concat, pad, slice } from './joining.ts';
import { inversePermutation, transpose } from './layout.ts';
import { reshape } from './shaping.ts';

/**
 * Product over some axes, or all.
 * @returns x's shape without the reduced axes, or with size 1 there (`keepDims`); 1 over no elements
 * @throws ArgumentError for an axis out of range
 * @example prod(tensor([[1, 2], [3, 4]]), { axis: 0 }) // [3, 8]
 */
export const prod: Op<[x: TensorLike], ReductionOptions> = /* @__PURE__ */ defineOp<
  [x: TensorLike],
  ResolvedReduction,
  ReductionOptions
>({
  name: 'prod',
  kernel: prodKernel,
  resolve: (options, [x]) => resolveReduction('prod', options, x),
  shape: ([x], options) => reducedShape(x, options),
  gradient: ({ inputs: [x], gradients: [dy], options: { axes } }) => [
    () => mul(withReducedAxes(dy, x.shape, axes), productOfOthers(x, axes)),
  ],
});

/** For each element the product of all others along the axes; x's shape. */
function productOfOthers(x: Tensor, axes: readonly number[]): Tensor {
  if (x.size === 0) return full(x.shape, 1);
  const kept = [...x.shape.keys()].filter((axis) => !axes.includes(axis));
  const permutation = [...kept, ...axes];
  const count = axes.reduce((product, axis) => product * (x.shape[axis] ?? 1), 1);
  const moved = transpose(x, { permutation });
  const others = othersInRows(reshape(moved, [-1, count]));
  return transpose(reshape(others, moved.shape), { permutation: inversePermutation(permutation) });
}

// A tree: multiply neighbours, find the products of the other pairs, and multiply each by the element's own neighbour.
function othersInRows(rows: Tensor): Tensor {
  const [count = 0, length = 0] = rows.shape;
  if (length <= 1) return full(rows.shape, 1);
  const padded =
    length % 2 === 1
      ? pad(rows, {
          paddings: [
            [0, 0],
            [0, 1],
          ],
          value: 1,
        })
      : rows;
  const pairs = reshape(padded, [count, -1, 2]);
  const left = slice(pairs, [0, 0, 0], [-1, -1, 1]); // [count, pairs, 1]
  const right = slice(pairs, [0, 0, 1], [-1, -1, 1]);
  const otherPairs = reshape(othersInRows(reshape(mul(left, right), [count, -1])), left.shape);
  const both = concat([mul(otherPairs, right), mul(otherPairs, left)], { axis: 2 });
  return slice(reshape(both, padded.shape), [0, 0], [-1, length]);
}
