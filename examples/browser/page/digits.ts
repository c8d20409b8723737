/** The page's digits as one binary file, which the build writes and the page reads. */
import { PIXELS } from '../../data/pixels.ts';

/** Images `[count, 28, 28]` of pixels 0 to 255, row by row, and their labels 0 to 9. */
export interface DigitSet {
  readonly images: Uint8Array;
  readonly labels: Uint8Array;
}

export interface DigitFile {
  readonly training: DigitSet;
  /** What training never sees. */
  readonly heldOut: DigitSet;
}

/** Two counts, unsigned and little-endian. */
const HEADER = 8;

/** Two counts, then the images and labels of the training set, then those of the held-out one. */
export function encodeDigits({ training, heldOut }: DigitFile): Uint8Array<ArrayBuffer> {
  const parts = [training.images, training.labels, heldOut.images, heldOut.labels];
  const bytes = new Uint8Array(HEADER + parts.reduce((sum, part) => sum + part.length, 0));
  const header = new DataView(bytes.buffer);
  header.setUint32(0, training.labels.length, true);
  header.setUint32(4, heldOut.labels.length, true);
  let offset = HEADER;
  for (const part of parts) {
    bytes.set(part, offset);
    offset += part.length;
  }
  return bytes;
}

/** Views of the bytes. @throws RangeError for a file of another length than its counts say */
export function decodeDigits(file: ArrayBuffer): DigitFile {
  const header = new DataView(file);
  const [training, heldOut] =
    file.byteLength < HEADER ? [0, 0] : [header.getUint32(0, true), header.getUint32(4, true)];
  const expected = HEADER + (training + heldOut) * (PIXELS + 1);
  if (file.byteLength !== expected)
    throw new RangeError(
      `The file of digits has ${file.byteLength} bytes; ${training} and ${heldOut} digits need ${expected}. Build the page anew.`,
    );
  const setAt = (offset: number, count: number): DigitSet => ({
    images: new Uint8Array(file, offset, count * PIXELS),
    labels: new Uint8Array(file, offset + count * PIXELS, count),
  });
  return { training: setAt(HEADER, training), heldOut: setAt(HEADER + training * (PIXELS + 1), heldOut) };
}
