/** Initializers without randomness: zeros, ones, constant, identity. */
import { optionsOf, ShapeError } from '../errors.ts';
import { formatShape, sizeOf } from '../tensor/shape.ts';
import { full } from '../tensor/tensor.ts';
import { checkFinite, ofDoubles, type Initializer } from './initializer.ts';

/** All elements 0. @example zeros().initialize([2], [0, 0]).toArray() // [0, 0] */
export function zeros(): Initializer {
  return { className: 'Zeros', initialize: (shape) => full(shape, 0), getConfig: () => ({}) };
}

/** All elements 1. @example ones().initialize([2], [0, 0]).toArray() // [1, 1] */
export function ones(): Initializer {
  return { className: 'Ones', initialize: (shape) => full(shape, 1), getConfig: () => ({}) };
}

/** All elements equal to `value` (default 0). @example constant({ value: 0.5 }) */
export function constant(options: { readonly value?: number } = {}): Initializer {
  const { value = 0 } = optionsOf('constant', options);
  checkFinite('constant', 'value', value);
  return { className: 'Constant', initialize: (shape) => full(shape, value), getConfig: () => ({ value }) };
}

/**
 * The identity matrix times `gain` (default 1); a matrix that is not square has ones on its main diagonal.
 * @throws ShapeError for a shape that is not a matrix
 * @example identity({ gain: 2 }).initialize([2, 2], [0, 0]).toArray() // [[2, 0], [0, 2]]
 */
export function identity(options: { readonly gain?: number } = {}): Initializer {
  const { gain = 1 } = optionsOf('identity', options);
  checkFinite('identity', 'gain', gain);
  return {
    className: 'Identity',
    initialize(shape) {
      const [rows, columns] = shape;
      if (shape.length !== 2 || rows === undefined || columns === undefined) {
        throw new ShapeError(
          `identity: the shape ${formatShape(shape)} is not a matrix. Use it for weights of two axes, or choose another initializer.`,
          { where: 'identity', got: shape },
        );
      }
      const values = new Float64Array(sizeOf(shape));
      for (let row = 0; row < Math.min(rows, columns); row++) values[row * columns + row] = gain;
      return ofDoubles(shape, values);
    },
    // Keras writes nothing here.
    getConfig: () => (gain === 1 ? {} : { gain }),
  };
}
