/**
 * LSTM backward through time, from the saved gates and cells: first the gates' gradients step by step, last step
 * first, then the input's and the weights' gradients as products over all steps. A masked step hands the gradients of
 * its states (and of its output, when that was the carried hidden state) to the step before.
 */
import type { FloatArray } from '../contract.ts';
import { tanh } from '../math.ts';
import { addMasked, applyMask, type DropoutLayout } from './dropout.ts';
import type { LstmGradGeometry } from './geometry.ts';
import { addProduct, packRight, type Product } from './product.ts';

export function lstmGradCpu(
  inputs: readonly (FloatArray | undefined)[],
  outputs: readonly FloatArray[],
  geometry: LstmGradGeometry,
): void {
  const { batch, steps, units, inputLayout, hiddenLayout, previousHidden } = geometry;
  recoverPreviousHidden(inputs, geometry);
  backwardThroughTime(inputs, geometry);
  outputs[4]!.set(geometry.dHidden);
  outputs[5]!.set(geometry.dCell);

  // z = (x * inputDropout) kernel + (h * recurrentDropout) recurrentKernel + bias
  // dx = (dz kernelᵀ) * inputDropout, dKernel = (x * inputDropout)ᵀ dz, dBias = sum of dz over rows
  writeInputGradient(inputs[1]!, inputs[7], outputs[0]!, geometry);
  sumWeightGradient(
    geometry,
    geometry.kernelProduct,
    inputLayout,
    inputs[0]!,
    inputs[7],
    geometry.maskedInput,
    geometry.dKernel,
  );
  outputs[1]!.set(geometry.dKernel);
  const allSteps = { batch, steps, width: units, groups: hiddenLayout.groups };
  const { recurrentKernelProduct, maskedPreviousHidden, dRecurrentKernel } = geometry;
  sumWeightGradient(
    geometry,
    recurrentKernelProduct,
    allSteps,
    previousHidden,
    inputs[8],
    maskedPreviousHidden,
    dRecurrentKernel,
  );
  outputs[2]!.set(dRecurrentKernel);
  sumBiasGradient(geometry);
  outputs[3]!.set(geometry.dBias);
}

/** The state before each step: the last real output, which `zeroOutputForMask` hides from the sequence. */
function recoverPreviousHidden(inputs: readonly (FloatArray | undefined)[], geometry: LstmGradGeometry): void {
  const { batch, steps, units, goBackwards, previousHidden } = geometry;
  const h0 = inputs[4]!;
  const mask = inputs[6];
  const sequence = inputs[9]!;
  for (let sample = 0; sample < batch; sample++) {
    let source: FloatArray = h0;
    let start = sample * units;
    for (let step = 0; step < steps; step++) {
      const row = sample * steps + (goBackwards ? steps - 1 - step : step);
      const target = row * units;
      for (let j = 0; j < units; j++) previousHidden[target + j] = source[start + j]!;
      if (mask === undefined || mask[row] !== 0) {
        source = sequence;
        start = (sample * steps + step) * units;
      }
    }
  }
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

function writeInputGradient(
  kernel: FloatArray,
  inputDropout: FloatArray | undefined,
  dx: FloatArray,
  geometry: LstmGradGeometry,
): void {
  const { units, inputLayout, inputProduct, dPreactivations, maskedInput, dInput } = geometry;
  const groups = inputLayout.groups;
  const groupWidth = (4 * units) / groups;
  if (inputDropout === undefined) {
    dx.fill(0);
    packRight(inputProduct, kernel, 0, groupWidth);
    addProduct(inputProduct, dPreactivations, 0, dx, 0, groupWidth);
    return;
  }
  dInput.fill(0);
  for (let group = 0; group < groups; group++) {
    maskedInput.fill(0);
    packRight(inputProduct, kernel, group * groupWidth, groupWidth);
    addProduct(inputProduct, dPreactivations, group * groupWidth, maskedInput, 0, groupWidth);
    addMasked(inputLayout, maskedInput, inputDropout, group, dInput);
  }
  dx.set(dInput);
}

/** `out = (source * dropout)ᵀ dPreactivations`, summed over `[batch * steps]` in runs of the product's depth. */
function sumWeightGradient(
  geometry: LstmGradGeometry,
  product: Product,
  layout: DropoutLayout,
  source: FloatArray,
  dropout: FloatArray | undefined,
  maskedSource: Float64Array,
  out: Float64Array,
): void {
  const { batch, steps, units, dPreactivations } = geometry;
  const { width, groups } = layout;
  const gateCount = 4 * units;
  const rows = batch * steps;
  const depth = product.depth;
  out.fill(0);
  for (let group = 0; group < groups; group++) {
    const column = (group * gateCount) / groups;
    if (dropout !== undefined) applyMask(layout, source, dropout, group, maskedSource);
    const left = dropout === undefined ? source : maskedSource;
    for (let row = 0; row < rows; row += depth) {
      const run = Math.min(depth, rows - row);
      packRight(product, dPreactivations, row * gateCount + column, run);
      addProduct(product, left, row * width, out, column, run);
    }
  }
}

function sumBiasGradient(geometry: LstmGradGeometry): void {
  const { batch, steps, units, dPreactivations, dBias } = geometry;
  const gateCount = 4 * units;
  const rows = batch * steps;
  dBias.fill(0);
  let index = 0;
  for (let row = 0; row < rows; row++) {
    for (let j = 0; j < gateCount; j++) {
      dBias[j]! += dPreactivations[index]!;
      index++;
    }
  }
}

function copyOrClear(source: FloatArray | undefined, target: Float64Array): void {
  if (source === undefined) target.fill(0);
  else target.set(source);
}
