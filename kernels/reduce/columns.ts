/** Folds over columns: totals of a block of columns stay in the first-level cache while the rows go by. */
import {
  i32,
  v128,
  type Func,
  type FunctionBuilder,
  type Local,
  type ModuleBuilder,
  type Value,
} from '../../src/wasm/index.ts';
import { emitNest, type NestAxis } from '../strided/nest.ts';
import { finish, loadFour, loadOne, vectorsOfFour, type VectorFold } from './fold.ts';

/** Columns of one block: 8 KiB of totals as doubles. */
export const COLUMN_BLOCK = 1024;

/** Rows that go into the totals at once. With doubles the widening of floats is the limit, 33 GB/s: 8 rows are no faster. */
const ROWS = 4;

export interface Columns {
  readonly x: Local<'i32'>;
  readonly out: Local<'i32'>;
  /** Room for the totals of one block. */
  readonly totals: Local<'i32'>;
  readonly rowBytes: Local<'i32'>;
  readonly divisor: Local<'v128'>;
  readonly kept: readonly NestAxis[];
  readonly reduced: readonly NestAxis[];
}

export function emitColumns(f: FunctionBuilder, module: ModuleBuilder, fold: VectorFold, columns: Columns): void {
  const { x, out, totals, rowBytes, divisor, kept, reduced } = columns;
  const [left, bytes, from] = [f.local('i32'), f.local('i32'), f.local('i32')];
  const [at, total, end] = [f.local('i32'), f.local('i32'), f.local('i32')];
  const scale = fold.wide ? 2 : 1;
  const outer = reduced.slice(0, -1);
  const last = reduced.at(-1) ?? { size: 1, strides: [0] };
  emitNest(f, [x], kept, () => {
    f.set(from, x);
    f.for(left, 0, rowBytes, 4 * COLUMN_BLOCK, () => {
      f.set(bytes, i32.sub(rowBytes, left));
      f.set(bytes, i32.select(i32.ltSigned(bytes, 4 * COLUMN_BLOCK), bytes, 4 * COLUMN_BLOCK));
      f.set(end, i32.add(totals, i32.mul(bytes, scale)));
      f.for(total, totals, i32.sub(end, 15), 16, () => f.store(total, fold.start));
      f.forRest(total, end, 4 * scale, () => storeOne(f, fold, total, fold.start));
      emitNest(f, [from], outer, () => {
        f.call(foldRows(module, fold), totals, from, last.size, last.strides[0]!, bytes);
      });
      f.set(total, totals);
      f.for(at, 0, i32.sub(bytes, 15), 16, () => {
        for (let k = 0; k < vectorsOfFour(fold); k++) {
          const result = finish(fold, v128.load(total, 16 * k), divisor);
          if (fold.wide) f.storeLane64(i32.add(out, at), result, 0, 8 * k);
          else f.store(i32.add(out, at), result);
        }
        f.increment(total, 16 * scale);
      });
      f.forRest(at, bytes, 4, () => {
        f.storeLane32(i32.add(out, at), finish(fold, readOne(fold, total), divisor), 0);
        f.increment(total, 4 * scale);
      });
      f.increment(from, bytes);
      f.increment(out, bytes);
    });
  });
}

function storeOne(f: FunctionBuilder, { wide }: VectorFold, address: Local<'i32'>, value: Value<'v128'>): void {
  if (wide) f.storeLane64(address, value, 0);
  else f.storeLane32(address, value, 0);
}

function readOne({ wide }: VectorFold, address: Local<'i32'>): Value<'v128'> {
  return wide ? v128.load64Zero(address) : v128.load32Zero(address);
}

/** `(totals, x, rows, stride, bytes)`: folds rows of x, `stride` bytes apart, into the totals of `bytes` of columns. */
function foldRows(
  module: ModuleBuilder,
  fold: VectorFold,
): Func<readonly ['i32', 'i32', 'i32', 'i32', 'i32'], undefined> {
  const name = `fold rows by ${fold.name}`;
  return module.once(name, (m) =>
    m.define({ name, params: ['i32', 'i32', 'i32', 'i32', 'i32'] }, (f, totals, x, rows, stride, bytes) => {
      const row = f.local('i32');
      const [at, total] = [f.local('i32'), f.local('i32')];
      const foursEnd = f.index(i32.sub(bytes, 15));
      const sums = f.locals('v128', vectorsOfFour(fold));
      const starts = f.locals('i32', ROWS);
      const some = (count: number): void => {
        starts.slice(0, count).forEach((start, k) => {
          f.set(start, k === 0 ? x : i32.add(starts[k - 1]!, stride));
        });
        f.set(total, totals);
        f.for(at, 0, foursEnd, 16, () => {
          sums.forEach((sum, k) => f.set(sum, v128.load(total, 16 * k)));
          for (const start of starts.slice(0, count)) {
            loadFour(fold, i32.add(start, at)).forEach((value, k) => f.set(sums[k]!, fold.combine(sums[k]!, value)));
          }
          sums.forEach((sum, k) => f.store(total, sum, 16 * k));
          f.increment(total, 16 * sums.length);
        });
        f.forRest(at, bytes, 4, () => {
          const [sum] = sums as [Local<'v128'>];
          f.set(sum, readOne(fold, total));
          for (const start of starts.slice(0, count)) f.set(sum, fold.combine(sum, loadOne(fold, i32.add(start, at))));
          storeOne(f, fold, total, sum);
          f.increment(total, 4 * sums.length);
        });
        f.set(x, i32.add(starts[count - 1]!, stride));
      };
      f.for(row, 0, i32.sub(rows, ROWS - 1), ROWS, () => some(ROWS));
      f.forRest(row, rows, 1, () => some(1));
    }),
  );
}
