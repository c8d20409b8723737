/** Class numbers as rows of zeros with a one. Source: Keras `to_categorical`. */
import { ArgumentError } from '../errors.ts';
import { checkShape, sizeOf } from '../tensor/shape.ts';
import { Tensor } from '../tensor/tensor.ts';
import { checkCount, checkOptions, readArray, type DataArray } from './array.ts';

export interface ToCategoricalOptions {
  /** Default: the largest label + 1. */
  readonly numClasses?: number;
}

/**
 * One-hot rows of labels.
 * @param labels integers from 0 to numClasses - 1; a last axis of size 1 is left out
 * @param options the number of classes, as a number or as `numClasses`. Default: the largest label + 1
 * @returns the shape of the labels, then `numClasses`
 * @throws ArgumentError for a label that is no class, or no labels and no number of classes
 * @example data.toCategorical([0, 2, 1]) // [[1, 0, 0], [0, 0, 1], [0, 1, 0]]
 */
export function toCategorical(labels: DataArray, options: number | ToCategoricalOptions = {}): Tensor {
  const where = 'toCategorical';
  if (typeof options !== 'number') checkOptions(where, options);
  const { numClasses } = typeof options === 'number' ? { numClasses: options } : options;
  if (numClasses !== undefined) checkCount(where, 'numClasses', numClasses, 1);
  const { data, shape } =
    typeof labels === 'number' ? { data: [labels], shape: [] } : readArray(where, 'labels', labels);
  const limit = numClasses ?? Infinity;
  let largest = -1;
  for (let i = 0; i < data.length; i++) {
    const label = data[i] as number;
    if (!Number.isInteger(label) || label < 0 || label >= limit) {
      throw new ArgumentError(
        `${where}: the label ${label} at position ${i} is not an integer from 0 to ${numClasses === undefined ? 'the number of classes' : numClasses - 1}.`,
        { where, got: label, expected: numClasses },
      );
    }
    if (label > largest) largest = label;
  }
  if (largest < 0 && numClasses === undefined) {
    throw new ArgumentError(`${where}: without labels the number of classes is unknown. Give numClasses.`, { where });
  }
  const classes = numClasses ?? largest + 1;
  const rows = shape.length > 1 && shape.at(-1) === 1 ? shape.slice(0, -1) : shape;
  const result = checkShape(where, [...rows, classes]);
  const values = new Float32Array(sizeOf(result));
  for (let i = 0; i < data.length; i++) values[i * classes + (data[i] as number)] = 1;
  return new Tensor(result, values);
}
