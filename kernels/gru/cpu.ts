/**
 * GRU forward: one product for the inputs of all steps, then the recurrence. The last state doubles as the running
 * state, so what a step reads is what was stored, rounded.
 */
import type { FloatArray } from '../contract.ts';
import { sigmoid, tanh } from '../math.ts';
import { applyMask } from '../recurrent/dropout.ts';
import { projectInput } from '../recurrent/input.ts';
import { addProduct, packRight } from '../recurrent/product.ts';
import type { GruGeometry } from './geometry.ts';

export function gruCpu(
  inputs: readonly (FloatArray | undefined)[],
  outputs: readonly FloatArray[],
  geometry: GruGeometry,
): void {
  const { steps, units, goBackwards, resetAfter, hiddenLayout, gateProducts, candidateProduct, maskedHidden } =
    geometry;
  const recurrentKernel = inputs[2]!;
  const recurrentDropout = inputs[7];
  const hidden = outputs[1]!;
  const gates = outputs[2]!;
  const inner = outputs[3]!;
  const gateCount = 3 * units;
  const left = recurrentDropout === undefined ? hidden : maskedHidden;
  const candidateGroup = hiddenLayout.groups - 1;

  const { inputProduct, inputLayout, maskedInput } = geometry;
  startGates(inputs[3], gates, geometry);
  projectInput(inputProduct, inputLayout, inputs[0]!, inputs[6], maskedInput, inputs[1]!, gates, gateCount);
  startInner(inputs[3], inner, geometry);
  hidden.set(inputs[4]!);
  for (let index = 0; index < gateProducts.length; index++) {
    packRight(gateProducts[index]!, recurrentKernel, index * units, units);
  }
  packRight(candidateProduct, recurrentKernel, 2 * units, units);

  for (let step = 0; step < steps; step++) {
    const time = goBackwards ? steps - 1 - step : step;
    for (let index = 0; index < gateProducts.length; index++) {
      if (recurrentDropout !== undefined) applyMask(hiddenLayout, hidden, recurrentDropout, index, maskedHidden);
      addProduct(gateProducts[index]!, left, 0, gates, time * gateCount + index * units, units);
    }
    // With one mask for all gates, `maskedHidden` holds it already.
    if (recurrentDropout !== undefined && candidateGroup > 0) {
      applyMask(hiddenLayout, hidden, recurrentDropout, candidateGroup, maskedHidden);
    }
    if (resetAfter) addProduct(candidateProduct, left, 0, inner, time * units, units);
    activateGates(inputs[5], left, gates, inner, time, geometry);
    if (!resetAfter) {
      addProduct(candidateProduct, inner, time * units, gates, time * gateCount + 2 * units, units);
    }
    takeStep(inputs[5], outputs, step, time, geometry);
  }
}

/** z and r of one step; without `resetAfter` also `inner = r left`, what the candidate's product takes. */
function activateGates(
  mask: FloatArray | undefined,
  left: FloatArray,
  gates: FloatArray,
  inner: FloatArray,
  time: number,
  geometry: GruGeometry,
): void {
  const { batch, steps, units, resetAfter } = geometry;
  for (let sample = 0; sample < batch; sample++) {
    const saved = (sample * steps + time) * units;
    const gate = 3 * saved;
    const state = sample * units;
    if (mask !== undefined && mask[sample * steps + time] === 0) {
      inner.fill(0, saved, saved + units);
      continue;
    }
    for (let j = 0; j < 2 * units; j++) gates[gate + j] = sigmoid(gates[gate + j]!);
    if (resetAfter) continue;
    for (let j = 0; j < units; j++) inner[saved + j] = gates[gate + units + j]! * left[state + j]!;
  }
}

/** The candidate and the new state of one step. */
function takeStep(
  mask: FloatArray | undefined,
  outputs: readonly FloatArray[],
  step: number,
  time: number,
  geometry: GruGeometry,
): void {
  const { batch, steps, units, resetAfter, zeroOutputForMask } = geometry;
  const sequence = outputs[0]!;
  const hidden = outputs[1]!;
  const gates = outputs[2]!;
  const inner = outputs[3]!;
  for (let sample = 0; sample < batch; sample++) {
    const state = sample * units;
    const output = (sample * steps + step) * units;
    const saved = (sample * steps + time) * units;
    const gate = 3 * saved;
    if (mask !== undefined && mask[sample * steps + time] === 0) {
      for (let j = 0; j < units; j++) sequence[output + j] = zeroOutputForMask ? 0 : hidden[state + j]!;
      gates.fill(0, gate, gate + 3 * units);
      continue;
    }
    for (let j = 0; j < units; j++) {
      const update = gates[gate + j]!;
      const candidate = tanh(
        gates[gate + 2 * units + j]! + (resetAfter ? gates[gate + units + j]! * inner[saved + j]! : 0),
      );
      const newHidden = update * hidden[state + j]! + (1 - update) * candidate;
      gates[gate + 2 * units + j] = candidate;
      sequence[output + j] = newHidden;
      hidden[state + j] = newHidden;
    }
  }
}

/** What the products are added to: both biases for z and r, the input's for the candidate. */
function startGates(bias: FloatArray | undefined, gates: FloatArray, geometry: GruGeometry): void {
  const { units, resetAfter, startingGates } = geometry;
  const gateCount = 3 * units;
  for (let j = 0; j < gateCount; j++) {
    startingGates[j] = bias === undefined ? 0 : bias[j]! + (resetAfter && j < 2 * units ? bias[gateCount + j]! : 0);
  }
  for (let start = 0; start < gates.length; start += gateCount) gates.set(startingGates, start);
}

/** With `resetAfter` the same for the candidate's product with the state: the state's bias. */
function startInner(bias: FloatArray | undefined, inner: FloatArray, geometry: GruGeometry): void {
  const { units, resetAfter } = geometry;
  if (bias === undefined || !resetAfter) {
    inner.fill(0);
    return;
  }
  const from = 5 * units;
  for (let start = 0; start < inner.length; start += units) {
    for (let j = 0; j < units; j++) inner[start + j] = bias[from + j]!;
  }
}
