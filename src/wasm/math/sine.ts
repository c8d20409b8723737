/**
 * Sine and cosine in four floats. The angle is reduced to |r| <= pi/4 in double: by multiples of pi/2 in two parts for
 * |x| < 2^20, else, lane by lane, by integer arithmetic on the digits of 2/pi.
 */
import type { Func, FunctionBuilder } from '../function-builder.ts';
import type { ModuleBuilder } from '../module-builder.ts';
import { f32, f64, i32, i64 } from '../scalar.ts';
import { f32x4, f64x2, i32x4, v128 } from '../simd.ts';
import type { Local, Value } from '../value.ts';
import { polynomial } from './polynomial.ts';

const TWO_OVER_PI = 0.6366197723675814;
/** pi/2 in two parts; the first has 33 bits, so its product with a whole number below 2^20 is exact. */
const HALF_PI_HIGH = 1.5707963267341256;
const HALF_PI_LOW = 6.077100506506192e-11;
const LARGE = 2 ** 20;
/** Added to a number below 2^22 in size, it leaves the nearest whole number in the low bits. */
const ROUNDER = 12582912;

/** (sin r - r) / r^3 at r^2, for |r| <= pi/4: minimax for the relative error of sin r (Remez), which is 2^-27.9. */
const SINE = [-0.16666655242443085, 0.008332189172506332, -0.0001951828453456983];
/** (cos r - 1 + r^2/2) / r^4 at r^2, for |r| <= pi/4: minimax for the relative error of cos r (Remez), which is 2^-33. */
const COSINE = [0.04166664555668831, -0.0013887309469282627, 2.4432327336398885e-5];

/** Sine of angles in radians, within 2 units in the last place; NaN for infinite ones. */
export function sin(f: FunctionBuilder, x: Local<'v128'>, module: ModuleBuilder): Value<'v128'> {
  const result = sineOf(f, x, 0, module);
  // This small, x is the result, with its own sign.
  return v128.bitselect(x, result, f32x4.lt(f32x4.abs(x), f32x4.splat(2 ** -12)));
}

/** Cosine of angles in radians, within 2 units in the last place; NaN for infinite ones. */
export function cos(f: FunctionBuilder, x: Local<'v128'>, module: ModuleBuilder): Value<'v128'> {
  return sineOf(f, x, 1, module);
}

/** sin(x + turn pi/2). */
function sineOf(f: FunctionBuilder, x: Local<'v128'>, turn: 0 | 1, module: ModuleBuilder): Value<'v128'> {
  const low = reduceHalf(f, x);
  const high = reduceHalf(f, f.local('v128', i32x4.shuffle(x, x, [2, 3, 2, 3])));
  const r = f.local('v128', joined(low.r, high.r));
  // The quadrant stands in the two lowest bits.
  const quadrant = f.local('v128', f32x4.add(joined(low.n, high.n), f32x4.splat(ROUNDER)));
  const size = f.local('v128', f32x4.abs(x));
  const large = v128.and(f32x4.ge(size, f32x4.splat(LARGE)), f32x4.lt(size, f32x4.splat(Infinity)));
  f.if(v128.anyTrue(large), () => {
    const reduce = module.once('sine of large angles', defineReduceLarge);
    for (let lane = 0; lane < 4; lane++) {
      const one = f.local('f32', f32x4.extractLane(x, lane));
      const inside = i32.and(f32.ge(f32.abs(one), LARGE), f32.lt(f32.abs(one), Infinity));
      f.if(inside, () => {
        const reduced = f.local('f64', f.valueOf(reduce, one));
        f.set(r, f32x4.replaceLane(r, lane, f32.demoteF64(reduced)));
        f.set(quadrant, i32x4.replaceLane(quadrant, lane, i32.wrapI64(i64.reinterpretF64(reduced))));
      });
    }
  });
  const turned = f.local('v128', turn === 0 ? quadrant : i32x4.add(quadrant, i32x4.splat(turn)));
  const z = f.local('v128', f32x4.mul(r, r));
  const sine = f.local('v128', f32x4.add(r, f32x4.mul(f32x4.mul(r, z), polynomial(f, z, SINE))));
  const cosine = f32x4.add(
    f32x4.sub(f32x4.splat(1), f32x4.mul(z, f32x4.splat(0.5))),
    f32x4.mul(f32x4.mul(z, z), polynomial(f, z, COSINE)),
  );
  const odd = i32x4.shrSigned(i32x4.shl(turned, 31), 31);
  const sign = i32x4.shl(i32x4.shrUnsigned(turned, 1), 31);
  return v128.xor(v128.bitselect(cosine, sine, odd), sign);
}

