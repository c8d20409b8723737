/** Threefry on four blocks at once, and what the random kernels share: the counter, the key, the walk over pairs of elements. */
import {
  f32,
  i32,
  i32x4,
  v128,
  type FunctionBuilder,
  type Local,
  type ModuleBuilder,
  type V128,
} from '../../src/wasm/index.ts';
import type { WasmCall } from '../contract.ts';
import { bytesFrom, rangesOf, splitOf, type Range } from '../split.ts';
import type { RandomGeometry, RandomOptions } from './geometry.ts';

type Vector = Local<'v128'>;

const ROTATIONS = [13, 15, 26, 6, 17, 29, 16, 24] as const;
const ROUNDS = 20;
const ELEMENTS_PER_BLOCK = 2;
const ELEMENTS_AT_ONCE = 8;

/** Eight elements in order from four blocks: the upper 24 bits of their first words, and of their second ones. */
type Draw = (f: FunctionBuilder, words: readonly [first: Vector, second: Vector]) => readonly [V128, V128];

/** A kernel that makes eight elements of four blocks; `args` come behind the size and the key. */
export function randomCall(
  name: string,
  { size, options }: RandomGeometry<RandomOptions>,
  args: readonly number[],
  prepare: (f: FunctionBuilder, args: readonly Local<'i32'>[], module: ModuleBuilder) => Draw,
): WasmCall {
  const argsOf = ({ start, size }: Range): number[] => [
    4 * size,
    options.key[0] | 0,
    options.key[1] | 0,
    start / ELEMENTS_PER_BLOCK,
    ...args,
  ];
  const call: Omit<WasmCall, 'split'> = {
    code: name,
    args: argsOf({ start: 0, size }),
    emit(f, { inputs, outputs, args: [bytes, key0, key1, first, ...rest] }, module) {
      const [counter, out] = [inputs[0]!, outputs[0]!];
      const low = f.index(i32.truncSatF32(f32.load(counter)));
      const high = f.index(i32.truncSatF32(f32.load(counter, 4)));
      const k0 = f.index(i32.xor(key0!, i32.shrUnsigned(high, 8)));
      const step = f.local('v128', i32x4.splat(i32.or(low, i32.shl(high, 24))));
      const keys = keySchedule(f, k0, key1!);
      const block = f.local('v128', i32x4.add(i32x4.splat(first!), i32x4.const([0, 1, 2, 3])));
      const draw = prepare(f, rest, module);
      const next = (): readonly [Vector, Vector] => {
        const [a, b] = threefryLanes(f, keys, block, step);
        const [first, second] = draw(f, [a, b]);
        return [f.local('v128', first), f.local('v128', second)];
      };
      const wholeEnd = f.index(i32.and(bytes!, -32));
      const at = f.local('i32');
      f.for(at, 0, wholeEnd, 32, () => {
        const [first, second] = next();
        const place = f.index(i32.add(out, at));
        f.store(place, first);
        f.store(place, second, 16);
        f.set(block, i32x4.add(block, i32x4.splat(4)));
      });
      f.if(i32.ltSigned(at, bytes!), () => {
        const [first, second] = next();
        const pending = f.local('v128', first);
        const end = f.index(i32.add(out, bytes!));
        const place = f.index(i32.add(out, at));
        f.if(i32.geSigned(i32.sub(end, place), 16), () => {
          f.store(place, first);
          f.increment(place, 16);
          f.set(pending, second);
        });
        f.forRest(place, end, 4, () => {
          f.storeLane32(place, pending, 0);
          f.set(pending, i32x4.shuffle(pending, pending, [1, 2, 3, 3]));
        });
      });
    },
  };
  return {
    ...call,
    split: (most) =>
      splitOf(call, rangesOf(size, most, ELEMENTS_AT_ONCE), (range) => ({
        inputs: [],
        outputs: bytesFrom(range.start, [1]),
        args: argsOf(range),
      })),
  };
}

/** The three key words, splat. */
function keySchedule(f: FunctionBuilder, k0: Local<'i32'>, k1: Local<'i32'>): readonly [Vector, Vector, Vector] {
  const k2 = i32.xor(i32.xor(k0, k1), 0x1bd11bda);
  return [f.local('v128', i32x4.splat(k0)), f.local('v128', i32x4.splat(k1)), f.local('v128', i32x4.splat(k2))];
}

/** Encrypts four counters (c0, c1): both words of each block, as 24-bit integers. */
function threefryLanes(
  f: FunctionBuilder,
  keys: readonly [Vector, Vector, Vector],
  c0: Vector,
  c1: Vector,
): readonly [Vector, Vector] {
  const a = f.local('v128', i32x4.add(c0, keys[0]));
  const b = f.local('v128', i32x4.add(c1, keys[1]));
  for (let round = 0; round < ROUNDS; round++) {
    const by = ROTATIONS[round % 8] as number;
    f.set(a, i32x4.add(a, b));
    f.set(b, v128.xor(v128.or(i32x4.shl(b, by), i32x4.shrUnsigned(b, 32 - by)), a));
    if (round % 4 !== 3) continue;
    const injection = (round + 1) / 4;
    f.set(a, i32x4.add(a, keys[injection % 3] as Vector));
    f.set(b, i32x4.add(i32x4.add(b, keys[(injection + 1) % 3] as Vector), i32x4.splat(injection)));
  }
  f.set(a, i32x4.shrUnsigned(a, 8));
  f.set(b, i32x4.shrUnsigned(b, 8));
  return [a, b];
}

/** Words of four blocks in the order of the elements: a0 b0 a1 b1, a2 b2 a3 b3. */
export function interleave(a: Vector, b: Vector): readonly [V128, V128] {
  return [i32x4.shuffle(a, b, [0, 4, 1, 5]), i32x4.shuffle(a, b, [2, 6, 3, 7])];
}
