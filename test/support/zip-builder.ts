/** Zip archives made byte by byte, with any lie in any field: a library would refuse to write them. */
import { deflateRawSync } from 'node:zlib';

/** A member; what is left out is as it should be. */
export interface ZipMember {
  readonly name: string;
  readonly data: Uint8Array | string;
  readonly deflate?: boolean;
  readonly method?: number;
  readonly flags?: number;
  readonly checksum?: number;
  /** The size that both headers tell. */
  readonly size?: number;
  readonly packedSize?: number;
  /** The name where the bytes are. */
  readonly localName?: string;
  /** Where the directory says that the bytes are. */
  readonly offset?: number;
  /** Unix's mode, such as 0o120777 of a symbolic link. */
  readonly mode?: number;
}

/** Fields of the archive's end. */
export interface ZipEnd {
  readonly count?: number;
  readonly directoryOffset?: number;
  readonly directorySize?: number;
  readonly comment?: string;
  readonly disk?: number;
}

/** The bytes of an archive. */
export function buildZip(members: readonly ZipMember[], end: ZipEnd = {}): Uint8Array {
  const parts: Buffer[] = [];
  const entries: Buffer[] = [];
  let at = 0;
  for (const member of members) {
    const data = typeof member.data === 'string' ? Buffer.from(member.data) : Buffer.from(member.data);
    const packed = member.deflate ? deflateRawSync(data) : data;
    const name = Buffer.from(member.name);
    const localName = Buffer.from(member.localName ?? member.name);
    const fields = Buffer.alloc(22);
    fields.writeUInt16LE(member.flags ?? 0, 0);
    fields.writeUInt16LE(member.method ?? (member.deflate ? 8 : 0), 2);
    fields.writeUInt32LE(0x00210000, 4);
    fields.writeUInt32LE(member.checksum ?? crc32(data), 8);
    fields.writeUInt32LE(member.packedSize ?? packed.length, 12);
    fields.writeUInt32LE(member.size ?? data.length, 16);
    const local = Buffer.concat([
      bytesOf(0x04034b50, 4),
      bytesOf(20, 2),
      fields.subarray(0, 20),
      bytesOf(localName.length, 2),
      bytesOf(0, 2),
    ]);
    entries.push(
      Buffer.concat([
        bytesOf(0x02014b50, 4),
        bytesOf(member.mode === undefined ? 20 : 0x0314, 2),
        bytesOf(20, 2),
        fields.subarray(0, 20),
        bytesOf(name.length, 2),
        bytesOf(0, 8),
        bytesOf(((member.mode ?? 0) << 16) >>> 0, 4),
        bytesOf(member.offset ?? at, 4),
        name,
      ]),
    );
    parts.push(local, localName, packed);
    at += local.length + localName.length + packed.length;
  }
  const directory = Buffer.concat(entries);
  const comment = Buffer.from(end.comment ?? '');
  return new Uint8Array(
    Buffer.concat([
      ...parts,
      directory,
      bytesOf(0x06054b50, 4),
      bytesOf(end.disk ?? 0, 2),
      bytesOf(0, 2),
      bytesOf(end.count ?? members.length, 2),
      bytesOf(end.count ?? members.length, 2),
      bytesOf(end.directorySize ?? directory.length, 4),
      bytesOf(end.directoryOffset ?? at, 4),
      bytesOf(comment.length, 2),
      comment,
    ]),
  );
}

/** A whole number in so many bytes, little-endian. */
function bytesOf(value: number, length: number): Buffer {
  const buffer = Buffer.alloc(length);
  for (let i = 0; i < Math.min(4, length); i++) buffer[i] = (value >>> (8 * i)) & 255;
  return buffer;
}

/** The checksum of zip. */
export function crc32(bytes: Uint8Array): number {
  let register = -1;
  for (const byte of bytes) {
    register ^= byte;
    for (let bit = 0; bit < 8; bit++) register = (register >>> 1) ^ (register & 1 ? 0xedb88320 : 0);
  }
  return ~register >>> 0;
}