/** Lanes 0 and 1 as n pi/2 + r, in double. */
function reduceHalf(f: FunctionBuilder, x: Local<'v128'>): { n: Local<'v128'>; r: Value<'v128'> } {
  const wide = f.local('v128', f64x2.promoteLowF32x4(x));
  const n = f.local('v128', f64x2.nearest(f64x2.mul(wide, f64x2.splat(TWO_OVER_PI))));
  const rest = f64x2.sub(wide, f64x2.mul(n, f64x2.splat(HALF_PI_HIGH)));
  return { n, r: f64x2.sub(rest, f64x2.mul(n, f64x2.splat(HALF_PI_LOW))) };
}

/** Two pairs of doubles as four floats. */
function joined(low: Value<'v128'>, high: Value<'v128'>): Value<'v128'> {
  return i32x4.shuffle(f32x4.demoteF64x2Zero(low), f32x4.demoteF64x2Zero(high), [0, 1, 4, 5]);
}

/**
 * Five zeros, then the bits of 2/pi after the point, to 251: enough that every float32 finds 96 of those that matter.
 * No float32 comes nearer to a multiple of pi/2 than 2^-30 or so.
 */
const DIGITS = [0x0517cc1b727220a9n, 0x4fe13abe8fa9a6een, 0x06db14acc9e21c82n, 0x0ff28b1d5ef5de2bn];

/**
 * x = n pi/2 + r for 2^20 <= |x| < Infinity: r, with n mod 4 in place of its two lowest bits. With |x| = m 2^e, m whole, the
 * product of m and the digits of 2/pi from 2^e on, modulo 4, is n and a fraction of 62 bits.
 */
function defineReduceLarge(module: ModuleBuilder): Func<readonly ['f32'], 'f64'> {
  return module.define({ name: 'reduceLarge', params: ['f32'], result: 'f64' }, (f, x) => {
    const bits = f.local('i32', i32.reinterpretF32(f32.abs(x)));
    const mantissa = f.local('i64', i64.extendI32Unsigned(i32.or(i32.and(bits, 0x7fffff), 0x800000)));
    // The exponent of m is 150 below the biased one; the digits begin 4 places before the point and are wanted from the
    // place e - 1.
    const from = f.local('i32', i32.sub(i32.shrUnsigned(bits, 23), 147));
    const words = DIGITS.slice(0, 3).map((word) => f.local('i64', i64.const(BigInt.asIntN(64, word))));
    const [first, second, third] = words as [Local<'i64'>, Local<'i64'>, Local<'i64'>];
    f.if(i32.geSigned(from, 64), () => {
      words.forEach((word, k) => f.set(word, i64.const(BigInt.asIntN(64, DIGITS[k + 1] as bigint))));
    });
    const by = f.local('i64', i64.extendI32Unsigned(i32.and(from, 63)));
    const rest = f.local('i64', i64.sub(63n, by));
    // 64 bits from there on, and 32 behind them.
    const window = (left: Local<'i64'>, right: Local<'i64'>): Value<'i64'> =>
      i64.or(i64.shl(left, by), i64.shrUnsigned(i64.shrUnsigned(right, 1n), rest));
    const behind = i64.shrUnsigned(window(second, third), 32n);
    const turns = f.local(
      'i64',
      i64.add(i64.mul(mantissa, window(first, second)), i64.shrUnsigned(i64.mul(mantissa, behind), 32n)),
    );
    const n = f.local('i64', i64.shrUnsigned(i64.add(turns, 1n << 61n), 62n));
    const fraction = f64.convertI64Signed(i64.sub(turns, i64.shl(n, 62n)));
    const angle = f.local('f64', f64.mul(fraction, Math.PI * 2 ** -63));
    f.if(f32.lt(x, 0), () => {
      f.set(angle, f64.neg(angle));
      f.set(n, i64.sub(0n, n));
    });
    const marked = i64.or(i64.and(i64.reinterpretF64(angle), -4n), i64.and(n, 3n));
    f.return(f64.reinterpretI64(marked));
  });
}
