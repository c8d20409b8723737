/** How trials end. */
import { describeValue } from '../errors.ts';
import type { TrialRecord } from './trial-record.ts';

/** How a trial ended, for `tell`. */
export interface TellOptions {
  /** Default: complete, or failed for values that are no numbers. */
  readonly state?: 'complete' | 'pruned' | 'failed';
  /** Why it failed. */
  readonly failure?: string;
}

/** What is kept of a trial that ended. */
export interface Outcome {
  readonly state: 'complete' | 'pruned' | 'failed';
  readonly values: readonly number[] | undefined;
  readonly failure: string | undefined;
}

/**
 * @param count of objectives
 * @param values what the objective gave, which may be anything
 */
export function outcomeOf(
  trial: TrialRecord,
  count: number,
  values: unknown,
  { state, failure }: TellOptions,
): Outcome {
  if (state === 'failed') return { state, values: undefined, failure };
  const given = Array.isArray(values) ? (values as unknown[]) : values === undefined ? [] : [values];
  const wrong = describeWrong(given, count);
  if (state === 'pruned') {
    return {
      state,
      values: given.length > 0 && wrong === undefined ? (given as number[]) : lastReport(trial),
      failure,
    };
  }
  if (wrong !== undefined) return { state: 'failed', values: undefined, failure: wrong };
  return { state: 'complete', values: given as number[], failure: undefined };
}

function lastReport({ intermediateValues }: TrialRecord): readonly number[] | undefined {
  const step = Math.max(...intermediateValues.keys());
  const value = intermediateValues.get(step);
  return value === undefined || Number.isNaN(value) ? undefined : [value];
}

function describeWrong(values: readonly unknown[], count: number): string | undefined {
  if (values.length !== count) {
    const found = values.length === 0 ? 'nothing' : `${values.length} values`;
    return `the objective gave ${found} where ${count === 1 ? 'one value is' : `${count} values are`} expected`;
  }
  const wrong = values.findIndex((value) => typeof value !== 'number' || Number.isNaN(value));
  return wrong < 0 ? undefined : `the objective gave ${describeValue(values[wrong])}, not a number to compare`;
}
