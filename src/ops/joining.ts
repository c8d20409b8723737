/** Blocks of tensors: cut out, put into a larger one, put side by side. Each is made of the others' gradients. */
import { concatKernel } from '../../kernels/concat/index.ts';
import { padKernel } from '../../kernels/pad/index.ts';
import { sliceKernel } from '../../kernels/slice/index.ts';
import { ArgumentError, describeValue, optionsOf, ShapeError } from '../errors.ts';
import { normalizeAxis } from '../tensor/broadcast.ts';
import { formatShape, sameShape, type Shape } from '../tensor/shape.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { defineOp, type GradientArguments, type Op, type TensorLike } from './define-op.ts';
import { expandDims } from './shaping.ts';
import type { Symbolic, SymbolicResult } from '../tensor/symbolic.ts';

interface Block {
  readonly begin: readonly number[];
  readonly size: readonly number[];
}

const sliced = /* @__PURE__ */ defineOp<[x: TensorLike], Block>({
  name: 'slice',
  kernel: sliceKernel,
  resolve: (block, [x]) => resolveBlock(block, x),
  shape: (_, { size }) => size,
  gradient: blockGradient,
});

/**
 * A block of x: `size[k]` elements of axis k, starting at `begin[k]`.
 * @param begin one index per axis; negative ones count from the axis's end
 * @param size one size per axis; -1 takes all to the axis's end. Default: -1 everywhere
 * @throws ArgumentError when the block does not lie inside x
 * @example slice(tensor([[1, 2, 3], [4, 5, 6]]), [0, -2], [-1, 2]) // [[2, 3], [5, 6]]
 */
export function slice(x: TensorLike, begin: readonly number[], size?: readonly number[]): Tensor;
export function slice(x: Symbolic, begin: readonly number[], size?: readonly number[]): SymbolicResult;
export function slice(
  x: TensorLike | Symbolic,
  begin: readonly number[],
  size: readonly number[] = Array.isArray(begin) ? begin.map(() => -1) : [],
): Tensor | SymbolicResult {
  checkList('slice', 'begin', begin);
  checkList('slice', 'size', size);
  return sliced(x, { begin, size });
}

function resolveBlock({ begin, size }: Block, shape: Shape): Block {
  const refuse = (rule: string): ArgumentError =>
    new ArgumentError(
      `slice: begin ${formatShape(begin)} and size ${formatShape(size)} do not fit the shape ${formatShape(shape)}: ${rule}`,
      { where: 'slice', got: { begin, size } },
    );
  if (begin.length !== shape.length || size.length !== shape.length) {
    throw refuse(`give one of each for all ${shape.length} axes; begin 0 with size -1 takes a whole axis.`);
  }
  const from = begin.map((index, axis) => (index < 0 ? index + (shape[axis] ?? 0) : index));
  const sizes = size.map((length, axis) => (length === -1 ? (shape[axis] ?? 0) - (from[axis] ?? 0) : length));
  shape.forEach((length, axis) => {
    const [first = NaN, count = NaN] = [from[axis], sizes[axis]];
    if (!Number.isInteger(first) || !Number.isInteger(count) || first < 0 || count < 0 || first + count > length) {
      throw refuse(`axis ${axis} has the indices 0 to ${length - 1}.`);
    }
  });
  return { begin: from, size: sizes };
}

// dy at its place, zeros around it
function blockGradient({
  inputs: [x],
  gradients: [dy],
  options,
}: GradientArguments<[x: TensorLike], Block>): [() => Tensor] {
  const { begin } = options;
  const after = (axis: number): number => (x.shape[axis] ?? 0) - (begin[axis] ?? 0) - (dy.shape[axis] ?? 0);
  return [() => pad(dy, { paddings: begin.map((before, axis) => [before, after(axis)]) })];
}

/** Options of `pad`. */
export interface PadCallOptions {
  /** Cells before and after, one pair per axis. */
  readonly paddings: readonly (readonly [before: number, after: number])[];
  /** What the new cells hold. Default 0. */
  readonly value?: number;
}

