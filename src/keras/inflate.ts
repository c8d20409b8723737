/**
 * Deflate streams (RFC 1951), unpacked by code of our own: into an array of the size that is expected and nothing else, and
 * no further than that. A library takes several times as much, and goes on when a stream is longer than its file says.
 */

const MAX_LENGTH = 15;
const LITERALS = 288;
const DISTANCES = 32;
const END_OF_BLOCK = 256;
/** The order in which a block gives the lengths of the codes for lengths. */
const ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15] as const;

/** What the symbols of a length, or of a distance, stand for: a least value, to which so many further bits are added. */
interface Ranges {
  readonly least: Uint16Array;
  readonly bits: Uint8Array;
}

/** How long a copy is: 3 to 257, and a symbol of its own for 258. */
const lengths: Ranges = /* @__PURE__ */ ranges({ symbols: 28, first: 3, each: 4 }, [258]);
/** How far back it stands: 1 to 32768. */
const distances: Ranges = /* @__PURE__ */ ranges({ symbols: 30, first: 1, each: 2 });

/** After twice `each` symbols without any bits, `each` symbols at a time have one bit more. */
function ranges(
  { symbols, first, each }: { readonly symbols: number; readonly first: number; readonly each: number },
  last: readonly number[] = [],
): Ranges {
  const least: number[] = [];
  const bits: number[] = [];
  let next = first;
  for (let symbol = 0; symbol < symbols; symbol++) {
    bits.push(Math.max(0, Math.floor(symbol / each) - 1));
    least.push(next);
    next += 1 << (bits[symbol] ?? 0);
  }
  return { least: Uint16Array.from([...least, ...last]), bits: Uint8Array.from([...bits, ...last.map(() => 0)]) };
}

/** A canonical prefix code: how many words it has of each length, and the symbols in the order of their words. */
class Code {
  readonly counts = new Uint16Array(MAX_LENGTH + 1);
  readonly symbols: Uint16Array;
  readonly #next = new Uint16Array(MAX_LENGTH + 2);

  constructor(symbols: number) {
    this.symbols = new Uint16Array(symbols);
  }

  /** @returns false for lengths that are those of no code; a code of one word may be incomplete */
  build(given: Uint8Array): boolean {
    const { counts, symbols } = this;
    const next = this.#next;
    counts.fill(0);
    for (let symbol = 0; symbol < given.length; symbol++) counts[given[symbol]!]!++;
    counts[0] = 0;
    let free = 1;
    next[1] = 0;
    for (let length = 1; length <= MAX_LENGTH; length++) {
      free = 2 * free - counts[length]!;
      if (free < 0) return false;
      next[length + 1] = next[length]! + counts[length]!;
    }
    const words = next[MAX_LENGTH + 1]!;
    for (let symbol = 0; symbol < given.length; symbol++)
      if (given[symbol]! > 0) symbols[next[given[symbol]!]!++] = symbol;
    return free === 0 || words === 0 || (words === 1 && counts[1] === 1);
  }
}

/**
 * The bytes of a raw deflate stream.
 * @param size how many there must be
 * @returns undefined for a damaged stream, and for one of another size
 */
export function inflate(packed: Uint8Array, size: number): Uint8Array | undefined {
  const stream = new Stream(packed, new Uint8Array(size));
  return stream.unpack() ? stream.output : undefined;
}

class Stream {
  readonly #input: Uint8Array;
  readonly output: Uint8Array;
  readonly #literal = new Code(LITERALS);
  readonly #distance = new Code(DISTANCES);
  readonly #lengths = new Uint8Array(LITERALS + DISTANCES);
  #filled = 0;
  #at = 0;
  /** Bits that were taken from the input and not used, the next one lowest. Behind the end all are 0. */
  #bits = 0;
  #count = 0;

  constructor(input: Uint8Array, output: Uint8Array) {
    this.#input = input;
    this.output = output;
  }

  unpack(): boolean {
    for (let isLast = 0; isLast === 0;) {
      isLast = this.#take(1);
      if (!this.#block(this.#take(2)) || this.#isBehindEnd()) return false;
    }
    return this.#filled === this.output.length;
  }

  #block(type: number): boolean {
    switch (type) {
      case 0:
        return this.#stored();
      case 1:
        this.#lengths.fill(8, 0, 144).fill(9, 144, 256).fill(7, 256, 280).fill(8, 280, LITERALS).fill(5, LITERALS);
        return this.#build(LITERALS, DISTANCES) && this.#copy();
      case 2:
        return this.#readCodes() && this.#copy();
      default:
        return false;
    }
  }

