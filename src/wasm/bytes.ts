/** A growing buffer of bytes in the encodings of the WebAssembly binary format. */

/** Most modules fit; larger ones grow by doubling. */
const FIRST_CAPACITY = 1024;

const scratch = new DataView(new ArrayBuffer(8));

export class Bytes {
  #data = new Uint8Array(FIRST_CAPACITY);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** A copy of what was written. */
  toUint8Array(): Uint8Array<ArrayBuffer> {
    return this.#data.slice(0, this.#length);
  }

  byte(value: number): void {
    this.#reserve(1);
    this.#data[this.#length++] = value;
  }

  bytes(values: ArrayLike<number>): void {
    this.#reserve(values.length);
    this.#data.set(values, this.#length);
    this.#length += values.length;
  }

  append(other: Bytes): void {
    this.bytes(other.#data.subarray(0, other.#length));
  }

  /** Unsigned LEB128 of a whole number below 2^32. */
  u32(value: number): void {
    this.#reserve(5);
    let rest = value >>> 0;
    while (rest > 0x7f) {
      this.#data[this.#length++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    this.#data[this.#length++] = rest;
  }

  /** Signed LEB128 of a 32-bit integer. */
  s32(value: number): void {
    this.#reserve(5);
    let rest = value | 0;
    // The last byte's bit 6 is the sign.
    while (rest < -0x40 || rest > 0x3f) {
      this.#data[this.#length++] = (rest & 0x7f) | 0x80;
      rest >>= 7;
    }
    this.#data[this.#length++] = rest & 0x7f;
  }

  /** Signed LEB128 of a 64-bit integer. */
  s64(value: bigint): void {
    let rest = BigInt.asIntN(64, value);
    while (rest < -0x40n || rest > 0x3fn) {
      this.byte(Number(rest & 0x7fn) | 0x80);
      rest >>= 7n;
    }
    this.byte(Number(rest & 0x7fn));
  }

  f32(value: number): void {
    scratch.setFloat32(0, value, true);
    for (let i = 0; i < 4; i++) this.byte(scratch.getUint8(i));
  }

  f64(value: number): void {
    scratch.setFloat64(0, value, true);
    for (let i = 0; i < 8; i++) this.byte(scratch.getUint8(i));
  }

  /** A name: its length, then its characters, which must be ASCII. */
  name(text: string): void {
    this.u32(text.length);
    for (let i = 0; i < text.length; i++) this.byte(text.charCodeAt(i) & 0x7f);
  }

  /** A number of bytes, then these. */
  sized(content: Bytes): void {
    this.u32(content.length);
    this.append(content);
  }

  #reserve(more: number): void {
    if (this.#length + more <= this.#data.length) return;
    const grown = new Uint8Array(Math.max(2 * this.#data.length, this.#length + more));
    grown.set(this.#data);
    this.#data = grown;
  }
}
