/**
 * Folds rows into one number each, wherever their elements come from. The order of summation follows from the length of a
 * row alone: elements go into up to 16 partial totals, which are combined as a tree.
 */
import { i32, i32x4, type FunctionBuilder, type I32, type Local, type Value } from '../../src/wasm/index.ts';
import { loadFour, loadOne, vectorsOfFour, type VectorFold } from './fold.ts';

/** The elements of a row: memory, or values that are computed when they are asked for. */
export interface RowSource {
  /** What a position is at the first element; positions count bytes. */
  readonly start: I32;
  /** Four elements, `offset` bytes behind a position, as totals. */
  four(at: Local<'i32'>, offset: number): readonly Value<'v128'>[];
  /** Takes the elements from a position to the end, none to three where rows are folded by fours; lane 0 of each counts. */
  rest(at: Local<'i32'>, end: Local<'i32'>, take: (element: Value<'v128'>) => void): void;
}

/** @param address where the row is in memory */
export function memoryRow(f: FunctionBuilder, fold: VectorFold, address: Local<'i32'>): RowSource {
  return {
    start: address,
    four: (at, offset) => loadFour(fold, at, offset),
    rest: (at, end, take) => f.forRest(at, end, 4, () => take(loadOne(fold, at))),
  };
}

/** Fours of partial totals: short rows would spend their time on starting and combining them. */
export function foursOf({ ordered }: VectorFold, row: number): 0 | 1 | 4 {
  if (ordered || row < 4) return 0;
  return row < 32 ? 1 : 4;
}

/** The totals of one result, to which one or more rows are added. */
export class RowTotals {
  readonly #f: FunctionBuilder;
  readonly #fold: VectorFold;
  readonly #fours: number;
  readonly #totals: readonly Local<'v128'>[];
  /** Folds what does not fill four elements, and in the end everything. */
  readonly #total: Local<'v128'>;
  readonly #at: Local<'i32'>;
  readonly #end: Local<'i32'>;
  readonly #partEnd: Local<'i32'>;

  /** @param row elements of a row, as the code's name tells by `foursOf` */
  constructor(f: FunctionBuilder, fold: VectorFold, row: number) {
    this.#f = f;
    this.#fold = fold;
    this.#fours = foursOf(fold, row);
    this.#totals = f.locals('v128', this.#fours * vectorsOfFour(fold));
    this.#total = f.local('v128');
    [this.#at, this.#end, this.#partEnd] = [f.local('i32'), f.local('i32'), f.local('i32')];
  }

  clear(): void {
    for (const local of [...this.#totals, this.#total]) this.#f.set(local, this.#fold.start);
  }

  add(source: RowSource, rowBytes: Local<'i32'>): void {
    const f = this.#f;
    const { combine } = this.#fold;
    const fours = this.#fours;
    const [at, end, partEnd, total] = [this.#at, this.#end, this.#partEnd, this.#total];
    const add = (offset: number): void => {
      source.four(at, offset).forEach((value, k) => {
        const into = this.#totals[(offset / 16) * vectorsOfFour(this.#fold) + k]!;
        f.set(into, combine(into, value));
      });
    };
    f.set(at, source.start);
    f.set(end, i32.add(at, rowBytes));
    if (fours > 1) {
      f.set(partEnd, i32.sub(end, 16 * fours - 1));
      f.forRest(at, partEnd, 16 * fours, () => {
        for (let four = 0; four < fours; four++) add(16 * four);
      });
    }
    if (fours > 0) f.forRest(at, i32.sub(end, 15), 16, () => add(0));
    source.rest(at, end, (value) => f.set(total, combine(total, value)));
  }

  /** What was added since `clear`, in lane 0. */
  total(): Local<'v128'> {
    const f = this.#f;
    const { wide, combine } = this.#fold;
    const total = this.#total;
    let left = this.#totals;
    for (; left.length > 1; left = left.slice(0, left.length / 2)) {
      const half = left.length / 2;
      for (let k = 0; k < half; k++) f.set(left[k]!, combine(left[k]!, left[k + half]!));
    }
    const [last] = left;
    if (last) {
      if (!wide) f.set(last, combine(last, i32x4.shuffle(last, last, [2, 3, 0, 1])));
      const neighbour = wide ? ([2, 3, 0, 1] as const) : ([1, 0, 3, 2] as const);
      f.set(total, combine(total, combine(last, i32x4.shuffle(last, last, neighbour))));
    }
    return total;
  }
}
