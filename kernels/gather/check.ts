/** The check of indices that gather, scatter-add and one-hot begin with, as WebAssembly. */
import { f32, i32, type FunctionBuilder, type Local } from '../../src/wasm/index.ts';

export type Int = Local<'i32'>;

/** Bytes of a list of words, up to the next multiple of 16. */
export function alignedWords(count: number): number {
  return 16 * Math.ceil(count / 4);
}

export interface Check {
  readonly indices: Int;
  readonly count: Int;
  readonly size: Int;
  readonly flag: Int;
}

/** Goes over the positions from the last to the first, so that the flag keeps the first bad index. */
export function emitCheck(
  f: FunctionBuilder,
  check: Check,
  good: (position: Int, index: Int) => void,
  bad: (position: Int) => void,
): void {
  f.store(check.flag, f32.const(0));
  eachIndex(f, check, good, (position) => {
    f.store(check.flag, f32.convertI32Signed(i32.add(position, 1)));
    bad(position);
  });
}

/** Visits the positions from the last to the first; those of bad indices where somebody asks for them. */
export function eachIndex(
  f: FunctionBuilder,
  { indices, count, size }: Omit<Check, 'flag'>,
  good: (position: Int, index: Int) => void,
  bad?: (position: Int) => void,
): void {
  const position = f.index(count);
  const value = f.local('f32');
  const index = f.local('i32');
  f.for(f.local('i32'), 0, count, 1, () => {
    f.increment(position, -1);
    f.set(value, f32.load(i32.add(indices, i32.shl(position, 2))));
    f.set(index, i32.truncSatF32(value));
    // NaN and fractions differ from their whole part; beyond the range of i32 the nearest bound is not below the size.
    f.if(
      i32.and(f32.eq(f32.convertI32Signed(index), value), i32.ltUnsigned(index, size)),
      () => good(position, index),
      bad && (() => bad(position)),
    );
  });
}
