/**
 * Depthwise 2-D convolution of channels-last images (each channel has filters of its own) and its two gradients.
 * x `[batch, h, w, inC]`, filters `[kh, kw, inC, multiplier]`, bias `[inC * multiplier]`,
 * y `[batch, oh, ow, inC * multiplier]`, whose channel `c * multiplier + m` comes from input channel c.
 */
import type { Shape } from '../../src/tensor/shape.ts';
import type { Kernel } from '../contract.ts';
import { cellsOfOutputs, type Connections, outputsOfCells, type WindowAxis, windowAxis } from '../window.ts';
import {
  depthwise,
  depthwiseFilterGradient,
  type DepthwiseGeometry,
  depthwiseInputGradient,
  type DepthwiseSizes,
} from './cpu.ts';
import { depthwiseFilterGradCall } from './filter-grad-wasm.ts';
import { depthwiseCall, depthwiseInputGradCall } from './wasm.ts';

export type { DepthwiseGeometry, DepthwiseSizes } from './cpu.ts';

export interface DepthwiseOptions {
  readonly strides: readonly [number, number];
  readonly dilationRate: readonly [number, number];
  readonly padding: 'valid' | 'same';
}

/** Inputs (x, filters, bias?), output y. */
export const depthwiseConv2dKernel: Kernel<DepthwiseOptions, DepthwiseGeometry> = {
  name: 'depthwiseConv2d',
  plan([x = [], filters = []], [y = []], options) {
    const sizes = depthwiseSizes(x, filters, y, options);
    return passGeometry(sizes, cellsOfOutputs);
  },
  cpu(inputs, outputs, geometry) {
    depthwise(inputs[0]!, inputs[1]!, inputs[2], outputs[0]!, geometry);
  },
  wasm: (geometry, present) => depthwiseCall(geometry, present[2] === true),
  flops: depthwiseFlops,
};

/** Inputs (dy, filters), output dx. */
export const depthwiseInputGradKernel: Kernel<DepthwiseOptions, DepthwiseGeometry> = {
  name: 'depthwiseInputGrad',
  plan([dy = [], filters = []], [dx = []], options) {
    const sizes = depthwiseSizes(dx, filters, dy, options);
    return passGeometry(sizes, outputsOfCells);
  },
  cpu(inputs, outputs, geometry) {
    depthwiseInputGradient(inputs[0]!, inputs[1]!, outputs[0]!, geometry);
  },
  wasm: depthwiseInputGradCall,
  flops: depthwiseFlops,
};

/** Inputs (x, dy), output dFilters. */
export const depthwiseFilterGradKernel: Kernel<DepthwiseOptions, DepthwiseSizes> = {
  name: 'depthwiseFilterGrad',
  plan: ([x = [], dy = []], [dFilters = []], options) => depthwiseSizes(x, dFilters, dy, options),
  cpu(inputs, outputs, sizes) {
    depthwiseFilterGradient(inputs[0]!, inputs[1]!, outputs[0]!, sizes);
  },
  wasm: depthwiseFilterGradCall,
  flops: depthwiseFlops,
};

function depthwiseSizes(x: Shape, filters: Shape, y: Shape, options: DepthwiseOptions): DepthwiseSizes {
  const [batch = 0, height = 0, width = 0] = x;
  const [kernelHeight = 0, kernelWidth = 0, channels = 0, multiplier = 0] = filters;
  const [, outHeight = 0, outWidth = 0] = y;
  const { strides, dilationRate, padding } = options;
  return {
    batch,
    rows: windowAxis(height, outHeight, kernelHeight, strides[0], dilationRate[0], padding),
    columns: windowAxis(width, outWidth, kernelWidth, strides[1], dilationRate[1], padding),
    channels,
    multiplier,
  };
}

function passGeometry(sizes: DepthwiseSizes, connect: (axis: WindowAxis) => Connections): DepthwiseGeometry {
  const { rows, columns } = sizes;
  const taps = rows.kernelSize * columns.kernelSize;
  return {
    ...sizes,
    rowTaps: connect(rows),
    columnTaps: connect(columns),
    sourceAt: new Int32Array(taps),
    filterAt: new Int32Array(taps),
  };
}

function depthwiseFlops({ batch, rows, columns, channels, multiplier }: DepthwiseSizes): number {
  const pixels = batch * rows.outputSize * columns.outputSize;
  return 2 * pixels * rows.kernelSize * columns.kernelSize * channels * multiplier;
}
