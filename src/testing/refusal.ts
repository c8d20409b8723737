/** The law of wrong calls: an error of ours, with the words that the row expects. */
import { describeValue, GradtapeError } from '../errors.ts';
import { LawError } from './law-error.ts';
import type { RefusedCall } from './op-row.ts';

/** @internal Checks that a wrong call is refused as its row says. @returns the law */
export function checkRefusal(where: string, { name, call, message }: RefusedCall): string {
  const law = `${name} is refused`;
  let thrown: unknown;
  try {
    call();
  } catch (error) {
    thrown = error;
  }
  if (thrown === undefined) throw new LawError(`${where}: ${name} is not refused.`, law, 1, { where });
  if (!(thrown instanceof GradtapeError)) {
    throw new LawError(
      `${where}: ${name} throws an error that is none of ours: ${thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : describeValue(thrown)}.`,
      law,
      1,
      {
        where,
        got: thrown,
        cause: thrown,
      },
    );
  }
  if (!message.test(thrown.message)) {
    throw new LawError(`${where}: ${name} is refused, but with other words: ${thrown.message}`, law, 1, {
      where,
      got: thrown.message,
      expected: message,
      cause: thrown,
    });
  }
  return law;
}
