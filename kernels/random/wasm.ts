/**
 * The random kernels as WebAssembly: four Threefry blocks at once, then the arithmetic of the cpu kernels in double, two
 * elements at once. Every number has the cpu's bits.
 */
import {
  f32x4,
  f64,
  f64x2,
  i32x4,
  i64,
  v128,
  type FunctionBuilder,
  type Local,
  type V128,
  type Value,
} from '../../src/wasm/index.ts';
import type { WasmCall } from '../contract.ts';
import type { DropoutMaskOptions, NormalOptions, RandomGeometry, UniformOptions } from './geometry.ts';
import { logLanes, sinCosLanes } from './wasm-normal.ts';
import { interleave, randomCall } from './wasm-threefry.ts';

type Vector = Local<'v128'>;
type I = Local<'i32'>;

const UNIT = 1 / 16777216;
const TWO_PI = 6.283185307179586;

/** `minimum + range u`. */
export function randomUniformWasm(geometry: RandomGeometry<UniformOptions>): WasmCall {
  const { minimum, maximum } = geometry.options;
  const range = maximum - minimum;
  const unit = (word: V128): V128 => f32x4.mul(f32x4.convertI32x4Signed(word), f32x4.splat(UNIT));
  if (minimum === 0 && range === 1) {
    return randomCall('randomUniform 0 1', geometry, [], () => (_, [a, b]) => {
      const [first, second] = interleave(a, b);
      return [unit(first), unit(second)];
    });
  }
  return randomCall('randomUniform', geometry, [...bitsOf(minimum), ...bitsOf(range)], (f, [m0, m1, r0, r1]) => {
    const lowest = f.local('v128', f64x2.splat(doubleFrom(m0!, m1!)));
    const factor = f.local('v128', f64x2.splat(doubleFrom(r0!, r1!)));
    const stretched = (u: V128): V128 => f32x4.demoteF64x2Zero(f64x2.add(lowest, f64x2.mul(factor, u)));
    return (g, [a, b]) => {
      const [first, second] = interleave(a, b).map((words) => {
        const u = g.local('v128', unit(words));
        const [low, high] = [u, upper(u)].map((half) => stretched(f64x2.promoteLowF32x4(half)));
        return i32x4.shuffle(low!, high!, [0, 1, 4, 5]);
      });
      return [first!, second!];
    };
  });
}

/** 0 with probability `rate`, else `1 / (1 - rate)`: u is below the rate if its 24 bits lie below the rate's, rounded up. */
export function dropoutMaskWasm(geometry: RandomGeometry<DropoutMaskOptions>): WasmCall {
  const { rate } = geometry.options;
  const kept = new Int32Array(Float32Array.of(1 / (1 - rate)).buffer)[0] as number;
  return randomCall('dropoutMask', geometry, [Math.ceil(rate / UNIT), kept], (f, [bound, value]) => {
    const bounds = f.local('v128', i32x4.splat(bound!));
    const values = f.local('v128', i32x4.splat(value!));
    const mask = (words: V128): V128 => v128.andnot(values, i32x4.ltSigned(words, bounds));
    return (_, [a, b]) => {
      const [first, second] = interleave(a, b);
      return [mask(first), mask(second)];
    };
  });
}

/** Box and Muller: radius from the first word of a block, angle from the second. */
export function randomNormalWasm(geometry: RandomGeometry<NormalOptions>): WasmCall {
  const { mean, stddev } = geometry.options;
  return randomCall('randomNormal', geometry, [...bitsOf(mean), ...bitsOf(stddev)], (f, [m0, m1, s0, s1], module) => {
    const center = f.local('f64', doubleFrom(m0!, m1!));
    const deviation = f.local('f64', doubleFrom(s0!, s1!));
    const name = 'randomNormal: two blocks';
    const twoBlocks = module.once(name, (m) =>
      m.define({ name, params: ['v128', 'v128', 'f64', 'f64'], result: 'v128' }, emitTwoBlocks),
    );
    return (g, [a, b]) => [
      g.valueOf(twoBlocks, a, b, center, deviation),
      g.valueOf(twoBlocks, upper(a), upper(b), center, deviation),
    ];
  });
}

/** Four elements from lanes 0 and 1 of the words. */
function emitTwoBlocks(f: FunctionBuilder, a: Vector, b: Vector, mean: Local<'f64'>, stddev: Local<'f64'>): void {
  const u = f64x2.mul(f64x2.convertLowI32x4Signed(a), f64x2.splat(UNIT));
  const rest = f.local('v128', f64x2.sub(f64x2.splat(1), u));
  const root = f64x2.sqrt(f64x2.mul(f64x2.splat(-2), logLanes(f, rest)));
  const radius = f.local('v128', f64x2.mul(f64x2.splat(stddev), root));
  const angle = f.local('v128', f64x2.mul(f64x2.splat(TWO_PI * UNIT), f64x2.convertLowI32x4Signed(b)));
  const { sin, cos } = sinCosLanes(f, angle);
  const placed = (part: V128): V128 => f32x4.demoteF64x2Zero(f64x2.add(f64x2.splat(mean), f64x2.mul(radius, part)));
  f.return(i32x4.shuffle(placed(cos), placed(sin), [0, 4, 1, 5]));
}

/** Lanes 2 and 3 in the place of 0 and 1. */
function upper(x: Vector): V128 {
  return i32x4.shuffle(x, x, [2, 3, 2, 3]);
}

/** A double as two integers, so that code need not be made anew for each. */
function bitsOf(value: number): readonly [low: number, high: number] {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  return [view.getInt32(4), view.getInt32(0)];
}

function doubleFrom(low: I, high: I): Value<'f64'> {
  return f64.reinterpretI64(i64.or(i64.extendI32Unsigned(low), i64.shl(i64.extendI32Unsigned(high), 32n)));
}
