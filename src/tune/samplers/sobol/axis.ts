/** One axis of a scrambled Sobol sequence. */
import type { Random } from '../../random.ts';
import { directionSeeds } from './directions.ts';

const BITS = 32;
const TWO_32 = 4294967296;

/**
 * The numbers of one axis: of any 2^m in a row that begin at a multiple of 2^m, one lies in each m-bit piece of the unit
 * interval. Scrambled by a random lower triangular matrix over the bits and a random shift (J. Matousek, On the
 * L2-discrepancy for anchored boxes, 1998), which keeps that.
 */
export class SobolAxis {
  /** What bit k of the index adds. */
  readonly #columns: Uint32Array;
  readonly #shift: number;

  constructor(axis: number, random: Random) {
    this.#columns = scramble(directionNumbers(axis), random);
    this.#shift = random.integer(TWO_32);
  }

  /** The number with this index, in (0, 1). */
  at(index: number): number {
    let bits = this.#shift;
    for (let rest = index, k = 0; rest > 0 && k < BITS; rest = Math.floor(rest / 2), k++) {
      if (rest % 2 === 1) bits ^= this.#columns[k]!;
    }
    return ((bits >>> 0) + 0.5) / TWO_32;
  }
}

/** Column k belongs to bit k of the index; the highest bit is worth a half. */
function directionNumbers(axis: number): Uint32Array {
  const columns = new Uint32Array(BITS);
  if (axis === 0) {
    for (let k = 0; k < BITS; k++) columns[k] = 1 << (BITS - 1 - k);
    return columns;
  }
  const [polynomial = 0, ...first] = directionSeeds(axis);
  const degree = first.length;
  for (let k = 0; k < BITS; k++) {
    if (k < degree) {
      columns[k] = first[k]! << (BITS - 1 - k);
      continue;
    }
    let bits = columns[k - degree]! ^ (columns[k - degree]! >>> degree);
    for (let i = 1; i < degree; i++) {
      if ((polynomial >>> (degree - i)) & 1) bits ^= columns[k - i]!;
    }
    columns[k] = bits;
  }
  return columns;
}

/** Each bit keeps itself and takes up a random choice of the bits above it. */
function scramble(columns: Uint32Array, random: Random): Uint32Array {
  const scrambled = new Uint32Array(BITS);
  for (let bit = BITS - 1; bit >= 0; bit--) {
    const above = bit === BITS - 1 ? 0 : (random.integer(TWO_32) >>> (bit + 1)) << (bit + 1);
    const mask = above | (1 << bit);
    for (let k = 0; k < BITS; k++) scrambled[k]! |= parity(columns[k]! & mask) << bit;
  }
  return scrambled;
}

function parity(bits: number): number {
  let folded = bits ^ (bits >>> 16);
  folded ^= folded >>> 8;
  folded ^= folded >>> 4;
  folded ^= folded >>> 2;
  return (folded ^ (folded >>> 1)) & 1;
}
