/** Every statement of a function's body. */
import { i32, type FunctionBuilder } from '../../../../src/wasm/index.ts';
import { pair, root, statements, stores, type Table } from './row.ts';

/** What the builder's users call; the others belong to the module's builder. */
type Statements = Omit<FunctionBuilder, 'finish' | 'param'>;

export const statementRows: Table<Statements> = {
  local: [
    ...statements(['i32'], (f, x) => f.set(x, f.local('i32')), '(local i32) local.get 1 local.set 0'),
    ...statements(
      ['f64'],
      (f, x) => f.set(x, f.local('f64', x)),
      '(local f64) local.get 0 local.set 1 local.get 1 local.set 0',
    ),
  ],
  locals: statements(
    ['v128'],
    (f, x) => f.set(x, f.locals('v128', 3)[2] ?? x),
    '(local v128 v128 v128) local.get 3 local.set 0',
  ),
  index: statements(
    ['i32'],
    (f) => f.increment(f.index(9), 1),
    '(local i32) i32.const 9 local.set 1 local.get 1 i32.const 1 i32.add local.set 1',
  ),
  set: [
    ...statements(['i32'], (f, x) => f.set(x, 5), 'i32.const 5 local.set 0'),
    ...statements(['i64', 'i64'], (f, x, y) => f.set(x, y), 'local.get 1 local.set 0'),
  ],
  tee: [
    ...statements(['i32', 'i32'], (f, x, y) => f.set(x, f.tee(y, 5)), 'i32.const 5 local.tee 1 local.set 0'),
    ...statements(['f32', 'f32'], (f, x, y) => f.set(x, f.tee(y, x)), 'local.get 0 local.tee 1 local.set 0'),
  ],
  increment: [
    ...statements(['i32'], (f, x) => f.increment(x, -1), 'local.get 0 i32.const -1 i32.add local.set 0'),
    ...statements(['i32', 'i32'], (f, x, y) => f.increment(x, y), 'local.get 0 local.get 1 i32.add local.set 0'),
    ...statements(['i32'], (f, x) => f.increment(x, 0), ''),
  ],
  store: [
    ...stores(['i32', 'i32'], (f, offset, at, x) => f.store(at, x, offset), 'i32.store'),
    ...stores(['i32', 'i64'], (f, offset, at, x) => f.store(at, x, offset), 'i64.store'),
    ...stores(['i32', 'f32'], (f, offset, at, x) => f.store(at, x, offset), 'f32.store'),
    ...stores(['i32', 'f64'], (f, offset, at, x) => f.store(at, x, offset), 'f64.store'),
    ...stores(['i32', 'v128'], (f, offset, at, x) => f.store(at, x, offset), 'v128.store', 'align=4'),
  ],
  storeLane32: stores(['i32', 'v128'], (f, offset, at, x) => f.storeLane32(at, x, 3, offset), 'v128.store32_lane', '3'),
  storeLane64: stores(
    ['i32', 'v128'],
    (f, offset, at, x) => f.storeLane64(at, x, 1, offset),
    'v128.store64_lane',
    'align=4 1',
  ),
  atomicStore: stores(['i32', 'i32'], (f, offset, at, x) => f.atomicStore(at, x, offset), 'i32.atomic.store'),
  copyMemory: statements(
    ['i32', 'i32', 'i32'],
    (f, to, from, bytes) => f.copyMemory(to, from, bytes),
    'local.get 0 local.get 1 local.get 2 memory.copy',
  ),
  fillMemory: statements(
    ['i32', 'i32', 'i32'],
    (f, to, byte, bytes) => f.fillMemory(to, byte, bytes),
    'local.get 0 local.get 1 local.get 2 memory.fill',
  ),
  block: statements(['i32'], (f, x) => f.block(() => f.set(x, 1)), 'block i32.const 1 local.set 0 end'),
  loop: statements(['i32'], (f, x) => f.loop(() => f.set(x, 1)), 'loop i32.const 1 local.set 0 end'),
  if: [
    ...statements(['i32'], (f, x) => f.if(x, () => f.set(x, 1)), 'local.get 0 if i32.const 1 local.set 0 end'),
    ...statements(
      ['i32'],
      (f, x) =>
        f.if(
          i32.eqz(x),
          () => f.set(x, 1),
          () => f.set(x, 2),
        ),
      'local.get 0 i32.eqz if i32.const 1 local.set 0 else i32.const 2 local.set 0 end',
    ),
  ],
  br: [
    ...statements([], (f) => f.block((exit) => f.br(exit)), 'block $exit br $exit end'),
    ...statements(
      ['i32'],
      (f, x) =>
        f.block((exit) =>
          f.loop((again) =>
            f.if(
              x,
              () => f.br(again),
              () => f.block(() => f.br(exit)),
            ),
          ),
        ),
      'block $exit loop $again local.get 0 if br $again else block br $exit end end end end',
    ),
  ],
  brIf: statements(
    ['i32'],
    (f, x) =>
      f.block((exit) => {
        f.block(() => f.brIf(exit, x));
        f.loop((again) => f.block(() => f.brIf(again, 1)));
      }),
    'block $exit block local.get 0 br_if $exit end loop $again block i32.const 1 br_if $again end end end',
  ),
  for: statements(
    ['i32', 'i32'],
    (f, i, end) => f.for(i, 2, end, 4, () => f.store(i, i)),
    `i32.const 2 local.set 0 local.get 0 local.get 1 i32.lt_s if loop $again local.get 0 local.get 0 i32.store
      local.get 0 i32.const 4 i32.add local.set 0 local.get 0 local.get 1 i32.lt_s br_if $again end end`,
  ),
  forRest: statements(
    ['i32', 'i32'],
    (f, i, step) => f.forRest(i, 100, step, () => f.store(i, i)),
    `local.get 0 i32.const 100 i32.lt_s if loop $again local.get 0 local.get 0 i32.store
      local.get 0 local.get 1 i32.add local.set 0 local.get 0 i32.const 100 i32.lt_s br_if $again end end`,
  ),
  call: statements(['f32'], (f, x) => f.call(pair, 7, x), 'i32.const 7 local.get 0 call 0'),
  valueOf: statements(['f64'], (f, x) => f.set(x, f.valueOf(root, x)), 'local.get 0 call 1 local.set 0'),
  return: statements(['i32'], (f, x) => f.if(x, () => f.return()), 'local.get 0 if return end'),
  unreachable: statements([], (f) => f.unreachable(), 'unreachable'),
};
