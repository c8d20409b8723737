/** ln(1 + x) in four floats, accurate near 0, and softplus, which is made of it. */
import type { FunctionBuilder } from '../function-builder.ts';
import { f32x4, i32x4, v128 } from '../simd.ts';
import type { Local, Value } from '../value.ts';
import { exp } from './exp.ts';
import { logOfParts, splitExponent } from './log.ts';

/** ln(1 + x) for finite x > -1, within 2 units in the last place. NaN gives anything. */
function log1pFinite(f: FunctionBuilder, x: Local<'v128'>): Value<'v128'> {
  const one = f32x4.splat(1);
  const sum = f.local('v128', f32x4.add(x, one));
  // What the sum lost, exactly (Knuth's two-sum).
  const back = f.local('v128', f32x4.sub(sum, one));
  const lost = f32x4.add(f32x4.sub(one, f32x4.sub(sum, back)), f32x4.sub(x, back));
  const { k, near } = splitExponent(f, sum);
  // 2^-k; for large k the lost part is too small to count, and 2^-k becomes 0.
  const exponent = i32x4.maxSigned(i32x4.sub(i32x4.splat(127), k), i32x4.splat(0));
  const corrected = f.local('v128', f32x4.add(near, f32x4.mul(lost, i32x4.shl(exponent, 23))));
  const small = f32x4.lt(f32x4.abs(x), f32x4.splat(2 ** -25));
  // This small, x is the result, with its own sign and no bit lost.
  return v128.bitselect(x, logOfParts(f, k, corrected), small);
}

/** ln(1 + x), within 2 units in the last place; -Infinity at -1, NaN below. */
export function log1p(f: FunctionBuilder, x: Local<'v128'>): Value<'v128'> {
  const result = f.local('v128', log1pFinite(f, x));
  const regular = v128.and(f32x4.gt(x, f32x4.splat(-1)), f32x4.lt(x, f32x4.splat(Infinity)));
  const special = f.local('v128', v128.not(regular));
  f.if(v128.anyTrue(special), () => {
    // The square root of Infinity, NaN and negative numbers is the logarithm's value there.
    const sum = f32x4.add(x, f32x4.splat(1));
    const root = v128.bitselect(f32x4.splat(-Infinity), f32x4.sqrt(sum), f32x4.eq(x, f32x4.splat(-1)));
    f.set(result, v128.bitselect(root, result, special));
  });
  return result;
}

/** ln(1 + e^x) as max(x, 0) + ln(1 + e^-|x|), within 2 units in the last place. */
export function softplus(f: FunctionBuilder, x: Local<'v128'>): Value<'v128'> {
  const negative = f.local('v128', f32x4.neg(f32x4.abs(x)));
  const decay = f.local('v128', exp(f, negative));
  // The first term keeps NaN.
  return f32x4.add(f32x4.pmax(x, f32x4.splat(0)), log1pFinite(f, decay));
}
