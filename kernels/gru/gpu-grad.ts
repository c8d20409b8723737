/**
 * GRU backward on a graphics card: a pass for the slopes of all steps, one for each step, one for the gradients before
 * activation, and one or two for each output. Without `resetAfter` a step takes two, and the gradients of the states
 * are one pass more: the reset gate's gradient is a product with them.
 */
import type { GpuCall, GpuOperand } from '../contract.ts';
import { unravel } from '../gpu-source.ts';
import { sumLines } from '../gpu-sum.ts';
import {
  appendGateGradients,
  appendSlopes,
  appendStepsBack,
  type BackHistory,
  type Slopes,
} from '../recurrent/gpu-back.ts';
import { appendInputGradient } from '../recurrent/gpu-input.ts';
import { GpuPasses, type OperandName, type PassOperand } from '../recurrent/gpu-passes.ts';
import type { Before } from '../recurrent/gpu-steps.ts';
import { appendRowSums, dropoutFactor, sampleOf } from '../recurrent/gpu-weights.ts';
import type { GruGradGeometry } from './geometry.ts';

/**
 * Kinds of slopes. UPDATE and CANDIDATE: da by dh. With `resetAfter` RESET and INNER: da_r and dq_h by dh; without, da_r and
 * dh by the gradient of r h, and behind KEEP r h itself. KEEP: dh by dh. The last is the state that a step started from.
 */
const UPDATE = 0;
const RESET = 1;
const CANDIDATE = 2;
const INNER = 3;
const KEEP = 4;

interface Parts {
  readonly slopes: Slopes;
  readonly recurrentDropout: GpuOperand | undefined;
}

export function gruGradCall(geometry: GruGradGeometry, present: readonly boolean[]): GpuCall {
  const { batch, steps, features, units, resetAfter, inputLayout, hiddenLayout } = geometry;
  const gateCount = 3 * units;
  const kinds = resetAfter ? KEEP + 1 : KEEP + 2;
  const call = new GpuPasses(present);
  const [mask, inputDropout, recurrentDropout] = [5, 6, 7].map((input) => call.given(input));
  const states = { sequence: { input: 8 }, initial: { input: 4 }, mask };
  const slopes = appendSlopes(call, geometry, kinds, states, (name) => slopeLines(name, geometry));
  const parts = { slopes, recurrentDropout };
  const back = appendStepsBack(call, geometry, {
    parts: 1,
    dSequence: call.given(12),
    dLast: [call.given(13)],
    mask,
    lines: (name, after, ahead) => backLines(name, geometry, parts, after, ahead),
    ...(!resetAfter && {
      ahead: (after, time) =>
        call.add(
          batch * units,
          (name) => {
            const before = after.read(name);
            const dh = (unit: string): string => before(0, `i0 * ${units} + ${unit}`);
            return `${unravel('i', 'this.thread.x', [batch, units])}
${resetGradient(name, geometry, parts, dh, 'n4', 'i1')}
return dReset;`;
          },
          { numbers: [0, after.start, 0, 0, time] },
        ),
    }),
  });
  const da = resetAfter
    ? appendGateGradients(
        call,
        geometry,
        back,
        4,
        ['dh'],
        (name) => `value = dh * ${slopes.at(name, UPDATE, 'i0', 'i1', `i2 * ${units} + i3`)};`,
      )
    : appendResetBefore(call, geometry, parts, back);
  const rowSize = resetAfter ? 4 * units : gateCount;
  const sums = { batch, steps, columns: gateCount };
  const gate = `const gate = Math.floor((i1 + 0.5) * ${1 / units});`;
  // The candidate's columns belong to dq, or to r h in place of h.
  const columns = `${gate}
let right = i1;
let left = ${kinds};
if (i1 >= ${2 * units}) { ${resetAfter ? `right = i1 + ${units};` : `left = ${KEEP + 1};`} }`;
  const dx = appendInputGradient(call, inputLayout, gateCount, inputDropout, da, rowSize);
  const dKernel = appendRowSums(call, {
    ...sums,
    rows: features,
    prepare: () => gate,
    term: (name, row) =>
      `${name({ input: 0 })}[${row} * ${features} + i0]${dropoutFactor(name, inputDropout, sampleOf(row, steps), inputLayout, 'gate', 'i0')} * ${name(da)}[${row} * ${rowSize} + i1]`,
  });
  const dRecurrentKernel = appendRowSums(call, {
    ...sums,
    rows: units,
    prepare: () => columns,
    term: (name, row) =>
      `${slopes.at(name, 'left', '0', row, 'i0')}${dropoutFactor(name, recurrentDropout, sampleOf(row, steps), hiddenLayout, 'gate', 'i0')} * ${name(da)}[${row} * ${rowSize} + right]`,
  });
  const dBias = appendRowSums(call, {
    ...sums,
    rows: resetAfter ? 2 : 1,
    prepare: () =>
      `let right = i1;\n${resetAfter ? `if (i0 === 1) { if (i1 >= ${2 * units}) { right = i1 + ${units}; } }` : ''}`,
    term: (name, row) => `${name(da)}[${row} * ${rowSize} + right]`,
  });
  return call.call([dx, dKernel, dRecurrentKernel, dBias, ...back.initial]);
}

