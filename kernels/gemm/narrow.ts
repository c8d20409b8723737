/** The end of a strip whose panel has columns that C has not: its sums are stored apart, and those of C added from there. */
import { f32x4, i32, v128, type Func, type ModuleBuilder, type Value } from '../../src/wasm/index.ts';
import { PANEL_STEP } from './tile.ts';

type Type = 'i32';

/** `(from, c, cStep, addend, addendStep, rows, columns)`. */
export type AddNarrow = Func<readonly [Type, Type, Type, Type, Type, Type, Type], undefined>;

/** `C = from + addend` for fewer than 8 columns of `from`, whose rows have 8. */
export function addNarrow(module: ModuleBuilder): AddNarrow {
  return module.once('gemm: narrow', (m) =>
    m.define(
      { name: 'narrow', params: ['i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32'] },
      (f, from, c, cStep, addend, addendStep, rows, columns) => {
        const at = f.local('i32');
        const [source, target, more] = [f.local('i32'), f.local('i32'), f.local('i32')];
        const sum = (load: (address: Value<'i32'>) => Value<'v128'>): Value<'v128'> =>
          f32x4.add(load(source), load(more));
        const right = (bytes: number): void => {
          for (const pointer of [source, target, more]) f.increment(pointer, bytes);
        };
        f.for(at, 0, rows, 1, () => {
          f.set(source, from);
          f.set(target, c);
          f.set(more, addend);
          f.if(i32.and(columns, 4), () => {
            f.store(target, sum(v128.load));
            right(16);
          });
          f.if(i32.and(columns, 2), () => {
            f.storeLane64(target, sum(v128.load64Zero), 0);
            right(8);
          });
          f.if(i32.and(columns, 1), () => f.storeLane32(target, sum(v128.load32Zero), 0));
          f.increment(from, PANEL_STEP);
          f.increment(c, cStep);
          f.increment(addend, addendStep);
        });
      },
    ),
  );
}
