/**
 * 1-D convolution over steps and its two gradients: the loops of conv2d on images of height 1.
 * x `[batch, steps, inC]`, filters `[k, inC / groups, outC]`, bias `[outC]`, y `[batch, outSteps, outC]`.
 */
import type { Shape } from '../../src/tensor/shape.ts';
import { correlationCall } from '../conv2d/correlation-wasm.ts';
import { correlate, filterGradient } from '../conv2d/cpu.ts';
import { filterGradCall } from '../conv2d/filter-grad-wasm.ts';
import {
  convFlops,
  convSizes,
  type ConvSizes,
  type CorrelationGeometry,
  forwardCorrelation,
  inputGradCorrelation,
} from '../conv2d/geometry.ts';
import { activated } from '../activated.ts';
import type { Kernel } from '../contract.ts';
import type { Padding } from '../window.ts';

export interface Conv1dOptions {
  readonly stride: number;
  readonly dilationRate: number;
  readonly padding: Padding;
  readonly groups: number;
}

/** Inputs (x, filters, bias?), output y. */
export const conv1dKernel: Kernel<Conv1dOptions, CorrelationGeometry> = {
  name: 'conv1d',
  plan: ([x = [], filters = []], [y = []], options) => forwardCorrelation(sizes1d(x, filters, y, options)),
  cpu(inputs, outputs, geometry) {
    correlate(inputs[0]!, inputs[1]!, inputs[2], outputs[0]!, geometry);
  },
  wasm: (geometry, [, , hasBias = false]) => correlationCall(geometry, hasBias),
  withActivation: (activation) =>
    activated(conv1dKernel, activation, {
      wasm: (geometry, [, , hasBias = false], then) => correlationCall(geometry, hasBias, then),
    }),
  flops: ({ flops }) => flops,
};

/** Inputs (dy, filters), output dx. */
export const conv1dInputGradKernel: Kernel<Conv1dOptions, CorrelationGeometry> = {
  name: 'conv1dInputGrad',
  plan: ([dy = [], filters = []], [dx = []], options) => inputGradCorrelation(sizes1d(dx, filters, dy, options)),
  cpu(inputs, outputs, geometry) {
    correlate(inputs[0]!, inputs[1]!, undefined, outputs[0]!, geometry);
  },
  wasm: (geometry) => correlationCall(geometry, false),
  flops: ({ flops }) => flops,
};

/** Inputs (x, dy), output dFilters. */
export const conv1dFilterGradKernel: Kernel<Conv1dOptions, ConvSizes> = {
  name: 'conv1dFilterGrad',
  plan: ([x = [], dy = []], [dFilters = []], options) => sizes1d(x, dFilters, dy, options),
  cpu(inputs, outputs, sizes) {
    filterGradient(inputs[0]!, inputs[1]!, outputs[0]!, sizes);
  },
  wasm: filterGradCall,
  flops: convFlops,
};

function sizes1d(x: Shape, filters: Shape, y: Shape, options: Conv1dOptions): ConvSizes {
  const { stride, dilationRate, padding, groups } = options;
  return convSizes(withHeight(x), [1, ...filters], withHeight(y), {
    strides: [1, stride],
    dilationRate: [1, dilationRate],
    padding,
    groups,
  });
}

/** `[batch, steps, channels]` to `[batch, 1, steps, channels]`. */
function withHeight([batch = 0, ...rest]: Shape): Shape {
  return [batch, 1, ...rest];
}
