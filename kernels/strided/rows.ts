/**
 * Copies of many rows as WebAssembly functions that every kernel of a module shares. All sizes and strides are bytes.
 * Vectors beat `memory.copy` at any length: 28 against 22 GB/s on long rows, and no call into the engine on short ones.
 * A row that does not fill its last vector ends with one that overlaps the vector before.
 */
import { f32, i32, i32x4, v128, type Func, type I32, type ModuleBuilder } from '../../src/wasm/index.ts';

type RowsFunc = Func<readonly ['i32', 'i32', 'i32', 'i32', 'i32', 'i32'], undefined>;

/** `(to, from, rows, toStride, fromStride, bytes)`: rows without gaps. */
export function copyRows(module: ModuleBuilder): RowsFunc {
  return module.once('copy rows', (m) =>
    m.define(
      { name: 'copy rows', params: ['i32', 'i32', 'i32', 'i32', 'i32', 'i32'] },
      (f, to, from, rows, toStride, fromStride, bytes) => {
        const row = f.local('i32');
        const at = f.local('i32');
        const last = f.index(i32.sub(bytes, 16));
        const each = (body: () => void): void =>
          f.for(row, 0, rows, 1, () => {
            body();
            f.increment(to, toStride);
            f.increment(from, fromStride);
          });
        const vector = (position: I32, offset = 0): void =>
          f.store(i32.add(to, position), v128.load(i32.add(from, position), offset), offset);
        f.if(
          i32.ltSigned(bytes, 16),
          () => {
            const pair = f.index(i32.and(bytes, 8));
            const single = f.index(i32.and(bytes, 4));
            each(() => {
              f.if(pair, () => f.storeLane64(to, v128.load64Zero(from), 0));
              f.if(single, () => f.store(i32.add(to, pair), f32.load(i32.add(from, pair))));
            });
          },
          () =>
            each(() => {
              f.for(at, 0, i32.sub(last, 47), 64, () => {
                for (const offset of [0, 16, 32, 48]) vector(at, offset);
              });
              f.forRest(at, last, 16, () => vector(at));
              vector(last);
            }),
        );
      },
    ),
  );
}

/** The same parameters; `from` is the address of the first element, those after it lie before it in memory. */
export function reverseRows(module: ModuleBuilder): RowsFunc {
  return module.once('reverse rows', (m) =>
    m.define(
      { name: 'reverse rows', params: ['i32', 'i32', 'i32', 'i32', 'i32', 'i32'] },
      (f, to, from, rows, toStride, fromStride, bytes) => {
        const at = f.local('i32');
        const value = f.local('v128');
        const last = f.index(i32.sub(bytes, 16));
        const vector = (position: I32): void => {
          f.set(value, v128.load(i32.sub(i32.sub(from, 12), position)));
          f.store(i32.add(to, position), i32x4.shuffle(value, value, [3, 2, 1, 0]));
        };
        f.for(f.local('i32'), 0, rows, 1, () => {
          f.if(
            i32.ltSigned(bytes, 16),
            () => f.for(at, 0, bytes, 4, () => f.store(i32.add(to, at), f32.load(i32.sub(from, at)))),
            () => {
              f.for(at, 0, last, 16, () => vector(at));
              vector(last);
            },
          );
          f.increment(to, toStride);
          f.increment(from, fromStride);
        });
      },
    ),
  );
}

/** `(to, from, rows, toStride, fromStride, count, toStep, fromStep)`: rows of `count` elements, any step apart. */
export function stepRows(
  module: ModuleBuilder,
): Func<readonly ['i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32'], undefined> {
  return module.once('step rows', (m) =>
    m.define(
      { name: 'step rows', params: ['i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32'] },
      (f, to, from, rows, toStride, fromStride, count, toStep, fromStep) => {
        const k = f.local('i32');
        const [a, o] = [f.local('i32'), f.local('i32')];
        const [a2, o2] = [f.index(i32.shl(fromStep, 1)), f.index(i32.shl(toStep, 1))];
        const [first, second, third, fourth] = [f.local('f32'), f.local('f32'), f.local('f32'), f.local('f32')];
        f.for(f.local('i32'), 0, rows, 1, () => {
          f.set(a, from);
          f.set(o, to);
          f.for(k, 0, i32.sub(count, 3), 4, () => {
            f.set(first, f32.load(a));
            f.set(second, f32.load(i32.add(a, fromStep)));
            f.increment(a, a2);
            f.set(third, f32.load(a));
            f.set(fourth, f32.load(i32.add(a, fromStep)));
            f.increment(a, a2);
            f.store(o, first);
            f.store(i32.add(o, toStep), second);
            f.increment(o, o2);
            f.store(o, third);
            f.store(i32.add(o, toStep), fourth);
            f.increment(o, o2);
          });
          f.forRest(k, count, 1, () => {
            f.store(o, f32.load(a));
            f.increment(a, fromStep);
            f.increment(o, toStep);
          });
          f.increment(to, toStride);
          f.increment(from, fromStride);
        });
      },
    ),
  );
}

/** `(to, bytes, bits)`: every word of a row set to the same bits. */
export function fillRow(module: ModuleBuilder): Func<readonly ['i32', 'i32', 'i32'], undefined> {
  return module.once('fill row', (m) =>
    m.define({ name: 'fill row', params: ['i32', 'i32', 'i32'] }, (f, to, bytes, bits) => {
      const at = f.local('i32');
      f.if(
        i32.ltSigned(bytes, 16),
        () => f.for(at, 0, bytes, 4, () => f.store(i32.add(to, at), bits)),
        () => {
          const value = f.local('v128', i32x4.splat(bits));
          const last = f.index(i32.sub(bytes, 16));
          f.for(at, 0, i32.sub(last, 47), 64, () => {
            for (const offset of [0, 16, 32, 48]) f.store(i32.add(to, at), value, offset);
          });
          f.forRest(at, last, 16, () => f.store(i32.add(to, at), value));
          f.store(i32.add(to, last), value);
        },
      );
    }),
  );
}
