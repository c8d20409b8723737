/** The hyperbolic tangent in four floats. */
import type { FunctionBuilder } from '../function-builder.ts';
import { f32x4, i32x4, v128 } from '../simd.ts';
import type { Local, Value } from '../value.ts';
import { fractionTail } from './exp-fraction.ts';
import { LOG2E, powerOfTwo, ROUNDER } from './exp.ts';

/** Twice the number from which on the result rounds to 1. */
const LIMIT = 18.04;
/** ln 2, luckily off by 2^-29 only: one part suffices, since n is at most 26 and a large x counts for little. */
const LN2 = 0.6931471824645996;
/** Twice the number from which on 1 - tanh is computed: it is below 0.4 there, so what it is off by counts for little. */
const LARGE = 1.5;

/**
 * (e^2x - 1) / (e^2x + 1) with the sign of x, within 3 units in the last place, and within 0.8 from 1.5 on: 1 - tanh^2, the
 * gradient, shows the error of a result near 1 many times larger. With e^2x = 2^n (a + r) / (a - r) and
 * t = (2^n - 1) / 2 (a + r) that is (t + r) / (t + a), which for n = 0 is r / a, or 1 - (a - r) / (t + a).
 */
export function tanh(f: FunctionBuilder, x: Local<'v128'>): Value<'v128'> {
  const sign = i32x4.splat(0x80000000 | 0);
  const size = f.local('v128', v128.andnot(x, sign));
  // pmin keeps a NaN that is its first operand.
  const doubled = f.local('v128', f32x4.pmin(f32x4.add(size, size), f32x4.splat(LIMIT)));
  // In the low bits of `shifted` stands n - 1.
  const rounder = f32x4.splat(ROUNDER - 1);
  const shifted = f.local('v128', f32x4.add(f32x4.mul(doubled, f32x4.splat(LOG2E)), rounder));
  const n = f32x4.sub(shifted, rounder);
  const r = f.local('v128', f32x4.sub(doubled, f32x4.mul(n, f32x4.splat(LN2))));
  const a = f.local('v128', f32x4.add(fractionTail(f, r), f32x4.splat(2)));
  const half = f32x4.sub(powerOfTwo(shifted), f32x4.splat(0.5));
  const t = f.local('v128', f32x4.mul(half, f32x4.add(a, r)));
  const large = f.local('v128', f32x4.gt(doubled, f32x4.splat(LARGE)));
  const above = v128.bitselect(f32x4.sub(r, a), f32x4.add(t, r), large);
  const tangent = f32x4.add(f32x4.div(above, f32x4.add(t, a)), v128.and(large, f32x4.splat(1)));
  return v128.or(tangent, v128.and(x, sign));
}
