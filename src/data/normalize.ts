/** Vectors of length 1. Source: Keras `utils.normalize`. */
import { ArgumentError, describeValue } from '../errors.ts';
import { pow } from '../../kernels/math.ts';
import { formatShape, sizeOf } from '../tensor/shape.ts';
import { Tensor } from '../tensor/tensor.ts';
import { checkOptions, readSamples, type DataArray } from './array.ts';

export interface NormalizeOptions {
  /** The axis along which norms are taken; negative ones count from the end. Default -1. */
  readonly axis?: number;
  /** 1 sums absolute values, 2 is the Euclidean norm, `Infinity` the largest absolute value. Default 2. */
  readonly order?: number;
}

/**
 * Divides by norms along an axis: `x / (sum |x|^order)^(1/order)`; what is all 0 stays 0.
 * @param x any shape with at least one axis
 * @param options axis -1, order 2
 * @returns the same shape
 * @throws ArgumentError for an axis out of range, or an order that is not above 0
 * @example data.normalize([[3, 4], [0, 0]]) // [[0.6, 0.8], [0, 0]]
 */
export function normalize(x: DataArray, options: NormalizeOptions = {}): Tensor {
  const where = 'normalize';
  checkOptions(where, options);
  const { axis: givenAxis = -1, order = 2 } = options;
  const { data, shape } = readSamples(where, 'x', x);
  const axis = givenAxis < 0 ? givenAxis + shape.length : givenAxis;
  if (!Number.isInteger(axis) || axis < 0 || axis >= shape.length) {
    throw new ArgumentError(
      `${where}: axis is ${describeValue(givenAxis)} for the shape ${formatShape(shape)}. Give an integer from ${-shape.length} to ${shape.length - 1}.`,
      { where, got: givenAxis },
    );
  }
  if (typeof order !== 'number' || !(order > 0)) {
    throw new ArgumentError(`${where}: order is ${describeValue(order)}. Give a number above 0, such as 1 or 2.`, {
      where,
      got: order,
    });
  }
  const length = shape[axis] ?? 0;
  const stride = sizeOf(shape.slice(axis + 1));
  const result = new Float32Array(data.length);
  const vectors = length === 0 ? 0 : data.length / length;
  for (let vector = 0; vector < vectors; vector++) {
    const start = Math.floor(vector / stride) * stride * length + (vector % stride);
    const norm = normOf(data, start, stride, length, order) || 1;
    for (let i = 0, at = start; i < length; i++, at += stride) result[at] = (data[at] as number) / norm;
  }
  return new Tensor(shape, result);
}

function normOf(data: ArrayLike<number>, start: number, stride: number, length: number, order: number): number {
  let sum = 0;
  for (let i = 0, at = start; i < length; i++, at += stride) {
    const size = Math.abs(data[at] as number);
    if (order === Infinity) sum = Math.max(sum, size);
    else sum += order === 1 ? size : order === 2 ? size * size : pow(size, order);
  }
  if (order === 2) return Math.sqrt(sum);
  return order === 1 || order === Infinity ? sum : pow(sum, 1 / order);
}
