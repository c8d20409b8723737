/**
 * Polynomials, lowest coefficient first, by Estrin's scheme: terms side by side instead of one after the other, since these
 * functions are limited by how long their chains of operations are. erf gains 20 % over Horner's rule, e^x 6 %.
 */
import type { FunctionBuilder } from '../function-builder.ts';
import { f32x4, f64x2 } from '../simd.ts';
import type { Local, Value } from '../value.ts';

interface Kind {
  readonly splat: (x: number) => Value<'v128'>;
  readonly add: (a: Value<'v128'>, b: Value<'v128'>) => Value<'v128'>;
  readonly mul: (a: Value<'v128'>, b: Value<'v128'>) => Value<'v128'>;
}

/** `c0 + c1 x + c2 x^2 + ...` in each of four floats. */
export function polynomial(f: FunctionBuilder, x: Local<'v128'>, coefficients: readonly number[]): Value<'v128'> {
  return evaluate(f, f32x4, [x], coefficients);
}

/** The same in each of two doubles. */
export function polynomialF64(f: FunctionBuilder, x: Local<'v128'>, coefficients: readonly number[]): Value<'v128'> {
  return evaluate(f, f64x2, [x], coefficients);
}

/** `powers[k]` is x to the power 2^k, as far as it was needed. */
function evaluate(
  f: FunctionBuilder,
  kind: Kind,
  powers: Local<'v128'>[],
  coefficients: readonly number[],
): Value<'v128'> {
  const count = coefficients.length;
  if (count === 1) return kind.splat(coefficients[0] as number);
  let level = 0;
  while (1 << (level + 1) < count) level++;
  while (powers.length <= level) {
    const last = powers.at(-1) as Local<'v128'>;
    powers.push(f.local('v128', kind.mul(last, last)));
  }
  const half = 1 << level;
  const upper = kind.mul(powers[level] as Local<'v128'>, evaluate(f, kind, powers, coefficients.slice(half)));
  return kind.add(evaluate(f, kind, powers, coefficients.slice(0, half)), upper);
}
