/** Sums of a recurrence's gradients over all rows `[batch * steps]`, in an order that only the sizes fix. */
import {
  f32x4,
  i32,
  v128,
  type Func,
  type FunctionBuilder,
  type I32,
  type Local,
  type ModuleBuilder,
} from '../../src/wasm/index.ts';
import { forRow } from './wasm-row.ts';

/** Rows summed before their sum is added to the total: the error grows with these and with the number of runs, not with their product. */
const RUN = 64;

/** `out = sum of rows`, of `bytes` each and `stride` bytes apart. */
export function sumRows(
  f: FunctionBuilder,
  module: ModuleBuilder,
  operands: {
    readonly source: I32;
    readonly stride: I32;
    readonly rows: I32;
    readonly bytes: Local<'i32'>;
    readonly out: Local<'i32'>;
  },
): void {
  const { stride, rows, bytes, out } = operands;
  const add = addRun(module);
  const source = f.index(operands.source);
  const left = f.index(rows);
  f.fillMemory(out, 0, bytes);
  f.for(f.local('i32'), 0, i32.divSigned(left, RUN), 1, () => {
    f.call(add, source, stride, RUN, bytes, out);
    f.increment(source, i32.mul(stride, RUN));
  });
  f.call(add, source, stride, i32.and(left, RUN - 1), bytes, out);
}

/** `out += sum of rows`, each sum in a register: four rows at a time, then what is left. */
function addRun(module: ModuleBuilder): Func<readonly ['i32', 'i32', 'i32', 'i32', 'i32'], undefined> {
  return module.once('recurrent add run', (m) =>
    m.define({ name: 'addRun', params: ['i32', 'i32', 'i32', 'i32', 'i32'] }, (f, source, stride, rows, bytes, out) => {
      const quads = f.index(i32.and(rows, -4));
      const count = f.local('i32');
      const row = f.local('i32');
      forRow(f, bytes, ({ load, store }) => {
        const sum = f.local('v128');
        const next = (): Local<'v128'> => {
          const value = load(row);
          f.increment(row, stride);
          return value;
        };
        f.set(sum, v128.zero());
        f.set(row, source);
        f.for(count, 0, quads, 4, () => {
          const four = [next(), next(), next(), next()] as const;
          f.set(sum, f32x4.add(sum, f32x4.add(f32x4.add(four[0], four[1]), f32x4.add(four[2], four[3]))));
        });
        f.forRest(count, rows, 1, () => f.set(sum, f32x4.add(sum, next())));
        store(out, f32x4.add(load(out), sum));
      });
    }),
  );
}
