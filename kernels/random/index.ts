/**
 * Random numbers as functions of (key, counter, position): the same on every device, for any number of threads.
 * Input 0 is the counter, shape `[2]`: two whole numbers below 2^24 (low, high). The key has two 32-bit words.
 */
import { sizeOf, type Shape } from '../../src/tensor/shape.ts';
import type { Kernel } from '../contract.ts';
import { runDropoutMask, runNormal, runUniform } from './cpu.ts';
import type { DropoutMaskOptions, NormalOptions, RandomGeometry, UniformOptions } from './geometry.ts';
import { dropoutMaskWasm, randomNormalWasm, randomUniformWasm } from './wasm.ts';

export { hashKey } from './key.ts';

export type { DropoutMaskOptions, NormalOptions, RandomGeometry, RandomOptions, UniformOptions } from './geometry.ts';

function planRandom<Options>(_inputs: unknown, outputs: readonly Shape[], options: Options): RandomGeometry<Options> {
  return { size: sizeOf(outputs[0]!), options };
}

/** Uniform in [minimum, maximum); rounding to float32 may reach the maximum of an interval away from 0. */
export const randomUniformKernel: Kernel<UniformOptions, RandomGeometry<UniformOptions>> = {
  name: 'randomUniform',
  plan: planRandom,
  cpu: (inputs, outputs, { options }) =>
    runUniform(outputs[0]!, inputs[0]!, options.key, options.minimum, options.maximum),
  wasm: randomUniformWasm,
  exact: true,
  flops: ({ size }) => 3 * size,
};

/** Normal with the given mean and standard deviation; no number lies further than 5.77 deviations away. */
export const randomNormalKernel: Kernel<NormalOptions, RandomGeometry<NormalOptions>> = {
  name: 'randomNormal',
  plan: planRandom,
  cpu: (inputs, outputs, { options }) => runNormal(outputs[0]!, inputs[0]!, options.key, options.mean, options.stddev),
  wasm: randomNormalWasm,
  exact: true,
  flops: ({ size }) => 6 * size,
};

/** 0 with probability `rate`, else 1 / (1 - rate). */
export const dropoutMaskKernel: Kernel<DropoutMaskOptions, RandomGeometry<DropoutMaskOptions>> = {
  name: 'dropoutMask',
  plan: planRandom,
  cpu: (inputs, outputs, { options }) => runDropoutMask(outputs[0]!, inputs[0]!, options.key, options.rate),
  wasm: dropoutMaskWasm,
  exact: true,
  flops: ({ size }) => 2 * size,
};
