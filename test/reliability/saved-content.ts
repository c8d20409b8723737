/** What the killed process saves: bytes that say which save they are of, and whether they are whole. */
import { seededDraw } from '../support/mutated-bytes.ts';

const HEAD_BYTES = 8;

/** The content of a save: up to 256 KB that follow from its number. */
export function contentOf(save: number): Uint8Array {
  const draw = seededDraw(save);
  const words = new Uint32Array(draw(1 << draw(16)) + 2);
  for (let i = 2; i < words.length; i++) words[i] = draw(2 ** 32);
  const bytes = new Uint8Array(words.buffer);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(save), true);
  return bytes;
}

/** Which save these bytes are of; undefined when they are not whole. */
export function saveOf(bytes: Uint8Array): number | undefined {
  if (bytes.length < HEAD_BYTES) return undefined;
  const save = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  return Buffer.from(bytes).equals(contentOf(save)) ? save : undefined;
}
