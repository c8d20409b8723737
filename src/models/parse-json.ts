/**
 * JSON from outside, with its depth and the memory it takes limited before it is parsed: `[[],[],...` takes twenty times
 * its length, and what is nested a million deep overflows the stack of whoever walks it.
 */
import { FormatError } from '../errors.ts';
import { isObject } from './json-reader.ts';

/** Models 32 deep in one another need about 300. */
const MAX_DEPTH = 512;
const FIXED_BYTES = 24 * 1024 * 1024;
/** What V8 takes for an empty list, an empty object, an item of a list, and a key of an object of its own shape. */
const LIST_BYTES = 32;
const OBJECT_BYTES = 56;
const ITEM_BYTES = 24;
const KEY_BYTES = 72;
/** An object of more keys becomes a table, and readers make another of it: no object of a config is that large. */
const MANY_KEYS = 128;
const KEY_BYTES_OF_MANY = 440;

/**
 * The value of a JSON text.
 * @param where the file, for messages
 * @throws FormatError for text that is no JSON, that is nested too deep, or that would take more memory than twice its length and 24 MB
 */
export function parseJson(where: string, text: string): unknown {
  checkText(where, text);
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new FormatError(`${where}: the text is no JSON.`, { where, cause });
  }
}

function checkText(where: string, text: string): void {
  let depth = 0;
  let deepest = 0;
  let bytes = 0;
  /** Keys so far of the object at each depth. */
  const keys = new Uint32Array(MAX_DEPTH + 2);
  for (let i = 0; i < text.length; i++) {
    switch (text.charCodeAt(i)) {
      case 0x22: // a string, to the quotation mark that no backslash stands before
        for (i++; i < text.length && text.charCodeAt(i) !== 0x22; i++) if (text.charCodeAt(i) === 0x5c) i++;
        break;
      case 0x5b:
        bytes += LIST_BYTES;
        deepest = Math.max(deepest, ++depth);
        break;
      case 0x7b:
        bytes += OBJECT_BYTES;
        deepest = Math.max(deepest, ++depth);
        keys[depth] = 0;
        break;
      case 0x5d:
      case 0x7d:
        depth--;
        break;
      case 0x2c:
        bytes += ITEM_BYTES;
        break;
      case 0x3a:
        bytes += ++keys[depth]! > MANY_KEYS ? KEY_BYTES_OF_MANY : KEY_BYTES;
        break;
    }
  }
  if (deepest > MAX_DEPTH) throw tooDeep(where);
  const allowed = 2 * text.length + FIXED_BYTES;
  if (bytes <= allowed) return;
  throw new FormatError(
    `${where}: its JSON of ${text.length} characters would take ${bytes} bytes of memory; ${allowed} are allowed. The file is hostile, or no model.`,
    { where, got: bytes, expected: allowed },
  );
}

/** @throws FormatError for a value nested too deep, one that contains itself among them */
export function checkDepth(where: string, value: unknown): void {
  let level: readonly unknown[] = [value];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > MAX_DEPTH) throw tooDeep(where);
    level = [
      ...new Set(
        level.flatMap((one) => (Array.isArray(one) ? (one as unknown[]) : isObject(one) ? Object.values(one) : [])),
      ),
    ].filter((one) => typeof one === 'object');
  }
}

function tooDeep(where: string): FormatError {
  return new FormatError(`${where}: its JSON is nested more than ${MAX_DEPTH} deep. No model is.`, { where });
}