/** h' = z h + (1 - z) c; sigmoid' = s (1 - s), tanh' = 1 - t t; with `resetAfter` c = tanh(a + r q). */
function slopeLines(name: OperandName, { steps, units, resetAfter }: GruGradGeometry): string {
  const gates = name({ input: 10 });
  const inner = resetAfter ? `dCandidate * ${name({ input: 11 })}[row * ${units} + i3]` : 'previous';
  return `const row = i0 * ${steps} + i1;
const gate = row * ${3 * units} + i3;
const update = ${gates}[gate];
const reset = ${gates}[gate + ${units}];
const candidate = ${gates}[gate + ${2 * units}];
if (live === 1) {
const dCandidate = (1 - update) * (1 - candidate * candidate);
if (i2 === ${UPDATE}) { value = (previous - candidate) * update * (1 - update); }
if (i2 === ${RESET}) { value = ${inner} * reset * (1 - reset); }
if (i2 === ${CANDIDATE}) { value = dCandidate; }
if (i2 === ${INNER}) { value = ${resetAfter ? 'dCandidate * reset' : 'reset'}; }
if (i2 === ${KEEP}) { value = update; }
${resetAfter ? '' : `if (i2 === ${KEEP + 1}) { value = reset * previous; }`}
}
if (live === 0) { if (i2 === ${KEEP}) { value = 1; } }`;
}

/** Lines that declare `dReset`, the gradient of r h for sample `i0`: (dc recurrentKernelᵀ) * recurrentDropout. */
function resetGradient(
  name: OperandName,
  { units, hiddenLayout }: GruGradGeometry,
  { slopes, recurrentDropout }: Parts,
  dh: (unit: string) => string,
  time: string,
  unit: string,
): string {
  const term = (one: string): string =>
    `${dh(one)} * ${slopes.at(name, CANDIDATE, 'i0', time, one)} * ${name({ input: 2 })}[${unit} * ${3 * units} + ${2 * units} + ${one}]`;
  return `${sumLines('dInner', units, term)}
const dReset = dInner${dropoutFactor(name, recurrentDropout, 'i0', hiddenLayout, '2', unit)};`;
}

/** dh of the step before: what the update gate kept, and what came through the products; `ahead` is the gradient of r h. */
function backLines(
  name: OperandName,
  { units, hiddenLayout }: GruGradGeometry,
  { slopes, recurrentDropout }: Parts,
  after: Before,
  ahead: PassOperand | undefined,
): string {
  const through = ahead ? [UPDATE, RESET] : [UPDATE, RESET, INNER];
  const factors = through.map((_, gate) => {
    const factor = dropoutFactor(name, recurrentDropout, 'i1', hiddenLayout, String(gate), 'i2');
    return `const factor${gate} = 1${factor};`;
  });
  const term = (unit: string): string => {
    const dh = after(0, `i1 * ${units} + ${unit}`);
    const terms = through.map((kind, gate) => {
      const from = ahead && kind === RESET ? `${name(ahead)}[i1 * ${units} + ${unit}]` : dh;
      const weight = `${name({ input: 2 })}[i2 * ${3 * units} + ${gate * units} + ${unit}]`;
      return `${from} * ${slopes.at(name, kind, 'i1', 'n4', unit)} * ${weight} * factor${gate}`;
    });
    return terms.join(' + ');
  };
  const state = `i1 * ${units} + i2`;
  return `${factors.join('\n')}
${sumLines('sum', units, term)}
value = sum + ${after(0, state)} * ${slopes.at(name, KEEP, 'i1', 'n4', 'i2')};
${ahead ? `value += ${name(ahead)}[${state}] * ${slopes.at(name, INNER, 'i1', 'n4', 'i2')};` : ''}`;
}

/** Appends da without `resetAfter`. */
function appendResetBefore(call: GpuPasses, geometry: GruGradGeometry, parts: Parts, back: BackHistory): PassOperand {
  const { batch, steps, units } = geometry;
  const hidden = appendGateGradients(call, geometry, back, 1, ['dh'], () => 'value = dh;');
  return call.add(batch * steps * 3 * units, (name) => {
    const dh = (unit: string): string => `${name(hidden)}[(i0 * ${steps} + i1) * ${units} + ${unit}]`;
    return `${unravel('i', 'this.thread.x', [batch, steps, 3, units])}
let factor = ${dh('i3')};
if (i2 === 1) {
${resetGradient(name, geometry, parts, dh, 'i1', 'i3')}
factor = dReset;
}
return factor * ${parts.slopes.at(name, UPDATE, 'i0', 'i1', `i2 * ${units} + i3`)};`;
  });
}
