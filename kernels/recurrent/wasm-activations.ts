import { f32x4, i32x4, v128, type FunctionBuilder, type Local, type Value } from '../../src/wasm/index.ts';

const c = (x: number) => f32x4.splat(x);
function exp(f: FunctionBuilder, x0: Value<'v128'>): Value<'v128'> {
  const x = f.local('v128', f32x4.max(f32x4.min(x0, c(88)), c(-87)));
  const k = f.local('v128', f32x4.nearest(f32x4.mul(x, c(1.4426950408889634))));
  const r = f.local('v128', f32x4.sub(f32x4.sub(x, f32x4.mul(k, c(0.693359375))), f32x4.mul(k, c(-2.1219444e-4))));
  let p: Value<'v128'> = c(1 / 5040);
  for (const q of [1 / 720, 1 / 120, 1 / 24, 1 / 6, 0.5, 1, 1]) p = f32x4.add(f32x4.mul(p, r), c(q));
  return f32x4.mul(p, i32x4.shl(i32x4.add(i32x4.truncSatF32x4(k), i32x4.splat(127)), 23));
}
export function sigmoid(f: FunctionBuilder, x: Local<'v128'>): Value<'v128'> {
  return f32x4.div(c(1), f32x4.add(c(1), exp(f, f32x4.neg(x))));
}
export function tanh(f: FunctionBuilder, x: Local<'v128'>): Value<'v128'> {
  const e = f.local('v128', exp(f, f32x4.mul(x, c(2))));
  const big = f32x4.div(f32x4.sub(e, c(1)), f32x4.add(e, c(1)));
  const s = f.local('v128', f32x4.mul(x, x));
  const small = f32x4.add(
    x,
    f32x4.mul(x, f32x4.mul(s, f32x4.add(c(-1 / 3), f32x4.mul(s, f32x4.add(c(2 / 15), f32x4.mul(s, c(-17 / 315))))))),
  );
  return v128.bitselect(small, big, f32x4.lt(f32x4.abs(x), c(0.15)));
}
