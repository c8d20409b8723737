/**
 * Sine and cosine in double arithmetic: the angle is reduced to |angle| <= pi/4 as a sum of two doubles, exactly enough
 * for every double, then Taylor's series gives both.
 */
import { productError } from './product.ts';

const ANGLE = new Float64Array(2);
const TWO_OVER_PI = 0.6366197723675814;
const HALF_PI = 1.5707963267948966;
const HALF_PI_LOW = 6.123233995736766e-17;

/** Sine of an angle in radians. */
export function sin(x: number): number {
  const size = Math.abs(x);
  if (size < 1e-9) return x;
  if (!(size < Infinity)) return NaN;
  const quadrant = reduceAngle(size);
  const part = (quadrant & 1) === 0 ? sinNear(ANGLE[0]!, ANGLE[1]!) : cosNear(ANGLE[0]!, ANGLE[1]!);
  return x < 0 === quadrant > 1 ? part : -part;
}

/** Cosine of an angle in radians. */
export function cos(x: number): number {
  const size = Math.abs(x);
  if (!(size < Infinity)) return NaN;
  const quadrant = reduceAngle(size);
  const part = (quadrant & 1) === 0 ? cosNear(ANGLE[0]!, ANGLE[1]!) : sinNear(ANGLE[0]!, ANGLE[1]!);
  return quadrant === 1 || quadrant === 2 ? -part : part;
}

/** Finds size = n pi/2 + angle with |angle| <= pi/4: returns n mod 4, leaves the angle as two doubles in `ANGLE`. */
function reduceAngle(size: number): number {
  if (size < 0.7853981633974483) {
    ANGLE[0] = size;
    ANGLE[1] = 0;
    return 0;
  }
  if (size > 1e6) return reduceLargeAngle(size);
  // pi/2 in four parts; the first three have 33 bits or so, hence exact products with n < 2^20 (Cody and Waite).
  const n = Math.floor(size * TWO_OVER_PI + 0.5);
  const first = size - n * 1.5707963267341256;
  const second = n * 6.077100506303966e-11;
  const third = n * 2.0222662487111665e-21;
  const a = first - second;
  const aBack = a - first;
  const aLow = first - (a - aBack) - (second + aBack);
  const b = a - third;
  const bBack = b - a;
  const low = aLow + (a - (b - bBack) - (third + bBack)) - n * 8.4784276603689e-32;
  ANGLE[0] = b + low;
  ANGLE[1] = b - ANGLE[0]! + low;
  return n & 3;
}

/** The same by exact integers: no double above 1e6 comes nearer to a multiple of pi/2 than 192 bits resolve. */
function reduceLargeAngle(size: number): number {
  const fractionBits = size < 9007199254740992 ? 33 : 0;
  const turns = BigInt(size * (fractionBits === 0 ? 1 : 8589934592)) * twoOverPiBits();
  const shift = BigInt(1216 + fractionBits);
  const n = (turns + (1n << (shift - 1n))) >> shift;
  const rest = (turns - (n << shift)) >> (shift - 192n);
  const high = Number(rest);
  const low = Number(rest - BigInt(high)) * 1.5930919111324523e-58;
  const fraction = high * 1.5930919111324523e-58;
  const angle = fraction * HALF_PI;
  const angleLow = productError(fraction, HALF_PI, angle) + fraction * HALF_PI_LOW + low * HALF_PI;
  ANGLE[0] = angle + angleLow;
  ANGLE[1] = angle - ANGLE[0]! + angleLow;
  return Number(n & 3n);
}

/** The first 1216 bits of 2/pi after the point. */
function twoOverPiBits(): bigint {
  return BigInt(
    '0xa2f9836e4e441529fc2757d1f534ddc0db6295993c439041fe5163abdebbc561b7246e3a424d' +
      'd2e006492eea09d1921cfe1deb1cb129a73ee88235f52ebb4484e99c7026b45f7e413991d639' +
      '835339f49c845f8bbdf9283b1ff897ffde05980fef2f118b5a0a6d1f6d367ecf27cb09b74f46' +
      '3f669e5fea2d7527bac7ebe5f17b3d0739f78a5292ea6bfb5fb11f8d5d0856033046fc7b6bab',
  );
}

/** sin(y + low) for |y| <= pi/4. */
function sinNear(y: number, low: number): number {
  const z = y * y;
  const tail =
    -1 / 6 +
    z *
      (1 / 120 +
        z *
          (-1 / 5040 +
            z *
              (1 / 362880 +
                z * (-1 / 39916800 + z * (1 / 6227020800 + z * (-1 / 1307674368000 + z / 355687428096000))))));
  return y + (low * (1 - 0.5 * z) + y * z * tail);
}

/** cos(y + low) for |y| <= pi/4. */
function cosNear(y: number, low: number): number {
  const z = y * y;
  const half = 0.5 * z;
  const tail =
    1 / 24 +
    z *
      (-1 / 720 +
        z * (1 / 40320 + z * (-1 / 3628800 + z * (1 / 479001600 + z * (-1 / 87178291200 + z / 20922789888000)))));
  const main = 1 - half;
  return main + (1 - main - half + (z * z * tail - y * low));
}
