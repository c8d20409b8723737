/** The error function in four floats. */
import type { FunctionBuilder } from '../function-builder.ts';
import { f32x4, i32x4, v128 } from '../simd.ts';
import type { Local, Value } from '../value.ts';
import { expNormal } from './exp.ts';
import { polynomial } from './polynomial.ts';

/** Where one approximation gives way to the other. */
const BORDER = 0.875;
/** From here on the result rounds to 1. */
const LIMIT = 4;

/** erf(x) / x - 1 at x^2, for |x| <= 0.875: minimax for the relative error of erf (Remez), which is 2^-26. */
const SMALL = [
  0.12837915122509003, -0.3761250376701355, 0.11281921714544296, -0.026770485565066338, 0.004998927935957909,
  -0.0006020491127856076,
];
/** -ln(1 - erf(x)) for x in [0.875, 4]: minimax for the relative error of erf (Remez), which is 2^-28.9. */
const LARGE = [
  0.0001335948472842574, 1.1279360055923462, 0.6367375254631042, 0.10432713478803635, -0.022419968619942665,
  0.003092208644375205, -0.00020098562526982278,
];

/** 2/sqrt(pi) times the integral of e^(-t^2) from 0 to x, within 2 units in the last place. */
export function erf(f: FunctionBuilder, x: Local<'v128'>): Value<'v128'> {
  const size = f.local('v128', f32x4.abs(x));
  const square = f.local('v128', f32x4.mul(x, x));
  const small = f.local('v128', f32x4.add(size, f32x4.mul(size, polynomial(f, square, SMALL))));
  // pmin keeps a NaN that is its first operand.
  const bounded = f.local('v128', f32x4.pmin(size, f32x4.splat(LIMIT)));
  const exponent = f.local('v128', f32x4.neg(polynomial(f, bounded, LARGE)));
  const large = f32x4.sub(f32x4.splat(1), expNormal(f, exponent));
  const result = v128.bitselect(small, large, f32x4.lt(size, f32x4.splat(BORDER)));
  return v128.or(result, v128.and(x, i32x4.splat(0x80000000 | 0)));
}
