/** Arrays over all steps on a graphics card: cut out of the history, or computed from the state that each step started from. */
import type { GpuOperand } from '../contract.ts';
import { unravel } from '../gpu-source.ts';
import { sumLines } from '../gpu-sum.ts';
import type { GpuPasses, OperandName, PassOperand } from './gpu-passes.ts';
import { readHistory, type StepHistory } from './gpu-steps.ts';

/** What every recurrent kernel's geometry has. */
export interface RecurrentSizes {
  readonly batch: number;
  readonly steps: number;
  readonly features: number;
  readonly units: number;
  readonly goBackwards: boolean;
  readonly zeroOutputForMask: boolean;
}

/** The time of a step, or the step of a time: steps go backwards where `goBackwards` is set. */
export function otherOrder({ steps, goBackwards }: RecurrentSizes, index: string): string {
  return goBackwards ? `${steps - 1} - ${index}` : index;
}

export function timeOf({ steps, goBackwards }: RecurrentSizes, step: number): number {
  return goBackwards ? steps - 1 - step : step;
}

/** Lines that declare `live`: 0 where the mask hides a time of a sample, else 1. */
export function liveLines(
  name: OperandName,
  mask: GpuOperand | undefined,
  { steps }: RecurrentSizes,
  sample: string,
  time: string,
): string {
  return `let live = 1;${mask ? `\nif (${name(mask)}[${sample} * ${steps} + ${time}] === 0) { live = 0; }` : ''}`;
}

/** Appends one part of the states after all steps: `[batch, steps, units]`, by step or by time, zero where `hidden` is. */
export function appendSequence(
  call: GpuPasses,
  history: StepHistory,
  sizes: RecurrentSizes,
  {
    part,
    order,
    hidden,
  }: { readonly part: number; readonly order: 'step' | 'time'; readonly hidden: GpuOperand | undefined },
): PassOperand {
  const { batch, steps, units } = sizes;
  const names = [...new Array<undefined>(part).fill(undefined), 'value'];
  return call.add(batch * steps * units, (name) => {
    const other = `const other = ${otherOrder(sizes, 'i1')};`;
    const [step, time] = order === 'step' ? ['i1', 'other'] : ['other', 'i1'];
    return `${unravel('i', 'this.thread.x', [batch, steps, units])}
${other}
${readHistory(name, history, names, step, `i0 * ${units} + i2`)}
${hidden ? `${liveLines(name, hidden, sizes, 'i0', time)}\nif (live === 0) { value = 0; }` : ''}
return value;`;
  });
}

/** Where a kernel has the states that its steps started from. */
export interface PreviousStates {
  readonly sequence: GpuOperand;
  readonly initial: GpuOperand;
  readonly mask: GpuOperand | undefined;
}

/**
 * Lines that declare `from`, the step whose output is the hidden state that step `step` of sample `sample` started from;
 * -1 stands for the initial state. It is the step before, unless `zeroOutputForMask` hides what masked steps hand on.
 */
export function previousLines(
  name: OperandName,
  { mask }: PreviousStates,
  sizes: RecurrentSizes,
  sample: string,
  step: string,
): string {
  if (!mask || !sizes.zeroOutputForMask) return `let from = ${step} - 1;`;
  return `let from = -1;
for (let past = 0; past < ${sizes.steps}; past++) {
if (past < ${step}) { if (${name(mask)}[${sample} * ${sizes.steps} + ${otherOrder(sizes, 'past')}] !== 0) { from = past; } }
}`;
}

/** Lines that declare `sum`, over the units of the state that a step of sample `i0` started from, once `from` is known. */
export function previousSum(
  name: OperandName,
  { sequence, initial }: PreviousStates,
  { steps, units }: RecurrentSizes,
  term: (state: string, unit: string) => string,
): string {
  const over = (sum: string, operand: GpuOperand, start: string): string =>
    sumLines(sum, units, (unit) => term(`${name(operand)}[${start} + ${unit}]`, unit));
  return `let sum = 0;
if (from >= 0) {
${over('later', sequence, `(i0 * ${steps} + from) * ${units}`)}
sum = later;
}
if (from < 0) {
${over('first', initial, `i0 * ${units}`)}
sum = first;
}`;
}
