/**
 * Random numbers for first weights, drawn on the host in double arithmetic: element i depends on the key and on i alone,
 * so the values are the same in every engine and on every device.
 */
import { cos, log, sin } from '../../kernels/math.ts';
import { BLOCK, threefry } from '../../kernels/random/threefry.ts';
import type { RandomKey } from './initializer.ts';

/** One 32-bit word as a number strictly between 0 and 1. */
const UNIT = 2 ** -32;
const TWO_PI = 6.283185307179586;
/** Counters of the three distributions differ in their second word, so that no two draw the same blocks. */
const UNIFORM = 0;
const NORMAL = 1;
const TRUNCATED = 2;

/** Uniform between `minimum` and `maximum`. */
export function drawUniform(size: number, key: RandomKey, minimum: number, maximum: number): Float64Array {
  const values = new Float64Array(size);
  for (let i = 0; i < size; i++) {
    threefry(key[0], key[1], i, UNIFORM);
    values[i] = minimum + (maximum - minimum) * (((BLOCK[0] ?? 0) + 0.5) * UNIT);
  }
  return values;
}

/** Normal, by the method of Box and Muller. */
export function drawNormal(size: number, key: RandomKey, mean: number, stddev: number): Float64Array {
  const values = new Float64Array(size);
  for (let i = 0; i < size; i++) {
    threefry(key[0], key[1], i, NORMAL);
    values[i] = mean + stddev * (radius() * cos(angle()));
  }
  return values;
}

/** Normal, drawn again until it lies within two standard deviations. */
export function drawTruncatedNormal(size: number, key: RandomKey, mean: number, stddev: number): Float64Array {
  const values = new Float64Array(size);
  for (let i = 0; i < size; i++) {
    let attempt = TRUNCATED;
    let value: number;
    do {
      threefry(key[0], key[1], i, attempt++);
      const length = radius();
      const direction = angle();
      value = length * cos(direction);
      // A block gives two independent normal numbers: the second is tried before the next block.
      if (Math.abs(value) > 2) value = length * sin(direction);
    } while (Math.abs(value) > 2);
    values[i] = mean + stddev * value;
  }
  return values;
}

function radius(): number {
  return Math.sqrt(-2 * log(((BLOCK[0] ?? 0) + 0.5) * UNIT));
}

function angle(): number {
  return TWO_PI * (((BLOCK[1] ?? 0) + 0.5) * UNIT);
}
