/** The logistic function in four floats. */
import type { FunctionBuilder } from '../function-builder.ts';
import { f32x4 } from '../simd.ts';
import type { Local, Value } from '../value.ts';
import { fractionTail } from './exp-fraction.ts';
import { powerOfTwo, splitExp } from './exp.ts';

/** Powers of two are taken so many times larger: 2^n stays normal where the result is subnormal already. */
const BIAS = 24;

/**
 * 1 / (1 + e^-x), within 3 units in the last place, subnormal results included. With e^x = 2^n (a + r) / (a - r) that is
 * t / (t + a - r), where t = 2^n (a + r).
 */
export function sigmoid(f: FunctionBuilder, x: Local<'v128'>): Value<'v128'> {
  // Beyond these bounds the result is 0 or 1. pmin and pmax keep a NaN that is their first operand.
  const bounded = f.local('v128', f32x4.pmax(f32x4.pmin(x, f32x4.splat(70)), f32x4.splat(-104)));
  const { shifted, r } = splitExp(f, bounded, BIAS);
  const a = f.local('v128', f32x4.add(f32x4.splat(2), fractionTail(f, r)));
  const t = f.local('v128', f32x4.mul(powerOfTwo(shifted), f32x4.add(a, r)));
  return f32x4.div(t, f32x4.add(t, f32x4.mul(f32x4.splat(1 << BIAS), f32x4.sub(a, r))));
}
