/** A depth multiplier reduces to multiplier 1: the channels of the image repeated, the channels of its gradient summed. */
import { f32, i32x4, i32, f32x4, v128, type FunctionBuilder, type I32, type Local } from '../../src/wasm/index.ts';
import { ELEMENT, VECTOR } from '../window-wasm.ts';

/** Multipliers up to this are shuffled out of whole vectors. */
const SHUFFLED = 8;

/** Writes each of `count` elements `times` times in a row. */
export function emitRepeat(f: FunctionBuilder, from: I32, to: I32, count: number, times: number): void {
  const source = f.index(from);
  const target = f.index(to);
  const end = f.index(i32.add(source, count * ELEMENT));
  if (times <= SHUFFLED) {
    const value = f.local('v128');
    f.forRest(source, i32.add(from, (count - (count % 4)) * ELEMENT), VECTOR, () => {
      f.set(value, v128.load(source));
      for (let k = 0; k < times; k++) {
        const lane = (at: number): number => Math.floor((4 * k + at) / times);
        f.store(target, i32x4.shuffle(value, value, [lane(0), lane(1), lane(2), lane(3)]), k * VECTOR);
      }
      f.increment(target, times * VECTOR);
    });
  }
  const one = f.local('f32');
  const copy = f.local('i32');
  f.forRest(source, end, ELEMENT, () => {
    f.set(one, f32.load(source));
    f.for(copy, 0, times, 1, () => {
      f.store(target, one);
      f.increment(target, ELEMENT);
    });
  });
}

/** Writes the sums of `count` groups of `size` neighbours each. */
export function emitSumGroups(f: FunctionBuilder, from: I32, to: I32, count: number, size: number): void {
  const source = f.index(from);
  const target = f.index(to);
  const end = f.index(i32.add(target, count * ELEMENT));
  if (size === 2) {
    const [a, b] = f.locals('v128', 2) as [Local<'v128'>, Local<'v128'>];
    f.forRest(target, i32.add(to, (count - (count % 4)) * ELEMENT), VECTOR, () => {
      f.set(a, v128.load(source));
      f.set(b, v128.load(source, VECTOR));
      f.store(target, f32x4.add(i32x4.shuffle(a, b, [0, 2, 4, 6]), i32x4.shuffle(a, b, [1, 3, 5, 7])));
      f.increment(source, 2 * VECTOR);
    });
  }
  const sum = f.local('f32');
  const member = f.local('i32');
  f.forRest(target, end, ELEMENT, () => {
    f.set(sum, f32.load(source));
    f.for(member, 1, size, 1, () => {
      f.increment(source, ELEMENT);
      f.set(sum, f32.add(sum, f32.load(source)));
    });
    f.increment(source, ELEMENT);
    f.store(target, sum);
  });
}
