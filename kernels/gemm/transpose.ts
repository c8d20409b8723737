/** A transposed copy in blocks of 4 by 4: what makes a transposed operand as fast as a plain one. */
import {
  i32,
  i32x4,
  v128,
  type Func,
  type FunctionBuilder,
  type Local,
  type ModuleBuilder,
} from '../../src/wasm/index.ts';

/** `(from, fromStep, rows, columns, to, toStep)`: `to[j][i] = from[i][j]`; the steps from row to row are in bytes. */
export type Transpose = Func<readonly ['i32', 'i32', 'i32', 'i32', 'i32', 'i32'], undefined>;

export function transposeBlocks(module: ModuleBuilder): Transpose {
  return module.once('gemm: transpose', (m) =>
    m.define(
      { name: 'transpose', params: ['i32', 'i32', 'i32', 'i32', 'i32', 'i32'] },
      (f, from, fromStep, rows, columns, to, toStep) => {
        const [i, j] = [f.local('i32'), f.local('i32')];
        const sources = f.locals('i32', 4);
        const [source] = sources as [Local<'i32'>];
        const target = f.local('i32');
        f.for(i, 0, i32.and(rows, -4), 4, () => {
          sources.forEach((pointer, row) => {
            f.set(pointer, row === 0 ? from : i32.add(sources[row - 1] as Local<'i32'>, fromStep));
          });
          f.set(target, to);
          f.for(j, 0, i32.and(columns, -4), 4, () => {
            for (const column of transposed(f, sources)) {
              f.store(target, column);
              f.increment(target, toStep);
            }
            for (const pointer of sources) f.increment(pointer, 16);
          });
          f.forRest(j, columns, 1, () => {
            sources.forEach((pointer, row) => {
              f.store(target, i32.load(pointer), 4 * row);
              f.increment(pointer, 4);
            });
            f.increment(target, toStep);
          });
          f.increment(from, i32.shl(fromStep, 2));
          f.increment(to, 16);
        });
        f.forRest(i, rows, 1, () => {
          f.set(source, from);
          f.set(target, to);
          f.for(j, 0, columns, 1, () => {
            f.store(target, i32.load(source));
            f.increment(source, 4);
            f.increment(target, toStep);
          });
          f.increment(from, fromStep);
          f.increment(to, 4);
        });
      },
    ),
  );
}

/** The four columns of the 4 by 4 block that begins at these rows. */
function transposed(f: FunctionBuilder, rows: readonly Local<'i32'>[]): readonly Local<'v128'>[] {
  const row = (index: number): Local<'v128'> => f.local('v128', v128.load(rows[index] as Local<'i32'>));
  const [a, b, c, d] = [row(0), row(1), row(2), row(3)];
  const lowAB = f.local('v128', i32x4.shuffle(a, b, [0, 4, 1, 5]));
  const lowCD = f.local('v128', i32x4.shuffle(c, d, [0, 4, 1, 5]));
  const highAB = f.local('v128', i32x4.shuffle(a, b, [2, 6, 3, 7]));
  const highCD = f.local('v128', i32x4.shuffle(c, d, [2, 6, 3, 7]));
  return [
    f.local('v128', i32x4.shuffle(lowAB, lowCD, [0, 1, 4, 5])),
    f.local('v128', i32x4.shuffle(lowAB, lowCD, [2, 3, 6, 7])),
    f.local('v128', i32x4.shuffle(highAB, highCD, [0, 1, 4, 5])),
    f.local('v128', i32x4.shuffle(highAB, highCD, [2, 3, 6, 7])),
  ];
}
