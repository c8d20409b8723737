/**
 * What the HDF5 library does not check itself: a heap of texts whose entries have no size sends it round for ever, and
 * nothing can stop it then.
 */
import { FormatError } from '../errors.ts';

/** `GCOL`, and the only version there is. */
const SIGNATURE = [0x47, 0x43, 0x4f, 0x4c, 1] as const;
const HEADER_BYTES = 16;
const ENTRY_BYTES = 16;

/**
 * Walks all heaps of texts of a file, as the library would.
 * @throws FormatError for one whose entries do not fill it exactly, and for files whose addresses are not of 8 bytes
 */
export function checkHeaps(bytes: Uint8Array, where: string): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  // The library itself says of a file this short that it is cut off.
  if (bytes.length < HEADER_BYTES) return;
  const sizes = bytes[8] === undefined || bytes[8] < 2 ? 13 : 9;
  if (bytes[sizes] !== 8 || bytes[sizes + 1] !== 8) {
    throw new FormatError(`${where}: the HDF5 file has addresses of ${bytes[sizes] ?? 0} bytes; Keras's have 8.`, {
      where,
      got: bytes[sizes],
      expected: 8,
    });
  }
  for (let at = bytes.indexOf(SIGNATURE[0]); at >= 0; at = bytes.indexOf(SIGNATURE[0], at + 1))
    if (SIGNATURE.every((byte, index) => bytes[at + index] === byte)) checkHeap(view, at, where);
}

function checkHeap(view: DataView, start: number, where: string): void {
  const size = start + HEADER_BYTES <= view.byteLength ? lengthAt(view, start + 8) : 0;
  const end = start + size;
  let at = start + HEADER_BYTES;
  if (!(size >= HEADER_BYTES && end <= view.byteLength)) throw refusal(where, start);
  // Less than an entry's head is free space.
  while (at + ENTRY_BYTES <= end) {
    const length = lengthAt(view, at + 8);
    // Entry 0 is the free space, and counts its own head.
    const step = view.getUint16(at, true) === 0 ? length : ENTRY_BYTES + Math.ceil(length / 8) * 8;
    if (!(step >= ENTRY_BYTES && at + step <= end)) throw refusal(where, start);
    at += step;
  }
}

/** A number of 8 bytes; those that a double does not hold are larger than any file. */
function lengthAt(view: DataView, at: number): number {
  return view.getUint32(at, true) + view.getUint32(at + 4, true) * 4294967296;
}

function refusal(where: string, start: number): FormatError {
  return new FormatError(
    `${where}: the HDF5 file is damaged: its heap of texts at byte ${start} has entries of no size.`,
    {
      where,
      got: start,
    },
  );
}
