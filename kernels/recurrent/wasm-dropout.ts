/** Dropout masks of a recurrence on rows of numbers: a sample's mask row is the same at every step. */
import {
  f32x4,
  i32,
  type Func,
  type FunctionBuilder,
  type I32,
  type Local,
  type ModuleBuilder,
} from '../../src/wasm/index.ts';
import { forRow } from './wasm-row.ts';

/** Rows `[batch, steps, width]` and masks `[batch, groups, width]`; strides in bytes. */
export interface MaskOperands {
  readonly target: I32;
  readonly source: I32;
  readonly mask: I32;
  /** From one sample's mask to the next. */
  readonly maskStride: I32;
  readonly batch: I32;
  readonly steps: I32;
  readonly bytes: I32;
}

/** `target = source * mask`, or `target += source * mask`. The target may be the source. */
export function maskRows(
  f: FunctionBuilder,
  module: ModuleBuilder,
  accumulate: boolean,
  { target, source, mask, maskStride, batch, steps, bytes }: MaskOperands,
): void {
  f.call(maskFunction(module, accumulate), target, source, mask, maskStride, batch, steps, bytes);
}

type Params = readonly ['i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32'];

function maskFunction(module: ModuleBuilder, accumulate: boolean): Func<Params, undefined> {
  const row = maskRow(module, accumulate);
  return module.once(`recurrent mask rows ${accumulate}`, (m) =>
    m.define(
      { name: 'maskRows', params: ['i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32'] },
      (f, target, source, mask, maskStride, batch, steps, bytes) => {
        f.for(f.local('i32'), 0, batch, 1, () => {
          f.for(f.local('i32'), 0, steps, 1, () => {
            f.call(row, target, source, mask, bytes);
            f.increment(target, bytes);
            f.increment(source, bytes);
          });
          f.increment(mask, maskStride);
        });
      },
    ),
  );
}

function maskRow(module: ModuleBuilder, accumulate: boolean): Func<readonly ['i32', 'i32', 'i32', 'i32'], undefined> {
  return module.once(`recurrent mask row ${accumulate}`, (m) =>
    m.define({ name: 'maskRow', params: ['i32', 'i32', 'i32', 'i32'] }, (f, target, source, mask, bytes) => {
      forRow(f, bytes, ({ load, store }) => {
        const masked = f32x4.mul(load(source), load(mask));
        store(target, accumulate ? f32x4.add(load(target), masked) : masked);
      });
    }),
  );
}

/** Runs once for each group of gates that has a mask of its own; `at` is the group's first mask. */
export function forGroups(
  f: FunctionBuilder,
  groups: Local<'i32'>,
  mask: Local<'i32'>,
  bytes: Local<'i32'>,
  body: (group: Local<'i32'>, at: Local<'i32'>) => void,
): void {
  const group = f.local('i32');
  const at = f.local('i32');
  f.for(group, 0, groups, 1, () => {
    f.set(at, i32.add(mask, i32.mul(group, bytes)));
    body(group, at);
  });
}
