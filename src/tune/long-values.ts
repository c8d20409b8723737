/** Long values within the attributes of a journal's line, which are not parsed before somebody looks at them. */
import { jsonFields } from '../io/json-fields.ts';
import { isPythonJson } from '../io/json-syntax.ts';

/** What a parser makes of so many bytes is gone before it counts as old. */
const LONG = 4096;
const ATTRIBUTES: ReadonlySet<string> = new Set(['user_attr', 'system_attr', 'user_attrs', 'system_attrs']);
/** `[]`: no short value. */
const PLACEHOLDER = [0x5b, 0x5d] as const;

/** Whether this JSON is of a list or an object that is kept as it stands. */
export function isLongValue(json: Uint8Array): boolean {
  return json.length > LONG && (json[0] === 0x5b || json[0] === 0x7b);
}

/**
 * @param line an object, or what is to be refused
 * @returns the line, with [] in the place of long values of attributes that are JSON: what is wrong with it is still wrong
 */
export function withoutLongValues(line: Uint8Array): Uint8Array {
  if (line.length <= LONG) return line;
  const long = longValues(line);
  if (long.length === 0) return line;
  const short = new Uint8Array(line.length - long.reduce((sum, { length }) => sum + length - PLACEHOLDER.length, 0));
  let from = 0;
  let to = 0;
  for (const value of long) {
    const start = value.byteOffset - line.byteOffset;
    short.set(line.subarray(from, start), to);
    to += start - from;
    short.set(PLACEHOLDER, to);
    to += PLACEHOLDER.length;
    from = start + value.length;
  }
  short.set(line.subarray(from), to);
  return short;
}

/** Parts of the line, in order. */
function longValues(line: Uint8Array): readonly Uint8Array[] {
  const long: Uint8Array[] = [];
  try {
    for (const [name, attributes] of jsonFields(line)) {
      if (!ATTRIBUTES.has(name) || attributes.length <= LONG) continue;
      for (const [, value] of jsonFields(attributes)) if (isLongValue(value) && isPythonJson(value)) long.push(value);
    }
  } catch {
    // A name that is none: whoever parses the line says so.
  }
  return long;
}
