/**
 * Gather, scatter-add and one-hot as WebAssembly. Indices are checked once, before anything moves: gather keeps the byte
 * offset of each row, scatter-add a list of positions per row, as on the cpu: its sums are doubles in the order of the
 * positions.
 */
import {
  f32,
  f32x4,
  f64x2,
  i32,
  v128,
  type FunctionBuilder,
  type Local,
  type ModuleBuilder,
  type Value,
} from '../../src/wasm/index.ts';
import type { WasmCall, WasmParams } from '../contract.ts';
import { copyRows, fillRow } from '../strided/rows.ts';
import type { GatherGeometry } from './cpu.ts';

type Int = Local<'i32'>;

/** Inputs (x, indices), outputs (picked rows, flag). */
export function gatherCall({ outer, size, inner, count }: GatherGeometry): WasmCall {
  return {
    code: inner === 1 ? 'gather elements' : 'gather rows',
    emit: (f, params, module) => emitGather(f, module, params, inner === 1),
    args: [outer, size, 4 * inner, count],
    workspaceBytes: alignedWords(count),
  };
}

/** Inputs (indices, updates), outputs (sums, flag). */
export function scatterAddCall({ outer, size, inner, count }: GatherGeometry): WasmCall {
  return {
    code: 'scatterAdd',
    emit: emitScatterAdd,
    args: [outer, size, 4 * inner, count],
    workspaceBytes: alignedWords(size) + alignedWords(count),
  };
}

/** Input indices, outputs (rows of 0 and 1, flag). */
export function oneHotCall(count: number, depth: number): WasmCall {
  return { code: 'oneHot', emit: emitOneHot, args: [count, depth] };
}

function alignedWords(count: number): number {
  return 16 * Math.ceil(count / 4);
}

interface Check {
  readonly indices: Int;
  readonly count: Int;
  readonly size: Int;
  readonly flag: Int;
}

/** Goes over the positions from the last to the first, so that the flag keeps the first bad index. */
function emitCheck(
  f: FunctionBuilder,
  { indices, count, size, flag }: Check,
  good: (position: Int, index: Int) => void,
  bad: (position: Int) => void,
): void {
  const position = f.index(count);
  const value = f.local('f32');
  const index = f.local('i32');
  f.store(flag, f32.const(0));
  f.for(f.local('i32'), 0, count, 1, () => {
    f.increment(position, -1);
    f.set(value, f32.load(i32.add(indices, i32.shl(position, 2))));
    f.set(index, i32.truncSatF32(value));
    // NaN and fractions differ from their whole part; beyond the range of i32 the nearest bound is not below the size.
    f.if(
      i32.and(f32.eq(f32.convertI32Signed(index), value), i32.ltUnsigned(index, size)),
      () => good(position, index),
      () => {
        f.store(flag, f32.convertI32Signed(i32.add(position, 1)));
        bad(position);
      },
    );
  });
}

function emitGather(
  f: FunctionBuilder,
  module: ModuleBuilder,
  { inputs, outputs, workspace, args }: WasmParams,
  elements: boolean,
): void {
  const [x, indices] = inputs as [Int, Int];
  const [out, flag] = outputs as [Int, Int];
  const [outer, size, bytes, count] = args as [Int, Int, Int, Int];
  const offsetAt = (position: Int) => i32.add(workspace, i32.shl(position, 2));
  emitCheck(
    f,
    { indices, count, size, flag },
    (position, index) => f.store(offsetAt(position), i32.mul(index, bytes)),
    (position) => f.store(offsetAt(position), i32.const(-1)),
  );
  const table = f.index(i32.mul(size, bytes));
  const position = f.local('i32');
  const offset = f.local('i32');
  f.for(f.local('i32'), 0, outer, 1, () => {
    f.for(position, 0, count, 1, () => {
      f.set(offset, i32.load(offsetAt(position)));
      f.if(
        i32.geSigned(offset, 0),
        () => {
          const from = i32.add(x, offset);
          if (elements) f.store(out, f32.load(from));
          else f.call(copyRows(module), out, from, 1, 0, 0, bytes);
        },
        () => {
          if (elements) f.store(out, f32.const(0));
          else f.call(fillRow(module), out, bytes, 0);
        },
      );
      f.increment(out, bytes);
    });
    f.increment(x, table);
  });
}

