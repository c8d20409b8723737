/** HDF5's object headers: a list of messages that say what an object is. Both versions, and the superblock before them. */
import type { H5Bytes } from './hdf5-bytes.ts';

/** Kinds of messages. */
export const MESSAGE = {
  dataspace: 0x01,
  linkInfo: 0x02,
  datatype: 0x03,
  link: 0x06,
  externalFiles: 0x07,
  layout: 0x08,
  filters: 0x0b,
  attribute: 0x0c,
  continuation: 0x10,
  symbolTable: 0x11,
  time: 0x12,
  attributeInfo: 0x15,
} as const;

/** One message: where its data begin, and how many bytes they have. */
export interface H5Message {
  readonly type: number;
  readonly at: number;
  readonly size: number;
}

const SHARED = 0x02;
/** Messages whose content is looked at. */
const known: ReadonlySet<number> = /* @__PURE__ */ new Set(/* @__PURE__ */ Object.values(MESSAGE));
const MAX_BLOCKS = 1000;

/** The address of the root group's header. */
export function rootAddress(file: H5Bytes): number {
  const version = file.u8(8);
  if (version > 3) throw file.unsupported(`a superblock of version ${version}`);
  const sizes = version < 2 ? 13 : 9;
  if (file.u8(sizes) !== 8 || file.u8(sizes + 1) !== 8) throw file.unsupported('addresses that have not 8 bytes');
  const fields = version === 0 ? 24 : version === 1 ? 28 : 12;
  if (file.u64(fields) !== 0) throw file.unsupported('a base address');
  if (file.u64(fields + 16) > file.length)
    throw file.damaged(`it is cut off: it should have ${file.u64(fields + 16)} bytes and has ${file.length}`);
  return version < 2 ? file.u64(fields + 40) : file.u64(fields + 24);
}

/** All messages of an object. */
export function messagesAt(file: H5Bytes, address: number): readonly H5Message[] {
  return file.u8(address) === 1 ? firstVersion(file, address) : secondVersion(file, address);
}

interface Block {
  readonly at: number;
  readonly end: number;
}

function firstVersion(file: H5Bytes, address: number): H5Message[] {
  const count = file.u16(address + 2);
  const blocks: Block[] = [{ at: address + 16, end: address + 16 + file.u32(address + 8) }];
  const messages: H5Message[] = [];
  let seen = 0;
  for (const { at: start, end } of blocks) {
    for (let at = start; seen < count && at + 8 <= end; seen++) {
      const size = file.u16(at + 2);
      const message = { type: file.u16(at), at: at + 8, size };
      if (message.at + size > end) throw file.damaged(`a message at byte ${at} is longer than its header`);
      take(file, message, file.u8(at + 4), messages, blocks);
      at += 8 + size;
    }
  }
  return messages;
}

function secondVersion(file: H5Bytes, address: number): H5Message[] {
  file.signature(address, 'OHDR');
  if (file.u8(address + 4) !== 2) throw file.unsupported(`an object header of version ${file.u8(address + 4)}`);
  const flags = file.u8(address + 5);
  const sizeAt = address + 6 + (flags & 0x20 ? 16 : 0) + (flags & 0x10 ? 4 : 0);
  const sizeBytes = 1 << (flags & 3);
  const start = sizeAt + sizeBytes;
  const blocks: Block[] = [{ at: start, end: start + file.uint(sizeAt, sizeBytes) }];
  const head = flags & 0x04 ? 6 : 4;
  const messages: H5Message[] = [];
  for (let index = 0; index < blocks.length; index++) {
    const { at: first, end } = blocks[index] as Block;
    // Later blocks have a signature before and a checksum behind their messages.
    if (index > 0) file.signature(first, 'OCHK');
    const last = index > 0 ? end - 4 : end;
    for (let at = index > 0 ? first + 4 : first; at + head <= last;) {
      const size = file.u16(at + 1);
      const message = { type: file.u8(at), at: at + head, size };
      if (message.at + size > last) throw file.damaged(`a message at byte ${at} is longer than its header`);
      take(file, message, file.u8(at + 3), messages, blocks);
      at += head + size;
    }
  }
  return messages;
}

function take(file: H5Bytes, message: H5Message, flags: number, messages: H5Message[], blocks: Block[]): void {
  if (message.type === MESSAGE.continuation) {
    const at = file.u64(message.at);
    if (blocks.length >= MAX_BLOCKS || blocks.some((block) => block.at === at))
      throw file.damaged('the header of an object goes round in a circle');
    const length = file.u64(message.at + 8);
    file.part(at, length);
    blocks.push({ at, end: at + length });
    return;
  }
  if (!known.has(message.type)) return;
  if (flags & SHARED) throw file.unsupported('a shared datatype or message');
  messages.push(message);
}
