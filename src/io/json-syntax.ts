/** Whether a text is JSON, found out without making anything of it: what a parser makes takes many times the text. */

import { MAX_JSON_DEPTH } from './json-cost.ts';

/** Where nothing ends. */
const NOWHERE = Infinity;
const bytesOf = (text: string): readonly number[] => [...new TextEncoder().encode(text)];
const SPACES: ReadonlySet<number> = /* @__PURE__ */ new Set(/* @__PURE__ */ bytesOf(' \n\r\t'));
const ESCAPED: ReadonlySet<number> = /* @__PURE__ */ new Set(/* @__PURE__ */ bytesOf('"\\/bfnrt'));
const HEX: ReadonlySet<number> = /* @__PURE__ */ new Set(/* @__PURE__ */ bytesOf('0123456789abcdefABCDEF'));
const INFINITY = /* @__PURE__ */ bytesOf('Infinity');
/** Python's among them, by their first letters. */
const WORDS: ReadonlyMap<number, readonly number[]> = /* @__PURE__ */ new Map(
  /* @__PURE__ */ ['true', 'false', 'null', 'NaN', 'Infinity'].map((word) => [word.charCodeAt(0), bytesOf(word)]),
);

/**
 * @param text of characters in UTF-8, which are not checked
 * @returns whether it is one value, as Python's `json` writes and reads it, nested no deeper than MAX_JSON_DEPTH
 */
export function isPythonJson(text: Uint8Array): boolean {
  return skipSpace(text, skipValue(text, skipSpace(text, 0), MAX_JSON_DEPTH)) === text.length;
}

/**
 * @param depth of levels that may follow
 * @returns the place behind the value, as all that follow
 */
function skipValue(text: Uint8Array, start: number, depth: number): number {
  const byte = text[start] ?? 0;
  if (byte === 0x22) return skipString(text, start);
  if (byte === 0x5b) return skipList(text, start, depth - 1);
  if (byte === 0x7b) return skipObject(text, start, depth - 1);
  const word = WORDS.get(byte);
  return word ? skipWord(text, start, word) : skipNumber(text, start);
}

function skipList(text: Uint8Array, start: number, depth: number): number {
  if (depth < 0) return NOWHERE;
  let i = skipSpace(text, start + 1);
  if (text[i] === 0x5d) return i + 1;
  for (;;) {
    i = skipSpace(text, skipValue(text, i, depth));
    if (text[i] !== 0x2c) return text[i] === 0x5d ? i + 1 : NOWHERE;
    i = skipSpace(text, i + 1);
  }
}

function skipObject(text: Uint8Array, start: number, depth: number): number {
  if (depth < 0) return NOWHERE;
  let i = skipSpace(text, start + 1);
  if (text[i] === 0x7d) return i + 1;
  for (;;) {
    i = skipSpace(text, skipString(text, i));
    if (text[i] !== 0x3a) return NOWHERE;
    i = skipSpace(text, skipValue(text, skipSpace(text, i + 1), depth));
    if (text[i] !== 0x2c) return text[i] === 0x7d ? i + 1 : NOWHERE;
    i = skipSpace(text, i + 1);
  }
}

function skipString(text: Uint8Array, start: number): number {
  if (text[start] !== 0x22) return NOWHERE;
  for (let i = start + 1; i < text.length; i++) {
    const byte = text[i] ?? 0;
    if (byte === 0x22) return i + 1;
    if (byte < 0x20) return NOWHERE;
    if (byte !== 0x5c) continue;
    i++;
    if (text[i] === 0x75) {
      for (let digit = 0; digit < 4; digit++) if (!HEX.has(text[++i] ?? 0)) return NOWHERE;
    } else if (!ESCAPED.has(text[i] ?? 0)) return NOWHERE;
  }
  return NOWHERE;
}

function skipNumber(text: Uint8Array, start: number): number {
  let i = start;
  if (text[i] === 0x2d) i++;
  if (text[i] === 0x49 && i > start) return skipWord(text, i, INFINITY);
  i = text[i] === 0x30 ? i + 1 : skipDigits(text, i);
  if (text[i] === 0x2e) i = skipDigits(text, i + 1);
  if (text[i] === 0x65 || text[i] === 0x45) {
    i++;
    i = skipDigits(text, text[i] === 0x2b || text[i] === 0x2d ? i + 1 : i);
  }
  return i;
}

/** At least one. */
function skipDigits(text: Uint8Array, start: number): number {
  let i = start;
  for (let byte = text[i] ?? 0; byte >= 0x30 && byte <= 0x39; byte = text[i] ?? 0) i++;
  return i > start ? i : NOWHERE;
}

function skipWord(text: Uint8Array, start: number, word: readonly number[]): number {
  return word.every((byte, i) => text[start + i] === byte) ? start + word.length : NOWHERE;
}

function skipSpace(text: Uint8Array, start: number): number {
  let i = start;
  while (SPACES.has(text[i] ?? 0)) i++;
  return i;
}
