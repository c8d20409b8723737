/** Natural logarithms in four floats. */
import type { FunctionBuilder } from '../function-builder.ts';
import { f32x4, i32x4, v128 } from '../simd.ts';
import type { Local, Value } from '../value.ts';
import { polynomial } from './polynomial.ts';

/** ln 2 in two parts; the first has 9 bits, so its product with an exponent is exact. */
const LN2_HIGH = 0.693359375;
const LN2_LOW = -0.00021219444170128554;
const SQRT_HALF_BITS = 0x3f3504f3;
const SMALLEST_NORMAL = 2 ** -126;
const LARGEST = 3.4028234663852886e38;

/**
 * With s = f / (2 + f), (ln(1 + f) / s - 2) / s^2 at s^2, for 1 + f in [sqrt(1/2), sqrt(2)]: minimax for the relative
 * error of ln(1 + f) (Remez, coefficients rounded to float32 one after the other), which is 2^-30.2.
 */
const TAIL = [0.6666677594184875, 0.39977583289146423, 0.2987082898616791];

/** Writes normal x > 0 as (1 + f) 2^k with 1 + f in [sqrt(1/2), sqrt(2)]; k are integers. */
export function splitExponent(
  f: FunctionBuilder,
  x: Local<'v128'>,
): { readonly k: Local<'v128'>; readonly near: Local<'v128'> } {
  const bits = f.local('v128', i32x4.sub(x, i32x4.splat(SQRT_HALF_BITS)));
  const k = f.local('v128', i32x4.shrSigned(bits, 23));
  const mantissa = i32x4.add(v128.and(bits, i32x4.splat(0x7fffff)), i32x4.splat(SQRT_HALF_BITS));
  return { k, near: f.local('v128', f32x4.sub(mantissa, f32x4.splat(1))) };
}

/** k ln 2 + ln(1 + near): only `near` itself enters with full weight, as f - f^2/2 + s (f^2/2 + tail). */
export function logOfParts(f: FunctionBuilder, k: Value<'v128'>, near: Local<'v128'>): Value<'v128'> {
  const exponent = f.local('v128', f32x4.convertI32x4Signed(k));
  const half = f.local('v128', f32x4.mul(f32x4.mul(near, near), f32x4.splat(0.5)));
  const s = f.local('v128', f32x4.div(near, f32x4.add(near, f32x4.splat(2))));
  const z = f.local('v128', f32x4.mul(s, s));
  const series = f32x4.add(half, f32x4.mul(z, polynomial(f, z, TAIL)));
  const low = f32x4.add(f32x4.mul(s, series), f32x4.mul(exponent, f32x4.splat(LN2_LOW)));
  const main = f32x4.sub(near, f32x4.sub(half, low));
  return f32x4.add(f32x4.mul(exponent, f32x4.splat(LN2_HIGH)), main);
}

/** ln x, within 1 unit in the last place; -Infinity at 0, NaN below. */
export function log(f: FunctionBuilder, x: Local<'v128'>): Value<'v128'> {
  const scaled = f.local('v128', x);
  const shift = f.local('v128', v128.zero());
  const normal = v128.and(f32x4.ge(x, f32x4.splat(SMALLEST_NORMAL)), f32x4.le(x, f32x4.splat(LARGEST)));
  const special = f.local('v128', v128.not(normal));
  f.if(v128.anyTrue(special), () => {
    const subnormal = f.local('v128', f32x4.lt(x, f32x4.splat(SMALLEST_NORMAL)));
    f.set(scaled, v128.bitselect(f32x4.mul(x, f32x4.splat(2 ** 23)), x, subnormal));
    f.set(shift, v128.and(subnormal, i32x4.splat(-23)));
  });
  const { k, near } = splitExponent(f, scaled);
  const result = f.local('v128', logOfParts(f, i32x4.add(k, shift), near));
  f.if(v128.anyTrue(special), () => {
    // The square root of Infinity, NaN and negative numbers is the logarithm's value there.
    const root = v128.bitselect(f32x4.splat(-Infinity), f32x4.sqrt(x), f32x4.eq(x, f32x4.splat(0)));
    const finite = v128.and(f32x4.gt(x, f32x4.splat(0)), f32x4.le(x, f32x4.splat(LARGEST)));
    f.set(result, v128.bitselect(result, root, finite));
  });
  return result;
}
