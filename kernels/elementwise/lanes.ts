/**
 * Element-wise ops on four elements: what chains are made of. The same results as the row functions of the cpu, but for the
 * last bits of the functions of `src/wasm/math`.
 */
import { f32x4, i32x4, v128 } from '../../src/wasm/index.ts';
import * as math from '../../src/wasm/math/index.ts';
import type { Lanes } from '../contract.ts';

const one = /* @__PURE__ */ f32x4.splat(1);

export const negLanes: Lanes = (_, [x]) => f32x4.neg(x!);
export const absLanes: Lanes = (_, [x]) => f32x4.abs(x!);
export const sqrtLanes: Lanes = (_, [x]) => f32x4.sqrt(x!);
export const squareLanes: Lanes = (_, [x]) => f32x4.mul(x!, x!);
export const floorLanes: Lanes = (_, [x]) => f32x4.floor(x!);
export const reciprocalLanes: Lanes = (_, [x]) => f32x4.div(one, x!);
export const copyLanes: Lanes = (_, [x]) => x!;
// NaN stays NaN, and -0 becomes 0.
export const reluLanes: Lanes = (_, [x]) => v128.andnot(x!, f32x4.le(x!, f32x4.splat(0)));

export const expLanes: Lanes = (f, [x]) => math.exp(f, x!);
export const logLanes: Lanes = (f, [x]) => math.log(f, x!);
export const log1pLanes: Lanes = (f, [x]) => math.log1p(f, x!);
export const expm1Lanes: Lanes = (f, [x]) => math.expm1(f, x!);
export const rsqrtLanes: Lanes = (f, [x]) => math.rsqrt(f, x!);
export const sinLanes: Lanes = (f, [x], module) => math.sin(f, x!, module);
export const cosLanes: Lanes = (f, [x], module) => math.cos(f, x!, module);
export const tanhLanes: Lanes = (f, [x]) => math.tanh(f, x!);
export const sigmoidLanes: Lanes = (f, [x]) => math.sigmoid(f, x!);
export const softplusLanes: Lanes = (f, [x]) => math.softplus(f, x!);
export const erfLanes: Lanes = (f, [x]) => math.erf(f, x!);
export const powLanes: Lanes = (f, [x, y]) => math.pow(f, x!, y!);

export const addLanes: Lanes = (_, [a, b]) => f32x4.add(a!, b!);
export const subLanes: Lanes = (_, [a, b]) => f32x4.sub(a!, b!);
export const mulLanes: Lanes = (_, [a, b]) => f32x4.mul(a!, b!);
export const divLanes: Lanes = (_, [a, b]) => f32x4.div(a!, b!);
export const maximumLanes: Lanes = (_, [a, b]) => f32x4.max(a!, b!);
export const minimumLanes: Lanes = (_, [a, b]) => f32x4.min(a!, b!);
export const equalLanes: Lanes = (_, [a, b]) => v128.and(f32x4.eq(a!, b!), one);
export const notEqualLanes: Lanes = (_, [a, b]) => v128.and(f32x4.ne(a!, b!), one);
export const greaterLanes: Lanes = (_, [a, b]) => v128.and(f32x4.gt(a!, b!), one);
export const lessLanes: Lanes = (_, [a, b]) => v128.and(f32x4.lt(a!, b!), one);
export const greaterEqualLanes: Lanes = (_, [a, b]) => v128.and(f32x4.ge(a!, b!), one);
export const lessEqualLanes: Lanes = (_, [a, b]) => v128.and(f32x4.le(a!, b!), one);
// Inputs dy, x.
export const reluGradLanes: Lanes = (_, [dy, x]) => v128.and(dy!, f32x4.gt(x!, f32x4.splat(0)));
// Condition, a, b.
export const whereLanes: Lanes = (_, [c, a, b]) => v128.bitselect(b!, a!, f32x4.eq(c!, f32x4.splat(0)));
export const signLanes: Lanes = (_, [x]) =>
  // ±1 where x is not 0; 0, -0 and NaN are their own sign.
  v128.bitselect(
    v128.or(v128.and(x!, i32x4.splat(0x80000000 | 0)), one),
    x!,
    v128.or(f32x4.gt(x!, f32x4.splat(0)), f32x4.lt(x!, f32x4.splat(0))),
  );
