/**
 * e^r as a fraction, for functions of e^x that divide anyway: (a + r) / (a - r) with a = r coth(r / 2) = 2 + r^2 tail(r^2).
 * Two terms suffice where a polynomial needs six, and the functions' only division is their last operation.
 */
import type { FunctionBuilder } from '../function-builder.ts';
import { f32x4 } from '../simd.ts';
import type { Local, Value } from '../value.ts';
import { polynomial } from './polynomial.ts';

/** For |r| <= ln(2) / 2: minimax for the relative error of e^r (Remez), which is 2^-30.8. */
const TAIL = [0.166666179895401, -0.002765991725027561] as const;

/** r coth(r / 2) - 2. */
export function fractionTail(f: FunctionBuilder, r: Local<'v128'>): Value<'v128'> {
  const z = f.local('v128', f32x4.mul(r, r));
  return f32x4.mul(z, polynomial(f, z, TAIL));
}
