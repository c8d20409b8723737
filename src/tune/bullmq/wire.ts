/** Values as text on their way through Redis: JSON, and the numbers that JSON lacks. */
import type { PackedError } from '../../workers/packed-error.ts';

/** What a worker gets: a trial of a study. */
export interface TrialMessage {
  readonly number: number;
  readonly params: Readonly<Record<string, unknown>>;
  /** The queue that takes what the trial asks. */
  readonly questions: string;
}

/** How a trial ended at a worker. */
export type TrialEnd =
  | { readonly kind: 'value'; readonly value: unknown }
  | { readonly kind: 'error'; readonly error: PackedError }
  /** The study asked it to end; it is to be run again. */
  | { readonly kind: 'aborted' };

/** What a trial asks. */
export interface QuestionMessage {
  readonly number: number;
  /** Which run of the trial asks: after a worker's death another one begins. */
  readonly run: string;
  readonly call: unknown;
}

/** What it is told; `abort`: to end. */
export type AnswerMessage = ({ readonly value: unknown } | { readonly error: PackedError }) & {
  readonly abort?: boolean;
};

const NUMBER = '#number';

export function encode(value: unknown): string {
  return JSON.stringify(value, (_key, one: unknown) =>
    typeof one === 'number' && (!Number.isFinite(one) || Object.is(one, -0))
      ? { [NUMBER]: Object.is(one, -0) ? '-0' : String(one) }
      : one,
  );
}

export function decode(text: unknown): unknown {
  return JSON.parse(String(text), (_key, one: unknown) => {
    if (typeof one !== 'object' || one === null || !Object.hasOwn(one, NUMBER)) return one;
    return Number((one as Readonly<Record<string, unknown>>)[NUMBER]);
  });
}
