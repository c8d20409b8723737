/**
 * Depthwise convolution on the host. The taps of a pixel are listed once, so that the sums of 4 channels at a time run
 * over them without bounds to check. The order of each sum is fixed by the shapes.
 */
import type { FloatArray } from '../contract.ts';
import type { Connections, WindowAxis } from '../window.ts';
import { workspace } from '../workspace.ts';

/** Sizes of the images and, for each axis, how outputs and input cells meet. */
export interface DepthwiseSizes {
  readonly batch: number;
  readonly rows: WindowAxis;
  readonly columns: WindowAxis;
  readonly channels: number;
  readonly multiplier: number;
}

/** What a pass over target pixels needs besides: for each target row and column, its taps and source positions. */
export interface DepthwiseGeometry extends DepthwiseSizes {
  readonly rowTaps: Connections;
  readonly columnTaps: Connections;
  /** Scratch: where the source pixels and filters of one target pixel start. */
  readonly sourceAt: Int32Array;
  readonly filterAt: Int32Array;
}

/** `y[o, c * multiplier + m] = sum over taps of x[cell, c] filters[tap, c, m] (+ bias)`. */
export function depthwise(
  x: FloatArray,
  filters: FloatArray,
  bias: FloatArray | undefined,
  y: FloatArray,
  geometry: DepthwiseGeometry,
): void {
  const { batch, rows, columns, channels, multiplier, sourceAt, filterAt } = geometry;
  const outChannels = channels * multiplier;
  const blocked = outChannels - (outChannels % 4);
  let to = 0;
  for (let image = 0; image < batch; image++) {
    for (let u = 0; u < rows.outputSize; u++) {
      for (let v = 0; v < columns.outputSize; v++) {
        const taps = listTaps(geometry, image * rows.size, u, columns.size, v, channels);
        for (let channel = 0; channel < blocked; channel += 4) {
          // With multiplier 1 the divisions would cost as much as the sums.
          const c0 = multiplier === 1 ? channel : Math.floor(channel / multiplier);
          const c1 = multiplier === 1 ? channel + 1 : Math.floor((channel + 1) / multiplier);
          const c2 = multiplier === 1 ? channel + 2 : Math.floor((channel + 2) / multiplier);
          const c3 = multiplier === 1 ? channel + 3 : Math.floor((channel + 3) / multiplier);
          let s0 = 0;
          let s1 = 0;
          let s2 = 0;
          let s3 = 0;
          for (let t = 0; t < taps; t++) {
            const cell = sourceAt[t]!;
            const filter = filterAt[t]! + channel;
            s0 += x[cell + c0]! * filters[filter]!;
            s1 += x[cell + c1]! * filters[filter + 1]!;
            s2 += x[cell + c2]! * filters[filter + 2]!;
            s3 += x[cell + c3]! * filters[filter + 3]!;
          }
          y[to + channel] = bias === undefined ? s0 : s0 + bias[channel]!;
          y[to + channel + 1] = bias === undefined ? s1 : s1 + bias[channel + 1]!;
          y[to + channel + 2] = bias === undefined ? s2 : s2 + bias[channel + 2]!;
          y[to + channel + 3] = bias === undefined ? s3 : s3 + bias[channel + 3]!;
        }
        for (let channel = blocked; channel < outChannels; channel++) {
          const c = Math.floor(channel / multiplier);
          let sum = 0;
          for (let t = 0; t < taps; t++) sum += x[sourceAt[t]! + c]! * filters[filterAt[t]! + channel]!;
          y[to + channel] = bias === undefined ? sum : sum + bias[channel]!;
        }
        to += outChannels;
      }
    }
  }
}

/** `dx[cell, c] = sum over taps and m of dy[o, c * multiplier + m] filters[tap, c, m]`, o the output that tap joins. */
export function depthwiseInputGradient(
  dy: FloatArray,
  filters: FloatArray,
  dx: FloatArray,
  geometry: DepthwiseGeometry,
): void {
  const { batch, rows, columns, channels, multiplier, sourceAt, filterAt } = geometry;
  const outChannels = channels * multiplier;
  const blocked = channels - (channels % 4);
  const second = multiplier;
  const third = 2 * multiplier;
  const fourth = 3 * multiplier;
  let to = 0;
  for (let image = 0; image < batch; image++) {
    for (let u = 0; u < rows.size; u++) {
      for (let v = 0; v < columns.size; v++) {
        const taps = listTaps(geometry, image * rows.outputSize, u, columns.outputSize, v, outChannels);
        for (let c = 0; c < blocked; c += 4) {
          let s0 = 0;
          let s1 = 0;
          let s2 = 0;
          let s3 = 0;
          const last = (c + 1) * multiplier;
          for (let channel = c * multiplier; channel < last; channel++) {
            for (let t = 0; t < taps; t++) {
              const output = sourceAt[t]! + channel;
              const filter = filterAt[t]! + channel;
              s0 += dy[output]! * filters[filter]!;
              s1 += dy[output + second]! * filters[filter + second]!;
              s2 += dy[output + third]! * filters[filter + third]!;
              s3 += dy[output + fourth]! * filters[filter + fourth]!;
            }
          }
          dx[to + c] = s0;
          dx[to + c + 1] = s1;
          dx[to + c + 2] = s2;
          dx[to + c + 3] = s3;
        }
        for (let c = blocked; c < channels; c++) {
          let sum = 0;
          for (let channel = c * multiplier; channel < (c + 1) * multiplier; channel++) {
            for (let t = 0; t < taps; t++) sum += dy[sourceAt[t]! + channel]! * filters[filterAt[t]! + channel]!;
          }
          dx[to + c] = sum;
        }
        to += channels;
      }
    }
  }
}

