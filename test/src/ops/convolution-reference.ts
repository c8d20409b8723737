/** Convolution and pooling by their definitions, over numbers: every output looks at every tap, one at a time. */
import { sizeOf, type Shape } from '../../../src/tensor/shape.ts';

type Pair = readonly [number, number];

/** Resolved options of a 2-D window; 1-D ones come here with height 1. */
export interface ReferenceWindows {
  readonly strides: Pair;
  readonly dilationRate: Pair;
  readonly padding: 'valid' | 'same' | 'causal';
}

/** Calls back for each output and each cell that its window sees: the output's and the cell's row and column, and the tap's. */
function forEachTap(
  [, height = 0, width = 0]: Shape,
  [taps, tapsAcross]: Pair,
  { strides, dilationRate, padding }: ReferenceWindows,
  visit: (i: number, j: number, row: number, column: number, u: number, v: number) => void,
): Pair {
  const axis = (size: number, count: number, stride: number, dilation: number): Pair => {
    const span = (count - 1) * dilation + 1;
    if (padding === 'valid') return [Math.ceil((size - span + 1) / stride), 0];
    const outputs = Math.ceil(size / stride);
    const total = Math.max((outputs - 1) * stride + span - size, 0);
    return [outputs, padding === 'causal' ? span - 1 : Math.floor(total / 2)];
  };
  const [rows, above] = axis(height, taps, strides[0], dilationRate[0]);
  const [columns, before] = axis(width, tapsAcross, strides[1], dilationRate[1]);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      for (let u = 0; u < taps; u++) {
        for (let v = 0; v < tapsAcross; v++) {
          const row = i * strides[0] + u * dilationRate[0] - above;
          const column = j * strides[1] + v * dilationRate[1] - before;
          if (row >= 0 && row < height && column >= 0 && column < width) visit(i, j, row, column, u, v);
        }
      }
    }
  }
  return [rows, columns];
}

const outputSize = (x: Shape, taps: Pair, windows: ReferenceWindows): Pair =>
  forEachTap(x, taps, windows, () => undefined);

/** x `[batch, h, w, inC]`, filters `[kh, kw, inC / groups, outC]`. */
export function convolve(
  x: ArrayLike<number>,
  xShape: Shape,
  filters: ArrayLike<number>,
  filterShape: Shape,
  bias: ArrayLike<number> | undefined,
  windows: ReferenceWindows,
  groups: number,
): number[] {
  const [batch = 0, height = 0, width = 0, inChannels = 0] = xShape;
  const [kh = 0, kw = 0, perGroup = 0, outChannels = 0] = filterShape;
  const [rows, columns] = outputSize(xShape, [kh, kw], windows);
  const y = new Array<number>(batch * rows * columns * outChannels).fill(0);
  for (let b = 0; b < batch; b++) {
    for (let o = 0; o < outChannels; o++) {
      const firstChannel = Math.floor(o / (outChannels / groups)) * perGroup;
      forEachTap(xShape, [kh, kw], windows, (i, j, row, column, u, v) => {
        for (let c = 0; c < perGroup; c++) {
          const pixel = x[((b * height + row) * width + column) * inChannels + firstChannel + c] ?? NaN;
          const at = ((b * rows + i) * columns + j) * outChannels + o;
          y[at] = (y[at] ?? NaN) + pixel * (filters[((u * kw + v) * perGroup + c) * outChannels + o] ?? NaN);
        }
      });
    }
  }
  return y.map((value, index) => value + (bias?.[index % outChannels] ?? 0));
}

/** Filters `[kh, kw, channels, multiplier]` as those of a convolution with one group per channel: `[kh, kw, 1, channels * multiplier]`. */
export function convolveDepthwise(
  x: ArrayLike<number>,
  xShape: Shape,
  filters: ArrayLike<number>,
  filterShape: Shape,
  bias: ArrayLike<number> | undefined,
  windows: ReferenceWindows,
): number[] {
  const [kh = 0, kw = 0, channels = 0, multiplier = 0] = filterShape;
  return convolve(x, xShape, filters, [kh, kw, 1, channels * multiplier], bias, windows, channels);
}

/** The cells of each window reduced to one number. */
export function pool(
  x: ArrayLike<number>,
  xShape: Shape,
  poolSize: Pair,
  windows: ReferenceWindows,
  reduce: (cells: readonly number[]) => number,
): number[] {
  const [batch = 0, height = 0, width = 0, channels = 0] = xShape;
  const [rows, columns] = outputSize(xShape, poolSize, windows);
  const cells = Array.from({ length: sizeOf([batch, rows, columns, channels]) }, (): number[] => []);
  for (let b = 0; b < batch; b++) {
    for (let c = 0; c < channels; c++) {
      forEachTap(xShape, poolSize, windows, (i, j, row, column) => {
        cells[((b * rows + i) * columns + j) * channels + c]?.push(
          x[((b * height + row) * width + column) * channels + c] ?? NaN,
        );
      });
    }
  }
  return cells.map(reduce);
}
