/** How trials end. */
import { ArgumentError, describeValue, optionsOf } from '../errors.ts';
import { lastStep } from './pruners/reports.ts';
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

const STATES: readonly unknown[] = ['complete', 'pruned', 'failed', undefined];

/** Characters of the reason of a failure: a line of a journal is limited. */
const MOST = 2_000;

/** @throws ArgumentError for an unknown state, and for a failure that is no text */
export function checkTellOptions(options: TellOptions | undefined): TellOptions {
  const where = 'tell';
  const given = optionsOf(where, options);
  const { state, failure } = given as { readonly state?: unknown; readonly failure?: unknown };
  if (!STATES.includes(state)) {
    throw new ArgumentError(
      `${where}: the state is ${describeValue(state)}. Give 'complete', 'pruned' or 'failed', or leave it out.`,
      { where, got: state },
    );
  }
  if (failure !== undefined && typeof failure !== 'string') {
    throw new ArgumentError(`${where}: the failure is ${describeValue(failure)}. Give a text.`, {
      where,
      got: failure,
    });
  }
  return given;
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
  if (state === 'failed') return { state, values: undefined, failure: failure === undefined ? failure : cut(failure) };
  const given = Array.isArray(values) ? (values as unknown[]) : values === undefined ? [] : [values];
  const wrong = describeWrong(given, count);
  if (state === 'pruned') {
    return {
      state,
      values:
        given.length > 0 && wrong === undefined ? (given as number[]) : count === 1 ? lastReport(trial) : undefined,
      failure: failure === undefined ? failure : cut(failure),
    };
  }
  if (wrong !== undefined) return { state: 'failed', values: undefined, failure: wrong };
  return { state: 'complete', values: given as number[], failure: undefined };
}

function lastReport(trial: TrialRecord): readonly number[] | undefined {
  const step = lastStep(trial);
  const value = step === undefined ? undefined : trial.intermediateValues.get(step);
  return value === undefined || Number.isNaN(value) ? undefined : [value];
}

function cut(text: string): string {
  const more = text.length - MOST;
  return more > 0 ? `${text.slice(0, MOST)}... (${more} more characters)` : text;
}

function describeWrong(values: readonly unknown[], count: number): string | undefined {
  if (values.length !== count) {
    const found = ['nothing', 'one value'][values.length] ?? `${values.length} values`;
    return `the objective gave ${found} where ${count === 1 ? 'one value is' : `${count} values are`} expected`;
  }
  const wrong = values.findIndex((value) => typeof value !== 'number' || Number.isNaN(value));
  return wrong < 0 ? undefined : `the objective gave ${describeValue(values[wrong])}, not a number to compare`;
}
