/** The loops of a recurrence over its steps and samples, and the test for a masked one. */
import { f32, i32, type FunctionBuilder, type Local } from '../../src/wasm/index.ts';

/** The numbers that these loops need. */
export interface StepNumbers {
  readonly batch: Local<'i32'>;
  readonly steps: Local<'i32'>;
  /** 1 when the last step is processed first. */
  readonly goBackwards: Local<'i32'>;
}

/** One step: its place in processing order and in the time order of x. */
export interface Step {
  readonly step: Local<'i32'>;
  readonly time: Local<'i32'>;
}

export function forSteps(f: FunctionBuilder, numbers: StepNumbers, body: (step: Step) => void): void {
  const step = f.local('i32');
  const time = f.local('i32');
  f.for(step, 0, numbers.steps, 1, () => {
    f.set(time, timeOf(numbers, step));
    body({ step, time });
  });
}

/** The same, the step that was processed last first. */
export function forStepsBack(f: FunctionBuilder, numbers: StepNumbers, body: (step: Step) => void): void {
  const left = f.local('i32');
  const step = f.local('i32');
  const time = f.local('i32');
  f.for(left, 0, numbers.steps, 1, () => {
    f.set(step, i32.sub(i32.sub(numbers.steps, 1), left));
    f.set(time, timeOf(numbers, step));
    body({ step, time });
  });
}

function timeOf({ steps, goBackwards }: StepNumbers, step: Local<'i32'>): ReturnType<typeof i32.select> {
  return i32.select(goBackwards, i32.sub(i32.sub(steps, 1), step), step);
}

/** One sample of one step, and its rows in `[batch, steps, ...]`: in the order of x and in that of the sequence. */
export interface Sample {
  readonly sample: Local<'i32'>;
  readonly saved: Local<'i32'>;
  readonly output: Local<'i32'>;
}

export function forSamples(
  f: FunctionBuilder,
  { batch, steps }: StepNumbers,
  { step, time }: Step,
  body: (sample: Sample) => void,
): void {
  const sample = f.local('i32');
  const saved = f.local('i32');
  const output = f.local('i32');
  f.for(sample, 0, batch, 1, () => {
    f.set(saved, i32.add(i32.mul(sample, steps), time));
    f.set(output, i32.add(i32.mul(sample, steps), step));
    body({ sample, saved, output });
  });
}

/** Tells rows whose mask is 0 from the others; without a mask there are only others. */
export function ifMasked(
  f: FunctionBuilder,
  mask: Local<'i32'> | undefined,
  row: Local<'i32'>,
  masked: () => void,
  otherwise: () => void,
): void {
  if (mask === undefined) otherwise();
  else f.if(f32.eq(f32.load(i32.add(mask, i32.shl(row, 2))), 0), masked, otherwise);
}
