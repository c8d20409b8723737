/**
 * Walks over several strided arrays at once: `collapse` drops axes of size 1 and merges neighbours that every operand
 * steps through evenly, so that most walks become one long inner row.
 */

/** Axes and, for each operand, the strides along them; the last axis is the inner row. */
export interface Walk {
  /** Length of the inner row. */
  readonly length: number;
  /** Number of inner rows: 0 when there is no element. */
  readonly rows: number;
  /** Sizes of the outer axes. */
  readonly sizes: Int32Array;
  /** Step of each operand along the inner row. */
  readonly steps: readonly number[];
  /** Strides of each operand along the outer axes. */
  readonly strides: readonly Int32Array[];
  /** Room for the odometer over the outer axes. */
  readonly index: Int32Array;
}

/** Merges axes that all operands walk evenly; `strides[k]` are operand k's strides along `sizes`. */
export function collapse(sizes: readonly number[], strides: readonly (readonly number[])[]): Walk {
  const axes: { size: number; strides: number[] }[] = [];
  for (let axis = sizes.length - 1; axis >= 0; axis--) {
    const size = sizes[axis]!;
    if (size === 1) continue;
    const here = strides.map((operand) => operand[axis]!);
    const inner = axes[0];
    if (inner !== undefined && here.every((stride, k) => stride === inner.strides[k]! * inner.size)) inner.size *= size;
    else axes.unshift({ size, strides: here });
  }
  const row = axes.pop() ?? { size: 1, strides: strides.map(() => 1) };
  return {
    length: row.size,
    rows: row.size === 0 ? 0 : axes.reduce((rows, axis) => rows * axis.size, 1),
    sizes: Int32Array.from(axes, (axis) => axis.size),
    steps: row.strides,
    strides: strides.map((_, k) => Int32Array.from(axes, (axis) => axis.strides[k]!)),
    index: new Int32Array(axes.length),
  };
}
