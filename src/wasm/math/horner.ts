/** Polynomials by Horner's rule, lowest coefficient first. */
import { f32x4, f64x2 } from '../simd.ts';
import type { Local, Value } from '../value.ts';

/** `c0 + x (c1 + x (c2 + ...))` in each of four floats. */
export function horner(x: Local<'v128'>, coefficients: readonly number[]): Value<'v128'> {
  const [last, ...rest] = coefficients.toReversed();
  return rest.reduce<Value<'v128'>>(
    (sum, coefficient) => f32x4.add(f32x4.mul(x, sum), f32x4.splat(coefficient)),
    f32x4.splat(last as number),
  );
}

/** The same in each of two doubles. */
export function hornerF64(x: Local<'v128'>, coefficients: readonly number[]): Value<'v128'> {
  const [last, ...rest] = coefficients.toReversed();
  return rest.reduce<Value<'v128'>>(
    (sum, coefficient) => f64x2.add(f64x2.mul(x, sum), f64x2.splat(coefficient)),
    f64x2.splat(last as number),
  );
}
