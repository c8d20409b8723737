/**
 * How weights get their first values: from their initializers, or as zeros while a model is made whose weights a file
 * is about to give. A file that describes larger weights than it holds is refused before they are made.
 */
import { FormatError } from '../errors.ts';
import { sizeOf, type Shape } from '../tensor/shape.ts';
import { zeros, type Tensor } from '../tensor/tensor.ts';

/** Bytes that weights may still take; undefined while initializers fill them. */
let bytesLeft: number | undefined;

/** @internal The first value of a weight or state. */
export function firstValue(name: string, shape: Shape, initialize: () => Tensor): Tensor {
  if (bytesLeft === undefined) return initialize();
  const bytes = 4 * sizeOf(shape);
  if (!(bytes <= bytesLeft)) {
    throw new FormatError(
      `the config asks for '${name}' of shape [${shape.join(', ')}], ${bytes} bytes: more than the file holds.`,
      { where: name, got: bytes, expected: bytesLeft },
    );
  }
  bytesLeft -= bytes;
  return zeros(shape);
}

/**
 * @internal Runs a function in which weights begin as zeros.
 * @param bytes what all of them may take
 */
export function withoutInitializers<Result>(bytes: number, body: () => Result): Result {
  const before = bytesLeft;
  bytesLeft = bytes;
  try {
    return body();
  } finally {
    bytesLeft = before;
  }
}
