/** Keys for random ops: the seed, the path of the layer and the number of the call, folded with Threefry itself. */
import { BLOCK, threefry } from './threefry.ts';

/**
 * The key of call `index` of the layer at `text` under `seed` (any integer within 2^53). The seed is the first key; each
 * block of four UTF-16 units, then one of (length, index), is encrypted with the key so far and gives the next one.
 */
export function hashKey(seed: number, text: string, index: number): [number, number] {
  BLOCK[0] = seed;
  BLOCK[1] = Math.floor(seed / 4294967296);
  for (let at = 0; at < text.length; at += 4) {
    threefry(BLOCK[0]!, BLOCK[1]!, twoUnits(text, at), twoUnits(text, at + 2));
  }
  threefry(BLOCK[0]!, BLOCK[1]!, text.length, index);
  return [BLOCK[0]!, BLOCK[1]!];
}

function twoUnits(text: string, at: number): number {
  // charCodeAt is NaN past the end, which the bit operations take as 0.
  return text.charCodeAt(at) | (text.charCodeAt(at + 1) << 16);
}
