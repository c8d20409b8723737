/** ONNX has channels first, and the gates of its LSTM in the order i, o, f, c. */
import type { Operand } from '../../workloads/workload.ts';

/** The axes in another order, copied. */
export function permuted({ shape, data }: Operand, order: readonly number[]): Operand {
  const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((product, length) => product * length, 1));
  const lengths = order.map((axis) => shape[axis] ?? 0);
  const steps = order.map((axis) => strides[axis] ?? 0);
  const out = new Float32Array(data.length);
  const index = lengths.map(() => 0);
  let from = 0;
  for (let to = 0; to < out.length; to++) {
    out[to] = data[from]!;
    for (let axis = lengths.length - 1; axis >= 0; axis--) {
      index[axis]!++;
      from += steps[axis]!;
      if (index[axis]! < lengths[axis]!) break;
      from -= steps[axis]! * lengths[axis]!;
      index[axis] = 0;
    }
  }
  return { shape: lengths, data: out };
}

/** Blocks of the last axis, one for each gate, from our order i, f, c, o into ONNX's. */
export function gatesReordered({ shape, data }: Operand): Operand {
  const units = (shape.at(-1) ?? 0) / 4;
  const out = new Float32Array(data.length);
  for (let row = 0; row < data.length; row += 4 * units) {
    [0, 3, 1, 2].forEach((gate, place) => {
      out.set(data.subarray(row + gate * units, row + (gate + 1) * units), row + place * units);
    });
  }
  return { shape, data: out };
}
