/** What may be kept with trials and studies, in memory as in any storage. */
import { ArgumentError, describeValue } from '../errors.ts';
import { ByteBudget } from '../io/byte-budget.ts';
import { chargeJson } from '../io/json-cost.ts';
import { parsePythonJson, writePythonJson } from '../io/python-json.ts';
import type { JsonValue } from './records.ts';

/** Characters as JSON: storages keep each record in one line, and limit its length. */
const MOST = 2_000_000;
/** Characters of a name. */
const MOST_NAME = 10_000;

/**
 * @param where the function that it was given to
 * @returns a copy, which is what a file would give back
 * @throws ArgumentError for what JSON cannot hold, and for more or deeper than a line of a journal can; for a name that is none
 */
export function keptAttribute(where: string, key: string, value: unknown): JsonValue {
  checkName(where, key);
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
  const deep = (): never => refuse('the value is nested too deep, or has too many parts. Keep it in a file of its own');
  try {
    // Within the record, whose other fields are fewer than these, and shorter.
    const others = `"${' '.repeat(1000)}",`.repeat(8);
    chargeJson(new TextEncoder().encode(`[${others}{${JSON.stringify(key)}:${text}}]`), new ByteBudget(where, 0), deep);
  } catch {
    deep();
  }
  return parsePythonJson(text) as JsonValue;
}

/** @throws ArgumentError for the name of a parameter or an attribute that is no text, empty, or too long to be kept */
export function checkName(where: string, name: unknown): void {
  if (typeof name === 'string' && name !== '' && name.length <= MOST_NAME) return;
  const isLong = typeof name === 'string' && name !== '';
  throw new ArgumentError(
    `${where}: the name ${isLong ? `has ${name.length} characters. Give at most ${MOST_NAME}` : `is ${describeValue(name)}. Give a string that is not empty`}.`,
    { where, got: name },
  );
}

/** @throws ArgumentError for choices whose texts are too long to be kept */
export function checkChoices(name: string, choices: readonly unknown[]): void {
  let length = 0;
  for (const choice of choices) length += String(choice).length + 8;
  if (length <= MOST / 2) return;
  throw new ArgumentError(
    `suggestCategorical('${name}'): the choices have ${length} characters as JSON, and ${MOST / 2} is the most. Name long things, and look them up by the name.`,
    { where: name, got: length },
  );
}
