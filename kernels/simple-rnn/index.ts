/**
 * The simple recurrence over a whole sequence:
 *
 *     h' = tanh((x * inputDropout) kernel + (h * recurrentDropout) recurrentKernel + bias)
 *
 * A masked step keeps h; its output is the h it kept, or zero with `zeroOutputForMask`.
 */
import type { Kernel } from '../contract.ts';
import { simpleRnnCpu } from './cpu.ts';
import {
  planSimpleRnn,
  planSimpleRnnGrad,
  type SimpleRnnGeometry,
  type SimpleRnnGradGeometry,
  type SimpleRnnOptions,
} from './geometry.ts';
import { simpleRnnGradCpu } from './grad-cpu.ts';
import { simpleRnnGradWasm } from './grad-wasm.ts';
import { simpleRnnWasm } from './wasm.ts';

export type { SimpleRnnGeometry, SimpleRnnGradGeometry, SimpleRnnOptions } from './geometry.ts';

/** Per unit and step beside the products: tanh. */
const FORWARD_FLOPS = 1;
/** Per unit and step beside the products: the sum into dh, the slope (3) and the sum into dBias. */
const BACKWARD_FLOPS = 5;

/**
 * Forward.
 *
 * Inputs: 0 x `[batch, steps, features]`, 1 kernel `[features, units]`, 2 recurrentKernel `[units, units]`,
 * 3 bias `[units]` (optional), 4 h0 `[batch, units]`, 5 mask `[batch, steps]` (optional, 0 = masked),
 * 6 inputDropout `[batch, features]` and 7 recurrentDropout `[batch, units]` (optional; factors, the same at every step).
 *
 * Outputs: 0 sequence `[batch, steps, units]` in processing order, 1 last h `[batch, units]`, and for the gradient
 * 2 the state after each step in the time order of x `[batch, steps, units]` (zero at masked steps).
 */
export const simpleRnnKernel: Kernel<SimpleRnnOptions, SimpleRnnGeometry> = {
  name: 'simpleRnn',
  plan(inputs, _outputs, options) {
    return planSimpleRnn(inputs, options);
  },
  cpu: simpleRnnCpu,
  wasm: simpleRnnWasm,
  flops({ batch, steps, features, units }) {
    return batch * steps * units * (2 * (features + units) + FORWARD_FLOPS);
  },
};

/**
 * Gradient.
 *
 * Inputs: 0 to 7 those of `simpleRnnKernel`, 8 to 10 its outputs, 11 dSequence, 12 dLastH (each optional: zero).
 * Outputs: 0 dx, 1 dKernel, 2 dRecurrentKernel, 3 dBias `[units]` (written without a bias too), 4 dH0.
 */
export const simpleRnnGradKernel: Kernel<SimpleRnnOptions, SimpleRnnGradGeometry> = {
  name: 'simpleRnnGrad',
  plan(inputs, _outputs, options) {
    return planSimpleRnnGrad(inputs, options);
  },
  cpu: simpleRnnGradCpu,
  wasm: simpleRnnGradWasm,
  flops({ batch, steps, features, units }) {
    return batch * steps * units * (4 * (features + units) + BACKWARD_FLOPS);
  },
};
