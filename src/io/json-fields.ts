/** Where the fields of an object stand in its JSON. */
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;

/**
 * The fields of an object, each with the JSON of its value, one after the other; a name that is there twice comes twice.
 * @param text an object, of JSON that a parser has taken
 */
export function* jsonFields(text: Uint8Array): Generator<readonly [name: string, json: Uint8Array]> {
  const decoder = new TextDecoder();
  // Behind the brace.
  let i = skipSpace(text, 0) + 1;
  for (;;) {
    i = skipSpace(text, i);
    if (text[i] !== QUOTE) return;
    const nameEnd = stringEnd(text, i);
    const name = JSON.parse(decoder.decode(text.subarray(i, nameEnd))) as string;
    // Behind the colon.
    const start = skipSpace(text, skipSpace(text, nameEnd) + 1);
    const end = valueEnd(text, start);
    yield [name, text.subarray(start, end)];
    if (text[end] !== COMMA) return;
    i = end + 1;
  }
}

function skipSpace(text: Uint8Array, start: number): number {
  let i = start;
  while (isSpace(text[i])) i++;
  return i;
}

function isSpace(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

/** @param start of a string's first quote */
function stringEnd(text: Uint8Array, start: number): number {
  for (let i = start + 1; i < text.length; i++) {
    if (text[i] === BACKSLASH) i++;
    else if (text[i] === QUOTE) return i + 1;
  }
  return text.length;
}

/** The comma or brace that ends a value. */
function valueEnd(text: Uint8Array, start: number): number {
  let depth = 0;
  for (let i = start; i < text.length; i++) {
    const byte = text[i];
    if (byte === QUOTE) i = stringEnd(text, i) - 1;
    else if (byte === 0x5b || byte === 0x7b) depth++;
    else if (depth === 0 && (byte === COMMA || byte === 0x7d)) return i;
    else if (byte === 0x5d || byte === 0x7d) depth--;
  }
  return text.length;
}
