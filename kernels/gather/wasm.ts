/** Gather and one-hot as WebAssembly. Gather checks its indices once and keeps the byte offset of each row. */
import { f32, i32, type FunctionBuilder, type ModuleBuilder } from '../../src/wasm/index.ts';
import type { WasmCall, WasmParams } from '../contract.ts';
import { copyRows, fillRow } from '../strided/rows.ts';
import type { GatherGeometry } from './cpu.ts';
import { alignedWords, emitCheck, type Int } from './check.ts';

/** Inputs (x, indices), outputs (picked rows, flag). */
export function gatherCall({ outer, size, inner, count }: GatherGeometry): WasmCall {
  return {
    code: inner === 1 ? 'gather elements' : 'gather rows',
    emit: (f, params, module) => emitGather(f, module, params, inner === 1),
    args: [outer, size, 4 * inner, count],
    workspaceBytes: alignedWords(count),
  };
}

/** Input indices, outputs (rows of 0 and 1, flag). */
export function oneHotCall(count: number, depth: number): WasmCall {
  return { code: 'oneHot', emit: emitOneHot, args: [count, depth] };
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
