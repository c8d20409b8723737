/** The logistic function in four floats. */
import type { FunctionBuilder } from '../function-builder.ts';
import { f32x4, v128 } from '../simd.ts';
import type { Local, Value } from '../value.ts';
import { expBounded } from './exp.ts';

/** 1 / (1 + e^-x) as e^min(x, 0) / (1 + e^-|x|), within 3 units in the last place, subnormal results included. */
export function sigmoid(f: FunctionBuilder, x: Local<'v128'>): Value<'v128'> {
  const one = f32x4.splat(1);
  const bounded = f.local('v128', f32x4.pmax(f32x4.neg(f32x4.abs(x)), f32x4.splat(-104)));
  const decay = f.local('v128', expBounded(f, bounded));
  const above = v128.bitselect(one, decay, f32x4.gt(x, f32x4.splat(0)));
  return f32x4.div(above, f32x4.add(decay, one));
}
