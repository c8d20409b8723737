/**
 * Elementary functions in double arithmetic, made of + - * / and bit access only, so that every engine returns the same
 * bits (`Math.exp` and its kin differ in their last ones). Errors stay within about one unit in the last place of a
 * double, two for tanh, sigmoid and expm1. NaN, infinities, signed zeros and subnormals behave as IEEE 754 recommends.
 */
import { productError } from './math/product.ts';

export { cos, sin } from './math/sine.ts';

const NUMBER = new Float64Array(1);
const WORDS = new Int32Array(NUMBER.buffer);
/** Where the sign and exponent word of a double lies: 1 on little-endian machines. */
const HIGH = /* @__PURE__ */ highWord();

/** `POWERS[k + 1022]` is 2^k for every normal exponent k. */
const POWERS = /* @__PURE__ */ powersOfTwo();

const LOG2E = 1.4426950408889634;
/** ln 2 in two parts; the first has 42 bits, so its product with an exponent is exact. */
const LN2_HIGH = 0.6931471805598903;
const LN2_LOW = 5.497923018708371e-14;
const SQRT2 = 1.4142135623730951;

/** e^x. */
export function exp(x: number): number {
  return expOfSum(x, 0);
}

/** e^x - 1, accurate near 0. */
export function expm1(x: number): number {
  if (!(x < 710)) return x > 0 ? Infinity : x;
  if (x < -40) return -1;
  if (x > -1e-17 && x < 1e-17) return x;
  const k = Math.floor(x * LOG2E + 0.5);
  const high = x - k * LN2_HIGH;
  const low = k * LN2_LOW;
  const r = high - low;
  const part = r + (high - r - low + r * r * expTail(r));
  if (k === 0) return part;
  if (k > 53) return scale(1 + part, k) - 1;
  const power = POWERS[k + 1022]!;
  return power * part + (power - 1);
}

/** Natural logarithm. */
export function log(x: number): number {
  if (!(x > 0)) return x === 0 ? -Infinity : NaN;
  if (x === Infinity) return x;
  const k = splitExponent(x);
  return logNear(k, NUMBER[0]! - 1, 0);
}

/** ln(1 + x), accurate near 0. */
export function log1p(x: number): number {
  if (!(x > -1)) return x === -1 ? -Infinity : NaN;
  if (x > -1e-17 && x < 1e-17) return x;
  if (x > -0.25 && x < 0.375) return logNear(0, x, 0);
  if (x === Infinity) return x;
  const sum = 1 + x;
  const lost = x > 1 ? 1 - (sum - x) : x - (sum - 1);
  const k = splitExponent(sum);
  return logNear(k, NUMBER[0]! - 1, lost / sum);
}

/** Hyperbolic tangent. */
export function tanh(x: number): number {
  const size = Math.abs(x);
  if (size < 1e-9) return x;
  let result: number;
  if (size < 1) {
    const decay = expm1(-2 * size);
    result = -decay / (decay + 2);
  } else {
    result = size > 22 ? 1 : 1 - 2 / (expm1(2 * size) + 2);
  }
  return x === x ? (x < 0 ? -result : result) : x;
}

/** 1 / (1 + e^-x). */
export function sigmoid(x: number): number {
  if (x >= 0) return 1 / (1 + exp(-x));
  const e = exp(x);
  return e / (1 + e);
}

/** ln(1 + e^x): x for large x, e^x for very negative ones. */
export function softplus(x: number): number {
  return x > 0 ? x + log1p(exp(-x)) : log1p(exp(x));
}

/** The error function: 2/sqrt(pi) times the integral of e^(-t^2) from 0 to x. */
export function erf(x: number): number {
  const size = Math.abs(x);
  if (size < 1) {
    const z = x * x;
    return x + x * (0.12837916709551256 + z * erfSeries(z));
  }
  if (!(size < 6)) return x > 0 ? 1 : x < 0 ? -1 : x;
  const rest = exp(-size * size) * scaledErfc((size - 3) / (size + 3));
  return x < 0 ? rest - 1 : 1 - rest;
}

/**
 * x^y with the special cases of IEEE 754 and NumPy: `pow(x, 0)` and `pow(1, y)` are 1 even for NaN, a negative base
 * takes integer exponents only. Whole powers up to 64 come from products that keep 106 bits, so 3^5 is exactly 243.
 */
