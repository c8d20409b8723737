/**
 * Scatter-add as WebAssembly: a list of positions per row, as on the cpu, and sums in doubles in the order of the positions,
 * which gives the same bits.
 */
import { f32x4, f64x2, i32, v128, type FunctionBuilder, type ModuleBuilder, type Value } from '../../src/wasm/index.ts';
import type { WasmCall, WasmParams } from '../contract.ts';
import { fillRow } from '../strided/rows.ts';
import type { GatherGeometry } from './cpu.ts';
import { alignedWords, emitCheck, type Int } from './check.ts';
import { splitTables } from './tables.ts';

/** Inputs (indices, updates), outputs (sums, flag). */
export function scatterAddCall({ outer, size, inner, count }: GatherGeometry): WasmCall {
  const next = alignedWords(size);
  const argsOf = (tables: number, firstRow: number, rows: number): number[] => {
    return [tables, rows, 4 * inner, count, 4 * firstRow, next];
  };
  const workspaceBytes = next + alignedWords(count);
  return {
    code: 'scatterAdd',
    emit: (f, params, module) => {
      emitLists(f, params, module);
      emitRows(f, params, module);
    },
    args: argsOf(outer, 0, size),
    workspaceBytes,
    split: (most) =>
      splitTables(
        { outer, rows: size, inner, inputs: [0, count * inner] },
        {
          prepared: { code: 'scatterAdd lists', emit: emitLists },
          shared: { code: 'scatterAdd rows', emit: emitRows },
          workspaceBytes,
        },
        argsOf,
        most,
      ),
  };
}

/** Columns that one walk over a list of positions sums up: 8 vectors of doubles, or 2, or one element. */
const WIDTHS = [16, 4, 1] as const;

const entry = (list: Int, k: Int): Value<'i32'> => i32.add(list, i32.shl(k, 2));

/** Leaves `first`, the first position of each row, and `next`, that after each position; -1 ends a list. */
function emitLists(
  f: FunctionBuilder,
  { inputs, outputs, workspace: first, args }: WasmParams,
  module: ModuleBuilder,
): void {
  const [, size, , count, , toNext] = args as Six;
  const next = f.index(i32.add(first, toNext));
  f.call(fillRow(module), first, i32.shl(size, 2), -1);
  emitCheck(
    f,
    { indices: inputs[0]!, count, size, flag: outputs[1]! },
    (position, index) => {
      f.store(entry(next, position), i32.load(entry(first, index)));
      f.store(entry(first, index), position);
    },
    () => {},
  );
}

function emitRows(f: FunctionBuilder, { inputs, outputs, workspace, args }: WasmParams, module: ModuleBuilder): void {
  const [updates, out] = [inputs[1]!, outputs[0]!];
  const [outer, size, bytes, count, toFirst, toNext] = args as Six;
  const first = f.index(i32.add(workspace, toFirst));
  const next = f.index(i32.add(workspace, toNext));
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

type Six = [Int, Int, Int, Int, Int, Int];
