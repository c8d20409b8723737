/** The hyperbolic tangent in four floats. */
import type { FunctionBuilder } from '../function-builder.ts';
import { f32x4 } from '../simd.ts';
import type { Local, Value } from '../value.ts';
import { fractionTailOfDouble } from './exp-fraction.ts';
import { LOG2E, powerOfTwo, ROUNDER } from './exp.ts';

/** From here on the result rounds to 1. */
const LIMIT = 9.02;
/** ln(2) / 2, luckily off by 2^-30 only: one part suffices, since n is at most 26 and a large x counts for little. */
const HALF_LN2 = 0.3465735912322998;

/**
 * (e^2x - 1) / (e^2x + 1), within 3 units in the last place, odd to the bit. With e^2x = 2^n (1 + s + r) / (1 + s - r),
 * p = 2^n + 1 and q = 1 - 2^n that is (r p - s q - q) / (s p - r q + p). p and q are exact, or what they lose does not
 * count, and no digit of a small x is lost: for n = 0 it is 2r / (2 + 2s), with its sign where r is 0.
 */
export function tanh(f: FunctionBuilder, x: Local<'v128'>): Value<'v128'> {
  // pmin and pmax keep a NaN that is their first operand.
  const bounded = f.local('v128', f32x4.pmax(f32x4.pmin(x, f32x4.splat(LIMIT)), f32x4.splat(-LIMIT)));
  const rounder = f32x4.splat(ROUNDER);
  const shifted = f.local('v128', f32x4.add(f32x4.mul(bounded, f32x4.splat(2 * LOG2E)), rounder));
  const n = f32x4.sub(shifted, rounder);
  const r = f.local('v128', f32x4.sub(bounded, f32x4.mul(n, f32x4.splat(HALF_LN2))));
  const s = f.local('v128', fractionTailOfDouble(f, r));
  const power = f.local('v128', powerOfTwo(shifted));
  const p = f.local('v128', f32x4.add(power, f32x4.splat(1)));
  const q = f.local('v128', f32x4.sub(f32x4.splat(1), power));
  const above = f32x4.sub(f32x4.sub(f32x4.mul(r, p), f32x4.mul(s, q)), q);
  return f32x4.div(above, f32x4.add(f32x4.sub(f32x4.mul(s, p), f32x4.mul(r, q)), p));
}
