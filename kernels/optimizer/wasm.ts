/**
 * Optimizer updates as WebAssembly: one pass over all states, four elements at a time, rounded to float32 after each
 * operation. The speed is that of memory. Everything at a position is read before anything is written there.
 */
import {
  f32x4,
  f64x2,
  i32,
  i32x4,
  v128,
  type FunctionBuilder,
  type Local,
  type V128,
  type Value,
} from '../../src/wasm/index.ts';
import type { WasmCall } from '../contract.ts';
import { bytesFrom, elementRanges, splitOf } from '../split.ts';
import type { AdamRates, RmspropRates } from './cpu.ts';

type Vector = Local<'v128'>;

/** Four elements of each input, those of the rate all equal, to four of each output. */
type Update = (f: FunctionBuilder, inputs: readonly Vector[]) => readonly V128[];

/** The input that is one number instead of one per element. */
const RATE = 2;

function updateCall(code: string, size: number, present: readonly boolean[], update: Update): WasmCall {
  const call: Omit<WasmCall, 'split'> = {
    code,
    args: [4 * size],
    emit(f, { inputs, outputs, args }) {
      const end = args[0] as Local<'i32'>;
      const wholeEnd = f.index(i32.and(end, -16));
      const at = f.local('i32');
      const states = inputs.map(() => f.local('v128'));
      f.set(states[RATE] as Vector, v128.load32Splat(inputs[RATE] as Local<'i32'>));
      const each = (
        load: (address: Value<'i32'>) => V128,
        store: (address: Value<'i32'>, values: Vector) => void,
      ): void => {
        inputs.forEach((input, k) => {
          if (k !== RATE && present[k]) f.set(states[k] as Vector, load(i32.add(input, at)));
        });
        const results = update(f, states).map((result) => f.local('v128', result));
        results.forEach((result, k) => store(i32.add(outputs[k] as Local<'i32'>, at), result));
      };
      f.for(at, 0, wholeEnd, 16, () => {
        each(
          (address) => v128.load(address),
          (address, values) => f.store(address, values),
        );
      });
      f.forRest(at, end, 4, () => {
        each(
          (address) => v128.load32Zero(address),
          (address, values) => f.storeLane32(address, values, 0),
        );
      });
    },
  };
  return {
    ...call,
    split: (most, however) =>
      splitOf(call, elementRanges(size, most, however), (range) => ({
        inputs: bytesFrom(
          range.start,
          present.map((_, k) => (k === RATE ? 0 : 1)),
        ),
        outputs: bytesFrom(
          range.start,
          present.map(() => 1),
        ),
        args: [4 * range.size],
      })),
  };
}

/** w' = w - lr g. */
export function sgdWasm(size: number, present: readonly boolean[]): WasmCall {
  return updateCall('sgd', size, present, (_, [w, g, lr]) => [f32x4.sub(w!, f32x4.mul(lr!, g!))]);
}

/** v' = momentum v - lr g; w' = w + v', or w + momentum v' - lr g (Nesterov). */
export function momentumWasm(size: number, present: readonly boolean[], momentum: number, nesterov: boolean): WasmCall {
  const factor = f32x4.splat(momentum);
  return updateCall(`momentum ${momentum}${nesterov ? ' nesterov' : ''}`, size, present, (f, [w, g, lr, v]) => {
    const step = f.local('v128', f32x4.mul(lr!, g!));
    const velocity = f.local('v128', f32x4.sub(f32x4.mul(factor, v!), step));
    const change = nesterov ? f32x4.sub(f32x4.mul(factor, velocity), step) : velocity;
    return [f32x4.add(w!, change), velocity];
  });
}

/**
 * s' = rho s + (1 - rho) g^2; a' = rho a + (1 - rho) g if centered; step = lr g / sqrt(s' - a'^2 + epsilon);
 * m' = momentum m + step if momentum > 0; w' = w - m', or w - step.
 */