  #stored(): boolean {
    // From the next whole byte on.
    let at = this.#at - (this.#count >> 3);
    const input = this.#input;
    this.#bits = this.#count = 0;
    if (at + 4 > input.length) return false;
    const length = input[at]! | (input[at + 1]! << 8);
    if ((length ^ 0xffff) !== (input[at + 2]! | (input[at + 3]! << 8))) return false;
    at += 4;
    if (at + length > input.length || this.#filled + length > this.output.length) return false;
    this.output.set(input.subarray(at, at + length), this.#filled);
    this.#filled += length;
    this.#at = at + length;
    return true;
  }

  #readCodes(): boolean {
    const literals = this.#take(5) + 257;
    const total = literals + this.#take(5) + 1;
    const given = this.#take(4) + 4;
    const all = this.#lengths.fill(0);
    for (let i = 0; i < given; i++) all[ORDER[i]!] = this.#take(3);
    if (!this.#literal.build(all.subarray(0, ORDER.length))) return false;
    all.fill(0);
    for (let i = 0; i < total;) {
      const symbol = this.#symbol(this.#literal);
      if (symbol < 0) return false;
      if (symbol < 16) {
        all[i++] = symbol;
        continue;
      }
      // The length before again, or zeros.
      const value = symbol === 16 ? all[i - 1] : 0;
      const times = symbol === 16 ? 3 + this.#take(2) : symbol === 17 ? 3 + this.#take(3) : 11 + this.#take(7);
      if (value === undefined || i + times > total) return false;
      all.fill(value, i, i + times);
      i += times;
    }
    return all[END_OF_BLOCK]! > 0 && this.#build(literals, total - literals);
  }

  #build(literals: number, far: number): boolean {
    const all = this.#lengths;
    return (
      this.#literal.build(all.subarray(0, literals)) && this.#distance.build(all.subarray(literals, literals + far))
    );
  }

  /** Literals, and copies of what came before, up to the end of the block. */
  #copy(): boolean {
    const { output } = this;
    let to = this.#filled;
    for (;;) {
      const symbol = this.#symbol(this.#literal);
      if (symbol === END_OF_BLOCK) break;
      if (symbol < 0 || to >= output.length || this.#isBehindEnd()) return false;
      if (symbol < END_OF_BLOCK) {
        output[to++] = symbol;
        continue;
      }
      const kind = symbol - END_OF_BLOCK - 1;
      if (kind >= lengths.bits.length) return false;
      const length = lengths.least[kind]! + this.#take(lengths.bits[kind]!);
      const far = this.#symbol(this.#distance);
      if (far < 0 || far >= distances.bits.length) return false;
      const from = to - distances.least[far]! - this.#take(distances.bits[far]!);
      if (from < 0 || to + length > output.length) return false;
      // Byte by byte: a copy may reach into itself.
      for (let i = 0; i < length; i++) output[to + i] = output[from + i]!;
      to += length;
    }
    this.#filled = to;
    return true;
  }

  /** The symbol of the next word, or -1 where no word of the code stands. */
  #symbol({ counts, symbols }: Code): number {
    this.#fill(MAX_LENGTH);
    let bits = this.#bits;
    let word = 0;
    let first = 0;
    let index = 0;
    for (let length = 1; length <= MAX_LENGTH; length++) {
      word |= bits & 1;
      bits >>>= 1;
      const count = counts[length]!;
      // Words of one length follow each other; the first of the next length is twice the one behind them.
      if (word - first < count) {
        this.#bits = bits;
        this.#count -= length;
        return symbols[index + word - first]!;
      }
      index += count;
      first = (first + count) << 1;
      word <<= 1;
    }
    return -1;
  }

  /** At least so many bits, 15 at most. */
  #fill(count: number): void {
    while (this.#count < count) {
      this.#bits |= (this.#input[this.#at++] ?? 0) << this.#count;
      this.#count += 8;
    }
  }

  #take(count: number): number {
    this.#fill(count);
    const value = this.#bits & ((1 << count) - 1);
    this.#bits >>>= count;
    this.#count -= count;
    return value;
  }

  #isBehindEnd(): boolean {
    return 8 * this.#at - this.#count > 8 * this.#input.length;
  }
}