/**
 * x with cells of one value around it.
 * @returns `[before + size + after]` along each axis
 * @throws ArgumentError unless there is one pair of integers of at least 0 per axis
 * @example pad(tensor([1, 2]), { paddings: [[1, 2]] }) // [0, 1, 2, 0, 0]
 */
export const pad: Op<[x: TensorLike], PadCallOptions> = /* @__PURE__ */ defineOp<
  [x: TensorLike],
  Required<PadCallOptions> & { readonly before: readonly number[] },
  PadCallOptions
>({
  name: 'pad',
  kernel: padKernel,
  resolve: ({ paddings, value = 0 }, [x]) => {
    const valid =
      paddings?.length === x.length && paddings.flat().every((cells) => Number.isInteger(cells) && cells >= 0);
    if (!valid) {
      throw new ArgumentError(
        `pad: the paddings ${JSON.stringify(paddings)} do not fit the shape ${formatShape(x)}. Give one pair [before, after] of integers of at least 0 per axis; slice() cuts.`,
        { where: 'pad', got: paddings },
      );
    }
    return { paddings, value, before: paddings.map(([before]) => before) };
  },
  shape: ([x], { paddings }) => paddings.map(([before, after], axis) => before + (x[axis] ?? 0) + after),
  gradient: ({ inputs: [x], gradients: [dy], options: { before } }) => [() => slice(dy, before, x.shape)],
});

/** Options of `concat` and `stack`. */
export interface AxisOptions {
  /** Negative ones count from the end. Default 0. */
  readonly axis?: number;
}

const concatenated = /* @__PURE__ */ defineOp<TensorLike[], Required<AxisOptions>, AxisOptions>({
  name: 'concat',
  kernel: concatKernel,
  resolve: ({ axis = 0 }, [first]) => {
    if (first === undefined) {
      throw new ArgumentError('concat: the list of tensors is empty. Give at least one.', { where: 'concat' });
    }
    return { axis: normalizeAxis('concat', axis, first.length) };
  },
  shape: (shapes, { axis }) => concatShape(shapes, axis),
  gradient: ({ inputs, gradients: [dy], options: { axis } }) => {
    let next = 0;
    return inputs.map(({ shape }) => {
      const begin = dy.shape.map((_, one) => (one === axis ? next : 0));
      next += shape[axis] ?? 0;
      return () => slice(dy, begin, shape);
    });
  },
});

/**
 * Tensors side by side along one axis, the first by default.
 * @returns the sizes of the tensors, added up along the axis
 * @throws ShapeError when sizes along other axes differ; ArgumentError for an empty list or an axis out of range
 * @example concat([tensor([1, 2]), tensor([3])]) // [1, 2, 3]
 */
export function concat(tensors: readonly TensorLike[], options?: AxisOptions): Tensor;
export function concat(tensors: readonly (TensorLike | Symbolic)[], options?: AxisOptions): SymbolicResult;
export function concat(
  tensors: readonly (TensorLike | Symbolic)[],
  options: AxisOptions = {},
): Tensor | SymbolicResult {
  checkList('concat', 'the list of tensors', tensors);
  return concatenated(...tensors, optionsOf('concat', options));
}

function concatShape(shapes: readonly Shape[], axis: number): Shape {
  const first = shapes[0] ?? [];
  for (const shape of shapes) {
    if (shape.length !== first.length || shape.some((length, one) => one !== axis && length !== first[one])) {
      throw new ShapeError(
        `concat: the shapes ${shapes.map(formatShape).join(', ')} differ beyond axis ${axis}. All other sizes must be equal.`,
        { where: 'concat', got: shapes },
      );
    }
  }
  return first.with(
    axis,
    shapes.reduce((total, shape) => total + (shape[axis] ?? 0), 0),
  );
}

