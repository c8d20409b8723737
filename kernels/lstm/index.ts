/**
 * LSTM over a whole sequence, gates in the order i, f, c, o:
 *
 *     z = (x * inputDropout) kernel + (h * recurrentDropout) recurrentKernel + bias
 *     i, f, o = sigmoid(z_i, z_f, z_o), g = tanh(z_c), c = f c + i g, h = o tanh(c)
 *
 * A masked step keeps h and c; its output is the h it kept, or zero with `zeroOutputForMask`.
 */
import type { Kernel } from '../contract.ts';
import { lstmCpu } from './cpu.ts';
import { type LstmGeometry, type LstmGradGeometry, type LstmOptions, planLstm, planLstmGrad } from './geometry.ts';
import { lstmGradCpu } from './grad-cpu.ts';
import { lstmGradWasm } from './grad-wasm.ts';
import { lstmWasm } from './wasm.ts';

export type { LstmGeometry, LstmGradGeometry, LstmOptions } from './geometry.ts';

/** Per unit and step after the products: five activations and c = f c + i g, h = o tanh(c). */
const FORWARD_FLOPS = 9;
/** Per unit and step beside the products: tanh(c) and the sum into dh, then dc (6), four gates (16) and their sum into dBias. */
const BACKWARD_FLOPS = 28;

/**
 * Forward.
 *
 * Inputs: 0 x `[batch, steps, features]`, 1 kernel `[features, 4 * units]`, 2 recurrentKernel `[units, 4 * units]`,
 * 3 bias `[4 * units]` (optional), 4 h0 and 5 c0 `[batch, units]`, 6 mask `[batch, steps]` (optional, 0 = masked),
 * 7 inputDropout `[batch, features]` and 8 recurrentDropout `[batch, units]` (optional; factors, the same at every step;
 * four times as wide to give each gate its own).
 *
 * Outputs: 0 sequence `[batch, steps, units]` in processing order, 1 last h and 2 last c `[batch, units]`,
 * and for the gradient, in the time order of x, 3 activated gates `[batch, steps, 4 * units]` (zero at masked steps)
 * and 4 the cell after each step `[batch, steps, units]`.
 */
export const lstmKernel: Kernel<LstmOptions, LstmGeometry> = {
  name: 'lstm',
  plan(inputs, _outputs, options) {
    return planLstm(inputs, options);
  },
  cpu: lstmCpu,
  wasm: lstmWasm,
  flops({ batch, steps, features, units }) {
    return batch * steps * units * (8 * (features + units) + FORWARD_FLOPS);
  },
};

/**
 * Gradient.
 *
 * Inputs: 0 to 8 those of `lstmKernel`, 9 to 13 its outputs, 14 dSequence, 15 dLastH, 16 dLastC (each optional: zero).
 * Outputs: 0 dx, 1 dKernel, 2 dRecurrentKernel, 3 dBias `[4 * units]` (written without a bias too), 4 dH0, 5 dC0.
 */
export const lstmGradKernel: Kernel<LstmOptions, LstmGradGeometry> = {
  name: 'lstmGrad',
  plan(inputs, _outputs, options) {
    return planLstmGrad(inputs, options);
  },
  cpu: lstmGradCpu,
  wasm: lstmGradWasm,
  flops({ batch, steps, features, units }) {
    return batch * steps * units * (16 * (features + units) + BACKWARD_FLOPS);
  },
};
