/** The one tape that records the running function. */
import { ArgumentError } from '../errors.ts';
import type { Tape } from './tape.ts';

let active: Tape | undefined;

/** @internal The tape of the function that is being recorded, if any. */
export function activeTape(): Tape | undefined {
  return active;
}

/** @internal Calls `body` with `tape` as the one active tape. */
export function runWithTape<Result>(tape: Tape | undefined, body: () => Result): Result {
  const outer = active;
  active = tape;
  try {
    return body();
  } finally {
    active = outer;
  }
}

/** The error of an op whose inputs belong to two tapes. @internal */
export function mixedTapes(where: string): ArgumentError {
  return new ArgumentError(
    `${where}: a tensor belongs to another tape. A tensor recorded by one tape, or traced by one compiled function, cannot be used in another; ` +
      'pass it in as an argument instead.',
    { where },
  );
}
