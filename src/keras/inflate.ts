/** Deflate streams, unpacked in pieces with the package fflate: a stream may go on long after the size that its file gives. */
import type * as Fflate from 'fflate';
import { FormatError } from '../errors.ts';

/** Compressed bytes that are unpacked at a time: at most 4 MB come out. */
const PIECE = 4096;

/** The package fflate. @throws FormatError where it is not installed */
export async function fflate(): Promise<typeof Fflate> {
  try {
    return await import('fflate');
  } catch (cause) {
    throw new FormatError(
      "gradtape/keras: packed files need the package 'fflate', which is not installed. Run: npm install fflate",
      { where: 'gradtape/keras', cause },
    );
  }
}

/**
 * The bytes of a raw deflate stream.
 * @param size how many there must be
 * @returns undefined for a damaged stream, and for one of another size
 */
export async function inflate(packed: Uint8Array, size: number): Promise<Uint8Array | undefined> {
  const { Inflate } = await fflate();
  const content = new Uint8Array(size);
  let filled = 0;
  const stream = new Inflate((piece) => {
    // Throws where the stream is longer than its size.
    content.set(piece, filled);
    filled += piece.length;
  });
  try {
    for (let at = 0; at < packed.length; at += PIECE)
      stream.push(packed.subarray(at, at + PIECE), at + PIECE >= packed.length);
  } catch {
    return undefined;
  }
  return filled === size ? content : undefined;
}
