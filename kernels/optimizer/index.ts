/**
 * Optimizer updates with Keras 3's arithmetic. All states have the variable's shape, rates that change are scalar
 * tensors; each output may overwrite the state it replaces.
 */
import { sizeOf, type Shape } from '../../src/tensor/shape.ts';
import type { Kernel } from '../contract.ts';
import { runAdam, runMomentum, runRmsprop, runSgd, type AdamRates, type RmspropRates } from './cpu.ts';
import { adamWasm, momentumWasm, rmspropWasm, sgdWasm } from './wasm.ts';

/** The options and the number of elements of the variable. */
export interface UpdateGeometry<Options> {
  readonly size: number;
  readonly options: Options;
}

function planUpdate<Options>(_inputs: unknown, outputs: readonly Shape[], options: Options): UpdateGeometry<Options> {
  return { size: sizeOf(outputs[0]!), options };
}

/** Inputs (variable, gradient, learningRate); output variable'. */
export const sgdKernel: Kernel<unknown, UpdateGeometry<unknown>> = {
  name: 'sgd',
  plan: planUpdate,
  cpu: (inputs, outputs) => runSgd(outputs[0]!, inputs[0]!, inputs[1]!, inputs[2]!),
  wasm: ({ size }, present) => sgdWasm(size, present),
  flops: ({ size }) => 2 * size,
  inPlace: [[0]],
};

export interface MomentumOptions {
  readonly momentum: number;
  readonly nesterov: boolean;
}

/** Inputs (variable, gradient, learningRate, velocity); outputs (variable', velocity'). */
export const momentumKernel: Kernel<MomentumOptions, UpdateGeometry<MomentumOptions>> = {
  name: 'momentum',
  plan: planUpdate,
  cpu: (inputs, outputs, { options }) =>
    runMomentum(
      outputs[0]!,
      outputs[1]!,
      inputs[0]!,
      inputs[1]!,
      inputs[2]!,
      inputs[3]!,
      options.momentum,
      options.nesterov,
    ),
  wasm: ({ size, options }, present) => momentumWasm(size, present, options.momentum, options.nesterov),
  flops: ({ size, options }) => (options.nesterov ? 6 : 4) * size,
  inPlace: [[0], [3]],
};

export interface RmspropOptions extends RmspropRates {
  readonly centered: boolean;
}

/**
 * Inputs (variable, gradient, learningRate, meanSquare, momentum?, meanGradient?); outputs (variable', meanSquare'), then
 * momentum' if `momentum` > 0, then meanGradient' if `centered`.
 */
export const rmspropKernel: Kernel<RmspropOptions, UpdateGeometry<RmspropOptions>> = {
  name: 'rmsprop',
  plan: planUpdate,
  cpu(inputs, outputs, { options }) {
    const moving = options.momentum > 0;
    runRmsprop(
      outputs[0]!,
      outputs[1]!,
      moving ? outputs[2]! : undefined,
      options.centered ? outputs[moving ? 3 : 2]! : undefined,
      inputs[0]!,
      inputs[1]!,
      inputs[2]!,
      inputs[3]!,
      moving ? inputs[4]! : undefined,
      options.centered ? inputs[5]! : undefined,
      options,
    );
  },
  wasm: ({ size, options }, present) => rmspropWasm(size, present, options, options.centered),
  flops: ({ size, options }) => (9 + (options.momentum > 0 ? 2 : 0) + (options.centered ? 5 : 0)) * size,
  // Output 2 is momentum' or, without momentum, meanGradient'.
  inPlace: [[0], [3], [4, 5], [5]],
};

export interface AdamOptions extends AdamRates {
  readonly amsgrad: boolean;
}

/**
 * Inputs (variable, gradient, alpha, m, v, vHat?), alpha = learningRate sqrt(1 - beta2^t) / (1 - beta1^t); outputs
 * (variable', m', v'), then vHat' if `amsgrad`.
 */
export const adamKernel: Kernel<AdamOptions, UpdateGeometry<AdamOptions>> = {
  name: 'adam',
  plan: planUpdate,
  cpu: (inputs, outputs, { options }) =>
    runAdam(
      outputs[0]!,
      outputs[1]!,
      outputs[2]!,
      options.amsgrad ? outputs[3]! : undefined,
      inputs[0]!,
      inputs[1]!,
      inputs[2]!,
      inputs[3]!,
      inputs[4]!,
      options.amsgrad ? inputs[5]! : undefined,
      options,
    ),
  wasm: ({ size, options }, present) => adamWasm(size, present, options, options.amsgrad),
  flops: ({ size, options }) => (options.amsgrad ? 13 : 12) * size,
  inPlace: [[0], [3], [4], [5]],
};
