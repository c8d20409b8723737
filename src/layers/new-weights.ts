/**
 * Weights of models that are read from files: zeros that share memory until the file's values take their place, and no
 * more of them than the file could hold. A config of a hundred bytes can ask for a layer of a terabyte.
 */
import { FormatError } from '../errors.ts';
import { formatShape, type Shape } from '../tensor/shape.ts';
import { Tensor } from '../tensor/tensor.ts';

/** Numbers in the states of all recurrent layers, which no file holds: 16 MB. */
const STATE_ELEMENTS = 4 * 1024 * 1024;

interface Allowance {
  readonly where: string;
  readonly total: number;
  left: number;
  statesLeft: number;
  zeros: Float32Array;
}

let allowance: Allowance | undefined;

/**
 * @internal Runs a function whose new weights are zeros, to be assigned afterwards.
 * @param allowed where: the file, for messages; elements: numbers in all weights, at most
 * @throws FormatError when the weights would have more elements than allowed
 */
export function withWeightsOfFile<Result>(
  allowed: { readonly where: string; readonly elements: number },
  make: () => Result,
): Result {
  const before = allowance;
  const { where, elements } = allowed;
  allowance = { where, total: elements, left: elements, statesLeft: STATE_ELEMENTS, zeros: new Float32Array(0) };
  try {
    return make();
  } finally {
    allowance = before;
  }
}

/**
 * @internal The first value of a weight.
 * @param path the weight's name
 * @param initialize gives the value of a weight that no file is about to replace
 */
export function firstValue(path: string, shape: Shape, initialize: () => Tensor): Tensor {
  if (!allowance) return initialize();
  const size = sizeOf(shape);
  if (!(size <= allowance.left)) {
    throw new FormatError(
      `${allowance.where}: the weight '${path}' has the shape ${formatShape(shape)}, but the file holds ${allowance.total} numbers in all. The config and the weights do not belong together, or the file is hostile.`,
      { where: allowance.where, got: shape, expected: allowance.total },
    );
  }
  allowance.left -= size;
  if (allowance.zeros.length < size) allowance.zeros = new Float32Array(size);
  return new Tensor(shape, allowance.zeros.subarray(0, size));
}

/** @internal The zeros that a recurrent layer's state begins with. @param name the layer's */
export function firstState(name: string, shape: Shape, initialize: () => Tensor): Tensor {
  if (allowance) {
    const size = sizeOf(shape);
    if (!(size <= allowance.statesLeft)) {
      throw new FormatError(
        `${allowance.where}: a state of the layer '${name}' has the shape ${formatShape(shape)}; states of a model from a file hold ${STATE_ELEMENTS} numbers at most. Save the model with a smaller batch size.`,
        { where: allowance.where, got: shape, expected: STATE_ELEMENTS },
      );
    }
    allowance.statesLeft -= size;
  }
  return initialize();
}

function sizeOf(shape: Shape): number {
  return shape.reduce((all, length) => all * length, 1);
}
