/** CRC-32C (Castagnoli), the checksum of TensorBoard's records and of our checkpoints. Any flipped bit changes it. */

/** 0x1EDC6F41, bits reversed. */
const POLYNOMIAL = 0x82f63b78;
/** Bytes taken at a time. */
const SLICES = 8;

/** `tables[k][b]`: what a byte b leaves in the register after k more bytes of 0. */
const tables: readonly Uint32Array[] = /* @__PURE__ */ makeTables();

function makeTables(): Uint32Array[] {
  const first = Uint32Array.from({ length: 256 }, (_, byte) => {
    let register = byte;
    for (let bit = 0; bit < 8; bit++) register = (register >>> 1) ^ (register & 1 ? POLYNOMIAL : 0);
    return register;
  });
  const all = [first];
  for (let k = 1; k < SLICES; k++) {
    const previous = all[k - 1] as Uint32Array;
    all.push(previous.map((register) => (register >>> 8) ^ (first[register & 0xff] as number)));
  }
  return all;
}

/**
 * The checksum of bytes, from 0 to 2^32 - 1.
 * @param start the checksum of the bytes before these; default 0, that of none
 */
export function crc32c(bytes: Uint8Array, start = 0): number {
  const [t0, t1, t2, t3, t4, t5, t6, t7] = tables as Uint32Array[] & { length: 8 };
  const whole = bytes.length - (bytes.length % SLICES);
  let register = ~start;
  let i = 0;
  for (; i < whole; i += SLICES) {
    register =
      t7![bytes[i]! ^ (register & 0xff)]! ^
      t6![bytes[i + 1]! ^ ((register >>> 8) & 0xff)]! ^
      t5![bytes[i + 2]! ^ ((register >>> 16) & 0xff)]! ^
      t4![bytes[i + 3]! ^ (register >>> 24)]! ^
      t3![bytes[i + 4]!]! ^
      t2![bytes[i + 5]!]! ^
      t1![bytes[i + 6]!]! ^
      t0![bytes[i + 7]!]!;
  }
  for (; i < bytes.length; i++) register = (register >>> 8) ^ t0![(register ^ bytes[i]!) & 0xff]!;
  return ~register >>> 0;
}
