/** 1 / sqrt(x) in four floats. */
import type { FunctionBuilder } from '../function-builder.ts';
import { f32x4 } from '../simd.ts';
import type { Local, Value } from '../value.ts';

/** Rounded twice, hence within 1 unit in the last place or little more. */
export function rsqrt(_: FunctionBuilder, x: Local<'v128'>): Value<'v128'> {
  return f32x4.div(f32x4.splat(1), f32x4.sqrt(x));
}
