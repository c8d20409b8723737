/**
 * GRU on a graphics card: a pass for the input's product, one for each step, one for each output. Without `resetAfter`
 * a step takes two, because the candidate's product needs the reset gates of all units. The steps keep h only; the
 * gates are then computed once more, for all steps at once.
 */
import type { GpuCall, GpuOperand } from '../contract.ts';
import { gpuRow, type GpuRow } from '../gpu-form.ts';
import { sigmoidOf, sourcesOf, tanhOf } from '../gpu-math.ts';
import { unravel } from '../gpu-source.ts';
import { sumLines } from '../gpu-sum.ts';
import { appendProjection, plainBias } from '../recurrent/gpu-input.ts';
import { GpuPasses, type OperandName, type PassOperand } from '../recurrent/gpu-passes.ts';
import {
  appendSequence,
  liveLines,
  otherOrder,
  previousLines,
  previousSum,
  timeOf,
} from '../recurrent/gpu-sequence.ts';
import { appendSteps, type Before, lastState } from '../recurrent/gpu-steps.ts';
import { dropoutFactor } from '../recurrent/gpu-weights.ts';
import type { GruGeometry } from './geometry.ts';
import { gruGradCall } from './gpu-grad.ts';
import { gruGradKernel, gruKernel } from './index.ts';

const RECURRENT_KERNEL = { input: 2 };
const H0 = { input: 4 };
const FUNCTIONS = sourcesOf([sigmoidOf, tanhOf]);

interface Parts {
  readonly projected: PassOperand;
  readonly bias: GpuOperand | undefined;
  readonly mask: GpuOperand | undefined;
  readonly recurrentDropout: GpuOperand | undefined;
}

function gruCall(geometry: GruGeometry, present: readonly boolean[]): GpuCall {
  const { batch, steps, units, resetAfter, zeroOutputForMask } = geometry;
  const call = new GpuPasses(present);
  const [bias, mask, recurrentDropout] = [3, 5, 7].map((input) => call.given(input));
  const parts: Parts = { projected: appendInputs(call, geometry, bias), bias, mask, recurrentDropout };
  const history = appendSteps(
    call,
    { steps, parts: 1, states: batch * units },
    {
      functions: FUNCTIONS,
      numbers: (step) => [timeOf(geometry, step)],
      lines: (name, before = initial(name), ahead) => stepLines(name, geometry, parts, before, ahead),
      ...(!resetAfter && {
        ahead: (step, before) =>
          call.add(batch * units, (name) => resetStep(name, geometry, parts, before?.read(name) ?? initial(name)), {
            functions: FUNCTIONS,
            numbers: [0, before?.start ?? 0, timeOf(geometry, step)],
          }),
      }),
    },
  );
  const hidden = zeroOutputForMask ? mask : undefined;
  const sequence = appendSequence(call, history, geometry, { part: 0, order: 'step', hidden });
  const last = lastState(call, history, 0, H0);
  const inner = appendInner(call, geometry, parts, sequence);
  return call.call([sequence, last, appendGates(call, geometry, parts, sequence, inner), inner]);
}

function initial(name: OperandName): Before {
  return (_, index) => `${name(H0)}[${index}]`;
}

/** The input's product with both biases of z and r, with the input's only for the candidate. */
function appendInputs(call: GpuPasses, geometry: GruGeometry, bias: GpuOperand | undefined): PassOperand {
  const { units, resetAfter, inputLayout } = geometry;
  const offset = (name: OperandName): string => {
    if (!bias || !resetAfter) return plainBias(bias)(name);
    return `let offset = ${name(bias)}[i1];
if (i1 < ${2 * units}) { offset += ${name(bias)}[${3 * units} + i1]; }`;
  };
  return appendProjection(call, inputLayout, 3 * units, call.given(6), offset);
}

/** Lines that declare `name`, what a gate's columns of the recurrent kernel make of the state of sample `i0`. */
function gateSum(
  name: OperandName,
  sum: string,
  geometry: GruGeometry,
  parts: Parts,
  before: Before,
  gate: number,
): string {
  const { units, hiddenLayout } = geometry;
  return sumLines(sum, units, (unit) => {
    const factor = dropoutFactor(name, parts.recurrentDropout, 'i0', hiddenLayout, String(gate), unit);
    const weight = `${name(RECURRENT_KERNEL)}[${unit} * ${3 * units} + ${gate * units} + i1]`;
    return `${before(0, `i0 * ${units} + ${unit}`)}${factor} * ${weight}`;
  });
}

/** The state's own bias of the candidate, behind the sum that it is added to. */
function stateBias(name: OperandName, { units }: GruGeometry, { bias }: Parts, unit: string): string {
  return bias ? ` + ${name(bias)}[${5 * units} + ${unit}]` : '';
}

/** One step at time `n2`: `value` is h. `ahead` is r h * recurrentDropout, without `resetAfter`. */
function stepLines(
  name: OperandName,
  geometry: GruGeometry,
  parts: Parts,
  before: Before,
  ahead: PassOperand | undefined,
): string {
  const { batch, steps, units } = geometry;
  const projected = name(parts.projected);
  const candidate = ahead
    ? `${sumLines('state', units, (unit) => `${name(ahead)}[i0 * ${units} + ${unit}] * ${name(RECURRENT_KERNEL)}[${unit} * ${3 * units} + ${2 * units} + i1]`)}`
    : `${gateSum(name, 'reset', geometry, parts, before, 1)}
${gateSum(name, 'inner', geometry, parts, before, 2)}
const state = sigmoidOf(${projected}[gates + ${units}] + reset) * (inner${stateBias(name, geometry, parts, 'i1')});`;
  return `${unravel('i', 'at', [batch, units])}
${liveLines(name, parts.mask, geometry, 'i0', 'n2')}
const hidden = ${before(0, 'at')};
value = hidden;
if (live === 1) {
const gates = (i0 * ${steps} + n2) * ${3 * units} + i1;
${gateSum(name, 'update', geometry, parts, before, 0)}
${candidate}
const kept = sigmoidOf(${projected}[gates] + update);
value = kept * hidden + (1 - kept) * tanhOf(${projected}[gates + ${2 * units}] + state);
}`;
}

