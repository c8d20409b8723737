/** Gather and one-hot as WebAssembly. Gather checks its indices once and keeps the byte offset of each row. */
import { f32, i32, type FunctionBuilder, type ModuleBuilder } from '../../src/wasm/index.ts';
import type { WasmCall, WasmParams } from '../contract.ts';
import { bytesFrom, rangesOf } from '../split.ts';
import { copyRows, fillRow } from '../strided/rows.ts';
import type { GatherGeometry } from './cpu.ts';
import { alignedWords, eachIndex, emitCheck, type Int } from './check.ts';
import { splitTables } from './tables.ts';

/** Inputs (x, indices), outputs (picked rows, flag). The offsets stand in the workspace. */
export function gatherCall({ outer, size, inner, count }: GatherGeometry): WasmCall {
  const code = inner === 1 ? 'gather elements' : 'gather rows';
  const argsOf = (tables: number, start: number, positions: number): number[] => {
    return [tables, size, 4 * inner, positions, 4 * start];
  };
  const emitRows: WasmCall['emit'] = (f, params, module) => emitPicked(f, module, params, inner === 1);
  const workspaceBytes = alignedWords(count);
  return {
    code,
    emit: (f, params, module) => {
      emitOffsets(f, params);
      emitRows(f, params, module);
    },
    args: argsOf(outer, 0, count),
    workspaceBytes,
    split: (most) =>
      splitTables(
        { outer, rows: count, inner, inputs: [size * inner] },
        {
          prepared: { code: 'gather offsets', emit: emitOffsets },
          shared: { code: `${code}, offsets known`, emit: emitRows },
          workspaceBytes,
        },
        argsOf,
        most,
      ),
  };
}

/** Input indices, outputs (rows of 0 and 1, flag). */
export function oneHotCall(count: number, depth: number): WasmCall {
  const args = [count, depth];
  return {
    code: 'oneHot',
    emit: (f, params, module) => {
      emitOnes(f, params, module);
      emitFlag(f, params);
    },
    args,
    split(most) {
      const parts = rangesOf(count, most).map(({ start, size }) => ({
        inputs: bytesFrom(start, [1]),
        outputs: bytesFrom(start, [depth]),
        args: [size, depth],
      }));
      if (parts.length < 2) return undefined;
      return {
        stages: [
          { code: 'oneHot rows', emit: emitOnes, parts },
          { code: 'oneHot flag', emit: emitFlag, parts: [{ inputs: [], outputs: [], args }] },
        ],
      };
    },
  };
}

/** Leaves the byte offset of each picked row in the workspace, -1 for a bad index, and the flag. */
function emitOffsets(f: FunctionBuilder, { inputs, outputs, workspace, args }: WasmParams): void {
  const [, size, bytes, count] = args as [Int, Int, Int, Int];
  const offsetAt = (position: Int) => i32.add(workspace, i32.shl(position, 2));
  emitCheck(
    f,
    { indices: inputs[1]!, count, size, flag: outputs[1]! },
    (position, index) => f.store(offsetAt(position), i32.mul(index, bytes)),
    (position) => f.store(offsetAt(position), i32.const(-1)),
  );
}

function emitPicked(
  f: FunctionBuilder,
  module: ModuleBuilder,
  { inputs, outputs, workspace, args }: WasmParams,
  elements: boolean,
): void {
  const [x, out] = [inputs[0]!, outputs[0]!];
  const [outer, size, bytes, count, first] = args as [Int, Int, Int, Int, Int];
  const table = f.index(i32.mul(size, bytes));
  const begin = f.index(i32.add(workspace, first));
  const end = f.index(i32.add(begin, i32.shl(count, 2)));
  const at = f.local('i32');
  const offset = f.local('i32');
  f.for(f.local('i32'), 0, outer, 1, () => {
    f.for(at, begin, end, 4, () => {
      f.set(offset, i32.load(at));
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

function emitOnes(f: FunctionBuilder, { inputs, outputs, args }: WasmParams, module: ModuleBuilder): void {
  const [indices, out] = [inputs[0]!, outputs[0]!];
  const [count, depth] = args as [Int, Int];
  f.call(fillRow(module), out, i32.shl(i32.mul(count, depth), 2), 0);
  eachIndex(f, { indices, count, size: depth }, (position, index) => {
    const element = i32.add(i32.mul(position, depth), index);
    f.store(i32.add(out, i32.shl(element, 2)), f32.const(1));
  });
}

function emitFlag(f: FunctionBuilder, { inputs, outputs, args }: WasmParams): void {
  const [count, size] = args as [Int, Int];
  emitCheck(
    f,
    { indices: inputs[0]!, count, size, flag: outputs[1]! },
    () => {},
    () => {},
  );
}
