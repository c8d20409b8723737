/** A random order of the numbers 0 to length - 1 that depends on its key alone. */
import { BLOCK, threefry } from './threefry.ts';

export function permutation(length: number, key: readonly [number, number]): Uint32Array {
  const order = new Uint32Array(length);
  const [k0, k1] = key;
  for (let i = 0; i < length; i++) order[i] = i;
  // Fisher-Yates from the end; position i draws from its own counter.
  for (let i = length - 1; i > 0; i--) {
    threefry(k0, k1, i, 0);
    const j = Math.floor((BLOCK[0]! / 2 ** 32) * (i + 1));
    const other = order[j]!;
    order[j] = order[i]!;
    order[i] = other;
  }
  return order;
}
