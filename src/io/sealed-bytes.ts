/**
 * A seal around bytes: 40 bytes before them that say what they are, how many, which generation, and two checksums, so that
 * a file cut short, lengthened or changed in any bit is told from an intact one. All numbers are little-endian.
 *
 *     0  magic: 0x89 'GTSEAL' 0x0a       16  generation, 64 bits      32  0, 32 bits
 *     8  version 1, 32 bits              24  length, 64 bits          36  CRC-32C of the 36 bytes before
 *    12  CRC-32C of the bytes
 */
import { FormatError } from '../errors.ts';
import { crc32c } from './crc.ts';

/** Not ASCII at first and a line end at last: what a transfer as text does to a file shows here. */
const MAGIC: Uint8Array = /* @__PURE__ */ Uint8Array.of(0x89, 0x47, 0x54, 0x53, 0x45, 0x41, 0x4c, 0x0a);
const VERSION = 1;
/** Length of the seal. */
export const SEAL_BYTES = 40;

/** Bytes that are not as they were written. */
export class DamagedFileError extends FormatError {
  static override readonly errorName: string = 'DamagedFileError';
}

export interface Seal {
  /** Counts the saves; the higher one is the newer. */
  readonly generation: number;
  /** Bytes that follow. */
  readonly length: number;
  readonly checksum: number;
}

/** The bytes with a seal before them. */
export function sealBytes(bytes: Uint8Array, generation: number): Uint8Array {
  const sealed = new Uint8Array(SEAL_BYTES + bytes.length);
  const view = new DataView(sealed.buffer);
  sealed.set(MAGIC);
  view.setUint32(8, VERSION, true);
  view.setUint32(12, crc32c(bytes), true);
  view.setBigUint64(16, BigInt(generation), true);
  view.setBigUint64(24, BigInt(bytes.length), true);
  view.setUint32(36, crc32c(sealed.subarray(0, 36)), true);
  sealed.set(bytes, SEAL_BYTES);
  return sealed;
}

/**
 * Reads a seal.
 * @param where names the file in messages
 * @throws DamagedFileError unless it is intact; FormatError for a version that this code does not know
 */
export function readSeal(bytes: Uint8Array, where: string): Seal {
  if (bytes.length < SEAL_BYTES)
    throw damaged(where, `has ${bytes.length} bytes, fewer than its seal of ${SEAL_BYTES}`);
  if (MAGIC.some((byte, i) => bytes[i] !== byte)) throw damaged(where, 'does not begin as sealed files do');
  const view = new DataView(bytes.buffer, bytes.byteOffset, SEAL_BYTES);
  if (view.getUint32(36, true) !== crc32c(bytes.subarray(0, 36))) throw damaged(where, 'has a seal that was changed');
  const version = view.getUint32(8, true);
  if (version !== VERSION) {
    throw new FormatError(
      `${where}: sealed by version ${version} of the format, this gradtape reads version ${VERSION}. Use the gradtape that wrote it.`,
      { where, got: version, expected: VERSION },
    );
  }
  const [generation, length] = [view.getBigUint64(16, true), view.getBigUint64(24, true)];
  if (generation > Number.MAX_SAFE_INTEGER) throw damaged(where, `has the impossible generation ${generation}`);
  if (length > Number.MAX_SAFE_INTEGER) throw damaged(where, `has the impossible length ${length}`);
  return { generation: Number(generation), length: Number(length), checksum: view.getUint32(12, true) };
}

/**
 * The bytes behind the seal, a view of the given ones.
 * @param where names the file in messages
 * @throws DamagedFileError when any bit is not as it was written; FormatError for a version that this code does not know
 */
export function openSealed(bytes: Uint8Array, where: string): Uint8Array {
  const { length, checksum } = readSeal(bytes, where);
  const content = bytes.subarray(SEAL_BYTES);
  if (content.length !== length) throw damaged(where, `has ${content.length} bytes behind its seal, not ${length}`);
  if (crc32c(content) !== checksum) throw damaged(where, 'was changed: its checksum differs');
  return content;
}

function damaged(where: string, what: string): DamagedFileError {
  return new DamagedFileError(
    `${where}: the file ${what}. It is damaged, or no sealed file: restore a copy or delete it.`,
    {
      where,
      got: what,
      expected: 'an intact sealed file',
    },
  );
}