/** Lists where the source pixels and the filters start that target pixel (u, v) is summed over; returns their number. */
function listTaps(
  geometry: DepthwiseGeometry,
  firstRow: number,
  u: number,
  width: number,
  v: number,
  pixelStep: number,
): number {
  const { rowTaps, columnTaps, sourceAt, filterAt } = geometry;
  const outChannels = geometry.channels * geometry.multiplier;
  const kernelWidth = geometry.columns.kernelSize;
  const rowTo = rowTaps.start[u + 1]!;
  const columnFrom = columnTaps.start[v]!;
  const columnTo = columnTaps.start[v + 1]!;
  let taps = 0;
  for (let i = rowTaps.start[u]!; i < rowTo; i++) {
    const rowAt = (firstRow + rowTaps.other[i]!) * width;
    const tapRow = rowTaps.tap[i]! * kernelWidth;
    for (let j = columnFrom; j < columnTo; j++) {
      sourceAt[taps] = (rowAt + columnTaps.other[j]!) * pixelStep;
      filterAt[taps] = (tapRow + columnTaps.tap[j]!) * outChannels;
      taps++;
    }
  }
  return taps;
}

/**
 * `dFilters[tap, c, m] = sum over outputs of x[cell, c] dy[o, c * multiplier + m]`: a line of outputs at a time, while
 * that line is in the cache, into sums that stay in double to the end.
 */
export function depthwiseFilterGradient(
  x: FloatArray,
  dy: FloatArray,
  dFilters: FloatArray,
  sizes: DepthwiseSizes,
): void {
  const { batch, rows, columns, channels, multiplier } = sizes;
  const outChannels = channels * multiplier;
  const length = rows.kernelSize * columns.kernelSize * outChannels;
  const sums = workspace(length);
  sums.fill(0, 0, length);
  for (let image = 0; image < batch; image++) {
    for (let u = 0; u < rows.outputSize; u++) {
      for (let i = 0; i < rows.kernelSize; i++) {
        const cellRow = u * rows.stride + i * rows.dilation - rows.before;
        if (cellRow < 0 || cellRow >= rows.size) continue;
        const xRow = (image * rows.size + cellRow) * columns.size;
        const dyRow = (image * rows.outputSize + u) * columns.outputSize;
        for (let j = 0; j < columns.kernelSize; j++) {
          const tapAt = (i * columns.kernelSize + j) * outChannels;
          addLine(x, xRow, dy, dyRow, j, sums, tapAt, columns, channels, multiplier);
        }
      }
    }
  }
  for (let i = 0; i < length; i++) dFilters[i] = sums[i]!;
}

/** Adds what one line of outputs gives to the sums of one tap. */
function addLine(
  x: FloatArray,
  xRow: number,
  dy: FloatArray,
  dyRow: number,
  tap: number,
  sums: Float64Array,
  tapAt: number,
  columns: WindowAxis,
  channels: number,
  multiplier: number,
): void {
  const { size, stride } = columns;
  const outChannels = channels * multiplier;
  // Output v meets cell v * stride + shift: those inside the image are neighbours.
  const shift = tap * columns.dilation - columns.before;
  const first = Math.max(Math.ceil(-shift / stride), 0);
  const last = Math.min(Math.floor((size - 1 - shift) / stride), columns.outputSize - 1);
  const xFirst = (xRow + first * stride + shift) * channels;
  const dyFirst = (dyRow + first) * outChannels;
  const xStep = stride * channels;
  let channel = 0;
  for (; channel + 4 <= outChannels; channel += 4) {
    let x0 = xFirst + Math.floor(channel / multiplier);
    let x1 = xFirst + Math.floor((channel + 1) / multiplier);
    let x2 = xFirst + Math.floor((channel + 2) / multiplier);
    let x3 = xFirst + Math.floor((channel + 3) / multiplier);
    let dyAt = dyFirst + channel;
    const to = tapAt + channel;
    let s0 = sums[to]!;
    let s1 = sums[to + 1]!;
    let s2 = sums[to + 2]!;
    let s3 = sums[to + 3]!;
    for (let v = first; v <= last; v++) {
      s0 += x[x0]! * dy[dyAt]!;
      s1 += x[x1]! * dy[dyAt + 1]!;
      s2 += x[x2]! * dy[dyAt + 2]!;
      s3 += x[x3]! * dy[dyAt + 3]!;
      x0 += xStep;
      x1 += xStep;
      x2 += xStep;
      x3 += xStep;
      dyAt += outChannels;
    }
    sums[to] = s0;
    sums[to + 1] = s1;
    sums[to + 2] = s2;
    sums[to + 3] = s3;
  }
  for (; channel < outChannels; channel++) {
    let xAt = xFirst + Math.floor(channel / multiplier);
    let dyAt = dyFirst + channel;
    let sum = sums[tapAt + channel]!;
    for (let v = first; v <= last; v++) {
      sum += x[xAt]! * dy[dyAt]!;
      xAt += xStep;
      dyAt += outChannels;
    }
    sums[tapAt + channel] = sum;
  }
}
