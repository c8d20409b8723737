/** Broadcasting as in NumPy: each input is walked in the order of the output, with stride 0 where its axis repeats. */
import { sameShape, sizeOf, stridesOf, type Shape } from '../../src/tensor/shape.ts';
import { collapse, type Walk } from '../strided/collapse.ts';

/** The walk over an output and its inputs, operand 0 being the output: contiguous, so its rows follow each other. */
export interface BroadcastGeometry {
  readonly size: number;
  readonly walk: Walk;
}

export function planBroadcast(inputs: readonly (Shape | undefined)[], outputs: readonly Shape[]): BroadcastGeometry {
  const shape = outputs[0]!;
  const row = singleRow(inputs, shape);
  if (row) return { size: row.length, walk: row };
  const walk = collapse(shape, [stridesOf(shape), ...inputs.map((input) => broadcastStrides(input!, shape))]);
  return { size: walk.rows * walk.length, walk };
}

/** Rows at the end of a shape, of which every input has a row or one number. */
export interface FoldedRows {
  /** The axes before the rows. */
  readonly sizes: readonly number[];
  /** Strides of each input along them. */
  readonly strides: readonly (readonly number[])[];
  /** Step of each input along a row: 1, or 0 for one number. */
  readonly steps: readonly number[];
}

/** The axes from `first` on as one row; undefined where an input neither walks along all of them nor stays. */
export function planFoldedRows(inputs: readonly Shape[], shape: Shape, first: number): FoldedRows | undefined {
  const strides = inputs.map((input) => broadcastStrides(input, shape));
  const inside = collapse(
    shape.slice(first),
    strides.map((operand) => operand.slice(first)),
  );
  if (inside.sizes.length > 0) return undefined;
  const outside = collapse(
    shape.slice(0, first),
    strides.map((operand) => operand.slice(0, first)),
  );
  return {
    sizes: [...outside.sizes, outside.length],
    strides: outside.strides.map((operand, k) => [...operand, outside.steps[k]!]),
    steps: inside.steps,
  };
}

const NONE = new Int32Array(0);

/** The walk where every input has the output's shape or is one number, which is most of them; eager calls feel the difference. */
function singleRow(inputs: readonly (Shape | undefined)[], shape: Shape): Walk | undefined {
  const length = sizeOf(shape);
  const steps = [1];
  for (const input of inputs) {
    if (sameShape(input!, shape)) steps.push(1);
    else if (sizeOf(input!) === 1) steps.push(0);
    else return undefined;
  }
  const strides = new Array<Int32Array>(steps.length).fill(NONE);
  return { length, rows: length === 0 ? 0 : 1, sizes: NONE, steps, strides, index: NONE };
}

/** Strides of an input along the axes of the output; missing and repeated axes have stride 0. */
function broadcastStrides(input: Shape, output: Shape): number[] {
  const strides = stridesOf(input);
  const missing = output.length - input.length;
  return output.map((_, axis) => (axis < missing || input[axis - missing] === 1 ? 0 : strides[axis - missing]!));
}
