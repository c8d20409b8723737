/** The bytes of an HDF5 file, read with checks: no address and no length leads out of the file. */
import { FormatError } from '../errors.ts';

/** What stands for "nowhere" among addresses. */
export const UNDEFINED: number = 2 * 4294967296 * 2147483648;

export class H5Bytes {
  readonly bytes: Uint8Array;
  readonly where: string;
  readonly #view: DataView;

  /** @param where the file, for messages */
  constructor(bytes: Uint8Array, where: string) {
    // Node's Buffer would not copy where its base class does.
    this.bytes = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.where = where;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get length(): number {
    return this.bytes.length;
  }

  u8(at: number): number {
    this.#check(at, 1);
    return this.#view.getUint8(at);
  }

  u16(at: number): number {
    this.#check(at, 2);
    return this.#view.getUint16(at, true);
  }

  u32(at: number): number {
    this.#check(at, 4);
    return this.#view.getUint32(at, true);
  }

  /** A number of 8 bytes. Above 2^53 it is rounded, and larger than any file. */
  u64(at: number): number {
    this.#check(at, 8);
    return this.#view.getUint32(at, true) + this.#view.getUint32(at + 4, true) * 4294967296;
  }

  /** A number of 1, 2, 4 or 8 bytes. */
  uint(at: number, size: number): number {
    if (size === 8) return this.u64(at);
    return size === 4 ? this.u32(at) : size === 2 ? this.u16(at) : this.u8(at);
  }

  /** A view of some bytes; nothing is copied. */
  part(at: number, length: number): Uint8Array {
    this.#check(at, length);
    return this.bytes.subarray(at, at + length);
  }

  /** A text of this length. */
  text(at: number, length: number): string {
    return textOf(this.part(at, length));
  }

  /** @throws FormatError unless these letters stand there */
  signature(at: number, letters: string): void {
    const found = this.part(at, letters.length);
    if (found.every((byte, index) => byte === letters.charCodeAt(index))) return;
    throw this.damaged(`where '${letters}' should be, at byte ${at}, is something else`);
  }

  damaged(what: string): FormatError {
    return new FormatError(`${this.where}: the HDF5 file is damaged: ${what}.`, { where: this.where });
  }

  unsupported(what: string): FormatError {
    return new FormatError(
      `${this.where}: the HDF5 file has ${what}, which Keras never writes and this reader does not know. Write it anew with h5py.`,
      { where: this.where },
    );
  }

  /** @param what the rest of a sentence that begins with the path */
  refusal(path: string, what: string): FormatError {
    const shown = path.length > 100 ? `${path.slice(0, 100)}...` : path;
    return new FormatError(`${this.where}: '${shown}' ${what}.`, { where: this.where, got: path });
  }

  #check(at: number, length: number): void {
    if (at >= 0 && length >= 0 && at + length <= this.bytes.length) return;
    throw this.damaged(`it ends at byte ${this.bytes.length}, but ${length} bytes should stand at ${at}`);
  }
}

/** UTF-8 up to the first zero. */
export function textOf(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return new TextDecoder().decode(end < 0 ? bytes : bytes.subarray(0, end));
}
