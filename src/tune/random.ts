/** Random numbers of samplers: each trial has its own, so that what it draws depends on its number and on nothing else. */
import { cos, log } from '../../kernels/math.ts';
import { hashKey } from '../../kernels/random/key.ts';
import { BLOCK, threefry } from '../../kernels/random/threefry.ts';

const TWO_53 = 9007199254740992;

/** A stream of random numbers: the same for the same seed, purpose and index. */
export class Random {
  readonly #key: readonly [number, number];
  #drawn = 0;

  /**
   * @param seed an integer
   * @param purpose what the numbers are for, such as the sampler's name
   * @param index which stream of that purpose, such as the trial's number
   */
  constructor(seed: number, purpose: string, index: number) {
    this.#key = hashKey(seed, purpose, index);
  }

  /** A number in [0, 1), of 53 bits. */
  uniform(): number {
    const at = this.#drawn++;
    threefry(this.#key[0], this.#key[1], at, Math.floor(at / 4294967296));
    return ((BLOCK[0]! >>> 6) * 134217728 + (BLOCK[1]! >>> 5)) / TWO_53;
  }

  /** A whole number in [0, count). */
  integer(count: number): number {
    return Math.floor(this.uniform() * count);
  }

  /** A number of the standard normal distribution, by Box and Muller. */
  normal(): number {
    const radius = Math.sqrt(-2 * log(1 - this.uniform()));
    return radius * cos(2 * Math.PI * this.uniform());
  }

  /** An index, each with a probability in proportion to its weight. The weights are not negative, and not all 0. */
  weighted(weights: ArrayLike<number>): number {
    let total = 0;
    for (let i = 0; i < weights.length; i++) total += weights[i]!;
    let left = this.uniform() * total;
    let last = 0;
    for (let i = 0; i < weights.length; i++) {
      if (weights[i]! <= 0) continue;
      last = i;
      left -= weights[i]!;
      if (left < 0) break;
    }
    return last;
  }

  /** Brings an array into a random order, in place. */
  shuffle<Element>(elements: Element[]): Element[] {
    for (let i = elements.length - 1; i > 0; i--) {
      const j = this.integer(i + 1);
      [elements[i], elements[j]] = [elements[j] as Element, elements[i] as Element];
    }
    return elements;
  }
}
