/**
 * GRU over a whole sequence, gates in the order z, r, h, as Keras has them:
 *
 *     a = (x * inputDropout) kernel + inputBias
 *     z, r = sigmoid(a_z + q_z, a_r + q_r),  h' = z h + (1 - z) tanh(a_h + s)
 *     with `resetAfter`:  q = (h * recurrentDropout) recurrentKernel + recurrentBias,  s = r q_h
 *     without:            q likewise for z and r,  s = (r h * recurrentDropout) recurrentKernel_h
 *
 * A masked step keeps h; its output is the h it kept, or zero with `zeroOutputForMask`.
 */
import type { Kernel } from '../contract.ts';
import { gruCpu } from './cpu.ts';
import { type GruGeometry, type GruGradGeometry, type GruOptions, planGru, planGruGrad } from './geometry.ts';
import { gruGradCpu } from './grad-cpu.ts';
import { gruGradWasm } from './grad-wasm.ts';
import { gruWasm } from './wasm.ts';

export type { GruGeometry, GruGradGeometry, GruOptions } from './geometry.ts';

/** Per unit and step after the products: three activations, the reset and z h + (1 - z) c. */
const FORWARD_FLOPS = 9;
/** Per unit and step beside the products: the sum into dh, dz, dr and dc with their slopes, and the sums into the biases. */
const BACKWARD_FLOPS = 26;

/**
 * Forward.
 *
 * Inputs: 0 x `[batch, steps, features]`, 1 kernel `[features, 3 * units]`, 2 recurrentKernel `[units, 3 * units]`,
 * 3 bias (optional; `[2, 3 * units]` with `resetAfter`: for the input, then for the state; else `[3 * units]`),
 * 4 h0 `[batch, units]`, 5 mask `[batch, steps]` (optional, 0 = masked), 6 inputDropout `[batch, features]` and
 * 7 recurrentDropout `[batch, units]` (optional; factors, the same at every step; three times as wide to give each gate
 * its own).
 *
 * Outputs: 0 sequence `[batch, steps, units]` in processing order, 1 last h `[batch, units]`, and for the gradient, in
 * the time order of x, 2 activated gates `[batch, steps, 3 * units]` (zero at masked steps) and 3 `[batch, steps, units]`
 * q_h with `resetAfter`, else r h * recurrentDropout.
 */
export const gruKernel: Kernel<GruOptions, GruGeometry> = {
  name: 'gru',
  plan(inputs, _outputs, options) {
    return planGru(inputs, options);
  },
  cpu: gruCpu,
  wasm: gruWasm,
  flops({ batch, steps, features, units }) {
    return batch * steps * units * (6 * (features + units) + FORWARD_FLOPS);
  },
};

/**
 * Gradient.
 *
 * Inputs: 0 to 7 those of `gruKernel`, 8 to 11 its outputs, 12 dSequence, 13 dLastH (each optional: zero).
 * Outputs: 0 dx, 1 dKernel, 2 dRecurrentKernel, 3 dBias (written without a bias too), 4 dH0.
 */
export const gruGradKernel: Kernel<GruOptions, GruGradGeometry> = {
  name: 'gruGrad',
  plan(inputs, _outputs, options) {
    return planGruGrad(inputs, options);
  },
  cpu: gruGradCpu,
  wasm: gruGradWasm,
  flops({ batch, steps, features, units }) {
    return batch * steps * units * (12 * (features + units) + BACKWARD_FLOPS);
  },
};
