/**
 * The simple recurrence backward through time, from the saved states: first the gradients before activation step by
 * step, last step first, then the input's and the weights' gradients as products over all steps. A masked step hands
 * the gradient of its state (and of its output, when that was the carried state) to the step before.
 */
import type { FloatArray } from '../contract.ts';
import { addMasked } from '../recurrent/dropout.ts';
import { recoverPreviousHidden } from '../recurrent/history.ts';
import { writeInputGradient } from '../recurrent/input.ts';
import { addProduct, packRight } from '../recurrent/product.ts';
import { addRowSums, copyOrClear, writeWeightGradient } from '../recurrent/sums.ts';
import type { SimpleRnnGradGeometry } from './geometry.ts';

export function simpleRnnGradCpu(
  inputs: readonly (FloatArray | undefined)[],
  outputs: readonly FloatArray[],
  geometry: SimpleRnnGradGeometry,
): void {
  const { batch, steps, units, goBackwards, previousHidden, inputLayout, dPreactivations: dz, dInput } = geometry;
  const { dKernel, dRecurrentKernel, dBias, maskedInput, maskedPreviousHidden } = geometry;
  const { inputProduct, kernelProduct, recurrentKernelProduct } = geometry;
  const [x, kernel, inputDropout, recurrentDropout] = [inputs[0]!, inputs[1]!, inputs[6], inputs[7]];
  recoverPreviousHidden(inputs[4]!, inputs[5], inputs[8]!, batch, steps, units, goBackwards, previousHidden);
  backwardThroughTime(inputs, geometry);
  outputs[4]!.set(geometry.dHidden);

  // z = (x * inputDropout) kernel + (h * recurrentDropout) recurrentKernel + bias
  // dx = (dz kernelᵀ) * inputDropout, dKernel = (x * inputDropout)ᵀ dz, dBias = sum of dz over rows
  writeInputGradient(inputProduct, inputLayout, kernel, inputDropout, dz, units, maskedInput, dInput, outputs[0]!);
  writeWeightGradient(kernelProduct, inputLayout, x, inputDropout, maskedInput, dz, units, dKernel);
  outputs[1]!.set(dKernel);
  const allSteps = { batch, steps, width: units, groups: 1 };
  writeWeightGradient(
    recurrentKernelProduct,
    allSteps,
    previousHidden,
    recurrentDropout,
    maskedPreviousHidden,
    dz,
    units,
    dRecurrentKernel,
  );
  outputs[2]!.set(dRecurrentKernel);
  dBias.fill(0);
  addRowSums(dz, batch * steps, units, units, dBias, 0);
  outputs[3]!.set(dBias);
}

/** Fills `dPreactivations`; leaves the gradient of the initial state in `dHidden`. */
function backwardThroughTime(inputs: readonly (FloatArray | undefined)[], geometry: SimpleRnnGradGeometry): void {
  const { batch, steps, units, goBackwards, zeroOutputForMask, hiddenLayout, recurrentProduct } = geometry;
  const { dPreactivations, dHidden, dMaskedHidden } = geometry;
  const mask = inputs[5];
  const recurrentDropout = inputs[7];
  const states = inputs[10]!;
  const dSequence = inputs[11];
  copyOrClear(inputs[12], dHidden);
  packRight(recurrentProduct, inputs[2]!, 0, units);

  for (let step = steps - 1; step >= 0; step--) {
    const time = goBackwards ? steps - 1 - step : step;
    for (let sample = 0; sample < batch; sample++) {
      const state = sample * units;
      const saved = (sample * steps + time) * units;
      const masked = mask !== undefined && mask[sample * steps + time] === 0;
      if (dSequence !== undefined && !(masked && zeroOutputForMask)) {
        const output = (sample * steps + step) * units;
        for (let j = 0; j < units; j++) dHidden[state + j]! += dSequence[output + j]!;
      }
      if (masked) {
        dPreactivations.fill(0, saved, saved + units);
        continue;
      }
      // h' = tanh(z), tanh' = 1 - t t
      for (let j = 0; j < units; j++) {
        const after = states[saved + j]!;
        dPreactivations[saved + j] = dHidden[state + j]! * (1 - after * after);
        dHidden[state + j] = 0;
      }
    }
    // dh += (dz recurrentKernelᵀ) * recurrentDropout: a masked sample keeps its gradient, its dz is zero
    if (recurrentDropout === undefined) {
      addProduct(recurrentProduct, dPreactivations, time * units, dHidden, 0, units);
      continue;
    }
    dMaskedHidden.fill(0);
    addProduct(recurrentProduct, dPreactivations, time * units, dMaskedHidden, 0, units);
    addMasked(hiddenLayout, dMaskedHidden, recurrentDropout, 0, dHidden);
  }
}
