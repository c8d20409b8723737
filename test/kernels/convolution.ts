/** Convolution by its definition, index by index: the reference for conv1d, conv2d and depthwise kernels. */
import type { FloatArray } from '../../kernels/contract.ts';
import { type Padding, windowOutput } from '../../kernels/window.ts';

export interface Convolution {
  readonly batch: number;
  readonly height: number;
  readonly width: number;
  readonly kernelHeight: number;
  readonly kernelWidth: number;
  /** Channels of one group. */
  readonly inChannels: number;
  readonly outChannels: number;
  readonly groups: number;
  readonly strides: readonly [number, number];
  readonly dilationRate: readonly [number, number];
  readonly padding: Padding;
}

/** The shapes of x, filters and y. */
export function shapesOf(c: Convolution): { x: number[]; filters: number[]; y: number[] } {
  const { batch, height, width, kernelHeight, kernelWidth, inChannels, outChannels, groups, strides, dilationRate } = c;
  const rows = windowOutput(height, kernelHeight, strides[0], dilationRate[0], c.padding).output;
  const columns = windowOutput(width, kernelWidth, strides[1], dilationRate[1], c.padding).output;
  return {
    x: [batch, height, width, inChannels * groups],
    filters: [kernelHeight, kernelWidth, inChannels, outChannels * groups],
    y: [batch, rows, columns, outChannels * groups],
  };
}

/** Calls visit with the positions in x, filters and y of every product that y is the sum of. */
export function eachTerm(c: Convolution, visit: (x: number, filter: number, y: number) => void): void {
  const { height, width, kernelHeight, kernelWidth, inChannels, outChannels, groups, strides, dilationRate } = c;
  const [batch = 0, rows = 0, columns = 0] = shapesOf(c).y;
  const top = windowOutput(height, kernelHeight, strides[0], dilationRate[0], c.padding).before;
  const left = windowOutput(width, kernelWidth, strides[1], dilationRate[1], c.padding).before;
  for (let image = 0; image < batch; image++)
    for (let oy = 0; oy < rows; oy++)
      for (let ox = 0; ox < columns; ox++)
        for (let o = 0; o < outChannels * groups; o++)
          for (let ky = 0; ky < kernelHeight; ky++)
            for (let kx = 0; kx < kernelWidth; kx++)
              for (let i = 0; i < inChannels; i++) {
                const iy = oy * strides[0] + ky * dilationRate[0] - top;
                const ix = ox * strides[1] + kx * dilationRate[1] - left;
                if (iy < 0 || iy >= height || ix < 0 || ix >= width) continue;
                const channel = Math.floor(o / outChannels) * inChannels + i;
                visit(
                  ((image * height + iy) * width + ix) * inChannels * groups + channel,
                  ((ky * kernelWidth + kx) * inChannels + i) * outChannels * groups + o,
                  ((image * rows + oy) * columns + ox) * outChannels * groups + o,
                );
              }
}

/** y, dx and dFilters by definition. */
export function reference(
  c: Convolution,
  x: FloatArray,
  filters: FloatArray,
  bias: FloatArray | undefined,
  dy: FloatArray,
): { y: number[]; dx: number[]; dFilters: number[] } {
  const channels = c.outChannels * c.groups;
  const y = Array.from(dy, (_, i) => bias?.[i % channels] ?? 0);
  const dx = new Array<number>(x.length).fill(0);
  const dFilters = new Array<number>(filters.length).fill(0);
  eachTerm(c, (i, f, o) => {
    y[o]! += x[i]! * filters[f]!;
    dx[i]! += dy[o]! * filters[f]!;
    dFilters[f]! += x[i]! * dy[o]!;
  });
  return { y, dx, dFilters };
}
