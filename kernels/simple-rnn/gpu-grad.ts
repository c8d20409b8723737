/**
 * The simple recurrence backward on a graphics card: a pass for the slopes of all steps, one for each step, one for the
 * gradients before activation, and one or two for each output.
 */
import type { GpuCall } from '../contract.ts';
import { sumLines } from '../gpu-sum.ts';
import { appendGateGradients, appendSlopes, appendStepsBack } from '../recurrent/gpu-back.ts';
import { appendInputGradient } from '../recurrent/gpu-input.ts';
import { GpuPasses } from '../recurrent/gpu-passes.ts';
import { appendRowSums, dropoutFactor, sampleOf } from '../recurrent/gpu-weights.ts';
import type { SimpleRnnGradGeometry } from './geometry.ts';

/** What a step's gradient is multiplied with: 1 - t t, and the state that it started from. */
const SLOPE = 0;
const PREVIOUS = 1;

export function simpleRnnGradCall(geometry: SimpleRnnGradGeometry, present: readonly boolean[]): GpuCall {
  const { batch, steps, features, units, inputLayout, hiddenLayout } = geometry;
  const call = new GpuPasses(present);
  const [mask, inputDropout, recurrentDropout, dSequence, dLast] = [5, 6, 7, 11, 12].map((input) => call.given(input));
  const previous = { sequence: { input: 8 }, initial: { input: 4 }, mask };
  const slopes = appendSlopes(call, geometry, 1, previous, (name) => {
    const after = `const after = ${name({ input: 10 })}[(i0 * ${steps} + i1) * ${units} + i3];`;
    return `${after}\nif (live === 1) { value = 1 - after * after; }`;
  });
  const back = appendStepsBack(call, geometry, {
    parts: 1,
    dSequence,
    dLast: [dLast],
    mask,
    // dh += (dz recurrentKernelᵀ) * recurrentDropout: a masked sample keeps its gradient, its dz is zero
    lines(name, after) {
      const term = (unit: string): string =>
        `${after(0, `i1 * ${units} + ${unit}`)} * ${slopes.at(name, SLOPE, 'i1', 'n4', unit)} * ${name({ input: 2 })}[i2 * ${units} + ${unit}]`;
      const kept = mask && `if (${name(mask)}[i1 * ${steps} + n4] === 0) { value += ${after(0, 'at')}; }`;
      return `${sumLines('sum', units, term)}
value = sum${dropoutFactor(name, recurrentDropout, 'i1', hiddenLayout, '0', 'i2')};
${kept ?? ''}`;
    },
  });
  const dz = appendGateGradients(
    call,
    geometry,
    back,
    1,
    ['dh'],
    (name) => `value = dh * ${slopes.at(name, SLOPE, 'i0', 'i1', 'i3')};`,
  );
  const sums = { batch, steps, columns: units };
  const dx = appendInputGradient(call, inputLayout, units, inputDropout, dz, units);
  const dKernel = appendRowSums(call, {
    ...sums,
    rows: features,
    term: (name, row) =>
      `${name({ input: 0 })}[${row} * ${features} + i0]${dropoutFactor(name, inputDropout, sampleOf(row, steps), inputLayout, '0', 'i0')} * ${name(dz)}[${row} * ${units} + i1]`,
  });
  const dRecurrentKernel = appendRowSums(call, {
    ...sums,
    rows: units,
    term: (name, row) =>
      `${slopes.at(name, PREVIOUS, '0', row, 'i0')}${dropoutFactor(name, recurrentDropout, sampleOf(row, steps), hiddenLayout, '0', 'i0')} * ${name(dz)}[${row} * ${units} + i1]`,
  });
  const dBias = appendRowSums(call, { ...sums, rows: 1, term: (name, row) => `${name(dz)}[${row} * ${units} + i1]` });
  return call.call([dx, dKernel, dRecurrentKernel, dBias, ...back.initial]);
}
