/**
 * The simple recurrence forward: one product for the inputs of all steps, then the steps. The last state doubles as the
 * running state, so what a step reads is what was stored, rounded.
 */
import type { FloatArray } from '../contract.ts';
import { tanh } from '../math.ts';
import { applyMask } from '../recurrent/dropout.ts';
import { projectInput } from '../recurrent/input.ts';
import { addProduct, packRight } from '../recurrent/product.ts';
import type { SimpleRnnGeometry } from './geometry.ts';

export function simpleRnnCpu(
  inputs: readonly (FloatArray | undefined)[],
  outputs: readonly FloatArray[],
  geometry: SimpleRnnGeometry,
): void {
  const { batch, steps, units, goBackwards, zeroOutputForMask, hiddenLayout, recurrentProduct, maskedHidden } =
    geometry;
  const mask = inputs[5];
  const recurrentDropout = inputs[7];
  const sequence = outputs[0]!;
  const hidden = outputs[1]!;
  const states = outputs[2]!;

  const bias = inputs[3];
  if (bias === undefined) states.fill(0);
  else for (let start = 0; start < states.length; start += units) states.set(bias, start);
  const { inputProduct, inputLayout, maskedInput } = geometry;
  projectInput(inputProduct, inputLayout, inputs[0]!, inputs[6], maskedInput, inputs[1]!, states, units);
  hidden.set(inputs[4]!);
  packRight(recurrentProduct, inputs[2]!, 0, units);
  const left = recurrentDropout === undefined ? hidden : maskedHidden;

  for (let step = 0; step < steps; step++) {
    const time = goBackwards ? steps - 1 - step : step;
    if (recurrentDropout !== undefined) applyMask(hiddenLayout, hidden, recurrentDropout, 0, maskedHidden);
    addProduct(recurrentProduct, left, 0, states, time * units, units);
    for (let sample = 0; sample < batch; sample++) {
      const state = sample * units;
      const output = (sample * steps + step) * units;
      const saved = (sample * steps + time) * units;
      if (mask !== undefined && mask[sample * steps + time] === 0) {
        for (let j = 0; j < units; j++) sequence[output + j] = zeroOutputForMask ? 0 : hidden[state + j]!;
        states.fill(0, saved, saved + units);
        continue;
      }
      for (let j = 0; j < units; j++) {
        const newHidden = tanh(states[saved + j]!);
        states[saved + j] = newHidden;
        sequence[output + j] = newHidden;
        hidden[state + j] = newHidden;
      }
    }
  }
}