export function pow(x: number, y: number): number {
  if (y === 0 || x === 1) return 1;
  if (y === 1) return x;
  if (y === 2) return x * x;
  if (x !== x || y !== y) return NaN;
  const size = Math.abs(x);
  if (y === Infinity || y === -Infinity) return size === 1 ? 1 : size > 1 === y > 0 ? Infinity : 0;
  const whole = Math.floor(y) === y;
  const odd = whole && y - 2 * Math.floor(y / 2) === 1;
  if (size === 0 || size === Infinity) {
    const result = (size === 0) === y > 0 ? 0 : Infinity;
    return odd && (x < 0 || 1 / x < 0) ? -result : result;
  }
  if (x < 0 && !whole) return NaN;
  const result = positivePower(size, y, whole);
  return x < 0 && odd ? -result : result;
}

function positivePower(x: number, y: number, whole: boolean): number {
  const count = Math.abs(y);
  if (x === 1) return 1;
  if (whole && count <= 64) {
    // Beyond these bounds a product's low part could leave the range of doubles.
    const bound = POWERS[1022 + Math.floor(896 / count)]!;
    if (x < bound && x * bound > 1) return wholePower(x, count, y < 0);
  }
  // |ln x| is at least 2^-53 here, so larger exponents overflow or vanish.
  if (count > 1e20) return x > 1 === y > 0 ? Infinity : 0;
  logInParts(x);
  const high = PARTS[0]!;
  const product = y * high;
  if (product > 710) return Infinity;
  if (product < -746) return 0;
  return expOfSum(product, productError(y, high, product) + y * PARTS[1]!);
}

/** x^count by repeated squaring on pairs (high, low) of doubles whose sum carries about 106 bits. */
function wholePower(x: number, count: number, invert: boolean): number {
  let baseHigh = x;
  let baseLow = 0;
  let high = 1;
  let low = 0;
  let left = count;
  for (;;) {
    if ((left & 1) === 1) {
      const product = high * baseHigh;
      const rest = productError(high, baseHigh, product) + (high * baseLow + low * baseHigh);
      high = product + rest;
      low = product - high + rest;
    }
    left >>= 1;
    if (left === 0) break;
    const square = baseHigh * baseHigh;
    const rest = productError(baseHigh, baseHigh, square) + 2 * baseHigh * baseLow;
    baseHigh = square + rest;
    baseLow = square - baseHigh + rest;
  }
  if (!invert) return high;
  const inverse = 1 / high;
  const product = inverse * high;
  return inverse + inverse * (1 - product - productError(inverse, high, product) - inverse * low);
}

/** e^(x + low) for a low part below the last bit of x. */
function expOfSum(x: number, low: number): number {
  if (!(x < 710)) return x > 0 ? Infinity : x;
  if (x < -746) return 0;
  const k = Math.floor(x * LOG2E + 0.5);
  const high = x - k * LN2_HIGH;
  const rest = k * LN2_LOW - low;
  const r = high - rest;
  return scale(1 + (r + (high - r - rest + r * r * expTail(r))), k);
}

/** (e^r - 1 - r) / r^2 for |r| <= ln(2) / 2: Taylor's series, even and odd terms apart for shorter chains. */
function expTail(r: number): number {
  const z = r * r;
  const even =
    1 / 2 + z * (1 / 24 + z * (1 / 720 + z * (1 / 40320 + z * (1 / 3628800 + z * (1 / 479001600 + z / 87178291200)))));
  const odd = 1 / 6 + z * (1 / 120 + z * (1 / 5040 + z * (1 / 362880 + z * (1 / 39916800 + z / 6227020800))));
  return even + r * odd;
}

/** value * 2^k, rounded once where the result is subnormal. */
function scale(value: number, k: number): number {
  if (k > 1023) return value * 2 * POWERS[k + 1021]!;
  if (k < -1022) return value * POWERS[k + 1076]! * 5.551115123125783e-17;
  return value * POWERS[k + 1022]!;
}

/** Writes x > 0 as m 2^k with m in [sqrt(1/2), sqrt(2)]: returns k and leaves m in `NUMBER[0]`. */
function splitExponent(x: number): number {
  NUMBER[0] = x;
  let word = WORDS[HIGH]!;
  let k = -1023;
  if (word < 0x100000) {
    NUMBER[0] = x * 18014398509481984;
    word = WORDS[HIGH]!;
    k = -1077;
  }
  WORDS[HIGH] = (word & 0xfffff) | 0x3ff00000;
  k += word >>> 20;
  if (NUMBER[0]! > SQRT2) {
    NUMBER[0]! /= 2;
    k++;
  }
  return k;
}

/**
 * k ln 2 + ln(1 + f) + low for 1 + f in [sqrt(1/2), sqrt(2)]. With s = f / (2 + f), ln(1 + f) = 2 (s + s^3/3 + ...);
 * written as f - f^2/2 + s (f^2/2 + 2 s^2/3 + ...), only f itself enters with full weight.
 */
