/** e^x in four floats, and the pieces that other functions of e^x are made of. NaN passes through all of them. */
import type { FunctionBuilder } from '../function-builder.ts';
import { f32x4, i32x4 } from '../simd.ts';
import type { Local, Value } from '../value.ts';
import { polynomial } from './polynomial.ts';

export const LOG2E = 1.4426950216293335;
/** ln 2 in two parts; the first has 9 bits, so its product with an exponent is exact. */
const LN2_HIGH = 0.693359375;
const LN2_LOW = -0.00021219444170128554;
/** Added to a number below 2^22 in size, it leaves the nearest whole number in the low bits. */
export const ROUNDER = 12582912;
const ROUNDER_BITS = 0x4b400000;
const ONE_BITS = 0x3f800000;

/**
 * (e^r - 1 - r) / r^2 for |r| <= ln(2) / 2: minimax for the relative error of e^r (Remez, coefficients rounded to float32
 * one after the other). The error is 2^-27.8 of e^r and 2^-25.2 of e^r - 1.
 */
const TAIL = [0.5, 0.16666488349437714, 0.04166555777192116, 0.008372262120246887, 0.001403394853696227];

/** x = n ln 2 + r with n whole and |r| <= ln(2) / 2. */
export interface Reduced {
  /** The bits of n + 1.5 2^23: n stands in the low ones. */
  readonly shifted: Local<'v128'>;
  /** e^r - 1. */
  readonly part: Local<'v128'>;
}

/** n and r. In the low bits of `shifted` stands n + `bias`, a small whole number. */
export function splitExp(
  f: FunctionBuilder,
  x: Local<'v128'>,
  bias = 0,
): { readonly shifted: Local<'v128'>; readonly r: Local<'v128'> } {
  const rounder = f32x4.splat(ROUNDER + bias);
  const shifted = f.local('v128', f32x4.add(f32x4.mul(x, f32x4.splat(LOG2E)), rounder));
  const n = f.local('v128', f32x4.sub(shifted, rounder));
  const high = f32x4.sub(x, f32x4.mul(n, f32x4.splat(LN2_HIGH)));
  return { shifted, r: f.local('v128', f32x4.sub(high, f32x4.mul(n, f32x4.splat(LN2_LOW)))) };
}

/** For |x| below 2^20. */
export function reduceExp(f: FunctionBuilder, x: Local<'v128'>): Reduced {
  const { shifted, r } = splitExp(f, x);
  const part = f.local('v128', f32x4.add(r, f32x4.mul(f32x4.mul(r, r), polynomial(f, r, TAIL))));
  return { shifted, part };
}

/** 2^n for the n in the low bits, from -126 to 127. */
export function powerOfTwo(shifted: Local<'v128'>): Value<'v128'> {
  return i32x4.add(i32x4.shl(shifted, 23), i32x4.splat(ONE_BITS));
}

/** e^x for x from -87 to 88: one multiplication fewer than `exp`. */
export function expNormal(f: FunctionBuilder, x: Local<'v128'>): Value<'v128'> {
  const reduced = reduceExp(f, x);
  return f32x4.mul(f32x4.add(reduced.part, f32x4.splat(1)), powerOfTwo(reduced.shifted));
}

/** e^x for x from -104 to 89, rounded once where it is subnormal. */
export function expBounded(f: FunctionBuilder, x: Local<'v128'>): Value<'v128'> {
  const { shifted, part } = reduceExp(f, x);
  // 2^n as the product of two powers, each of which is normal.
  const n = f.local('v128', i32x4.sub(shifted, i32x4.splat(ROUNDER_BITS)));
  const half = f.local('v128', i32x4.shrSigned(n, 1));
  const power = (exponent: Value<'v128'>): Value<'v128'> => i32x4.add(i32x4.shl(exponent, 23), i32x4.splat(ONE_BITS));
  return f32x4.mul(f32x4.mul(f32x4.add(part, f32x4.splat(1)), power(half)), power(i32x4.sub(n, half)));
}

/** e^x, within 1.03 units in the last place, which all 2^32 floats were tried for. */
export function exp(f: FunctionBuilder, x: Local<'v128'>): Value<'v128'> {
  // Beyond these bounds the result is 0 or infinite. pmin and pmax keep a NaN that is their first operand.
  const bounded = f.local('v128', f32x4.pmax(f32x4.pmin(x, f32x4.splat(89)), f32x4.splat(-104)));
  return expBounded(f, bounded);
}
