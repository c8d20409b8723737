/** Sizes and values for weights, checked before any is made or assigned. */
import { ArgumentError, describeValue, ShapeError } from '../errors.ts';
import { formatShape, sameShape } from '../tensor/shape.ts';
import type { PartialShape } from '../tensor/symbolic.ts';
import { Tensor, tensor } from '../tensor/tensor.ts';
import type { Variable } from '../tensor/variable.ts';

/**
 * The values of `setWeights` as tensors, one per weight.
 * @param name the layer's
 * @throws ShapeError naming the weight and both shapes
 */
export function weightValues(
  name: string,
  weights: readonly Variable[],
  values: readonly (Tensor | Float32Array)[],
): readonly Tensor[] {
  if (!Array.isArray(values)) {
    throw new ArgumentError(
      `layer '${name}': setWeights got ${describeValue(values)}. Give a list with one tensor per weight.`,
      { where: name, got: values },
    );
  }
  if (values.length !== weights.length) {
    throw new ArgumentError(
      `layer '${name}': setWeights got ${values.length} arrays, the layer has ${weights.length} weights (${weights.map((w) => w.name).join(', ')}).`,
      { where: name, got: values.length, expected: weights.length },
    );
  }
  return (values as readonly (Tensor | Float32Array)[]).map((value, index) => {
    const weight = weights[index] as Variable;
    const given = value instanceof Tensor ? value : tensor(value, weight.shape);
    if (!sameShape(given.shape, weight.shape)) {
      throw new ShapeError(
        `layer '${name}': weight ${index} '${weight.name}' has the shape ${formatShape(weight.shape)}, setWeights got ${formatShape(given.shape)}.`,
        { where: name, got: given.shape, expected: weight.shape },
      );
    }
    return given;
  });
}

/** The size of an axis that a weight's shape depends on. @throws ShapeError when it is not known */
export function knownSize(
  { name, className }: { readonly name: string; readonly className: string },
  shape: PartialShape,
  axis: number,
): number {
  const size = shape.at(axis);
  if (size !== null && size !== undefined) return size;
  throw new ShapeError(
    `layer '${name}' (${className}): axis ${axis} of the input shape ${formatShape(shape)} must be known to make the weights. Give it in input().`,
    { where: name, got: shape },
  );
}