const stacked = /* @__PURE__ */ defineOp<TensorLike[], Required<AxisOptions>, AxisOptions>({
  name: 'stack',
  resolve: ({ axis = 0 }, shapes) => {
    const [first] = shapes;
    if (first === undefined) {
      throw new ArgumentError('stack: the list of tensors is empty. Give at least one.', { where: 'stack' });
    }
    if (!shapes.every((shape) => sameShape(shape, first))) {
      throw new ShapeError(
        `stack: the shapes ${shapes.map(formatShape).join(', ')} differ. They must be equal; concat() joins others.`,
        {
          where: 'stack',
          got: shapes,
        },
      );
    }
    return { axis: normalizeAxis('stack', axis, first.length + 1) };
  },
  shape: (shapes, { axis }) => shapes[0]?.toSpliced(axis, 0, shapes.length) ?? [],
  forward: (inputs, { axis }) =>
    concat(
      inputs.map((input) => expandDims(input, axis)),
      { axis },
    ),
});

/**
 * Tensors of one shape along a new axis, which is the first by default.
 * @throws ShapeError when the shapes differ; ArgumentError for an empty list or an axis out of range
 * @example stack([tensor([1, 2]), tensor([3, 4])], { axis: 1 }) // [[1, 3], [2, 4]]
 */
export function stack(tensors: readonly TensorLike[], options: AxisOptions = {}): Tensor {
  checkList('stack', 'the list of tensors', tensors);
  return stacked(...tensors, optionsOf('stack', options));
}

/** More parts than that are a mistake. */
const MAX_PARTS = 2 ** 20;

interface Part {
  readonly parts: number | readonly number[];
  readonly axis: number;
  readonly index: number;
}

const part = /* @__PURE__ */ defineOp<[x: TensorLike], Block, Part>({
  name: 'split',
  kernel: sliceKernel,
  resolve: ({ parts, axis: wanted, index }, [x]) => {
    const axis = normalizeAxis('split', wanted, x.length);
    const length = x[axis] ?? 0;
    const sizes = typeof parts === 'number' ? new Array<number>(parts).fill(length / parts) : parts;
    const total = sizes.reduce((sum, one) => sum + one, 0);
    if (total !== length || sizes.some((one) => !Number.isInteger(one) || one < 0)) {
      const wish = typeof parts === 'number' ? `${parts} equal parts` : `parts of ${formatShape(parts)}`;
      throw new ArgumentError(
        `split: axis ${axis} of ${formatShape(x)} has the size ${length}, which does not make ${wish}. Give sizes that add up to ${length}.`,
        { where: 'split', got: parts },
      );
    }
    const before = sizes.slice(0, index).reduce((sum, one) => sum + one, 0);
    return {
      begin: x.map((_, one) => (one === axis ? before : 0)),
      size: x.with(axis, sizes[index] ?? 0),
    };
  },
  shape: (_, { size }) => size,
  gradient: blockGradient,
});

/**
 * Cuts x along one axis, the first by default: the reverse of `concat`.
 * @param parts a number of equal parts, or the size of each
 * @throws ArgumentError when the parts do not add up to the axis's size
 * @example split(tensor([1, 2, 3, 4]), 2) // [1, 2] and [3, 4]
 * @example split(tensor([1, 2, 3, 4]), [1, 3]) // [1] and [2, 3, 4]
 */
export function split(x: TensorLike, parts: number | readonly number[], options: AxisOptions = {}): Tensor[] {
  const { axis = 0 } = optionsOf('split', options);
  const count = Array.isArray(parts) ? parts.length : (parts as number);
  if (!Number.isInteger(count) || count < 1 || count > MAX_PARTS) {
    throw new ArgumentError(
      `split: cannot make ${describeValue(count)} parts. Give an integer of at least 1, or a list of sizes.`,
      {
        where: 'split',
        got: parts,
      },
    );
  }
  return Array.from({ length: count }, (_, index) => part(x, { parts, axis, index }));
}

function checkList(where: string, what: string, value: unknown): void {
  if (Array.isArray(value)) return;
  throw new ArgumentError(`${where}: ${what} is ${describeValue(value)}. Give a list.`, { where, got: value });
}
