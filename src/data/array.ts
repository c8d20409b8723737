/** What the data helpers take as an array, and how they take rows of it. */
import { ArgumentError, describeValue, ShapeError } from '../errors.ts';
import { hashKey } from '../../kernels/random/key.ts';
import { permutation } from '../../kernels/random/permutation.ts';
import { checkShape, formatShape, sizeOf, type Shape } from '../tensor/shape.ts';
import { Tensor, tensor, type NestedArray, type NumericArray } from '../tensor/tensor.ts';

/** A typed array with its shape, row-major; the first axis counts the samples. */
export interface Columnar {
  readonly data: NumericArray;
  readonly shape: Shape;
}

/** A tensor, nested arrays, a typed array (one number per sample), or a typed array with its shape. */
export type DataArray = Tensor | NestedArray | NumericArray | Columnar;

/** The values of an array and its shape. @throws ArgumentError for anything else, ShapeError for uneven nesting */
export function readArray(where: string, name: string, value: unknown): Columnar {
  if (value instanceof Tensor) return value;
  if (isNumeric(value)) return { data: value, shape: [value.length] };
  if (isColumnar(value)) {
    const shape = checkShape(`${where}: ${name}`, value.shape);
    if (sizeOf(shape) === value.data.length) return value;
    throw new ShapeError(`${where}: ${name} has ${value.data.length} values for the shape ${formatShape(shape)}.`, {
      where,
      got: value.data.length,
      expected: sizeOf(shape),
    });
  }
  if (Array.isArray(value)) {
    const { data, wide, shape } = tensor(value as NestedArray);
    return { data: wide ?? data, shape };
  }
  throw new ArgumentError(
    `${where}: ${name} is ${describeValue(value)}. Give a tensor, nested arrays, a typed array, or { data, shape }.`,
    { where, got: value },
  );
}

/** The same, with at least the axis of samples. @throws ShapeError for a scalar */
export function readSamples(where: string, name: string, value: unknown): Columnar {
  const array = readArray(where, name, value);
  if (array.shape.length > 0) return array;
  throw new ShapeError(`${where}: ${name} is a scalar; it needs a first axis that counts the samples.`, { where });
}

/**
 * Arrays with one row per sample.
 * @throws ArgumentError unless it is a list of at least one array, all of the same length
 */
export function readColumns(where: string, arrays: unknown): readonly Columnar[] {
  if (!Array.isArray(arrays) || arrays.length === 0) {
    throw new ArgumentError(`${where}: got ${describeValue(arrays)}. Give a list of arrays, such as [x, y].`, {
      where,
      got: arrays,
    });
  }
  const columns = arrays.map((value, index) => readSamples(where, `array ${index}`, value));
  checkLengths(where, columns);
  return columns;
}

/** The common number of samples. @throws ArgumentError when they differ */
export function checkLengths(where: string, columns: readonly Columnar[]): number {
  const lengths = columns.map(({ shape }) => shape[0] ?? 0);
  if (new Set(lengths).size <= 1) return lengths[0] ?? 0;
  throw new ArgumentError(
    `${where}: the arrays have ${lengths.join(', ')} samples. Give arrays with one row per sample each.`,
    { where, got: lengths },
  );
}

/** The rows `order[from..to)` as a tensor. */
export function takeRows({ data, shape }: Columnar, order: Uint32Array, from = 0, to: number = order.length): Tensor {
  const rest = shape.slice(1);
  const width = sizeOf(rest);
  const result = new Float32Array((to - from) * width);
  for (let i = from; i < to; i++) {
    const start = (order[i] as number) * width;
    result.set(data.subarray(start, start + width), (i - from) * width);
  }
  return new Tensor([to - from, ...rest], result);
}

/** A random order of samples. @throws ArgumentError for a seed that is no integer */
export function randomOrder(where: string, length: number, seed: number, index = 0): Uint32Array {
  checkSeed(where, seed);
  return permutation(length, hashKey(seed, where, index));
}

/** @throws ArgumentError unless the seed is an integer that a double holds exactly */
export function checkSeed(where: string, seed: unknown): asserts seed is number {
  if (Number.isSafeInteger(seed)) return;
  throw new ArgumentError(`${where}: the seed is ${describeValue(seed)}. Give an integer.`, { where, got: seed });
}

/** @throws ArgumentError unless the options are an object */
export function checkOptions(where: string, options: unknown): void {
  if (typeof options === 'object' && options !== null && !Array.isArray(options)) return;
  throw new ArgumentError(`${where}: the options are ${describeValue(options)}. Give an object, or leave them out.`, {
    where,
    got: options,
  });
}

/** @throws ArgumentError unless it is an integer of at least `least` */
export function checkCount(where: string, name: string, value: unknown, least: number): asserts value is number {
  if (Number.isSafeInteger(value) && (value as number) >= least) return;
  throw new ArgumentError(`${where}: ${name} is ${describeValue(value)}. Give an integer of at least ${least}.`, {
    where,
    got: value,
  });
}

/** @throws ArgumentError unless it is true or false */
export function checkFlag(where: string, name: string, value: unknown): asserts value is boolean {
  if (typeof value === 'boolean') return;
  throw new ArgumentError(`${where}: ${name} is ${describeValue(value)}. Give true or false.`, { where, got: value });
}

/** @throws ArgumentError unless it is one of the choices */
export function checkChoice(where: string, name: string, value: unknown, choices: readonly string[]): void {
  if (choices.includes(value as string)) return;
  throw new ArgumentError(
    `${where}: ${name} is ${describeValue(value)}. Give ${choices.map((one) => `'${one}'`).join(' or ')}.`,
    { where, got: value, expected: choices },
  );
}

/** @internal A typed array of numbers; BigInts and views of bytes are none. */
export function isNumeric(value: unknown): value is NumericArray {
  return (
    ArrayBuffer.isView(value) &&
    !(value instanceof DataView) &&
    !(value instanceof BigInt64Array) &&
    !(value instanceof BigUint64Array)
  );
}

/** @internal */
export function isColumnar(value: unknown): value is Columnar {
  if (typeof value !== 'object' || value === null) return false;
  const { data, shape } = value as { readonly data?: unknown; readonly shape?: unknown };
  return isNumeric(data) && Array.isArray(shape);
}
