/** Sample weights spread over all values of a sample. */
import { ShapeError } from '../errors.ts';
import { broadcastTo, reshape } from '../ops/index.ts';
import { formatShape, type Shape } from '../tensor/shape.ts';
import type { Tensor } from '../tensor/tensor.ts';

/**
 * @internal Weights per sample, step or value, stretched to the shape of the values.
 * @throws ShapeError when the weights' axes are not the values' first ones
 */
export function weightsLike(where: string, weights: Tensor, shape: Shape): Tensor {
  const trimmed =
    weights.rank === shape.length + 1 && weights.shape.at(-1) === 1 ? weights.shape.slice(0, -1) : weights.shape;
  if (trimmed.length > shape.length || trimmed.some((size, axis) => size !== 1 && size !== shape[axis])) {
    throw new ShapeError(
      `${where}: a sampleWeight of shape ${formatShape(weights.shape)} does not fit values of shape ${formatShape(shape)}. ` +
        'Give one weight per sample, or one per value.',
      { where, got: weights.shape, expected: shape },
    );
  }
  const padded = [...trimmed, ...new Array<number>(shape.length - trimmed.length).fill(1)];
  return broadcastTo(reshape(weights, padded), shape);
}
