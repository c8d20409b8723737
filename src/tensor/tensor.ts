/**
 * A Tensor is an immutable value: a shape and a row-major Float32Array on the host, garbage-collected like any other
 * object. While a function is traced a tensor has a shape only, and its values exist when the program runs.
 */
import { ArgumentError, describeValue, ShapeError } from '../errors.ts';
import { checkShape, formatShape, sizeOf, stridesOf, type Shape } from './shape.ts';

/** Numbers in nested arrays of equal lengths. */
export type NestedArray = number | boolean | readonly NestedArray[];

/** Any typed array of numbers. */
export type NumericArray =
  | Float32Array
  | Float64Array
  | Int8Array
  | Uint8Array
  | Uint8ClampedArray
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array;

/** What `tensor()` takes. */
export type TensorData = NestedArray | NumericArray;

/** Integers up to this size are exact in float32. */
export const MAX_EXACT_INTEGER: number = 2 ** 24;

/** Where a tensor comes from; see `createTensor`. */
export interface TensorOrigin {
  /** The tape that recorded it. */
  readonly tape?: object;
  /** The same values in double precision, for programs that run in float64. */
  readonly wide?: Float64Array;
}

export class Tensor {
  readonly shape: Shape;
  readonly #data: Float32Array | undefined;
  readonly #tape: object | undefined;
  readonly #wide: Float64Array | undefined;

  /** @internal Use `tensor()`. */
  constructor(shape: Shape, data: Float32Array | undefined, origin: TensorOrigin = {}) {
    this.shape = Object.freeze([...shape]);
    this.#data = data;
    this.#tape = origin.tape;
    this.#wide = origin.wide;
  }

  /** @internal The tape that recorded this tensor; undefined for a plain value. */
  get tape(): object | undefined {
    return this.#tape;
  }

  /** @internal The values before they were rounded to float32, where they are known. */
  get wide(): Float64Array | undefined {
    return this.#wide;
  }

  /** Number of axes. */
  get rank(): number {
    return this.shape.length;
  }

  /** Number of elements. */
  get size(): number {
    return sizeOf(this.shape);
  }

  /** False while a function is traced: the tensor then has a shape and no values. */
  get hasData(): boolean {
    return this.#data !== undefined;
  }

  /**
   * The values, row-major. Do not write to them: a tensor is immutable.
   * @throws ArgumentError on a tensor that is being traced
   */
  get data(): Float32Array {
    if (this.#data === undefined) {
      throw new ArgumentError(
        `Tensor.data: this tensor of shape ${formatShape(this.shape)} is being traced and has no values yet. ` +
          'Return it from the compiled function and read the result, or compute with ops instead of its numbers.',
        { where: 'Tensor.data', got: this.shape },
      );
    }
    return this.#data;
  }

  /** The element at these indices, one per axis; negative ones count from the end. */
  at(...indices: readonly number[]): number {
    const strides = stridesOf(this.shape);
    if (indices.length !== this.rank) {
      throw new ShapeError(
        `Tensor.at: ${indices.length} indices for the shape ${formatShape(this.shape)}. Give one per axis, or use slice() or gather().`,
        { where: 'Tensor.at', got: indices },
      );
    }
    let position = 0;
    indices.forEach((index, axis) => {
      const length = this.shape[axis] ?? 0;
      if (!Number.isInteger(index) || index < -length || index >= length) {
        throw new ArgumentError(
          `Tensor.at: index ${describeValue(index)} is out of range for axis ${axis} of the shape ${formatShape(this.shape)}.`,
          {
            where: 'Tensor.at',
            got: indices,
          },
        );
      }
      position += (index < 0 ? index + length : index) * (strides[axis] ?? 0);
    });
    return this.data[position] ?? NaN;
  }

  /** The only element of a tensor of size 1, as a number. */
  item(): number {
    if (this.size !== 1) {
      throw new ShapeError(
        `Tensor.item: the shape ${formatShape(this.shape)} has ${this.size} elements, not one. Use at(), or reduce it first.`,
        {
          where: 'Tensor.item',
          got: this.shape,
        },
      );
    }
    return this.data[0] ?? NaN;
  }

  /** The values as nested arrays; a number for a scalar. */
  toArray(): NestedArray {
    const { data, shape } = this;
    const strides = stridesOf(shape);
    const nest = (axis: number, offset: number): NestedArray =>
      axis === shape.length
        ? (data[offset] ?? NaN)
        : Array.from({ length: shape[axis] ?? 0 }, (_, index) => nest(axis + 1, offset + index * (strides[axis] ?? 0)));
    return nest(0, 0);
  }

  toString(): string {
    if (!this.hasData) return `Tensor(traced, shape ${formatShape(this.shape)})`;
    const shown = this.size <= 64 ? JSON.stringify(this.toArray()) : `[${this.data.slice(0, 8).join(', ')}, ...]`;
    return `Tensor(shape ${formatShape(this.shape)}, ${shown})`;
  }
}

