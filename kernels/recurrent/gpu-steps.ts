/**
 * The steps of a recurrence on a graphics card: one pass each, which computes the new state from the buffer of the pass
 * before and carries along what that one held. A buffer has a slot for each step of a block, of at most six blocks: so
 * few buffers can be read side by side, and a pass copies a sixth of the history at most. What differs between steps is
 * passed as numbers, so that they share their code.
 */
import type { GpuOperand } from '../contract.ts';
import { divide } from '../gpu-source.ts';
import type { GpuPasses, OperandName, PassOperand } from './gpu-passes.ts';

const MOST_BLOCKS = 6;

/** What a state is made of: `parts` arrays of `states` numbers. */
export interface StateLayout {
  readonly steps: number;
  readonly parts: number;
  /** Samples times units. */
  readonly states: number;
}

/** A number of the state that the step before left, as an expression of its index in part `part`. */
export type Before = (part: number, index: string) => string;

export interface StepSource {
  /**
   * Lines that set `value`, number `at` of the state after the step. The first step gets no state: it starts from the
   * inputs. `n2`, `n3`, ... are the step's numbers; `ahead` is the result of the pass ahead of it.
   */
  readonly lines: (name: OperandName, before: Before | undefined, ahead: PassOperand | undefined) => string;
  /** The numbers of a step. */
  readonly numbers: (step: number) => readonly number[];
  readonly functions?: readonly string[];
  /** Appends a pass that a step needs ahead of its own. Its `n1` is where the state before starts. */
  readonly ahead?: (step: number, before: StateBefore | undefined) => PassOperand | undefined;
}

/** The state that a step starts from: where the buffer holds it, and how to read it where `n1` is that place. */
export interface StateBefore {
  readonly start: number;
  readonly read: (name: OperandName) => Before;
}

/** The states after all steps. */
export interface StepHistory {
  readonly layout: StateLayout;
  /** Slots of a block. */
  readonly slots: number;
  readonly blocks: readonly PassOperand[];
  /** The buffer that ends with the last state, and where in it; undefined without steps. */
  readonly last: StateBuffer | undefined;
}

interface StateBuffer {
  readonly buffer: PassOperand;
  readonly start: number;
}

/** Appends the passes of all steps. */
export function appendSteps(call: GpuPasses, layout: StateLayout, source: StepSource): StepHistory {
  const { steps, parts, states } = layout;
  const slotSize = parts * states;
  const slots = Math.max(1, Math.ceil(steps / MOST_BLOCKS));
  const blocks: PassOperand[] = [];
  let last: StateBuffer | undefined;
  for (let step = 0; step < steps; step++) {
    const slot = step % slots;
    const from = last;
    const before: StateBefore | undefined = from && {
      start: from.start,
      read: (name) => (part, index) => `${name(from.buffer)}[n1 + ${part * states} + ${index}]`,
    };
    const ahead = source.ahead?.(step, before);
    const lines = (name: OperandName): string => `${divide('slot', 'at', 'this.thread.x', slotSize)}
let value = 0;
${from ? `if (slot !== n0) { value = ${name(from.buffer)}[this.thread.x]; }` : ''}
if (slot === n0) {
${source.lines(name, before?.read(name), ahead)}
}
return value;`;
    const numbers = [slot, before?.start ?? 0, ...source.numbers(step)];
    const buffer = call.add(slots * slotSize, lines, {
      numbers,
      ...(source.functions && { functions: source.functions }),
    });
    last = { buffer, start: slot * slotSize };
    if (slot === slots - 1 || step === steps - 1) blocks.push(buffer);
  }
  return { layout, slots, blocks, last };
}

/** Lines that declare some parts of the state after step `step` at index `at`: `names[k]` is part k. */
export function readHistory(
  name: OperandName,
  { layout: { parts, states }, slots, blocks }: StepHistory,
  names: readonly (string | undefined)[],
  step: string,
  at: string,
): string {
  const read = names.flatMap((part, k) => (part === undefined ? [] : [{ part, offset: k * states }]));
  return [
    divide('block', 'slot', step, slots),
    `const place = slot * ${parts * states} + ${at};`,
    ...read.map(({ part }) => `let ${part} = 0;`),
    ...blocks.map((buffer, index) => {
      const values = read.map(({ part, offset }) => `${part} = ${name(buffer)}[place + ${offset}];`);
      return `if (block === ${index}) { ${values.join(' ')} }`;
    }),
  ].join('\n');
}

/** The last value of one part of the state; without steps the initial one, zeros where there is none. */
export function lastState(
  call: GpuPasses,
  { layout: { states }, last }: StepHistory,
  part: number,
  initial: GpuOperand | undefined,
): PassOperand {
  return last ? call.copy(states, last.buffer, last.start + part * states) : call.copy(states, initial);
}
