/** The hyperbolic tangent in four floats. */
import type { FunctionBuilder } from '../function-builder.ts';
import { f32x4, i32x4, v128 } from '../simd.ts';
import type { Local, Value } from '../value.ts';
import { expm1Bounded } from './expm1.ts';

/** (1 - e) / (1 + e) with e = e^(-2|x|), within 3 units in the last place: e - 1 is computed as such, so that no digit of a small x is lost. */
export function tanh(f: FunctionBuilder, x: Local<'v128'>): Value<'v128'> {
  // Below -40 the result is 1.
  const doubled = f.local('v128', f32x4.pmax(f32x4.mul(f32x4.abs(x), f32x4.splat(-2)), f32x4.splat(-40)));
  const decay = f.local('v128', expm1Bounded(f, doubled));
  const size = f32x4.div(decay, f32x4.add(decay, f32x4.splat(2)));
  // The quotient is negative or zero: its sign gives way to that of x.
  const sign = i32x4.splat(0x80000000 | 0);
  return v128.or(f32x4.abs(size), v128.and(x, sign));
}
