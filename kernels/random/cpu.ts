/**
 * Loops of the random kernels. Elements 2j and 2j + 1 use the two words of one Threefry block. Its counter words are
 * (j, low + 2^24 (high mod 256)) and its key words (k0 xor floor(high / 256), k1), with (low, high) the two numbers
 * below 2^24 of the counter tensor: under one key, no two of the 2^48 counters ever share a block.
 * A uniform number is the upper 24 bits of a word, times 2^-24: exact in float32.
 */
import type { FloatArray } from '../contract.ts';
import { cos, log, sin } from '../math.ts';
import { BLOCK, threefry } from './threefry.ts';

const UNIT = 1 / 16777216;
const TWO_PI = 6.283185307179586;

/** Fills `out` with numbers u in [0, 1). */
function fillUniform(out: FloatArray, counter: FloatArray, key: readonly [number, number]): void {
  const low = counter[0]!;
  const high = counter[1]!;
  const k0 = key[0] ^ (high >>> 8);
  const k1 = key[1] | 0;
  const step = low | (high << 24);
  const n = out.length;
  for (let i = 0; i < n; i += 2) {
    threefry(k0, k1, i / 2, step);
    out[i] = (BLOCK[0]! >>> 8) * UNIT;
    if (i + 1 < n) out[i + 1] = (BLOCK[1]! >>> 8) * UNIT;
  }
}

/** Uniform numbers in [minimum, maximum). */
export function runUniform(
  out: FloatArray,
  counter: FloatArray,
  key: readonly [number, number],
  minimum: number,
  maximum: number,
): void {
  fillUniform(out, counter, key);
  const n = out.length;
  const range = maximum - minimum;
  for (let i = 0; i < n; i++) out[i] = minimum + range * out[i]!;
}

/** Normal numbers by Box and Muller: radius sqrt(-2 ln(1 - u)) from the first word of a block, angle from the second. */
export function runNormal(
  out: FloatArray,
  counter: FloatArray,
  key: readonly [number, number],
  mean: number,
  stddev: number,
): void {
  const low = counter[0]!;
  const high = counter[1]!;
  const k0 = key[0] ^ (high >>> 8);
  const k1 = key[1] | 0;
  const step = low | (high << 24);
  const n = out.length;
  for (let i = 0; i < n; i += 2) {
    threefry(k0, k1, i / 2, step);
    const radius = stddev * Math.sqrt(-2 * log(1 - (BLOCK[0]! >>> 8) * UNIT));
    const angle = TWO_PI * UNIT * (BLOCK[1]! >>> 8);
    out[i] = mean + radius * cos(angle);
    if (i + 1 < n) out[i + 1] = mean + radius * sin(angle);
  }
}

/** 0 with probability `rate`, else 1 / (1 - rate). */
export function runDropoutMask(
  out: FloatArray,
  counter: FloatArray,
  key: readonly [number, number],
  rate: number,
): void {
  fillUniform(out, counter, key);
  const n = out.length;
  const kept = 1 / (1 - rate);
  for (let i = 0; i < n; i++) out[i] = out[i]! < rate ? 0 : kept;
}
