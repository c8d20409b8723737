/** Planted bugs of the mathematics of vectors as WebAssembly. */
import { mutantsOf, type Mutant } from '../mutant.ts';

const unaryMath = { test: 'test/src/wasm/math/unary.test.ts' };
const specialValues = { test: 'test/src/wasm/math/special-values.test.ts' };
const pow = { test: 'test/src/wasm/math/pow.test.ts' };

// One bug a line.
// prettier-ignore
export const mutants: readonly Mutant[] = [
  ...mutantsOf('src/wasm/math/exp.ts', unaryMath, [
    ['the last coefficient of e^x is left out', 'missing term', ', 0.001403394853696227]', ']'],
    ['ln 2 has no lower part', 'missing term', 'f32x4.sub(high, f32x4.mul(n, f32x4.splat(LN2_LOW)))', 'high'],
    ['e^x stops at 88', 'special value', 'f32x4.splat(89)', 'f32x4.splat(88)', specialValues],
    ['e^x of subnormal size is rounded twice', 'special value', 'i32x4.shrSigned(n, 1)', 'i32x4.splat(0)'],
  ]),
  ...mutantsOf('src/wasm/math/log.ts', unaryMath, [
    ['the exponent of a subnormal number is not corrected', 'special value', 'i32x4.splat(-23)', 'i32x4.splat(-22)'],
    ['ln 0 is finite', 'special value', 'v128.bitselect(f32x4.splat(-Infinity), f32x4.sqrt(x), f32x4.eq(x, f32x4.splat(0)))', 'f32x4.sqrt(x)', specialValues],
  ]),
  ...mutantsOf('src/wasm/math/log1p.ts', unaryMath, [
    ['what 1 + x loses is lost', 'missing term', 'f32x4.add(near, f32x4.mul(lost, i32x4.shl(exponent, 23)))', 'near'],
    ['softplus forgets the linear part', 'missing term', 'f32x4.pmax(x, f32x4.splat(0))', 'f32x4.splat(0)'],
  ]),
  ...mutantsOf('src/wasm/math/tanh.ts', unaryMath, [
    ['tanh is even', 'sign', 'v128.and(x, sign)', 'v128.zero()'],
    ['t is left out of the denominator', 'missing term', 'f32x4.add(t, a))', 'a)'],
    ['1 is added to no result', 'missing term', 'v128.and(large, f32x4.splat(1))', 'v128.zero()'],
    ['tanh stops early', 'special value', 'LIMIT = 18.04', 'LIMIT = 16'],
  ]),
  ...mutantsOf('src/wasm/math/sigmoid.ts', unaryMath, [
    ['sigmoid is mirrored', 'sign', 'f32x4.add(a, r)', 'f32x4.sub(a, r)'],
    ['no result is subnormal', 'special value', 'BIAS = 24', 'BIAS = 0'],
  ]),
  ...mutantsOf('src/wasm/math/exp-fraction.ts', unaryMath, [
    ['the fraction of e^r has one term', 'missing term', 'polynomial(f, z, TAIL)', 'polynomial(f, z, [TAIL[0]])'],
  ]),
  ...mutantsOf('src/wasm/math/erf.ts', unaryMath, [
    ['erf is even', 'sign', 'v128.or(result, v128.and(x, i32x4.splat(0x80000000 | 0)))', 'result'],
    ['the border between both approximations is elsewhere', 'wrong value', 'const BORDER = 0.875', 'const BORDER = 1.25'],
  ]),
  ...mutantsOf('src/wasm/math/sine.ts', unaryMath, [
    ['odd quadrants are even', 'wrong value', 'v128.bitselect(cosine, sine, odd)', 'sine'],
    ['large angles are reduced like small ones', 'special value', 'const LARGE = 2 ** 20', 'const LARGE = 2 ** 40'],
    ['digits of 2/pi start one word late', 'wrong value', 'i32.geSigned(from, 64)', 'i32.geSigned(from, 65)'],
  ]),
  ...mutantsOf('src/wasm/math/pow.ts', pow, [
    ['an odd power of a negative number is positive', 'sign', 'v128.and(v128.and(odd, x), i32x4.splat(0x80000000 | 0))', 'i32x4.splat(0)'],
    ['a power of 0 is not 1', 'special value', 'v128.or(oneSized, f32x4.eq(y, zero))', 'oneSized'],
    ['the last coefficient of the logarithm is left out', 'missing term', ', 0.340745215914486]', ']'],
  ]),
];
