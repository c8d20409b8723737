/** Writes messages in protobuf's wire format, as far as TensorBoard's files need it. */
import { ArgumentError } from '../../errors.ts';

/** The wire types: how the bytes after a field's key are read. */
const VARINT = 0;
const FIXED64 = 1;
const LENGTH = 2;

const encoder = /* @__PURE__ */ new TextEncoder();

/**
 * One message, field by field. Like protobuf's own writers in version 3, `number` and `text` leave out 0 and '', which
 * readers assume.
 * @example new MessageWriter().text(1, 'epoch_loss').message(8, tensor).finish()
 */
export class MessageWriter {
  #bytes = new Uint8Array(64);
  #size = 0;

  /** A whole number from 0 to 2^53 - 1: int32, int64 or enum. */
  number(field: number, value: number): this {
    if (value === 0) return this;
    if (!Number.isSafeInteger(value) || value < 0) {
      throw new ArgumentError(`protobuf: ${value} is no whole number from 0 to 2^53 - 1.`, { got: value });
    }
    this.#key(field, VARINT);
    this.#varint(value);
    return this;
  }

  /** -1 as an int64: ten bytes, sixty-four bits of 1. */
  minusOne(field: number): this {
    this.#key(field, VARINT);
    for (let byte = 0; byte < 9; byte++) this.#byte(0xff);
    this.#byte(1);
    return this;
  }

  /** True or false, false too. */
  bool(field: number, value: boolean): this {
    this.#key(field, VARINT);
    this.#varint(value ? 1 : 0);
    return this;
  }

  /** A double, 0 too. */
  double(field: number, value: number): this {
    this.#key(field, FIXED64);
    const at = this.#grow(8);
    new DataView(this.#bytes.buffer).setFloat64(at, value, true);
    return this;
  }

  /** Bytes, none too. */
  bytes(field: number, value: Uint8Array): this {
    this.#key(field, LENGTH);
    this.#varint(value.length);
    const at = this.#grow(value.length);
    this.#bytes.set(value, at);
    return this;
  }

  text(field: number, value: string): this {
    return value === '' ? this : this.bytes(field, encoder.encode(value));
  }

  /** A message inside this one. */
  message(field: number, value: MessageWriter): this {
    return this.bytes(field, value.finish());
  }

  /** The message so far. */
  finish(): Uint8Array {
    return this.#bytes.slice(0, this.#size);
  }

  #key(field: number, wireType: number): void {
    this.#varint(field * 8 + wireType);
  }

  // Seven bits a byte, the lowest first; divisions, since values may be above 2^32.
  #varint(value: number): void {
    let rest = value;
    for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) this.#byte((rest % 0x80) | 0x80);
    this.#byte(rest);
  }

  #byte(value: number): void {
    const at = this.#grow(1);
    this.#bytes[at] = value;
  }

  // Makes room at the end and tells where it begins.
  #grow(count: number): number {
    const at = this.#size;
    this.#size += count;
    if (this.#size > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(this.#size, 2 * this.#bytes.length));
      larger.set(this.#bytes.subarray(0, at));
      this.#bytes = larger;
    }
    return at;
  }
}
