/** e^x - 1 in four floats, accurate near 0. */
import type { FunctionBuilder } from '../function-builder.ts';
import { f32x4, i32x4, v128 } from '../simd.ts';
import type { Local, Value } from '../value.ts';
import { reduceExp } from './exp.ts';

/** e^x - 1, within 2 units in the last place. */
export function expm1(f: FunctionBuilder, x: Local<'v128'>): Value<'v128'> {
  const bounded = f.local('v128', f32x4.pmax(f32x4.pmin(x, f32x4.splat(89)), f32x4.splat(-40)));
  const { shifted, part } = reduceExp(f, bounded);
  // 2^128 is no float32: above 2^127 the last doubling comes at the end.
  const n = f.local('v128', i32x4.sub(shifted, i32x4.splat(0x4b400000)));
  const within = f.local('v128', i32x4.minSigned(n, i32x4.splat(127)));
  const one = i32x4.splat(0x3f800000);
  const power = f.local('v128', i32x4.add(i32x4.shl(within, 23), one));
  const last = i32x4.add(i32x4.shl(i32x4.sub(n, within), 23), one);
  const sum = f32x4.add(f32x4.mul(power, part), f32x4.sub(power, f32x4.splat(1)));
  // This small, x is the result, with its own sign and no bit lost.
  const small = f32x4.lt(f32x4.abs(x), f32x4.splat(2 ** -25));
  return v128.bitselect(x, f32x4.mul(sum, last), small);
}
