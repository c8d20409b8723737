/** The output shape of a layer that declares none: its call is traced at two sizes of each unknown axis. */
import { runWithTape } from '../tape/active-tape.ts';
import { Tape } from '../tape/tape.ts';
import type { PartialShape } from '../tensor/symbolic.ts';
import { Tensor } from '../tensor/tensor.ts';
import type { InputShapes, Tensors } from './layer.ts';

// Two sizes per unknown axis tell which output axes vary with it. They are large, so that windows fit, and differ.
const PROBE_SIZES = [96, 144] as const;

/** What `call` gives for inputs of these shapes; axes that vary with an unknown one are unknown. */
export function probeOutputShape(
  shapes: InputShapes,
  call: (inputs: Tensors) => Tensors,
): PartialShape | readonly PartialShape[] {
  const probes = PROBE_SIZES.map((size) => traceShapes(shapes, size, call));
  const [small, large] = probes as [PartialShape[] | PartialShape, PartialShape[] | PartialShape];
  const merge = (a: PartialShape, b: PartialShape): PartialShape =>
    a.map((length, axis) => (length === b[axis] ? length : null));
  if (small.length > 0 && Array.isArray(small[0])) {
    return (small as readonly PartialShape[]).map((shape, index) =>
      merge(shape, (large as readonly PartialShape[])[index] ?? []),
    );
  }
  return merge(small as PartialShape, large as PartialShape);
}

function traceShapes(
  shapes: InputShapes,
  size: number,
  call: (inputs: Tensors) => Tensors,
): PartialShape | PartialShape[] {
  const tape = new Tape('traced');
  const probe = (shape: PartialShape): Tensor => tape.createTensor(shape.map((length) => length ?? size));
  const isList = shapes.length > 0 && Array.isArray(shapes[0]);
  const inputs: Tensors = isList ? (shapes as readonly PartialShape[]).map(probe) : probe(shapes as PartialShape);
  const result = runWithTape(tape, () => call(inputs));
  return result instanceof Tensor ? result.shape : result.map((one) => one.shape);
}
