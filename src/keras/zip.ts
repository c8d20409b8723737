/**
 * Zip archives as Keras uses them. All that the directory says is checked against the real
 * bytes before anything is unpacked.
 */
import type * as Fflate from 'fflate';
import { FormatError } from '../errors.ts';
import type { ByteBudget } from '../io/byte-budget.ts';
import { crc32 } from '../io/crc.ts';
import { inflate } from './inflate.ts';

const END = 0x06054b50;
const END_BYTES = 22;
const ENTRY = 0x02014b50;
const ENTRY_BYTES = 46;
const LOCAL = 0x04034b50;
const LOCAL_BYTES = 30;
const STORED = 0;
const DEFLATED = 8;
/** Bit 0: encrypted. */
const ENCRYPTED = 1;
/** Deflate cannot pack better than 1032 to 1. */
const MAX_RATIO = 1032;
const MAX_MEMBERS = 1000;

interface Member {
  readonly name: string;
  readonly method: number;
  readonly packed: Uint8Array;
  readonly size: number;
  readonly checksum: number;
}

/** Whether bytes begin as a zip archive does. */
export function isZip(bytes: Uint8Array): boolean {
  return bytes.length >= END_BYTES && viewOf(bytes).getUint32(0, true) === LOCAL;
}

/**
 * The members of an archive by name, those that are asked for.
 * @param wanted whether a member is needed; others are checked, and not unpacked
 * @throws FormatError for a damaged archive, names that lead out of it, a name twice, encryption, sizes that cannot be
 */
export async function readZip(
  bytes: Uint8Array,
  {
    where,
    budget,
    wanted,
  }: { readonly where: string; readonly budget: ByteBudget; readonly wanted: (name: string) => boolean },
): Promise<ReadonlyMap<string, Uint8Array>> {
  const found = new Map<string, Uint8Array>();
  for (const member of membersOf(bytes, where)) {
    if (!wanted(member.name)) continue;
    const content = member.method === STORED ? member.packed : unpack(member, where, budget);
    if (crc32(content) !== member.checksum)
      throw refusal(where, `the member '${member.name}' is damaged: its checksum differs`);
    found.set(member.name, content);
  }
  return found;
}

/** The package fflate. @throws FormatError where it is not installed */
async function fflate(): Promise<typeof Fflate> {
  try {
    return await import('fflate');
  } catch (cause) {
    throw new FormatError(
      "gradtape/keras: .keras files are written with the package 'fflate', which is not installed. Run: npm install fflate",
      { where: 'gradtape/keras', cause },
    );
  }
}

/** An archive of members that are stored as they are, in this order, dated 1980-01-01. */
export async function writeZip(members: ReadonlyMap<string, Uint8Array>): Promise<Uint8Array> {
  const { zipSync } = await fflate();
  // The earliest date that zip knows, so that the same members make the same bytes.
  return zipSync(Object.fromEntries(members), { level: 0, mtime: new Date(1980, 0, 1) });
}

