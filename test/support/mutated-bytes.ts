/** Files that went wrong: seeded mutations of an intact one, for every reader of bytes from outside. */

/** Seeded whole numbers: `draw(n)` is one of 0 to n - 1. */
export type Draw = (count: number) => number;

/** Seeded draws: mulberry32. */
export function seededDraw(seed: number): Draw {
  let state = seed | 0;
  return (count) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * count);
  };
}

type Mutation = (bytes: Uint8Array, draw: Draw) => Uint8Array;

const joined = (...parts: readonly Uint8Array[]): Uint8Array => Uint8Array.from(Buffer.concat(parts));

/** A stretch of the file, short ones more often. */
const span = (bytes: Uint8Array, draw: Draw): [start: number, end: number] => {
  const start = draw(bytes.length + 1);
  return [start, Math.min(bytes.length, start + draw(1 << draw(12)))];
};

/** Near the start as often as anywhere: headers stand there. */
const position = (bytes: Uint8Array, draw: Draw): number =>
  draw(draw(2) === 0 ? Math.min(64, bytes.length) : bytes.length);

/** What lengths, counts and offsets are when someone means harm. */
const lengths: readonly bigint[] = [
  0n,
  1n,
  -1n,
  0x7fn,
  0x80n,
  0xffn,
  0x7fffn,
  0xffffn,
  0x00ff_ffffn,
  0x7fff_ffffn,
  0x8000_0000n,
  0xffff_ffffn,
  0x1_0000_0000n,
  1n << 40n,
  1n << 53n,
  1n << 62n,
  1n << 63n,
];

/** Texts where a name or a number is expected. */
const words: readonly string[] = [
  '__proto__',
  'constructor',
  'toString',
  '../../etc/passwd',
  '1e999',
  '-1',
  '9007199254740993',
  '4294967295',
  '0.5',
  'null',
  'true',
  '{}',
  '[]',
  '""',
  '\\u0000',
  '\ud800',
];

const text = (word: string): Uint8Array => new TextEncoder().encode(word);

/** The stretches of a pattern in a file, read as Latin-1 so that positions are those of bytes. */
function someMatch(bytes: Uint8Array, pattern: RegExp, draw: Draw): [start: number, end: number] | undefined {
  const matches = [...Buffer.from(bytes).toString('latin1').matchAll(pattern)];
  const match = matches[draw(matches.length)];
  return match && [match.index, match.index + match[0].length];
}

/** Every kind of mutation, by what it does. */
const mutations: Readonly<Record<string, Mutation>> = {
  'one bit flipped': (bytes, draw) => {
    const copy = bytes.slice();
    const at = position(bytes, draw);
    copy[at] = (copy[at] ?? 0) ^ (1 << draw(8));
    return copy;
  },
  'some bytes replaced': (bytes, draw) => {
    const copy = bytes.slice();
    for (let count = 1 + draw(8); count > 0; count--) copy[position(bytes, draw)] = draw(256);
    return copy;
  },
  'the end cut off': (bytes, draw) => bytes.slice(0, draw(bytes.length)),
  'a stretch cut out': (bytes, draw) => {
    const [start, end] = span(bytes, draw);
    return joined(bytes.subarray(0, start), bytes.subarray(end));
  },
  'random bytes inserted': (bytes, draw) => {
    const at = position(bytes, draw);
    const inserted = Uint8Array.from({ length: 1 + draw(1 << draw(10)) }, () => draw(256));
    return joined(bytes.subarray(0, at), inserted, bytes.subarray(at));
  },
  'a stretch repeated': (bytes, draw) => {
    const [start, end] = span(bytes, draw);
    return joined(bytes.subarray(0, end), bytes.subarray(start));
  },
  'a stretch moved': (bytes, draw) => {
    const [start, end] = span(bytes, draw);
    const rest = joined(bytes.subarray(0, start), bytes.subarray(end));
    const at = draw(rest.length + 1);
    return joined(rest.subarray(0, at), bytes.subarray(start, end), rest.subarray(at));
  },
  'a stretch overwritten with one byte': (bytes, draw) => {
    const [start, end] = span(bytes, draw);
    return bytes.slice().fill([0, 0xff, 0x20, draw(256)][draw(4)] ?? 0, start, end);
  },
  'a length field': (bytes, draw) => {
    const size = [1, 2, 4, 8][draw(4)] ?? 1;
    const around = BigInt(bytes.length + draw(17) - 8);
    const value = draw(4) === 0 ? around : (lengths[draw(lengths.length)] ?? 0n);
    const field = Buffer.alloc(8);
    field.writeBigUInt64LE(BigInt.asUintN(8 * size, value));
    const written = draw(4) === 0 ? field.subarray(0, size).reverse() : field.subarray(0, size);
    const copy = bytes.slice();
    copy.set(written.subarray(0, Math.max(0, copy.length)), Math.max(0, position(copy, draw) - size));
    return copy;
  },
  'a number in text': (bytes, draw) => replaced(bytes, /\d+/g, draw),
  'a quoted text': (bytes, draw) => replaced(bytes, /(?<=")[^"]{1,200}(?=")/g, draw),
  'two quoted texts made equal': (bytes, draw) => {
    const from = someMatch(bytes, /(?<=")[^"]{1,200}(?=")/g, draw);
    const to = someMatch(bytes, /(?<=")[^"]{1,200}(?=")/g, draw);
    return from && to
      ? joined(bytes.subarray(0, to[0]), bytes.subarray(...from), bytes.subarray(to[1]))
      : bytes.slice(1);
  },
};

function replaced(bytes: Uint8Array, pattern: RegExp, draw: Draw): Uint8Array {
  const [start, end] = someMatch(bytes, pattern, draw) ?? span(bytes, draw);
  return joined(bytes.subarray(0, start), text(words[draw(words.length)] ?? ''), bytes.subarray(end));
}

/** The names of the kinds of mutations. */
export const mutationKinds: readonly string[] = Object.keys(mutations);

export interface Mutated {
  readonly bytes: Uint8Array;
  /** What was done, in words, to reproduce and to count. */
  readonly kinds: readonly string[];
}

/**
 * One to three mutations of a file. The same seed gives the same bytes; the original is not touched.
 * @example mutatedBytes(model, 17).bytes
 */
export function mutatedBytes(original: Uint8Array, seed: number): Mutated {
  const draw = seededDraw(seed);
  const kinds: string[] = [];
  let bytes: Uint8Array = original.slice();
  for (let count = [1, 1, 2, 3][draw(4)] ?? 1; count > 0; count--) {
    const kind = mutationKinds[draw(mutationKinds.length)] ?? '';
    // There is nothing to change in no bytes, but something to add.
    if (bytes.length > 0) bytes = mutations[kind]?.(bytes, draw) ?? bytes;
    kinds.push(kind);
  }
  return { bytes, kinds };
}