/** Ahead of a step without `resetAfter`: r h * recurrentDropout. */
function resetStep(name: OperandName, geometry: GruGeometry, parts: Parts, before: Before): string {
  const { batch, steps, units, hiddenLayout } = geometry;
  const reset = `${name(parts.projected)}[(i0 * ${steps} + n2) * ${3 * units} + ${units} + i1] + reset`;
  const factor = dropoutFactor(name, parts.recurrentDropout, 'i0', hiddenLayout, '2', 'i1');
  return `${unravel('i', 'this.thread.x', [batch, units])}
${gateSum(name, 'reset', geometry, parts, before, 1)}
return sigmoidOf(${reset}) * ${before(0, 'this.thread.x')}${factor};`;
}

/** Lines that begin a pass over the states that all steps started from. */
function beginLines(name: OperandName, geometry: GruGeometry, parts: Parts, sequence: PassOperand): string {
  return `const step = ${otherOrder(geometry, 'i1')};
${liveLines(name, parts.mask, geometry, 'i0', 'i1')}
${previousLines(name, { sequence, initial: H0, mask: parts.mask }, geometry, 'i0', 'step')}
let value = 0;`;
}

/** Appends q_h of all steps, or r h * recurrentDropout. */
function appendInner(call: GpuPasses, geometry: GruGeometry, parts: Parts, sequence: PassOperand): PassOperand {
  const { batch, steps, units, resetAfter, hiddenLayout } = geometry;
  const states = { sequence, initial: H0, mask: parts.mask };
  const gate = resetAfter ? 2 : 1;
  return call.add(
    batch * steps * units,
    (name) => {
      const term = (state: string, unit: string): string => {
        const factor = dropoutFactor(name, parts.recurrentDropout, 'i0', hiddenLayout, String(gate), unit);
        return `${state}${factor} * ${name(RECURRENT_KERNEL)}[${unit} * ${3 * units} + ${gate * units} + i2]`;
      };
      const reset = `${name(parts.projected)}[(i0 * ${steps} + i1) * ${3 * units} + ${units} + i2] + sum`;
      const factor = dropoutFactor(name, parts.recurrentDropout, 'i0', hiddenLayout, '2', 'i2');
      return `${unravel('i', 'this.thread.x', [batch, steps, units])}
${beginLines(name, geometry, parts, sequence)}
if (live === 1) {
${previousSum(name, states, geometry, term)}
${
  resetAfter
    ? `value = sum${stateBias(name, geometry, parts, 'i2')};`
    : `${previousState(name, sequence, geometry, 'i2')}\nvalue = sigmoidOf(${reset}) * previous${factor};`
}
}
return value;`;
    },
    { functions: FUNCTIONS },
  );
}

/** Lines that declare `previous`, one unit of the state that the step started from. */
function previousState(name: OperandName, sequence: PassOperand, { steps, units }: GruGeometry, unit: string): string {
  return `let previous = 0;
if (from >= 0) { previous = ${name(sequence)}[(i0 * ${steps} + from) * ${units} + ${unit}]; }
if (from < 0) { previous = ${name(H0)}[i0 * ${units} + ${unit}]; }`;
}

/** Appends the activated gates of all steps. The candidate takes the reset gate, or what it was applied to. */
function appendGates(
  call: GpuPasses,
  geometry: GruGeometry,
  parts: Parts,
  sequence: PassOperand,
  inner: PassOperand,
): PassOperand {
  const { batch, steps, units, resetAfter, hiddenLayout } = geometry;
  const states = { sequence, initial: H0, mask: parts.mask };
  return call.add(
    batch * steps * 3 * units,
    (name) => {
      const weights = name(RECURRENT_KERNEL);
      const term = (state: string, unit: string): string => {
        const factor = dropoutFactor(name, parts.recurrentDropout, 'i0', hiddenLayout, 'gate', unit);
        return `${state}${factor} * ${weights}[${unit} * ${3 * units} + gate * ${units} + i3]`;
      };
      const innerRow = `${name(inner)}[(i0 * ${steps} + i1) * ${units}`;
      const state = resetAfter
        ? `const state = value * ${innerRow} + i3];`
        : sumLines(
            'state',
            units,
            (unit) => `${innerRow} + ${unit}] * ${weights}[${unit} * ${3 * units} + ${2 * units} + i3]`,
          );
      return `${unravel('i', 'this.thread.x', [batch, steps, 3, units])}
${beginLines(name, geometry, parts, sequence)}
let gate = i2;
if (i2 === 2) { gate = 1; }
if (live === 1) {
${previousSum(name, states, geometry, term)}
value = sigmoidOf(${name(parts.projected)}[((i0 * ${steps} + i1) * 3 + gate) * ${units} + i3] + sum);
if (i2 === 2) {
${state}
value = tanhOf(${name(parts.projected)}[this.thread.x] + state);
}
}
return value;`;
    },
    { functions: FUNCTIONS },
  );
}

export const gruRows: readonly GpuRow[] = [gpuRow(gruKernel, gruCall), gpuRow(gruGradKernel, gruGradCall)];
