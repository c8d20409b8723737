/** Broadcasting as in NumPy: each input is walked in the order of the output, with stride 0 where its axis repeats. */
import { stridesOf, type Shape } from '../../src/tensor/shape.ts';
import { collapse, type Walk } from '../strided/collapse.ts';

/** The walk over an output and its inputs, operand 0 being the output: contiguous, so its rows follow each other. */
export interface BroadcastGeometry {
  readonly size: number;
  readonly walk: Walk;
}

export function planBroadcast(inputs: readonly (Shape | undefined)[], outputs: readonly Shape[]): BroadcastGeometry {
  const shape = outputs[0]!;
  const walk = collapse(shape, [stridesOf(shape), ...inputs.map((input) => broadcastStrides(input!, shape))]);
  return { size: walk.rows * walk.length, walk };
}

/** Strides of an input along the axes of the output; missing and repeated axes have stride 0. */
function broadcastStrides(input: Shape, output: Shape): number[] {
  const strides = stridesOf(input);
  const missing = output.length - input.length;
  return output.map((_, axis) => (axis < missing || input[axis - missing] === 1 ? 0 : strides[axis - missing]!));
}