/** Columns that one walk over a list of positions sums up: 8 vectors of doubles, or 2, or one element. */
const WIDTHS = [16, 4, 1] as const;

function emitScatterAdd(
  f: FunctionBuilder,
  { inputs, outputs, workspace, args }: WasmParams,
  module: ModuleBuilder,
): void {
  const [indices, updates] = inputs as [Int, Int];
  const [out, flag] = outputs as [Int, Int];
  const [outer, size, bytes, count] = args as [Int, Int, Int, Int];
  // `first` holds the first position of each row, `next` that after each position; -1 ends a list.
  const first = workspace;
  const next = f.index(i32.add(first, i32.and(i32.add(i32.shl(size, 2), 15), -16)));
  const entry = (list: Int, k: Int) => i32.add(list, i32.shl(k, 2));
  f.call(fillRow(module), first, i32.shl(size, 2), -1);
  emitCheck(
    f,
    { indices, count, size, flag },
    (position, index) => {
      f.store(entry(next, position), i32.load(entry(first, index)));
      f.store(entry(first, index), position);
    },
    () => {},
  );
  const [row, head, k, column] = [f.local('i32'), f.local('i32'), f.local('i32'), f.local('i32')];
  f.for(f.local('i32'), 0, outer, 1, () => {
    f.for(row, 0, size, 1, () => {
      f.set(head, i32.load(entry(first, row)));
      f.if(
        i32.ltSigned(head, 0),
        () => f.call(fillRow(module), out, bytes, 0),
        () => {
          f.set(column, 0);
          for (const width of WIDTHS) {
            f.forRest(column, i32.sub(bytes, 4 * width - 1), 4 * width, () => {
              emitSums(f, width, i32.add(out, column), (add) => {
                f.set(k, head);
                f.loop((again) => {
                  add(i32.add(i32.add(updates, column), i32.mul(k, bytes)));
                  f.set(k, i32.load(entry(next, k)));
                  f.brIf(again, i32.geSigned(k, 0));
                });
              });
            });
          }
        },
      );
      f.increment(out, bytes);
    });
    f.increment(updates, i32.mul(count, bytes));
  });
}

/** Sums of the columns from `address` on over everything that the walk adds. */
function emitSums(
  f: FunctionBuilder,
  width: (typeof WIDTHS)[number],
  address: Value<'i32'>,
  walk: (add: (from: Value<'i32'>) => void) => void,
): void {
  const sums = f.locals('v128', Math.ceil(width / 2));
  const from = f.local('i32');
  for (const sum of sums) f.set(sum, v128.zero());
  walk((updates) => {
    f.set(from, updates);
    sums.forEach((sum, k) => {
      const value = width === 1 ? v128.load32Zero(from) : v128.load64Zero(from, 8 * k);
      f.set(sum, f64x2.add(sum, f64x2.promoteLowF32x4(value)));
    });
  });
  sums.forEach((sum, k) => {
    const value = f32x4.demoteF64x2Zero(sum);
    if (width === 1) f.storeLane32(address, value, 0);
    else f.storeLane64(address, value, 0, 8 * k);
  });
}

function emitOneHot(f: FunctionBuilder, { inputs, outputs, args }: WasmParams, module: ModuleBuilder): void {
  const [indices, out, flag] = [inputs[0]!, outputs[0]!, outputs[1]!];
  const [count, depth] = args as [Int, Int];
  f.call(fillRow(module), out, i32.shl(i32.mul(count, depth), 2), 0);
  emitCheck(
    f,
    { indices, count, size: depth, flag },
    (position, index) => {
      const element = i32.add(i32.mul(position, depth), index);
      f.store(i32.add(out, i32.shl(element, 2)), f32.const(1));
    },
    () => {},
  );
}
