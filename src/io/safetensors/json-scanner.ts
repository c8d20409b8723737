/**
 * Reads JSON from bytes, piece by piece, for a reader that knows what must come: nothing is built that was not asked for,
 * so that a small file cannot become large in memory.
 */
import { FormatError } from '../../errors.ts';
import type { ByteBudget } from '../byte-budget.ts';

const SPACE = 0x20;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const NULL: readonly number[] = [0x6e, 0x75, 0x6c, 0x6c];
const ZERO = 0x30;
const NINE = 0x39;
/** A string in memory has up to two bytes for each of the file's, and as many again while escapes are replaced. */
const STRING_COST = 4;

export class JsonScanner {
  readonly #bytes: Uint8Array;
  readonly #where: string;
  readonly #budget: ByteBudget;
  readonly #decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  #at = 0;

  /**
   * @param where begins messages
   * @param budget pays for the strings
   */
  constructor(bytes: Uint8Array, where: string, budget: ByteBudget) {
    this.#bytes = bytes;
    this.#where = where;
    this.#budget = budget;
  }

  /** Whether this character comes next; if so it is taken. White space before it is skipped. */
  take(character: string): boolean {
    this.#skipSpace();
    if (this.#bytes[this.#at] !== character.charCodeAt(0)) return false;
    this.#at += 1;
    return true;
  }

  /** Takes this character. @throws FormatError when another comes */
  expect(character: string): void {
    if (!this.take(character)) throw this.fault(`'${character}' is missing`);
  }

  /** Takes the rest, which must be white space. */
  end(): void {
    this.#skipSpace();
    if (this.#at < this.#bytes.length) throw this.fault('there is text behind its end');
  }

  /** Takes an object: reads each value by `member`, which gets its key. */
  object(member: (key: string) => void): void {
    this.expect('{');
    if (this.take('}')) return;
    do {
      const key = this.string();
      this.expect(':');
      member(key);
    } while (this.take(','));
    this.expect('}');
  }

  /** Takes an array: reads each element by `element`. */
  array(element: () => void): void {
    this.expect('[');
    if (this.take(']')) return;
    do element();
    while (this.take(','));
    this.expect(']');
  }

  /** Takes `null` if it comes next. */
  takeNull(): boolean {
    this.#skipSpace();
    const isNull = NULL.every((byte, i) => this.#bytes[this.#at + i] === byte);
    if (isNull) this.#at += NULL.length;
    return isNull;
  }

  /** Takes a string. @throws FormatError unless it is one, in well-formed Unicode */
  string(): string {
    this.expect('"');
    const start = this.#at;
    const { end, hasEscapes } = this.#endOfString();
    this.#budget.charge(STRING_COST * (end - start), 'a text of the header');
    try {
      // The decoder refuses what is no UTF-8; escapes can be wrong, or halves of a surrogate pair.
      if (!hasEscapes) return this.#decoder.decode(this.#bytes.subarray(start, end));
      const text: unknown = JSON.parse(this.#decoder.decode(this.#bytes.subarray(start - 1, end + 1)));
      if (typeof text === 'string' && !/\p{Surrogate}/u.test(text)) return text;
    } catch {
      // Told below.
    }
    throw this.fault('a string is not well-formed', start);
  }

  /** Takes a whole number that is not negative. @throws FormatError unless it is one, without sign, fraction and exponent */
  count(): number {
    this.#skipSpace();
    const start = this.#at;
    let value = 0;
    for (let digit = this.#digit(); digit !== undefined; digit = this.#digit()) {
      value = 10 * value + digit;
      this.#at += 1;
    }
    const digits = this.#at - start;
    const leadsWithZero = digits > 1 && this.#bytes[start] === ZERO;
    // What makes it another kind of number comes behind the digits, where only a comma or a bracket may stand.
    if (digits === 0 || leadsWithZero) {
      throw this.fault('a whole number without sign, fraction and exponent is missing', start);
    }
    if (!Number.isSafeInteger(value)) throw this.fault('a number is above 2^53', start);
    return value;
  }

  /** What is wrong, and where. */
  fault(what: string, at: number = this.#at): FormatError {
    return new FormatError(
      `${this.#where}: the header is not the JSON of a safetensors file: ${what}, at byte ${at} of the header. The file is damaged or of another format.`,
      { where: this.#where, got: what },
    );
  }

  #skipSpace(): void {
    for (;;) {
      const byte = this.#bytes[this.#at];
      if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return;
      this.#at += 1;
    }
  }

  #digit(): number | undefined {
    const byte = this.#bytes[this.#at];
    return byte !== undefined && byte >= ZERO && byte <= NINE ? byte - ZERO : undefined;
  }

  /** Moves behind the closing quote; says where it stands and whether there are escapes before it. */
  #endOfString(): { readonly end: number; readonly hasEscapes: boolean } {
    let hasEscapes = false;
    for (;;) {
      const byte = this.#bytes[this.#at];
      if (byte === undefined) throw this.fault('a string does not end');
      if (byte < SPACE) throw this.fault('a string has a control character');
      this.#at += byte === BACKSLASH ? 2 : 1;
      if (byte === QUOTE) return { end: this.#at - 1, hasEscapes };
      hasEscapes ||= byte === BACKSLASH;
    }
  }
}
