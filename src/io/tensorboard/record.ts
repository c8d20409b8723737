/** The framing of records in TensorBoard's event files, which is that of TFRecord. */
import { crc32c } from '../crc.ts';

/** Bytes around the data of a record: a length of 8 and two checksums of 4. */
const FRAME = 16;
const MASK_DELTA = 0xa282ead8;

/** The checksum as records hold it: rotated and shifted, so that checksums of bytes that hold checksums stay good ones. */
export function maskedCrc32c(bytes: Uint8Array): number {
  const crc = crc32c(bytes);
  return (((crc >>> 15) | (crc << 17)) + MASK_DELTA) >>> 0;
}

/** Length, its checksum, the data, their checksum; little-endian. */
export function recordOf(data: Uint8Array): Uint8Array {
  const record = new Uint8Array(data.length + FRAME);
  const view = new DataView(record.buffer);
  view.setBigUint64(0, BigInt(data.length), true);
  view.setUint32(8, maskedCrc32c(record.subarray(0, 8)), true);
  record.set(data, 12);
  view.setUint32(12 + data.length, maskedCrc32c(data), true);
  return record;
}
