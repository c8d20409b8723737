/** x^y in four floats, computed in double as 2^(y log2 |x|). */
import type { FunctionBuilder } from '../function-builder.ts';
import { f32x4, f64x2, i32x4, i64x2, v128 } from '../simd.ts';
import type { Local, Value } from '../value.ts';
import { polynomialF64 } from './polynomial.ts';

/**
 * With s = (m - 1) / (m + 1), log2(m) / s at s^2, for m in [sqrt(1/2), sqrt(2)]: minimax for the relative error (Remez),
 * which is 2^-37.7. Results of float32 size ask for y log2 |x| within 2^-30.
 */
const LOG2 = [2.8853900817905367, 0.9617966731438103, 0.5770836084619142, 0.41167168663654113, 0.340745215914486];
/** (2^r - 1) / r for |r| <= 1/2: minimax for the relative error of 2^r (Remez), which is 2^-32. */
const EXP2 = [
  0.6931471838169471, 0.24022650920781982, 0.05550400375058253, 0.009618056919426113, 0.0013341951207797,
  0.00015461367648633446, 1.335978478554606e-5,
];

/** Bits of doubles. */
const ONE = 0x3ff0000000000000n;
const SQRT_HALF = 0x3fe6a09e667f3bcdn;
/** Or'ed to a whole number below 2^52, it makes a double of it, with 2^52 added. */
const WHOLE = 0x4330000000000000n;
/** Added to a double below 2^51 in size, it leaves the nearest whole number in the low bits. */
const ROUNDER = 6755399441055744;

/**
 * x^y with the special cases of IEEE 754 and NumPy: `pow(x, 0)` and `pow(1, y)` are 1 even for NaN, a negative base takes
 * whole exponents only. Within 0.51 units in the last place: whole results are exact.
 */
export function pow(f: FunctionBuilder, x: Local<'v128'>, y: Local<'v128'>): Value<'v128'> {
  const size = f.local('v128', f32x4.abs(x));
  const low = positivePower(f, size, y);
  const upper = (value: Local<'v128'>): Local<'v128'> => f.local('v128', i32x4.shuffle(value, value, [2, 3, 2, 3]));
  const high = positivePower(f, upper(size), upper(y));
  const result = f.local('v128', i32x4.shuffle(f32x4.demoteF64x2Zero(low), f32x4.demoteF64x2Zero(high), [0, 1, 4, 5]));
  const infinity = f32x4.splat(Infinity);
  const regular = v128.and(
    v128.and(f32x4.gt(x, f32x4.splat(0)), f32x4.lt(x, infinity)),
    f32x4.lt(f32x4.abs(y), infinity),
  );
  f.if(v128.anyTrue(v128.not(regular)), () => f.set(result, specialCases(f, { x, y, size, result })));
  return result;
}

interface Special {
  readonly x: Local<'v128'>;
  readonly y: Local<'v128'>;
  readonly size: Local<'v128'>;
  /** |x|^y, for regular operands. */
  readonly result: Local<'v128'>;
}

function specialCases(f: FunctionBuilder, { x, y, size, result }: Special): Value<'v128'> {
  const zero = f32x4.splat(0);
  const one = f32x4.splat(1);
  const infinity = f32x4.splat(Infinity);
  const nan = f32x4.splat(NaN);
  const sum = f.local('v128', result);
  const choose = (condition: Value<'v128'>, value: Value<'v128'>): void =>
    f.set(sum, v128.bitselect(value, sum, condition));
  const half = f.local('v128', f32x4.mul(y, f32x4.splat(0.5)));
  const whole = f.local('v128', f32x4.eq(f32x4.floor(y), y));
  const finite = f32x4.lt(f32x4.abs(y), infinity);
  const odd = v128.and(v128.and(whole, finite), f32x4.ne(f32x4.floor(half), half));
  const baseZero = f.local('v128', f32x4.eq(size, zero));
  const baseInfinite = f.local('v128', f32x4.eq(size, infinity));
  // 0 to a positive power and Infinity to a negative one are 0, the others infinite.
  const infinite = v128.xor(baseZero, f32x4.gt(y, zero));
  choose(v128.or(baseZero, baseInfinite), v128.andnot(infinity, v128.not(infinite)));
  choose(v128.and(v128.andnot(f32x4.lt(x, zero), baseInfinite), v128.not(whole)), nan);
  f.set(sum, v128.xor(sum, v128.and(v128.and(odd, x), i32x4.splat(0x80000000 | 0))));
  choose(v128.or(f32x4.ne(x, x), f32x4.ne(y, y)), nan);
  const exponentInfinite = f32x4.eq(f32x4.abs(y), infinity);
  const oneSized = v128.and(f32x4.eq(size, one), exponentInfinite);
  choose(v128.or(v128.or(oneSized, f32x4.eq(y, zero)), f32x4.eq(x, one)), one);
  return sum;
}

/** Lanes 0 and 1 as doubles: x^y for x > 0 and finite operands. */
function positivePower(f: FunctionBuilder, x: Local<'v128'>, y: Local<'v128'>): Value<'v128'> {
  // Every positive float32 is a normal double. Counted from 1023 up, the exponent is never negative.
  const bits = f.local('v128', i64x2.add(f64x2.promoteLowF32x4(x), bitsOf(ONE - SQRT_HALF)));
  const mantissa = f.local('v128', i64x2.add(v128.and(bits, bitsOf(0xfffffffffffffn)), bitsOf(SQRT_HALF)));
  const biased = v128.or(i64x2.shrUnsigned(bits, 52), bitsOf(WHOLE));
  const exponent = f64x2.sub(biased, f64x2.splat(2 ** 52 + 1023));
  const one = f64x2.splat(1);
  const s = f.local('v128', f64x2.div(f64x2.sub(mantissa, one), f64x2.add(mantissa, one)));
  const z = f.local('v128', f64x2.mul(s, s));
  const log2 = f64x2.add(exponent, f64x2.mul(s, polynomialF64(f, z, LOG2)));
  // Beyond these bounds the result is 0 or infinite as a float32.
  const product = f64x2.mul(f64x2.promoteLowF32x4(y), log2);
  const bounded = f.local('v128', f64x2.pmax(f64x2.pmin(product, f64x2.splat(160)), f64x2.splat(-160)));
  const shifted = f.local('v128', f64x2.add(bounded, f64x2.splat(ROUNDER)));
  const r = f.local('v128', f64x2.sub(bounded, f64x2.sub(shifted, f64x2.splat(ROUNDER))));
  const power = i64x2.add(i64x2.shl(shifted, 52), bitsOf(ONE));
  return f64x2.mul(f64x2.add(one, f64x2.mul(r, polynomialF64(f, r, EXP2))), power);
}

/** The same 64 bits in both halves. */
function bitsOf(value: bigint): Value<'v128'> {
  const low = Number(BigInt.asIntN(32, value));
  const high = Number(BigInt.asIntN(32, value >> 32n));
  return i32x4.const([low, high, low, high]);
}