/**
 * Makes a tensor of nested arrays, or of a typed array and its shape.
 * @param data numbers or booleans in nested arrays of equal lengths, or a typed array. A Float32Array is taken over, not copied: leave
 *   it alone afterwards. Integer arrays must be exact in float32: at most 2^24 in absolute value.
 * @param shape the shape of a typed array or of flat data; default `[length]` for a typed array, else that of the nesting
 * @throws ShapeError for uneven nesting or a shape of another size; ArgumentError for an integer that float32 cannot hold
 * @example
 * tensor([[1, 2], [3, 4]]).shape // [2, 2]
 * tensor(new Uint8Array([1, 2, 3, 4]), [2, 2]).at(1, 0) // 3
 */
export function tensor(data: TensorData, shape?: Shape): Tensor {
  if (shape !== undefined && !Array.isArray(shape)) checkShape('tensor', shape);
  if (ArrayBuffer.isView(data)) return ofTypedArray(data, shape ?? [data.length]);
  const nestedShape = shapeOfNested(data);
  const target = shape ?? nestedShape;
  checkSize(sizeOf(nestedShape), target);
  const values = new Float64Array(sizeOf(nestedShape));
  fillFromNested(data, nestedShape, 0, values, 0);
  return new Tensor(target, Float32Array.from(values), { wide: values });
}

/** A tensor of zeros. */
export function zeros(shape: Shape): Tensor {
  checkShape('zeros', shape);
  return new Tensor(shape, new Float32Array(sizeOf(shape)));
}

/** A tensor of ones. */
export function ones(shape: Shape): Tensor {
  return full(shape, 1);
}

/** A tensor with every element equal to `value`. */
export function full(shape: Shape, value: number): Tensor {
  checkShape('full', shape);
  if (typeof value !== 'number') {
    throw new ArgumentError(`full: the value is ${describeValue(value)}. Give a number.`, {
      where: 'full',
      got: value,
    });
  }
  return new Tensor(shape, new Float32Array(sizeOf(shape)).fill(value), {
    wide: new Float64Array(sizeOf(shape)).fill(value),
  });
}

function ofTypedArray(data: NumericArray, shape: Shape): Tensor {
  checkSize(data.length, shape);
  if (data instanceof Float32Array) return new Tensor(shape, data);
  if (data instanceof Int32Array || data instanceof Uint32Array) {
    const position = data.findIndex((value) => Math.abs(value) > MAX_EXACT_INTEGER);
    if (position >= 0) {
      throw new ArgumentError(
        `tensor: the integer ${data[position]} at position ${position} is above 2^24 and not exact in float32. Rescale or split it.`,
        { where: 'tensor', got: data[position] },
      );
    }
  }
  const origin = data instanceof Float64Array ? { wide: data } : {};
  return new Tensor(shape, Float32Array.from(data), origin);
}

function checkSize(size: number, shape: Shape): void {
  if (shape.some((length) => !Number.isInteger(length) || length < 0)) {
    throw new ShapeError(`tensor: ${formatShape(shape)} is not a shape. Sizes are integers of at least 0.`, {
      where: 'tensor',
      got: shape,
    });
  }
  if (sizeOf(shape) !== size) {
    throw new ShapeError(
      `tensor: ${size} values do not fill the shape ${formatShape(shape)}, which has ${sizeOf(shape)} elements.`,
      {
        where: 'tensor',
        got: size,
        expected: shape,
      },
    );
  }
}

function shapeOfNested(data: NestedArray): Shape {
  const shape: number[] = [];
  let level: NestedArray | undefined = data;
  while (Array.isArray(level)) {
    shape.push(level.length);
    level = (level as readonly NestedArray[])[0];
  }
  return shape;
}

function fillFromNested(data: NestedArray, shape: Shape, axis: number, values: Float64Array, offset: number): number {
  if (typeof data === 'number' || typeof data === 'boolean') {
    if (axis !== shape.length) throw unevenNesting(shape);
    values[offset] = Number(data);
    return offset + 1;
  }
  if (!Array.isArray(data)) {
    throw new ArgumentError(
      `tensor: cannot make a tensor of ${data === null ? 'null' : typeof data}. Give numbers in nested arrays or a typed array.`,
      {
        where: 'tensor',
        got: data,
      },
    );
  }
  if (axis >= shape.length || data.length !== shape[axis]) throw unevenNesting(shape);
  let next = offset;
  for (const child of data as readonly NestedArray[]) next = fillFromNested(child, shape, axis + 1, values, next);
  return next;
}

function unevenNesting(shape: Shape): ShapeError {
  return new ShapeError(
    `tensor: the nested arrays are uneven: the first entries give the shape ${formatShape(shape)}, others differ.`,
    {
      where: 'tensor',
      expected: shape,
    },
  );
}
