/**
 * Sorts a reduction into one of two shapes: a span (the reduced axes are one block: trailing, leading or in the middle)
 * or scattered axes, for which the offsets are written out once.
 */
import { sizeOf, stridesOf, type Shape } from '../../src/tensor/shape.ts';
import { planRuns, type Runs } from './runs.ts';

export interface ReduceOptions {
  /** The axes to reduce, ascending. */
  readonly axes: readonly number[];
}

/** x as `[outer, length, inner]`, reduced over `length`; `totals` holds one double per inner column. */
export interface SpanGeometry {
  readonly kind: 'span';
  /** Elements of x. */
  readonly size: number;
  /** Elements that one result folds. */
  readonly count: number;
  readonly outer: number;
  readonly length: number;
  readonly inner: number;
  readonly totals: Float64Array;
}

/** Output o folds runs of `length` elements, `step` apart, from each `kept[o] + reduced[r]`. */
export interface ScatteredGeometry {
  readonly kind: 'scattered';
  readonly size: number;
  readonly count: number;
  readonly kept: Int32Array;
  readonly reduced: Int32Array;
  readonly step: number;
  readonly length: number;
}

/** `runs` is what WebAssembly walks. */
export type ReduceGeometry = (SpanGeometry | ScatteredGeometry) & { readonly runs: Runs };

export function planReduce(
  inputs: readonly (Shape | undefined)[],
  _outputs: readonly Shape[],
  options: ReduceOptions,
): ReduceGeometry {
  const shape = inputs[0]!;
  const size = sizeOf(shape);
  const count = sizeOf(options.axes.map((axis) => shape[axis]!));
  const runs = planRuns(shape, options.axes);
  // Axes of size 1 separate nothing.
  const reducing = shape.map((_, axis) => options.axes.includes(axis));
  const axes = [...shape.keys()].filter((axis) => shape[axis] !== 1);
  const first = axes.findIndex((axis) => reducing[axis]);
  const last = axes.findLastIndex((axis) => reducing[axis]);
  const sizes = axes.map((axis) => shape[axis]!);
  if (first < 0 || axes.slice(first, last + 1).every((axis) => reducing[axis])) {
    const outer = first < 0 ? size : sizeOf(sizes.slice(0, first));
    const inner = first < 0 ? 1 : sizeOf(sizes.slice(last + 1));
    return { kind: 'span', size, count, outer, length: count, inner, totals: new Float64Array(inner), runs };
  }
  const strides = stridesOf(shape);
  const rowAxis = axes[last]!;
  return {
    kind: 'scattered',
    size,
    count,
    kept: offsetsOf(
      axes.filter((axis) => !reducing[axis]),
      shape,
      strides,
    ),
    reduced: offsetsOf(
      axes.filter((axis) => reducing[axis] && axis !== rowAxis),
      shape,
      strides,
    ),
    step: strides[rowAxis]!,
    length: shape[rowAxis]!,
    runs,
  };
}

/** x as `[outer, length, inner]` around one axis. */
export function planSpan(shape: Shape, axis: number): SpanGeometry {
  const length = shape[axis]!;
  const outer = sizeOf(shape.slice(0, axis));
  const inner = sizeOf(shape.slice(axis + 1));
  return { kind: 'span', size: sizeOf(shape), count: length, outer, length, inner, totals: new Float64Array(0) };
}

/** Flat offsets of all positions along some axes, in row-major order. */
function offsetsOf(axes: readonly number[], shape: Shape, strides: readonly number[]): Int32Array {
  let offsets = [0];
  for (const axis of axes) {
    const next: number[] = [];
    for (const offset of offsets) {
      for (let i = 0; i < shape[axis]!; i++) next.push(offset + i * strides[axis]!);
    }
    offsets = next;
  }
  return Int32Array.from(offsets);
}
