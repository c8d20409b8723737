/**
 * LSTM backward on a graphics card: a pass for the slopes of all steps, one for each step, one for the gradients
 * before activation, and one or two for each output. A step carries dh, part 0, and what of dc came through the forget
 * gate, part 1; dc itself is `part 1 + dh o (1 - tanh(c)^2)`.
 */
import type { GpuCall } from '../contract.ts';
import { sourcesOf, tanhOf } from '../gpu-math.ts';
import { otherOrder } from '../recurrent/gpu-sequence.ts';
import { sumLines } from '../gpu-sum.ts';
import { appendGateGradients, appendSlopes, appendStepsBack, type Slopes } from '../recurrent/gpu-back.ts';
import { appendInputGradient } from '../recurrent/gpu-input.ts';
import { GpuPasses, type OperandName } from '../recurrent/gpu-passes.ts';
import type { Before } from '../recurrent/gpu-steps.ts';
import { appendRowSums, dropoutFactor, sampleOf } from '../recurrent/gpu-weights.ts';
import type { LstmGradGeometry } from './geometry.ts';

/**
 * Kinds of slopes: dz of the gates i, f and c by dc and that of o by dh (0 to 3), dc by dh, the forget gate; then the
 * state that a step started from.
 */
const CELL = 4;
const FORGET = 5;
const PREVIOUS = 6;

export function lstmGradCall(geometry: LstmGradGeometry, present: readonly boolean[]): GpuCall {
  const { batch, steps, features, units, inputLayout, hiddenLayout } = geometry;
  const gateCount = 4 * units;
  const call = new GpuPasses(present);
  const [mask, inputDropout, recurrentDropout] = [6, 7, 8].map((input) => call.given(input));
  const states = { sequence: { input: 9 }, initial: { input: 4 }, mask };
  const functions = sourcesOf([tanhOf]);
  const slopes = appendSlopes(call, geometry, PREVIOUS, states, (name) => slopeLines(name, geometry), functions);
  const back = appendStepsBack(call, geometry, {
    parts: 2,
    dSequence: call.given(14),
    dLast: [call.given(15), call.given(16)],
    mask,
    lines: (name, after) => `${hiddenLines(name, geometry, slopes, after, call)}
if (i0 === 1) {
value = (${after(1, 'state')} + ${after(0, 'state')} * ${slopes.at(name, CELL, 'i1', 'n4', 'i2')}) * ${slopes.at(name, FORGET, 'i1', 'n4', 'i2')};
${mask ? `if (${name(mask)}[i1 * ${steps} + n4] === 0) { value = ${after(1, 'state')}; }` : ''}
}`,
  });
  const dz = appendGateGradients(
    call,
    geometry,
    back,
    4,
    ['dh', 'dc'],
    (name) => `let factor = dh;
if (i2 < 3) { factor = dc + dh * ${slopes.at(name, CELL, 'i0', 'i1', 'i3')}; }
value = factor * ${slopes.at(name, 0, 'i0', 'i1', `i2 * ${units} + i3`)};`,
  );
  const sums = { batch, steps, columns: gateCount };
  const gate = `const gate = Math.floor((i1 + 0.5) * ${1 / units});`;
  const right = (name: OperandName, row: string): string => `${name(dz)}[${row} * ${gateCount} + i1]`;
  const dx = appendInputGradient(call, inputLayout, gateCount, inputDropout, dz, gateCount);
  const dKernel = appendRowSums(call, {
    ...sums,
    rows: features,
    prepare: () => gate,
    term: (name, row) =>
      `${name({ input: 0 })}[${row} * ${features} + i0]${dropoutFactor(name, inputDropout, sampleOf(row, steps), inputLayout, 'gate', 'i0')} * ${right(name, row)}`,
  });
  const dRecurrentKernel = appendRowSums(call, {
    ...sums,
    rows: units,
    prepare: () => gate,
    term: (name, row) =>
      `${slopes.at(name, PREVIOUS, '0', row, 'i0')}${dropoutFactor(name, recurrentDropout, sampleOf(row, steps), hiddenLayout, 'gate', 'i0')} * ${right(name, row)}`,
  });
  const dBias = appendRowSums(call, { ...sums, rows: 1, term: right });
  return call.call([dx, dKernel, dRecurrentKernel, dBias, ...back.initial]);
}

/** sigmoid' = s (1 - s), tanh' = 1 - t t */
function slopeLines(name: OperandName, geometry: LstmGradGeometry): string {
  const { steps, units } = geometry;
  const [gates, cells, c0] = [name({ input: 12 }), name({ input: 13 }), name({ input: 5 })];
  return `const row = i0 * ${steps} + i1;
const gate = row * ${4 * units} + i3;
const inputGate = ${gates}[gate];
const forgetGate = ${gates}[gate + ${units}];
const candidate = ${gates}[gate + ${2 * units}];
const outputGate = ${gates}[gate + ${3 * units}];
const squashed = tanhOf(${cells}[row * ${units} + i3]);
let cellBefore = 0;
if (step === 0) { cellBefore = ${c0}[i0 * ${units} + i3]; }
if (step > 0) { cellBefore = ${cells}[(i0 * ${steps} + ${otherOrder(geometry, '(step - 1)')}) * ${units} + i3]; }
if (live === 1) {
if (i2 === 0) { value = candidate * inputGate * (1 - inputGate); }
if (i2 === 1) { value = cellBefore * forgetGate * (1 - forgetGate); }
if (i2 === 2) { value = inputGate * (1 - candidate * candidate); }
if (i2 === 3) { value = squashed * outputGate * (1 - outputGate); }
if (i2 === ${CELL}) { value = outputGate * (1 - squashed * squashed); }
if (i2 === ${FORGET}) { value = forgetGate; }
}`;
}

/** dh += (dz recurrentKernelᵀ) * recurrentDropout: a masked sample keeps its gradient, its dz is zero. */
function hiddenLines(
  name: OperandName,
  { units, steps, hiddenLayout }: LstmGradGeometry,
  slopes: Slopes,
  after: Before,
  call: GpuPasses,
): string {
  const [mask, recurrentDropout] = [call.given(6), call.given(8)];
  const perGate = hiddenLayout.groups > 1;
  const factors = perGate
    ? [0, 1, 2, 3].map(
        (gate) =>
          `const factor${gate} = 1${dropoutFactor(name, recurrentDropout, 'i1', hiddenLayout, String(gate), 'i2')};`,
      )
    : [];
  const term = (unit: string): string => {
    const dh = after(0, `i1 * ${units} + ${unit}`);
    const dc = `(${after(1, `i1 * ${units} + ${unit}`)} + ${dh} * ${slopes.at(name, CELL, 'i1', 'n4', unit)})`;
    const [i, f, c, o] = [0, 1, 2, 3].map((gate) => {
      const weight = `${name({ input: 2 })}[i2 * ${4 * units} + ${gate * units} + ${unit}]`;
      return `${slopes.at(name, gate, 'i1', 'n4', unit)} * ${weight}${perGate ? ` * factor${gate}` : ''}`;
    });
    return `${dc} * (${i} + ${f} + ${c}) + ${dh} * ${o}`;
  };
  return `const state = i1 * ${units} + i2;
if (i0 === 0) {
${factors.join('\n')}
${sumLines('sum', units, term)}
value = sum${perGate ? '' : dropoutFactor(name, recurrentDropout, 'i1', hiddenLayout, '0', 'i2')};
${mask ? `if (${name(mask)}[i1 * ${steps} + n4] === 0) { value += ${after(0, 'state')}; }` : ''}
}`;
}
