/** The hidden state that each step of a recurrence started from, recovered from what the forward pass left. */
import { f32, i32, type FunctionBuilder, type Local, type ModuleBuilder } from '../../src/wasm/index.ts';
import { copyRow } from './wasm-row.ts';
import { forSteps, type StepNumbers } from './wasm-steps.ts';

export interface HistoryOperands extends StepNumbers {
  readonly h0: Local<'i32'>;
  readonly mask: Local<'i32'> | undefined;
  /** `[batch, steps, units]` in processing order. */
  readonly sequence: Local<'i32'>;
  /** `[batch, steps, units]` in time order. */
  readonly previousHidden: Local<'i32'>;
  readonly unitBytes: Local<'i32'>;
}

/**
 * Fills `previousHidden`. It is h0, then the last real output, which `zeroOutputForMask` hides from the sequence: a
 * masked step hands on what it was given.
 */
export function recoverHistory(f: FunctionBuilder, module: ModuleBuilder, operands: HistoryOperands): void {
  const { batch, steps, h0, mask, sequence, previousHidden, unitBytes } = operands;
  const copy = copyRow(module);
  const sample = f.local('i32');
  const source = f.local('i32');
  f.for(sample, 0, batch, 1, () => {
    f.set(source, i32.add(h0, i32.mul(sample, unitBytes)));
    const first = f.index(i32.mul(sample, steps));
    forSteps(f, operands, ({ step, time }) => {
      const saved = f.index(i32.add(first, time));
      f.call(copy, i32.add(previousHidden, i32.mul(saved, unitBytes)), source, unitBytes);
      const output = i32.add(sequence, i32.mul(i32.add(first, step), unitBytes));
      if (mask === undefined) f.set(source, output);
      else f.if(f32.ne(f32.load(i32.add(mask, i32.shl(saved, 2))), 0), () => f.set(source, output));
    });
  });
}
