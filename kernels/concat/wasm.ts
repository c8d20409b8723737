/** Concatenation as WebAssembly: each input is `outer` rows, which go side by side into the rows of the output. */
import { i32, type FunctionBuilder, type ModuleBuilder } from '../../src/wasm/index.ts';
import type { WasmCall, WasmParams } from '../contract.ts';
import { bytesFrom, elementRanges, rangesOf, splitOf } from '../split.ts';
import { copyRows } from '../strided/rows.ts';

/** @param lengths elements of one row of each input */
export function concatCall(outer: number, lengths: readonly number[]): WasmCall {
  const total = lengths.reduce((sum, length) => sum + length, 0);
  const argsOf = (rows: number, copied: readonly number[]): number[] => {
    return [rows, 4 * total, ...copied.map((length) => 4 * length)];
  };
  const call: Omit<WasmCall, 'split'> = { code: 'concat', emit: emitConcat, args: argsOf(outer, lengths) };
  return {
    ...call,
    split(most, however) {
      if (outer !== 1) {
        return splitOf(call, rangesOf(outer, most), ({ start, size }) => ({
          inputs: bytesFrom(start, lengths),
          outputs: bytesFrom(start, [total]),
          args: argsOf(size, lengths),
        }));
      }
      // Of each input what falls into the range of the one row.
      return splitOf(call, elementRanges(total, most, however), ({ start, size }) => {
        let before = 0;
        const cuts = lengths.map((length) => {
          const from = Math.min(length, Math.max(0, start - before));
          const to = Math.min(length, Math.max(0, start + size - before));
          before += length;
          return { from, length: to - from };
        });
        return {
          inputs: cuts.map(({ from }) => 4 * from),
          outputs: bytesFrom(start, [1]),
          args: argsOf(
            1,
            cuts.map(({ length }) => length),
          ),
        };
      });
    },
  };
}

function emitConcat(f: FunctionBuilder, { inputs, outputs, args }: WasmParams, module: ModuleBuilder): void {
  const [out, outer, stride] = [outputs[0]!, args[0]!, args[1]!];
  inputs.forEach((x, k) => {
    const bytes = args[k + 2]!;
    f.call(copyRows(module), out, x, outer, stride, bytes, bytes);
    f.set(out, i32.add(out, bytes));
  });
}
