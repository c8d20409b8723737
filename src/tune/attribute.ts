/** What may be kept with trials and studies, in memory as in any storage. */
import { ArgumentError, describeValue } from '../errors.ts';
import { ByteBudget } from '../io/byte-budget.ts';
import { chargeJson } from '../io/json-cost.ts';
import { writePythonJson } from '../io/python-json.ts';

/** Characters as JSON: storages keep each record in one line, and limit its length. */
const MOST = 2_000_000;
const LONGEST_NAME = 10_000;
/** As much as the other fields of a record, or more. */
const OTHER_FIELDS = `"${' '.repeat(1000)}",`.repeat(8);

/**
 * @param where the function that it was given to
 * @throws ArgumentError for what JSON cannot hold, and for more or deeper than a line of a journal can
 */
export function checkAttribute(where: string, key: string, value: unknown): void {
  let text: string | undefined;
  try {
    // As a journal writes it; JSON.stringify knows what is no JSON.
    if (JSON.stringify(value) !== undefined) text = writePythonJson(value);
  } catch {
    // What refers to itself has no text.
  }
  const refuse = (why: string): never => {
    throw new ArgumentError(`${where}('${key}'): ${why}.`, { where, got: value });
  };
  if (text === undefined) return refuse(`JSON cannot hold ${describeValue(value)}`);
  if (text.length > MOST) refuse(`the value has ${text.length} characters as JSON, and ${MOST} is the most`);
  if (key.length > LONGEST_NAME) refuse(`the name has ${key.length} characters, and ${LONGEST_NAME} is the most`);
  const deep = (): never => refuse('the value is nested too deep, or has too many parts. Keep it in a file of its own');
  try {
    // Within the record, whose other fields are some, and short.
    chargeJson(
      new TextEncoder().encode(`[${OTHER_FIELDS}{${JSON.stringify(key)}:${text}}]`),
      new ByteBudget(where, 0),
      deep,
    );
  } catch {
    deep();
  }
}
