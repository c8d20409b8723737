/**
 * Sliding windows along one axis, for convolution and pooling: how many fit, and which cells each one sees.
 * Output o looks with tap t at cell `o * stride + t * dilation - before`; cells outside the axis are padding.
 */

/** How an axis is padded: not at all, so that stride 1 keeps its size, or so that no output sees a later cell. */
export type Padding = 'valid' | 'same' | 'causal';

/** One axis: `size` cells, windows of `kernelSize` taps `dilation` apart, a window every `stride` cells. */
export interface WindowAxis {
  readonly size: number;
  readonly outputSize: number;
  readonly kernelSize: number;
  readonly stride: number;
  readonly dilation: number;
  readonly before: number;
}

/** The number of windows on an axis and the padding cells before its first one (Keras: the larger half goes last). */
export function windowOutput(
  size: number,
  kernelSize: number,
  stride: number,
  dilation: number,
  padding: Padding,
): { output: number; before: number } {
  const span = (kernelSize - 1) * dilation + 1;
  let before = 0;
  let total = 0;
  if (padding === 'same') {
    total = Math.max((Math.ceil(size / stride) - 1) * stride + span - size, 0);
    before = Math.floor(total / 2);
  } else if (padding === 'causal') {
    before = span - 1;
    total = before;
  }
  return { output: Math.max(Math.floor((size + total - span) / stride) + 1, 0), before };
}

/** The windows of an axis whose output size is known already. */
export function windowAxis(
  size: number,
  outputSize: number,
  kernelSize: number,
  stride: number,
  dilation: number,
  padding: Padding,
): WindowAxis {
  const { before } = windowOutput(size, kernelSize, stride, dilation, padding);
  return { size, outputSize, kernelSize, stride, dilation, before };
}

/**
 * For each position on one side of the windows, the taps that connect it to the other side, in the order of the taps:
 * those of position i are the entries `start[i]` to `start[i + 1]` of `tap` and `other`.
 */
export interface Connections {
  readonly start: Int32Array;
  readonly tap: Int32Array;
  readonly other: Int32Array;
}

/** The cells that each output sees, padding left out. */
export function cellsOfOutputs(axis: WindowAxis): Connections {
  return connect(axis.outputSize, axis.kernelSize, (output, tap) => {
    const cell = output * axis.stride + tap * axis.dilation - axis.before;
    return cell < axis.size ? cell : -1;
  });
}

/** The outputs that see each cell. */
export function outputsOfCells(axis: WindowAxis): Connections {
  return connect(axis.size, axis.kernelSize, (cell, tap) => {
    const output = (cell + axis.before - tap * axis.dilation) / axis.stride;
    return Number.isInteger(output) && output < axis.outputSize ? output : -1;
  });
}

function connect(positions: number, taps: number, otherSide: (position: number, tap: number) => number): Connections {
  const start = new Int32Array(positions + 1);
  const tapList: number[] = [];
  const otherList: number[] = [];
  for (let position = 0; position < positions; position++) {
    for (let tap = 0; tap < taps; tap++) {
      const other = otherSide(position, tap);
      if (other < 0) continue;
      tapList.push(tap);
      otherList.push(other);
    }
    start[position + 1] = tapList.length;
  }
  return { start, tap: Int32Array.from(tapList), other: Int32Array.from(otherList) };
}
