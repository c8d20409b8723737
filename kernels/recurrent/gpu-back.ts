/**
 * Recurrences backward through time on a graphics card. What a step's gradients are multiplied with is computed for all
 * steps at once, ahead of them (`slopes`); the gradients of the states then go from step to step, the last step first.
 */
import type { GpuOperand } from '../contract.ts';
import { unravel } from '../gpu-source.ts';
import type { GpuPasses, OperandName, PassOperand } from './gpu-passes.ts';
import {
  liveLines,
  otherOrder,
  previousLines,
  timeOf,
  type PreviousStates,
  type RecurrentSizes,
} from './gpu-sequence.ts';
import { appendSteps, readHistory, type Before, type StateBefore, type StepHistory } from './gpu-steps.ts';

/** Numbers that every step has for each unit: `[batch, steps, kinds, units]` in time order. */
export interface Slopes {
  readonly operand: PassOperand;
  /** One of them, as an expression. */
  readonly at: (name: OperandName, kind: number | string, sample: string, time: string, unit: string) => string;
}

/**
 * Appends the slopes: those that `lines` sets, kind `i2` of sample `i0`, time `i1` and unit `i3` as `value`, 0 where a
 * step is masked, and behind them the hidden state that the step started from, which `lines` knows as `previous`.
 */
export function appendSlopes(
  call: GpuPasses,
  sizes: RecurrentSizes,
  kinds: number,
  states: PreviousStates,
  lines: (name: OperandName) => string,
  functions: readonly string[] = [],
): Slopes {
  const { batch, steps, units } = sizes;
  const operand = call.add(
    batch * steps * (kinds + 1) * units,
    (name) => `${unravel('i', 'this.thread.x', [batch, steps, kinds + 1, units])}
const step = ${otherOrder(sizes, 'i1')};
${previousLines(name, states, sizes, 'i0', 'step')}
let previous = 0;
if (from >= 0) { previous = ${name(states.sequence)}[(i0 * ${steps} + from) * ${units} + i3]; }
if (from < 0) { previous = ${name(states.initial)}[i0 * ${units} + i3]; }
${liveLines(name, states.mask, sizes, 'i0', 'i1')}
let value = 0;
${lines(name)}
if (i2 === ${kinds}) { value = previous; }
return value;`,
    { functions },
  );
  return {
    operand,
    at: (name, kind, sample, time, unit) =>
      `${name(operand)}[((${sample} * ${steps} + ${time}) * ${kinds + 1} + ${kind}) * ${units} + ${unit}]`,
  };
}

export interface StepsBack {
  readonly parts: number;
  /** The gradients that come from outside: of the sequence, and of each part of the last state. */
  readonly dSequence: GpuOperand | undefined;
  readonly dLast: readonly (GpuOperand | undefined)[];
  readonly mask: GpuOperand | undefined;
  /**
   * Lines that set `value`, the gradient of part `i0`, sample `i1` and unit `i2` of the state that a step started from,
   * number `at` in all: from that of the state after the step, `after`, and the slopes at the step's time `n4`.
   */
  readonly lines: (name: OperandName, after: Before, ahead: PassOperand | undefined) => string;
  /** Appends a pass that `lines` needs for the step at time `n4`; `after` starts at `n1`. */
  readonly ahead?: (after: StateBefore, time: number) => PassOperand;
}

/** The gradients of the states after each step, the last step first, and of the initial state. */
export interface BackHistory {
  readonly history: StepHistory;
  readonly initial: readonly PassOperand[];
}

/** Appends a pass for each step, and one for each part of the initial state. */
export function appendStepsBack(call: GpuPasses, sizes: RecurrentSizes, back: StepsBack): BackHistory {
  const { batch, steps, units } = sizes;
  const { parts, dLast, lines } = back;
  const layout = { steps, parts, states: batch * units };
  const position = unravel('i', 'at', [parts, batch, units]);
  const timeAfter = (step: number): number => (step + 1 < steps ? timeOf(sizes, step + 1) : 0);
  const history = appendSteps(call, layout, {
    numbers: (k) => [timeOf(sizes, steps - 1 - k), steps - 1 - k, timeAfter(steps - 1 - k)],
    ...(back.ahead && {
      ahead: (k, after) => (after ? back.ahead?.(after, timeAfter(steps - 1 - k)) : undefined),
    }),
    lines: (name, after, ahead) => `${position}
${after ? lines(name, after, ahead) : dLast.map((last, part) => lastLines(name, last, part, layout.states)).join('\n')}
${sequenceLines(name, sizes, back)}`,
  });
  const { last } = history;
  if (!last) return { history, initial: dLast.map((operand) => call.copy(layout.states, operand)) };
  const first = timeOf(sizes, 0);
  const after: StateBefore = {
    start: last.start,
    read: (name) => (part, index) => `${name(last.buffer)}[n1 + ${part * layout.states} + ${index}]`,
  };
  const ahead = back.ahead?.(after, first);
  const initial = dLast.map((_, part) =>
    call.add(
      layout.states,
      (name) => `const at = ${part * layout.states} + this.thread.x;
${position}
let value = 0;
${lines(name, after.read(name), ahead)}
return value;`,
      { numbers: [0, last.start, 0, 0, first] },
    ),
  );
  return { history, initial };
}

/** The gradient of the last state, where there is one. */
function lastLines(name: OperandName, last: GpuOperand | undefined, part: number, states: number): string {
  return last ? `if (i0 === ${part}) { value = ${name(last)}[at - ${part * states}]; }` : '';
}

/** The hidden state, part 0, is an output, too; what a masked step put out may be a zero. */
function sequenceLines(name: OperandName, sizes: RecurrentSizes, { dSequence, mask }: StepsBack): string {
  if (!dSequence) return '';
  const { steps, units } = sizes;
  const add = `value += ${name(dSequence)}[(i1 * ${steps} + n3) * ${units} + i2];`;
  const live = sizes.zeroOutputForMask ? mask : undefined;
  return `if (i0 === 0) {
${liveLines(name, live, sizes, 'i1', 'n2')}
if (live === 1) { ${add} }
}`;
}

/**
 * Appends the gradients before activation: `[batch, steps, gates, units]` in time order.
 * @param lines set `value` for gate `i2` of sample `i0`, time `i1` and unit `i3` from the state's gradients, named `names`
 */
export function appendGateGradients(
  call: GpuPasses,
  sizes: RecurrentSizes,
  { history }: BackHistory,
  gates: number,
  names: readonly string[],
  lines: (name: OperandName) => string,
): PassOperand {
  const { batch, steps, units, goBackwards } = sizes;
  return call.add(
    batch * steps * gates * units,
    (name) => `${unravel('i', 'this.thread.x', [batch, steps, gates, units])}
const back = ${goBackwards ? 'i1' : `${steps - 1} - i1`};
${readHistory(name, history, names, 'back', `i0 * ${units} + i3`)}
let value = 0;
${lines(name)}
return value;`,
  );
}
