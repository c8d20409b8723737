/** Cyclic redundancy checks of 32 bits: any flipped bit changes them. */

/** CRC-32C's (Castagnoli), 0x1EDC6F41 with its bits reversed. */
const CASTAGNOLI = 0x82f63b78;
/** That of zip and PNG, 0x04C11DB7. */
const ETHERNET = 0xedb88320;
/** Bytes taken at a time. */
const SLICES = 8;

let castagnoli: Tables | undefined;
let ethernet: Tables | undefined;

/** `tables[k][b]`: what a byte b leaves in the register after k more bytes of 0. */
type Tables = readonly Uint32Array[] & { readonly length: typeof SLICES };

function makeTables(polynomial: number): Tables {
  const first = Uint32Array.from({ length: 256 }, (_, byte) => {
    let register = byte;
    for (let bit = 0; bit < 8; bit++) register = (register >>> 1) ^ (register & 1 ? polynomial : 0);
    return register;
  });
  const all = [first];
  for (let k = 1; k < SLICES; k++) {
    const previous = all[k - 1] as Uint32Array;
    all.push(previous.map((register) => (register >>> 8) ^ (first[register & 0xff] as number)));
  }
  return all as unknown as Tables;
}

/**
 * CRC-32C, the checksum of TensorBoard's records and of our checkpoints, from 0 to 2^32 - 1.
 * @param start the checksum of the bytes before these; default 0, that of none
 */
export function crc32c(bytes: Uint8Array, start = 0): number {
  castagnoli ??= makeTables(CASTAGNOLI);
  return checksum(castagnoli, bytes, start);
}

/** CRC-32, the checksum of zip archives and PNG pictures, from 0 to 2^32 - 1. */
export function crc32(bytes: Uint8Array): number {
  ethernet ??= makeTables(ETHERNET);
  return checksum(ethernet, bytes, 0);
}

function checksum(tables: Tables, bytes: Uint8Array, start: number): number {
  const [t0, t1, t2, t3, t4, t5, t6, t7] = tables;
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
