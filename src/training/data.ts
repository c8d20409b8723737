/** Training data as the loops see it: columns of samples, cut into batches, checked before any step runs. */
import { ArgumentError, describeValue, ShapeError } from '../errors.ts';
import { permutation } from '../../kernels/random/permutation.ts';
import { checkShape, formatShape, sizeOf, type Shape } from '../tensor/shape.ts';
import { Tensor, tensor, type NestedArray, type NumericArray } from '../tensor/tensor.ts';

/** Samples along the first axis. A typed array, with its shape or of one number per sample, is converted batch by batch: bytes stay bytes. */
export type ArrayData = Tensor | NestedArray | NumericArray | { readonly data: NumericArray; readonly shape: Shape };

/** One array, several in order, or several by name. */
export type DataSet = ArrayData | readonly ArrayData[] | { readonly [name: string]: ArrayData };

/** Weights of samples, or of samples and steps: one array for all outputs, or per output, null for none. */
export type SampleWeights =
  ArrayData | readonly (ArrayData | null)[] | { readonly [name: string]: ArrayData | null | undefined };

/** A batch of an iterable: inputs, targets, and sample weights where there are any. */
export type BatchData = readonly [x: DataSet, y?: DataSet | null, sampleWeight?: SampleWeights | null];

/** What an iterable gives: a batch in a list of up to three, or inputs alone that are no list. */
export type BatchEntry =
  | BatchData
  | readonly (DataSet | SampleWeights | null)[]
  | Tensor
  | NumericArray
  | { readonly data: NumericArray; readonly shape: Shape }
  | { readonly [name: string]: ArrayData };

/** Any (async) iterable of batches, or a function that makes one per epoch. */
export type BatchSource =
  Iterable<BatchEntry> | AsyncIterable<BatchEntry> | (() => Iterable<BatchEntry> | AsyncIterable<BatchEntry>);

/** Samples of one input, target or weight. */
export interface Column {
  readonly data: NumericArray;
  readonly shape: Shape;
}

/** One batch as programs take it. */
export interface Batch {
  readonly inputs: readonly Tensor[];
  readonly targets: readonly Tensor[];
  /** Per output; null where there are none. */
  readonly weights: readonly (Tensor | null)[];
  readonly size: number;
}

/** Columns of equal length. */
export interface Columns {
  readonly inputs: readonly Column[];
  readonly targets: readonly Column[];
  readonly weights: readonly (Column | null)[];
  readonly length: number;
}

/** An array as a column. @throws ArgumentError for anything else, ShapeError for values that do not fill the shape */
export function column(where: string, name: string, value: unknown): Column {
  if (value instanceof Tensor) return { data: value.data, shape: value.shape };
  if (isTypedColumn(value)) {
    const shape = checkShape(`${where}: '${name}'`, value.shape);
    if (sizeOf(shape) !== value.data.length) {
      throw new ShapeError(
        `${where}: '${name}' has ${value.data.length} values for the shape ${formatShape(value.shape)}.`,
        { where, got: value.data.length },
      );
    }
    return value;
  }
  if (isNumeric(value)) return { data: value, shape: [value.length] };
  if (Array.isArray(value)) {
    const made = tensor(value as NestedArray);
    return { data: made.data, shape: made.shape };
  }
  throw new ArgumentError(
    `${where}: '${name}' is ${describeValue(value)}; expected a tensor, nested arrays, a typed array, or { data, shape }.`,
    { where, got: value },
  );
}

/** @internal */
export function isArrayData(value: unknown): value is ArrayData {
  if (value instanceof Tensor || isNumeric(value) || isTypedColumn(value)) return true;
  // A list of numbers, or of lists that are no arrays of their own: nested numbers all the way down.
  return (
    Array.isArray(value) &&
    (value.length === 0 || typeof value[0] === 'number' || (Array.isArray(value[0]) && isNumbers(value[0])))
  );
}

function isNumbers(value: unknown): boolean {
  return Array.isArray(value)
    ? value.length === 0 || isNumbers(value[0])
    : typeof value === 'number' || typeof value === 'boolean';
}

function isTypedColumn(value: unknown): value is { data: NumericArray; shape: Shape } {
  if (typeof value !== 'object' || value === null || value instanceof Tensor) return false;
  const { data, shape } = value as { data?: unknown; shape?: unknown };
  return isNumeric(data) && Array.isArray(shape);
}

// Typed arrays of BigInts and views of bytes are no numbers.
function isNumeric(value: unknown): value is NumericArray {
  return (
    ArrayBuffer.isView(value) &&
    !(value instanceof DataView) &&
    !(value instanceof BigInt64Array) &&
    !(value instanceof BigUint64Array)
  );
}

/** Rows `indices[from..to)` of a column as a tensor. */
export function takeRows({ data, shape }: Column, indices: Uint32Array, from: number, to: number): Tensor {
  const row = sizeOf(shape.slice(1));
  const result = new Float32Array((to - from) * row);
  for (let i = from; i < to; i++) {
    const start = (indices[i] as number) * row;
    result.set(data.subarray(start, start + row), (i - from) * row);
  }
  return new Tensor([to - from, ...shape.slice(1)], result);
}

/** Samples `from..to` of columns. */
export function sliceColumns(columns: Columns, from: number, to: number): Columns {
  const cut = ({ data, shape }: Column): Column => {
    const row = sizeOf(shape.slice(1));
    return { data: data.subarray(from * row, to * row), shape: [to - from, ...shape.slice(1)] };
  };
  return {
    inputs: columns.inputs.map(cut),
    targets: columns.targets.map(cut),
    weights: columns.weights.map((weight) => weight && cut(weight)),
    length: to - from,
  };
}

/** The numbers 0 to length - 1, in order or shuffled by `key`. */
export function sampleOrder(length: number, key: readonly [number, number] | undefined): Uint32Array {
  return key ? permutation(length, key) : Uint32Array.from({ length }, (_, index) => index);
}

/** Checks that all columns have the same number of samples, and gives it. */
export function checkLengths(
  where: string,
  columns: readonly (readonly [name: string, column: Column | null])[],
): number {
  const known = columns.filter((entry): entry is readonly [string, Column] => entry[1] !== null);
  const lengths = known.map(([, { shape }]) => shape[0] ?? 0);
  if (new Set(lengths).size > 1) {
    const list = known.map(([name], index) => `${name}: ${lengths[index]}`).join(', ');
    throw new ArgumentError(`${where}: the data are of unequal length (${list}). All arrays need one row per sample.`, {
      where,
      got: lengths,
    });
  }
  return lengths[0] ?? 0;
}
