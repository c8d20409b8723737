/**
 * GRU backward through time, from the saved gates: first the gates' gradients step by step, last step first, then the
 * input's and the weights' gradients as products over all steps. A masked step hands the gradient of its state (and of
 * its output, when that was the carried state) to the step before.
 */
import type { FloatArray } from '../contract.ts';
import { addMasked, applyMask } from '../recurrent/dropout.ts';
import { recoverPreviousHidden } from '../recurrent/history.ts';
import { writeInputGradient } from '../recurrent/input.ts';
import { addProduct, packRight } from '../recurrent/product.ts';
import { addRowSums, addWeightGradient, copyOrClear, writeWeightGradient } from '../recurrent/sums.ts';
import type { GruGradGeometry } from './geometry.ts';

export function gruGradCpu(
  inputs: readonly (FloatArray | undefined)[],
  outputs: readonly FloatArray[],
  geometry: GruGradGeometry,
): void {
  const { batch, steps, units, goBackwards, previousHidden, dHidden } = geometry;
  recoverPreviousHidden(inputs[4]!, inputs[5], inputs[8]!, batch, steps, units, goBackwards, previousHidden);
  copyOrClear(inputs[13], dHidden);
  packWeights(inputs[2]!, geometry);
  for (let step = steps - 1; step >= 0; step--) {
    const time = goBackwards ? steps - 1 - step : step;
    stepBack(inputs, step, time, geometry);
    if (!geometry.resetAfter) resetBack(inputs, time, geometry);
    throughGates(inputs[7], time, geometry);
  }
  outputs[4]!.set(dHidden);

  // a = (x * inputDropout) kernel + bias: dx = (da kernelᵀ) * inputDropout, dKernel = (x * inputDropout)ᵀ da
  const { inputProduct, kernelProduct, inputLayout, dPreactivations: da, maskedInput, dInput, dKernel } = geometry;
  const [x, kernel, inputDropout] = [inputs[0]!, inputs[1]!, inputs[6]];
  const gateCount = 3 * units;
  writeInputGradient(inputProduct, inputLayout, kernel, inputDropout, da, gateCount, maskedInput, dInput, outputs[0]!);
  writeWeightGradient(kernelProduct, inputLayout, x, inputDropout, maskedInput, da, gateCount, dKernel);
  outputs[1]!.set(dKernel);
  sumRecurrentGradient(inputs[7], inputs[11]!, geometry);
  outputs[2]!.set(geometry.dRecurrentKernel);
  sumBiasGradient(geometry);
  outputs[3]!.set(geometry.dBias);
}

/** The weights of the recurrence, transposed, for all steps. */
function packWeights(recurrentKernel: FloatArray, geometry: GruGradGeometry): void {
  const { units, gateProducts, candidateProduct } = geometry;
  for (let index = 0; index < gateProducts.length; index++) {
    packRight(gateProducts[index]!, recurrentKernel, index * units, gateProducts[index]!.depth);
  }
  packRight(candidateProduct, recurrentKernel, 2 * units, units);
}

/**
 * One step as far as it needs no product: h' = z h + (1 - z) c, so dz = dh (h - c), dc = dh (1 - z), dhPrevious = z dh;
 * with `resetAfter` also c = tanh(a + r q), so dr = dc' q and dq = dc' r. sigmoid' = s (1 - s), tanh' = 1 - t t.
 */
function stepBack(
  inputs: readonly (FloatArray | undefined)[],
  step: number,
  time: number,
  geometry: GruGradGeometry,
): void {
  const { batch, steps, units, resetAfter, zeroOutputForMask } = geometry;
  const { dPreactivations, dInner, dHidden, previousHidden } = geometry;
  const mask = inputs[5];
  const gates = inputs[10]!;
  const inner = inputs[11]!;
  const dSequence = inputs[12];
  for (let sample = 0; sample < batch; sample++) {
    const state = sample * units;
    const saved = (sample * steps + time) * units;
    const gate = 3 * saved;
    const masked = mask !== undefined && mask[sample * steps + time] === 0;
    if (dSequence !== undefined && !(masked && zeroOutputForMask)) {
      const output = (sample * steps + step) * units;
      for (let j = 0; j < units; j++) dHidden[state + j]! += dSequence[output + j]!;
    }
    if (masked) {
      dPreactivations.fill(0, gate, gate + 3 * units);
      if (resetAfter) dInner.fill(0, saved, saved + units);
      continue;
    }
    for (let j = 0; j < units; j++) {
      const update = gates[gate + j]!;
      const reset = gates[gate + units + j]!;
      const candidate = gates[gate + 2 * units + j]!;
      const dh = dHidden[state + j]!;
      const dCandidate = dh * (1 - update) * (1 - candidate * candidate);
      dPreactivations[gate + j] = dh * (previousHidden[saved + j]! - candidate) * update * (1 - update);
      dPreactivations[gate + 2 * units + j] = dCandidate;
      dHidden[state + j] = dh * update;
      if (resetAfter) {
        dPreactivations[gate + units + j] = dCandidate * inner[saved + j]! * reset * (1 - reset);
        dInner[saved + j] = dCandidate * reset;
      }
    }
  }
}