function membersOf(bytes: Uint8Array, where: string): readonly Member[] {
  const view = viewOf(bytes);
  const end = endOf(view, where);
  const count = view.getUint16(end + 10, true);
  const start = view.getUint32(end + 16, true);
  if (view.getUint16(end + 4, true) !== 0 || view.getUint16(end + 8, true) !== count)
    throw refusal(where, 'the archive is one part of several');
  if (count > MAX_MEMBERS) throw refusal(where, `the archive says that it has ${count} members`);
  if (start + view.getUint32(end + 12, true) !== end)
    throw refusal(where, 'the archive has no directory before its end');
  const members: Member[] = [];
  const names = new Set<string>();
  const ranges: (readonly [number, number])[] = [];
  let at = start;
  for (let index = 0; index < count; index++) {
    if (at + ENTRY_BYTES > end || view.getUint32(at, true) !== ENTRY)
      throw refusal(where, `entry ${index} of the archive's directory is damaged`);
    const nameBytes = view.getUint16(at + 28, true);
    const next = at + ENTRY_BYTES + nameBytes + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
    if (next > end) throw refusal(where, `entry ${index} of the archive's directory is damaged`);
    const nameAt = at + ENTRY_BYTES;
    const name = new TextDecoder().decode(bytes.subarray(nameAt, nameAt + nameBytes));
    checkName(where, name, names);
    const method = view.getUint16(at + 10, true);
    const packedBytes = view.getUint32(at + 20, true);
    const size = view.getUint32(at + 24, true);
    const quoted = `the member '${name}'`;
    if (view.getUint16(at + 8, true) & ENCRYPTED) throw refusal(where, `${quoted} is encrypted`);
    if (method !== STORED && method !== DEFLATED)
      throw refusal(where, `${quoted} is packed by method ${method}; known are 0 (stored) and 8 (deflate)`);
    // The upper half of the attributes is Unix's: 0o120000 is a symbolic link.
    if (((view.getUint16(at + 40, true) >> 12) & 15) === 10) throw refusal(where, `${quoted} is a symbolic link`);
    const local = view.getUint32(at + 42, true);
    if (local + LOCAL_BYTES > start || view.getUint32(local, true) !== LOCAL)
      throw refusal(where, `${quoted} is not where the directory says`);
    const from = local + LOCAL_BYTES + view.getUint16(local + 26, true) + view.getUint16(local + 28, true);
    const localName = new TextDecoder().decode(
      bytes.subarray(local + LOCAL_BYTES, local + LOCAL_BYTES + view.getUint16(local + 26, true)),
    );
    if (localName !== name) throw refusal(where, `${quoted} is called '${localName}' where its bytes are`);
    if (from + packedBytes > start)
      throw refusal(where, `${quoted} says that it has ${packedBytes} bytes; the archive has less`);
    if (method === STORED ? size !== packedBytes : size > packedBytes * MAX_RATIO)
      throw refusal(where, `${quoted} says that its ${packedBytes} bytes unpack to ${size}`);
    ranges.push([local, from + packedBytes]);
    members.push({
      name,
      method,
      size,
      packed: bytes.subarray(from, from + packedBytes),
      checksum: view.getUint32(at + 16, true),
    });
    at = next;
  }
  if (at !== end) throw refusal(where, "the archive's directory is longer than its entries");
  ranges.sort(([a], [b]) => a - b);
  if (ranges.some(([from], index) => index > 0 && from < (ranges[index - 1] as [number, number])[1]))
    throw refusal(where, 'members of the archive lie over one another');
  return members;
}

// The record of the end is the last thing, before a comment that fills the rest exactly.
function endOf(view: DataView, where: string): number {
  const first = Math.max(0, view.byteLength - END_BYTES - 0xffff);
  for (let at = view.byteLength - END_BYTES; at >= first; at--) {
    if (view.getUint32(at, true) === END && at + END_BYTES + view.getUint16(at + 20, true) === view.byteLength)
      return at;
  }
  throw refusal(where, 'the archive has no end: it is cut off or no zip file');
}

function checkName(where: string, name: string, names: Set<string>): void {
  const parts = name.split('/');
  if (name === '' || name.startsWith('/') || /[\\:\0]/.test(name) || parts.includes('..') || parts.includes('.'))
    throw refusal(where, `the member '${name}' has a name that leads out of the archive`);
  if (names.has(name)) throw refusal(where, `the member '${name}' is there twice`);
  names.add(name);
}

function unpack({ name, packed, size }: Member, where: string, budget: ByteBudget): Uint8Array {
  budget.charge(size, `the member '${name}'`);
  const content = inflate(packed, size);
  if (!content) throw refusal(where, `the member '${name}' does not unpack to ${size} bytes`);
  return content;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function refusal(where: string, what: string, cause?: unknown): FormatError {
  return new FormatError(`${where}: ${what}.`, { where, cause });
}
