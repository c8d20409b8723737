/** What may be kept with trials and studies, in memory as in any storage. */
import { ArgumentError, describeValue } from '../errors.ts';
import { ByteBudget } from '../io/byte-budget.ts';
import { chargeJson } from '../io/json-cost.ts';

/** Characters as JSON: storages keep each record in one line, and limit its length. */
const MOST = 2_000_000;

/**
 * @param where the function that it was given to
 * @throws ArgumentError for what JSON cannot hold, and for more or deeper than a line of a journal can
 */
export function checkAttribute(where: string, key: string, value: unknown): void {
  let text: string | undefined;
  try {
    text = JSON.stringify(value);
  } catch {
    // What refers to itself has no text.
  }
  const refuse = (why: string): never => {
    throw new ArgumentError(`${where}('${key}'): ${why}.`, { where, got: value });
  };
  if (text === undefined) return refuse(`JSON cannot hold ${describeValue(value)}`);
  if (text.length > MOST) refuse(`the value has ${text.length} characters as JSON, and ${MOST} is the most`);
  const deep = (): never => refuse('the value is nested too deep, or has too many parts. Keep it in a file of its own');
  try {
    // Within the record, and the object of its attributes.
    chargeJson(new TextEncoder().encode(`[[${text}]]`), new ByteBudget(where, 0), deep);
  } catch {
    deep();
  }
}
