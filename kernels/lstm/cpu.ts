/**
 * LSTM forward: one product for the inputs of all steps, then the recurrence. The last states double as the running
 * states, so what a step reads is what was stored, rounded.
 */
import type { FloatArray } from '../contract.ts';
import { sigmoid, tanh } from '../math.ts';
import { applyMask } from '../recurrent/dropout.ts';
import { projectInput } from '../recurrent/input.ts';
import { addProduct, packRight } from '../recurrent/product.ts';
import type { LstmGeometry } from './geometry.ts';

export function lstmCpu(
  inputs: readonly (FloatArray | undefined)[],
  outputs: readonly FloatArray[],
  geometry: LstmGeometry,
): void {
  const { batch, steps, units, goBackwards, zeroOutputForMask, hiddenLayout, recurrentProducts, maskedHidden } =
    geometry;
  const recurrentKernel = inputs[2]!;
  const mask = inputs[6];
  const recurrentDropout = inputs[8];
  const sequence = outputs[0]!;
  const hidden = outputs[1]!;
  const cell = outputs[2]!;
  const gates = outputs[3]!;
  const cells = outputs[4]!;
  const gateCount = 4 * units;

  const bias = inputs[3];
  if (bias === undefined) gates.fill(0);
  else for (let start = 0; start < gates.length; start += gateCount) gates.set(bias, start);
  const { inputProduct, inputLayout, maskedInput } = geometry;
  projectInput(inputProduct, inputLayout, inputs[0]!, inputs[7], maskedInput, inputs[1]!, gates, gateCount);
  hidden.set(inputs[4]!);
  cell.set(inputs[5]!);
  const hiddenGroups = hiddenLayout.groups;
  const groupWidth = gateCount / hiddenGroups;
  for (let group = 0; group < hiddenGroups; group++) {
    packRight(recurrentProducts[group]!, recurrentKernel, group * groupWidth, units);
  }

  for (let step = 0; step < steps; step++) {
    const time = goBackwards ? steps - 1 - step : step;
    for (let group = 0; group < hiddenGroups; group++) {
      if (recurrentDropout !== undefined) applyMask(hiddenLayout, hidden, recurrentDropout, group, maskedHidden);
      const left = recurrentDropout === undefined ? hidden : maskedHidden;
      addProduct(recurrentProducts[group]!, left, 0, gates, time * gateCount + group * groupWidth, units);
    }
    for (let sample = 0; sample < batch; sample++) {
      const state = sample * units;
      const output = (sample * steps + step) * units;
      const saved = (sample * steps + time) * units;
      const gate = 4 * saved;
      if (mask !== undefined && mask[sample * steps + time] === 0) {
        for (let j = 0; j < units; j++) {
          sequence[output + j] = zeroOutputForMask ? 0 : hidden[state + j]!;
          cells[saved + j] = cell[state + j]!;
        }
        gates.fill(0, gate, gate + gateCount);
        continue;
      }
      for (let j = 0; j < units; j++) {
        const inputGate = sigmoid(gates[gate + j]!);
        const forgetGate = sigmoid(gates[gate + units + j]!);
        const candidate = tanh(gates[gate + 2 * units + j]!);
        const outputGate = sigmoid(gates[gate + 3 * units + j]!);
        const newCell = forgetGate * cell[state + j]! + inputGate * candidate;
        const newHidden = outputGate * tanh(newCell);
        gates[gate + j] = inputGate;
        gates[gate + units + j] = forgetGate;
        gates[gate + 2 * units + j] = candidate;
        gates[gate + 3 * units + j] = outputGate;
        cells[saved + j] = newCell;
        cell[state + j] = newCell;
        sequence[output + j] = newHidden;
        hidden[state + j] = newHidden;
      }
    }
  }
}
