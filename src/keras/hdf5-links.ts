/** The links of an HDF5 group: names and addresses, from symbol tables (as h5py writes) or link messages. */
import type { H5Bytes } from './hdf5-bytes.ts';
import { denseLinks } from './hdf5-dense.ts';
import { MESSAGE, type H5Message } from './hdf5-header.ts';

/** Where a name leads. */
export type H5Link =
  | { readonly kind: 'object'; readonly name: string; readonly address: number }
  | { readonly kind: 'soft' | 'external' | 'other'; readonly name: string };

const MAX_TREE_DEPTH = 32;
const SYMBOL_BYTES = 40;
/** Cache type of a symbol that is a soft link. */
const SOFT_SYMBOL = 2;

/** Whether these are the messages of a group. */
export function isGroup(messages: readonly H5Message[]): boolean {
  return messages.some(
    ({ type }) => type === MESSAGE.symbolTable || type === MESSAGE.linkInfo || type === MESSAGE.link,
  );
}

/** All links of a group. */
export function linksOf(file: H5Bytes, messages: readonly H5Message[]): readonly H5Link[] {
  const links: H5Link[] = [];
  for (const { type, at } of messages) {
    if (type === MESSAGE.symbolTable) links.push(...symbolTable(file, file.u64(at), file.u64(at + 8)));
    else if (type === MESSAGE.link) links.push(linkMessage(file, at));
    else if (type === MESSAGE.linkInfo)
      links.push(...(denseLinks(file, at)?.map((link) => linkMessage(file, link)) ?? []));
  }
  return links;
}

function linkMessage(file: H5Bytes, start: number): H5Link {
  const flags = file.u8(start + 1);
  let at = start + 2;
  const type = flags & 0x08 ? file.u8(at++) : 0;
  if (flags & 0x04) at += 8;
  if (flags & 0x10) at += 1;
  const lengthBytes = 1 << (flags & 3);
  const length = file.uint(at, lengthBytes);
  at += lengthBytes;
  const name = file.text(at, length);
  if (type === 0) return { kind: 'object', name, address: file.u64(at + length) };
  return { kind: type === 1 ? 'soft' : type === 64 ? 'external' : 'other', name };
}

function symbolTable(file: H5Bytes, treeAddress: number, heapAddress: number): H5Link[] {
  file.signature(heapAddress, 'HEAP');
  const heapSize = file.u64(heapAddress + 8);
  const heap = file.part(file.u64(heapAddress + 24), heapSize);
  const links: H5Link[] = [];
  for (const leaf of treeLeaves(file, treeAddress, 0)) {
    file.signature(leaf.address, 'SNOD');
    const count = file.u16(leaf.address + 6);
    for (let index = 0; index < count; index++) {
      const at = leaf.address + 8 + index * SYMBOL_BYTES;
      const nameAt = file.u64(at);
      if (nameAt >= heapSize) throw file.damaged('a name lies outside its heap');
      const end = heap.indexOf(0, nameAt);
      const name = new TextDecoder().decode(heap.subarray(nameAt, end < 0 ? heapSize : end));
      if (file.u32(at + 16) === SOFT_SYMBOL) links.push({ kind: 'soft', name });
      else links.push({ kind: 'object', name, address: file.u64(at + 8) });
    }
  }
  return links;
}

/** A child of the lowest level of a tree, and where its key stands. */
export interface TreeLeaf {
  readonly address: number;
  readonly keyAt: number;
}

/**
 * The leaves of a version 1 B-tree.
 * @param type 0 for groups, 1 for chunks
 * @param keyBytes size of a key
 */
export function treeLeaves(file: H5Bytes, root: number, type: 0 | 1, keyBytes = 8): readonly TreeLeaf[] {
  const leaves: TreeLeaf[] = [];
  const seen = new Set<number>();
  const visit = (address: number, depth: number): void => {
    file.signature(address, 'TREE');
    if (seen.has(address) || depth > MAX_TREE_DEPTH || file.u8(address + 4) !== type)
      throw file.damaged('an index goes round in a circle, or is one of something else');
    seen.add(address);
    const level = file.u8(address + 5);
    const count = file.u16(address + 6);
    for (let index = 0; index < count; index++) {
      const keyAt = address + 24 + index * (keyBytes + 8);
      const child = file.u64(keyAt + keyBytes);
      if (level === 0) leaves.push({ address: child, keyAt });
      else visit(child, depth + 1);
    }
  };
  visit(root, 0);
  return leaves;
}