export function rmspropWasm(
  size: number,
  present: readonly boolean[],
  { rho, momentum, epsilon }: RmspropRates,
  centered: boolean,
): WasmCall {
  const code = `rmsprop ${rho} ${momentum} ${epsilon}${centered ? ' centered' : ''}`;
  return updateCall(code, size, present, (f, [w, g, lr, s, m, a]) => {
    const { meanSquare, mean, deviation } = centered
      ? centeredMeans(f, [g!, s!, a!], rho, epsilon)
      : { ...plainMeans(f, [g!, s!], rho, epsilon), mean: undefined };
    let step: V128 = f32x4.div(f32x4.mul(lr!, g!), deviation);
    if (momentum > 0) step = f32x4.add(step, f32x4.mul(f32x4.splat(momentum), m!));
    const moved = f.local('v128', step);
    return [f32x4.sub(w!, moved), meanSquare, ...(momentum > 0 ? [moved] : []), ...(mean ? [mean] : [])];
  });
}

interface Means {
  readonly meanSquare: V128;
  readonly deviation: V128;
}

function plainMeans(f: FunctionBuilder, [g, s]: readonly [Vector, Vector], rho: number, epsilon: number): Means {
  const fresh = f32x4.mul(f32x4.mul(f32x4.splat(1 - rho), g), g);
  const meanSquare = f.local('v128', f32x4.add(f32x4.mul(f32x4.splat(rho), s), fresh));
  return { meanSquare, deviation: f32x4.sqrt(f32x4.add(meanSquare, f32x4.splat(epsilon))) };
}

/** In double: gradients that hardly change make s' and a'^2 nearly equal, and float32 could put the difference below 0. */
function centeredMeans(
  f: FunctionBuilder,
  states: readonly [g: Vector, s: Vector, a: Vector],
  rho: number,
  epsilon: number,
): Means & { readonly mean: V128 } {
  const [old, fresh] = [f64x2.splat(rho), f64x2.splat(1 - rho)];
  const halves = [0, 1].map((half) => {
    const [g, s, a] = states.map((state) => f.local('v128', f64x2.promoteLowF32x4(half === 0 ? state : high(state))));
    const meanSquare = f.local('v128', f64x2.add(f64x2.mul(old, s!), f64x2.mul(f64x2.mul(fresh, g!), g!)));
    const mean = f.local('v128', f64x2.add(f64x2.mul(old, a!), f64x2.mul(fresh, g!)));
    const variance = f64x2.sub(meanSquare, f64x2.mul(mean, mean));
    return { meanSquare, mean, deviation: f64x2.sqrt(f64x2.add(variance, f64x2.splat(epsilon))) };
  });
  const joined = (name: 'meanSquare' | 'mean' | 'deviation'): V128 => {
    const [first, second] = halves.map((half) => f32x4.demoteF64x2Zero(half[name]));
    return i32x4.shuffle(first!, second!, [0, 1, 4, 5]);
  };
  return { meanSquare: joined('meanSquare'), mean: joined('mean'), deviation: joined('deviation') };
}

/** Lanes 2 and 3 in the place of 0 and 1. */
function high(x: Vector): V128 {
  return i32x4.shuffle(x, x, [2, 3, 2, 3]);
}

/**
 * m' = m + (1 - beta1) (g - m); v' = v + (1 - beta2) (g^2 - v); h' = max(h, v') if amsgrad, else v';
 * w' = w - alpha m' / (sqrt(h') + epsilon).
 */
export function adamWasm(
  size: number,
  present: readonly boolean[],
  { beta1, beta2, epsilon }: AdamRates,
  amsgrad: boolean,
): WasmCall {
  const code = `adam ${beta1} ${beta2} ${epsilon}${amsgrad ? ' amsgrad' : ''}`;
  return updateCall(code, size, present, (f, [w, g, alpha, m, v, h]) => {
    const first = f.local('v128', f32x4.add(m!, f32x4.mul(f32x4.splat(1 - beta1), f32x4.sub(g!, m!))));
    const change = f32x4.mul(f32x4.splat(1 - beta2), f32x4.sub(f32x4.mul(g!, g!), v!));
    const second = f.local('v128', f32x4.add(v!, change));
    const scale = amsgrad ? f.local('v128', f32x4.max(h!, second)) : second;
    const divisor = f32x4.add(f32x4.sqrt(scale), f32x4.splat(epsilon));
    const next = f32x4.sub(w!, f32x4.div(f32x4.mul(alpha!, first), divisor));
    return [next, first, second, ...(amsgrad ? [scale] : [])];
  });
}
