/**
 * The logarithm, sine and cosine of the normal kernel on two doubles at once: operation for operation those of
 * `kernels/math.ts`, on the ranges that occur here, so that every device draws the same bits.
 */
import { f64x2, i32x4, v128, type FunctionBuilder, type Local, type V128 } from '../../src/wasm/index.ts';

type Vector = Local<'v128'>;

const { add, sub, mul, div, splat } = f64x2;

/** `t0 + z (t1 + z (t2 + ... z last))`. */
function series(z: Vector, terms: readonly number[], last: V128): V128 {
  return terms.reduceRight((rest, term) => add(splat(term), mul(z, rest)), last);
}

/** ln x for x in [2^-24, 1]: never subnormal, never infinite. */
export function logLanes(f: FunctionBuilder, x: Vector): V128 {
  // The exponents from the upper words; the doubles' own bits with exponent 0 are the fractions.
  const exponents = i32x4.shrUnsigned(i32x4.shuffle(x, x, [1, 3, 1, 3]), 20);
  const fraction = v128.or(
    v128.and(x, i32x4.const([-1, 0xfffff, -1, 0xfffff])),
    i32x4.const([0, 0x3ff00000, 0, 0x3ff00000]),
  );
  const m = f.local('v128', fraction);
  const large = f.local('v128', f64x2.gt(m, splat(1.4142135623730951)));
  const exponent = f64x2.convertLowI32x4Signed(i32x4.sub(exponents, i32x4.splat(1023)));
  const k = f.local('v128', add(exponent, v128.and(large, splat(1))));
  const reduced = v128.bitselect(mul(m, splat(0.5)), m, large);
  const g = f.local('v128', sub(reduced, splat(1)));
  const half = f.local('v128', mul(mul(splat(0.5), g), g));
  const s = f.local('v128', div(g, add(splat(2), g)));
  const z = f.local('v128', mul(s, s));
  const w = f.local('v128', mul(z, z));
  const odd = series(w, [2 / 3, 2 / 7, 2 / 11, 2 / 15, 2 / 19], splat(2 / 23));
  const even = series(w, [2 / 5, 2 / 9, 2 / 13, 2 / 17], splat(2 / 21));
  const tail = mul(z, add(odd, mul(z, even)));
  const low = mul(k, splat(5.497923018708371e-14));
  const rest = sub(half, add(mul(s, add(half, tail)), low));
  return add(mul(k, splat(0.6931471805598903)), sub(g, rest));
}

/** Sine and cosine for angles in [0, 2 pi). */
export function sinCosLanes(f: FunctionBuilder, x: Vector): { readonly sin: V128; readonly cos: V128 } {
  const near = f.local('v128', f64x2.lt(x, splat(0.7853981633974483)));
  const n = f.local('v128', f64x2.floor(add(mul(x, splat(0.6366197723675814)), splat(0.5))));
  const first = f.local('v128', sub(x, mul(n, splat(1.5707963267341256))));
  const second = f.local('v128', mul(n, splat(6.077100506303966e-11)));
  const third = f.local('v128', mul(n, splat(2.0222662487111665e-21)));
  const a = f.local('v128', sub(first, second));
  const aBack = f.local('v128', sub(a, first));
  const aLow = sub(sub(first, sub(a, aBack)), add(second, aBack));
  const b = f.local('v128', sub(a, third));
  const bBack = f.local('v128', sub(b, a));
  const bLow = sub(sub(a, sub(b, bBack)), add(third, bBack));
  const low = f.local('v128', sub(add(aLow, bLow), mul(n, splat(8.4784276603689e-32))));
  const sum = f.local('v128', add(b, low));
  // Small angles are their own remainder.
  const y = f.local('v128', v128.bitselect(x, sum, near));
  const yLow = f.local('v128', v128.andnot(add(sub(b, sum), low), near));
  const quadrant = f.local('v128', v128.andnot(n, near));

  const z = f.local('v128', mul(y, y));
  const sinTail = series(
    z,
    [-1 / 6, 1 / 120, -1 / 5040, 1 / 362880, -1 / 39916800, 1 / 6227020800],
    add(splat(-1 / 1307674368000), div(z, splat(355687428096000))),
  );
  const sinNear = f.local('v128', add(y, add(mul(yLow, sub(splat(1), mul(splat(0.5), z))), mul(mul(y, z), sinTail))));
  const half = f.local('v128', mul(splat(0.5), z));
  const cosTail = series(
    z,
    [1 / 24, -1 / 720, 1 / 40320, -1 / 3628800, 1 / 479001600],
    add(splat(-1 / 87178291200), div(z, splat(20922789888000))),
  );
  const main = f.local('v128', sub(splat(1), half));
  const cosRest = sub(mul(mul(z, z), cosTail), mul(y, yLow));
  const cosNear = f.local('v128', add(main, add(sub(sub(splat(1), main), half), cosRest)));

  // Quadrants 0 to 4; 4 is 0 again.
  const is = (value: number): V128 => f64x2.eq(quadrant, splat(value));
  const odd = f.local('v128', v128.or(is(1), is(3)));
  const sign = splat(-0);
  const sinNegative = v128.and(v128.or(is(2), is(3)), sign);
  const cosNegative = v128.and(v128.or(is(1), is(2)), sign);
  const tiny = f64x2.lt(x, splat(1e-9));
  return {
    sin: v128.bitselect(x, v128.xor(v128.bitselect(cosNear, sinNear, odd), sinNegative), tiny),
    cos: v128.xor(v128.bitselect(sinNear, cosNear, odd), cosNegative),
  };
}
