/**
 * LSTM on a graphics card: a pass for the input's product, one for each step, one for each output. The steps keep
 * h and c only, part 0 and 1 of their state: a thread adds up the four gates of its unit; the gates are then
 * computed once more, for all steps at once.
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
import type { LstmGeometry } from './geometry.ts';
import { lstmGradCall } from './gpu-grad.ts';
import { lstmGradKernel, lstmKernel } from './index.ts';

const RECURRENT_KERNEL = { input: 2 };
const H0 = { input: 4 };
const C0 = { input: 5 };
const FUNCTIONS = sourcesOf([sigmoidOf, tanhOf]);

interface Parts {
  readonly projected: PassOperand;
  readonly mask: GpuOperand | undefined;
  readonly recurrentDropout: GpuOperand | undefined;
}

function lstmCall(geometry: LstmGeometry, present: readonly boolean[]): GpuCall {
  const { batch, steps, units, zeroOutputForMask, inputLayout } = geometry;
  const call = new GpuPasses(present);
  const [bias, mask, inputDropout, recurrentDropout] = [3, 6, 7, 8].map((input) => call.given(input));
  const projected = appendProjection(call, inputLayout, 4 * units, inputDropout, plainBias(bias));
  const parts = { projected, mask, recurrentDropout };
  const history = appendSteps(
    call,
    { steps, parts: 2, states: batch * units },
    {
      functions: FUNCTIONS,
      numbers: (step) => [timeOf(geometry, step)],
      lines: (name, before) => stepLines(name, geometry, parts, before ?? initial(name)),
    },
  );
  const hidden = zeroOutputForMask ? mask : undefined;
  const sequence = appendSequence(call, history, geometry, { part: 0, order: 'step', hidden });
  return call.call([
    sequence,
    lastState(call, history, 0, H0),
    lastState(call, history, 1, C0),
    appendGates(call, geometry, parts, sequence),
    appendSequence(call, history, geometry, { part: 1, order: 'time', hidden: undefined }),
  ]);
}

function initial(name: OperandName): Before {
  return (part, index) => `${name(part === 0 ? H0 : C0)}[${index}]`;
}

/** One step at time `n2`: `value` is h or c. */
function stepLines(name: OperandName, geometry: LstmGeometry, parts: Parts, before: Before): string {
  const { batch, steps, units, hiddenLayout } = geometry;
  const sums = [0, 1, 2, 3].map((gate) => {
    const term = (unit: string): string => {
      const factor = dropoutFactor(name, parts.recurrentDropout, 'i1', hiddenLayout, String(gate), unit);
      const weight = `${name(RECURRENT_KERNEL)}[${unit} * ${4 * units} + ${gate * units} + i2]`;
      return `${before(0, `i1 * ${units} + ${unit}`)}${factor} * ${weight}`;
    };
    return sumLines(`sum${gate}`, units, term);
  });
  const z = (gate: number): string => `${name(parts.projected)}[gates + ${gate * units}] + sum${gate}`;
  return `${unravel('i', 'at', [2, batch, units])}
${liveLines(name, parts.mask, geometry, 'i1', 'n2')}
const state = i1 * ${units} + i2;
const cell = ${before(1, 'state')};
value = cell;
if (i0 === 0) { value = ${before(0, 'state')}; }
if (live === 1) {
const gates = (i1 * ${steps} + n2) * ${4 * units} + i2;
${sums.join('\n')}
const newCell = sigmoidOf(${z(1)}) * cell + sigmoidOf(${z(0)}) * tanhOf(${z(2)});
value = newCell;
if (i0 === 0) { value = sigmoidOf(${z(3)}) * tanhOf(newCell); }
}`;
}

/** Appends the activated gates of all steps, from the states that these started from. */
function appendGates(call: GpuPasses, geometry: LstmGeometry, parts: Parts, sequence: PassOperand): PassOperand {
  const { batch, steps, units, hiddenLayout } = geometry;
  const states = { sequence, initial: H0, mask: parts.mask };
  return call.add(
    batch * steps * 4 * units,
    (name) => {
      const term = (state: string, unit: string): string => {
        const factor = dropoutFactor(name, parts.recurrentDropout, 'i0', hiddenLayout, 'i2', unit);
        return `${state}${factor} * ${name(RECURRENT_KERNEL)}[${unit} * ${4 * units} + i2 * ${units} + i3]`;
      };
      return `${unravel('i', 'this.thread.x', [batch, steps, 4, units])}
const step = ${otherOrder(geometry, 'i1')};
${liveLines(name, parts.mask, geometry, 'i0', 'i1')}
${previousLines(name, states, geometry, 'i0', 'step')}
let value = 0;
if (live === 1) {
${previousSum(name, states, geometry, term)}
const z = ${name(parts.projected)}[this.thread.x] + sum;
value = sigmoidOf(z);
if (i2 === 2) { value = tanhOf(z); }
}
return value;`;
    },
    { functions: FUNCTIONS },
  );
}

export const lstmRows: readonly GpuRow[] = [gpuRow(lstmKernel, lstmCall), gpuRow(lstmGradKernel, lstmGradCall)];
