/** JSON as Python's `json` writes and reads it: with NaN and infinities, and with whole numbers apart from others. */

/** A number that Python is to read as a float: `3.0`, where a plain 3 is an int. */
export class PythonFloat {
  readonly value: number;

  constructor(value: number) {
    this.value = value;
  }
}

/** What Python reads as NaN: no text of a person has it. */
const NAN = '\u0000NaN';
const SPECIAL: ReadonlyMap<string, string> = /* @__PURE__ */ new Map([
  ['NaN', /* @__PURE__ */ JSON.stringify(NAN)],
  // Beyond the largest number.
  ['Infinity', '1e999'],
]);

/**
 * @param value of lists, objects, texts, numbers, booleans, null and PythonFloat; what is undefined or a function is left
 *   out of objects, and null in lists, as by `JSON.stringify`
 */
export function writePythonJson(value: unknown): string {
  if (value instanceof PythonFloat) return floatText(value.value);
  if (typeof value === 'number') return Number.isFinite(value) ? JSON.stringify(value) : specialText(value);
  if (Array.isArray(value)) return `[${value.map((item) => writePythonJson(item)).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  if ('toJSON' in value && typeof value.toJSON === 'function') return writePythonJson(value.toJSON());
  const fields: string[] = [];
  for (const [key, field] of Object.entries(value)) {
    if (field !== undefined && typeof field !== 'function' && typeof field !== 'symbol') {
      fields.push(`${JSON.stringify(key)}:${writePythonJson(field)}`);
    }
  }
  return `{${fields.join(',')}}`;
}

/** @throws SyntaxError */
export function parsePythonJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const standard = withoutSpecials(text);
    if (standard === text) throw error;
    return JSON.parse(standard, (_key, value: unknown) => (value === NAN ? NaN : value));
  }
}

function floatText(value: number): string {
  if (!Number.isFinite(value)) return specialText(value);
  const text = Object.is(value, -0) ? '-0' : String(value);
  return /[.e]/.test(text) ? text : `${text}.0`;
}

function specialText(value: number): string {
  return Number.isNaN(value) ? 'NaN' : value < 0 ? '-Infinity' : 'Infinity';
}

/** Puts what JSON has in the place of what only Python's has; texts stay as they are. */
function withoutSpecials(text: string): string {
  const parts: string[] = [];
  let start = 0;
  for (let i = 0; i < text.length; i++) {
    const character = text[i];
    if (character === '"') {
      for (i++; i < text.length && text[i] !== '"'; i++) if (text[i] === '\\') i++;
    } else if (character === 'N' || character === 'I') {
      const name = character === 'N' ? 'NaN' : 'Infinity';
      if (!text.startsWith(name, i)) continue;
      parts.push(text.slice(start, i), SPECIAL.get(name) ?? '');
      start = i + name.length;
      i = start - 1;
    }
  }
  return parts.length === 0 ? text : parts.join('') + text.slice(start);
}
