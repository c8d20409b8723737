/**
 * 2-D convolution of channels-last images and its two gradients, with any strides, dilation and groups.
 * x `[batch, h, w, inC]`, filters `[kh, kw, inC / groups, outC]`, bias `[outC]`, y `[batch, oh, ow, outC]`.
 */
import { activated } from '../activated.ts';
import type { Kernel } from '../contract.ts';
import { correlationCall } from './correlation-wasm.ts';
import { correlate, filterGradient } from './cpu.ts';
import { filterGradCall } from './filter-grad-wasm.ts';
import {
  convFlops,
  convSizes,
  type ConvSizes,
  type CorrelationGeometry,
  forwardCorrelation,
  inputGradCorrelation,
} from './geometry.ts';

export type { ConvSizes, CorrelationGeometry } from './geometry.ts';

export interface Conv2dOptions {
  readonly strides: readonly [number, number];
  readonly dilationRate: readonly [number, number];
  readonly padding: 'valid' | 'same';
  readonly groups: number;
}

/** Inputs (x, filters, bias?), output y. */
export const conv2dKernel: Kernel<Conv2dOptions, CorrelationGeometry> = {
  name: 'conv2d',
  plan: ([x = [], filters = []], [y = []], options) => forwardCorrelation(convSizes(x, filters, y, options)),
  cpu(inputs, outputs, geometry) {
    correlate(inputs[0]!, inputs[1]!, inputs[2], outputs[0]!, geometry);
  },
  wasm: (geometry, [, , hasBias = false]) => correlationCall(geometry, hasBias),
  withActivation: (activation) =>
    activated(conv2dKernel, activation, {
      wasm: (geometry, [, , hasBias = false], then) => correlationCall(geometry, hasBias, then),
    }),
  flops: ({ flops }) => flops,
};

/** Inputs (dy, filters), output dx. */
export const conv2dInputGradKernel: Kernel<Conv2dOptions, CorrelationGeometry> = {
  name: 'conv2dInputGrad',
  plan: ([dy = [], filters = []], [dx = []], options) => inputGradCorrelation(convSizes(dx, filters, dy, options)),
  cpu(inputs, outputs, geometry) {
    correlate(inputs[0]!, inputs[1]!, undefined, outputs[0]!, geometry);
  },
  wasm: (geometry) => correlationCall(geometry, false),
  flops: ({ flops }) => flops,
};

/** Inputs (x, dy), output dFilters. */
export const conv2dFilterGradKernel: Kernel<Conv2dOptions, ConvSizes> = {
  name: 'conv2dFilterGrad',
  plan: ([x = [], dy = []], [dFilters = []], options) => convSizes(x, dFilters, dy, options),
  cpu(inputs, outputs, sizes) {
    filterGradient(inputs[0]!, inputs[1]!, outputs[0]!, sizes);
  },
  wasm: filterGradCall,
  flops: convFlops,
};