/** Without `resetAfter`, s = (r h m) R: with u = dc' Rᵀ, dr = u h m and dhPrevious += u r m. */
function resetBack(inputs: readonly (FloatArray | undefined)[], time: number, geometry: GruGradGeometry): void {
  const { batch, steps, units, hiddenLayout, candidateProduct } = geometry;
  const { dPreactivations, dHidden, dMaskedHidden, previousHidden } = geometry;
  const mask = inputs[5];
  const recurrentDropout = inputs[7];
  const gates = inputs[10]!;
  const groups = hiddenLayout.groups;
  dMaskedHidden.fill(0);
  addProduct(candidateProduct, dPreactivations, time * 3 * units + 2 * units, dMaskedHidden, 0, units);
  for (let sample = 0; sample < batch; sample++) {
    if (mask !== undefined && mask[sample * steps + time] === 0) continue;
    const state = sample * units;
    const saved = (sample * steps + time) * units;
    const gate = 3 * saved + units;
    const factors = (sample * groups + groups - 1) * units;
    for (let j = 0; j < units; j++) {
      const reset = gates[gate + j]!;
      const factor = recurrentDropout === undefined ? 1 : recurrentDropout[factors + j]!;
      const dLeft = dMaskedHidden[state + j]! * factor;
      dPreactivations[gate + j] = dLeft * previousHidden[saved + j]! * reset * (1 - reset);
      dHidden[state + j]! += dLeft * reset;
    }
  }
}

/** dh += (dq recurrentKernelᵀ) * recurrentDropout: a masked sample keeps its gradient, its dq is zero. */
function throughGates(recurrentDropout: FloatArray | undefined, time: number, geometry: GruGradGeometry): void {
  const { units, resetAfter, hiddenLayout, gateProducts, candidateProduct } = geometry;
  const { dPreactivations, dInner, dHidden, dMaskedHidden } = geometry;
  const target = recurrentDropout === undefined ? dHidden : dMaskedHidden;
  for (let index = 0; index < gateProducts.length; index++) {
    const product = gateProducts[index]!;
    if (recurrentDropout !== undefined) dMaskedHidden.fill(0);
    addProduct(product, dPreactivations, time * 3 * units + index * units, target, 0, product.depth);
    if (recurrentDropout !== undefined) addMasked(hiddenLayout, dMaskedHidden, recurrentDropout, index, dHidden);
  }
  if (!resetAfter) return;
  if (recurrentDropout !== undefined) dMaskedHidden.fill(0);
  addProduct(candidateProduct, dInner, time * units, target, 0, units);
  if (recurrentDropout !== undefined) {
    addMasked(hiddenLayout, dMaskedHidden, recurrentDropout, hiddenLayout.groups - 1, dHidden);
  }
}

/** dRecurrentKernel = (h * recurrentDropout)ᵀ dq; the candidate's columns without `resetAfter`: (r h * dropout)ᵀ dc'. */
function sumRecurrentGradient(
  recurrentDropout: FloatArray | undefined,
  inner: FloatArray,
  geometry: GruGradGeometry,
): void {
  const { batch, steps, units, resetAfter, hiddenLayout, gateProducts } = geometry;
  const { gateKernelProduct, candidateKernelProduct, dPreactivations, dInner, dRecurrentKernel } = geometry;
  const { previousHidden, maskedPreviousHidden } = geometry;
  const rows = batch * steps;
  const gateCount = 3 * units;
  const layout = { batch, steps, width: units, groups: hiddenLayout.groups };
  const left = recurrentDropout === undefined ? previousHidden : maskedPreviousHidden;
  const out = dRecurrentKernel;
  out.fill(0);
  for (let index = 0; index < gateProducts.length; index++) {
    const column = index * units;
    if (recurrentDropout !== undefined) applyMask(layout, previousHidden, recurrentDropout, index, left);
    addWeightGradient(gateKernelProduct, rows, left, units, dPreactivations, gateCount, column, out, column);
  }
  const column = 2 * units;
  if (!resetAfter) {
    addWeightGradient(candidateKernelProduct, rows, inner, units, dPreactivations, gateCount, column, out, column);
    return;
  }
  if (recurrentDropout !== undefined) applyMask(layout, previousHidden, recurrentDropout, layout.groups - 1, left);
  addWeightGradient(candidateKernelProduct, rows, left, units, dInner, units, 0, out, column);
}

/** The sum of da over rows; with `resetAfter` then that of dq. */
function sumBiasGradient(geometry: GruGradGeometry): void {
  const { batch, steps, units, resetAfter, dPreactivations, dInner, dBias } = geometry;
  const rows = batch * steps;
  const gateCount = 3 * units;
  dBias.fill(0);
  addRowSums(dPreactivations, rows, gateCount, gateCount, dBias, 0);
  if (!resetAfter) return;
  dBias.copyWithin(gateCount, 0, 2 * units);
  addRowSums(dInner, rows, units, units, dBias, gateCount + 2 * units);
}
