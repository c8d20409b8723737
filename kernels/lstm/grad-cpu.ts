/**
 * LSTM backward through time, from the saved gates and cells: first the gates' gradients step by step, last step
 * first, then the input's and the weights' gradients as products over all steps. A masked step hands the gradients of
 * its states (and of its output, when that was the carried hidden state) to the step before.
 */
import type { FloatArray } from '../contract.ts';
import { tanh } from '../math.ts';
import { addMasked } from '../recurrent/dropout.ts';
import { recoverPreviousHidden } from '../recurrent/history.ts';
import { writeInputGradient } from '../recurrent/input.ts';
import { addProduct, packRight } from '../recurrent/product.ts';
import { addRowSums, copyOrClear, writeWeightGradient } from '../recurrent/sums.ts';
import type { LstmGradGeometry } from './geometry.ts';

export function lstmGradCpu(
  inputs: readonly (FloatArray | undefined)[],
  outputs: readonly FloatArray[],
  geometry: LstmGradGeometry,
): void {
  const { batch, steps, units, goBackwards, inputLayout, hiddenLayout, previousHidden } = geometry;
  recoverPreviousHidden(inputs[4]!, inputs[6], inputs[9]!, batch, steps, units, goBackwards, previousHidden);
  backwardThroughTime(inputs, geometry);
  outputs[4]!.set(geometry.dHidden);
  outputs[5]!.set(geometry.dCell);

  // z = (x * inputDropout) kernel + (h * recurrentDropout) recurrentKernel + bias
  // dx = (dz kernelᵀ) * inputDropout, dKernel = (x * inputDropout)ᵀ dz, dBias = sum of dz over rows
  const { dPreactivations: dz, maskedInput, maskedPreviousHidden, dInput, dKernel, dRecurrentKernel } = geometry;
  const { inputProduct, kernelProduct, recurrentKernelProduct } = geometry;
  const gateCount = 4 * units;
  const [x, kernel] = [inputs[0]!, inputs[1]!];
  const [inputDropout, recurrentDropout] = [inputs[7], inputs[8]];
  writeInputGradient(inputProduct, inputLayout, kernel, inputDropout, dz, gateCount, maskedInput, dInput, outputs[0]!);
  writeWeightGradient(kernelProduct, inputLayout, x, inputDropout, maskedInput, dz, gateCount, dKernel);
  outputs[1]!.set(dKernel);
  const allSteps = { batch, steps, width: units, groups: hiddenLayout.groups };
  writeWeightGradient(
    recurrentKernelProduct,
    allSteps,
    previousHidden,
    recurrentDropout,
    maskedPreviousHidden,
    dz,
    gateCount,
    dRecurrentKernel,
  );
  outputs[2]!.set(dRecurrentKernel);
  geometry.dBias.fill(0);
  addRowSums(dz, batch * steps, gateCount, gateCount, geometry.dBias, 0);
  outputs[3]!.set(geometry.dBias);
}

/** Fills `dPreactivations`; leaves the gradients of the initial states in `dHidden` and `dCell`. */
function backwardThroughTime(inputs: readonly (FloatArray | undefined)[], geometry: LstmGradGeometry): void {
  const { batch, steps, units, goBackwards, zeroOutputForMask, hiddenLayout, recurrentProducts } = geometry;
  const { dPreactivations, dHidden, dCell, dMaskedHidden } = geometry;
  const recurrentKernel = inputs[2]!;
  const c0 = inputs[5]!;
  const mask = inputs[6];
  const recurrentDropout = inputs[8];
  const gates = inputs[12]!;
  const cells = inputs[13]!;
  const dSequence = inputs[14];
  const gateCount = 4 * units;
  const groups = hiddenLayout.groups;
  const groupWidth = gateCount / groups;
  copyOrClear(inputs[15], dHidden);
  copyOrClear(inputs[16], dCell);
  for (let group = 0; group < groups; group++) {
    packRight(recurrentProducts[group]!, recurrentKernel, group * groupWidth, groupWidth);
  }

  for (let step = steps - 1; step >= 0; step--) {
    const time = goBackwards ? steps - 1 - step : step;
    const previousTime = goBackwards ? time + 1 : time - 1;
    const previousCells = step === 0 ? c0 : cells;
    for (let sample = 0; sample < batch; sample++) {
      const state = sample * units;
      const saved = (sample * steps + time) * units;
      const previous = step === 0 ? state : (sample * steps + previousTime) * units;
      const gate = 4 * saved;
      const masked = mask !== undefined && mask[sample * steps + time] === 0;
      if (dSequence !== undefined && !(masked && zeroOutputForMask)) {
        const output = (sample * steps + step) * units;
        for (let j = 0; j < units; j++) dHidden[state + j]! += dSequence[output + j]!;
      }
      if (masked) {
        dPreactivations.fill(0, gate, gate + gateCount);
        continue;
      }
      // c = f cPrevious + i g, h = o tanh(c); sigmoid' = s (1 - s), tanh' = 1 - t t
      for (let j = 0; j < units; j++) {
        const inputGate = gates[gate + j]!;
        const forgetGate = gates[gate + units + j]!;
        const candidate = gates[gate + 2 * units + j]!;
        const outputGate = gates[gate + 3 * units + j]!;
        const squashed = tanh(cells[saved + j]!);
        const dh = dHidden[state + j]!;
        const dc = dCell[state + j]! + dh * outputGate * (1 - squashed * squashed);
        dPreactivations[gate + j] = dc * candidate * inputGate * (1 - inputGate);
        dPreactivations[gate + units + j] = dc * previousCells[previous + j]! * forgetGate * (1 - forgetGate);
        dPreactivations[gate + 2 * units + j] = dc * inputGate * (1 - candidate * candidate);
        dPreactivations[gate + 3 * units + j] = dh * squashed * outputGate * (1 - outputGate);
        dCell[state + j] = dc * forgetGate;
        dHidden[state + j] = 0;
      }
    }
    // dh += (dz recurrentKernelᵀ) * recurrentDropout: a masked sample keeps its gradient, its dz is zero
    for (let group = 0; group < groups; group++) {
      const left = time * gateCount + group * groupWidth;
      if (recurrentDropout === undefined) {
        addProduct(recurrentProducts[group]!, dPreactivations, left, dHidden, 0, groupWidth);
        continue;
      }
      dMaskedHidden.fill(0);
      addProduct(recurrentProducts[group]!, dPreactivations, left, dMaskedHidden, 0, groupWidth);
      addMasked(hiddenLayout, dMaskedHidden, recurrentDropout, group, dHidden);
    }
  }
}
