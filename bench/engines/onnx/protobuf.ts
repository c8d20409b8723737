/** Writes protobuf messages: fields one after the other, each a tag and a value. */

const WIRE = { varint: 0, bytes: 2, fixed32: 5 } as const;

export class Message {
  readonly #parts: Uint8Array[] = [];

  /** An integer field; negative ones take the ten bytes of a 64-bit two's complement. */
  integer(field: number, value: number): this {
    return this.#push(varint((field << 3) | WIRE.varint), varint(value));
  }

  float(field: number, value: number): this {
    return this.#push(varint((field << 3) | WIRE.fixed32), new Uint8Array(Float32Array.of(value).buffer));
  }

  text(field: number, value: string): this {
    return this.bytes(field, new TextEncoder().encode(value));
  }

  bytes(field: number, value: Uint8Array): this {
    return this.#push(varint((field << 3) | WIRE.bytes), varint(value.length), value);
  }

  message(field: number, value: Message): this {
    return this.bytes(field, value.toBytes());
  }

  toBytes(): Uint8Array {
    const out = new Uint8Array(this.#parts.reduce((sum, { length }) => sum + length, 0));
    let offset = 0;
    for (const part of this.#parts) {
      out.set(part, offset);
      offset += part.length;
    }
    return out;
  }

  #push(...parts: readonly Uint8Array[]): this {
    this.#parts.push(...parts);
    return this;
  }
}

function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  do {
    const more = rest > 0x7fn;
    bytes.push(Number(rest & 0x7fn) | (more ? 0x80 : 0));
    rest >>= 7n;
  } while (rest > 0n);
  return Uint8Array.from(bytes);
}