function logNear(k: number, f: number, low: number): number {
  const half = 0.5 * f * f;
  const s = f / (2 + f);
  const z = s * s;
  const w = z * z;
  const odd = 2 / 3 + w * (2 / 7 + w * (2 / 11 + w * (2 / 15 + w * (2 / 19 + w * (2 / 23)))));
  const even = 2 / 5 + w * (2 / 9 + w * (2 / 13 + w * (2 / 17 + w * (2 / 21))));
  const series = z * (odd + z * even);
  return k * LN2_HIGH + (f - (half - (s * (half + series) + (k * LN2_LOW + low))));
}

const PARTS = new Float64Array(2);

/** ln x for finite x > 0 as a sum of two doubles in `PARTS`, with about 12 bits more than one double holds. */
function logInParts(x: number): void {
  const k = splitExponent(x);
  const f = NUMBER[0]! - 1;
  const sum = 2 + f;
  const s = f / sum;
  const back = s * sum;
  const sLow = (f - back - productError(s, sum, back) - s * (f - (sum - 2))) / sum;
  // ln(1 + f) = 2 s (1 + u), u = z/3 + z^2/5 + ...; z and z/3 need their low parts, the later terms do not.
  const z = s * s;
  const zLow = productError(s, s, z) + 2 * s * sLow;
  const third = z * (1 / 3);
  const thirdLow = productError(z, 1 / 3, third) + z * 1.850371707708594e-17 + zLow * (1 / 3);
  const later =
    z *
    z *
    (1 / 5 +
      z *
        (1 / 7 +
          z *
            (1 / 9 +
              z * (1 / 11 + z * (1 / 13 + z * (1 / 15 + z * (1 / 17 + z * (1 / 19 + z * (1 / 21 + z / 23)))))))));
  const u = third + later;
  const uLow = third - u + later + thirdLow;
  const main = 2 * s;
  const extra = main * u;
  const lows = productError(main, u, extra) + main * uLow + 2 * sLow * (1 + u);
  const near = main + extra;
  const nearLow = main - near + extra + lows;
  const scaled = k * LN2_HIGH;
  const total = scaled + near;
  const totalLow = (k === 0 ? 0 : scaled - total + near) + nearLow + k * LN2_LOW;
  PARTS[0] = total + totalLow;
  PARTS[1] = total - PARTS[0]! + totalLow;
}

/** (erf(x) / x - 2/sqrt(pi)) / x^2 at z = x^2 below 1: Taylor's series. */
function erfSeries(z: number): number {
  const start =
    -0.37612638903183754 +
    z * (0.11283791670955126 + z * (-0.026866170645131252 + z * (0.005223977625442188 + z * -0.0008548327023450853)));
  const middle =
    0.00012055332981789664 +
    z *
      (-1.492565035840625e-5 + z * (1.6462114365889248e-6 + z * (-1.6365844691234924e-7 + z * 1.4807192815879218e-8)));
  const end =
    -1.2290555301717928e-9 +
    z *
      (9.422759064650411e-11 + z * (-6.7113668551641105e-12 + z * (4.4632242632864775e-13 + z * -2.7835162072109e-14)));
  const last = 1.6342614095367152e-15 + z * (-9.063970842808673e-17 + z * 4.763348040515068e-18);
  const z5 = z * z * z * z * z;
  return start + z5 * (middle + z5 * (end + z5 * last));
}

/** e^(x^2) erfc(x) for x in [1, 6], at t = (x - 3) / (x + 3): a Chebyshev fit of degree 14, error 1.1e-17. */
function scaledErfc(t: number): number {
  const first =
    0.17900115118138996 +
    t * (-0.32623356004303716 + t * (0.24560380171233195 + t * (-0.15011593650078744 + t * 0.07166583719774874)));
  const second =
    -0.024392499318273194 +
    t * (0.004269136347508256 + t * (0.0007077464443901538 + t * (-0.0005970623517093284 + t * 4.525472635483354e-5)));
  const third =
    6.406182073530546e-5 +
    t * (-1.284889451252353e-5 + t * (-8.008021319412685e-6 + t * (2.023603179641757e-6 + t * 1.2801900862962662e-6)));
  const t5 = t * t * t * t * t;
  return first + t5 * (second + t5 * third);
}

function highWord(): 0 | 1 {
  NUMBER[0] = 1;
  return WORDS[1] === 0 ? 0 : 1;
}

function powersOfTwo(): Float64Array {
  const powers = new Float64Array(2046);
  let power = 2.2250738585072014e-308;
  for (let k = 0; k < 2046; k++) {
    powers[k] = power;
    power *= 2;
  }
  return powers;
}
