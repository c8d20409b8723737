/** Concatenation as WebAssembly: each input is `outer` rows, which go side by side into the rows of the output. */
import { i32, type FunctionBuilder, type ModuleBuilder } from '../../src/wasm/index.ts';
import type { WasmCall, WasmParams } from '../contract.ts';
import { copyRows } from '../strided/rows.ts';

/** @param lengths elements of one row of each input */
export function concatCall(outer: number, lengths: readonly number[]): WasmCall {
  const total = lengths.reduce((sum, length) => sum + length, 0);
  return { code: 'concat', emit: emitConcat, args: [outer, 4 * total, ...lengths.map((length) => 4 * length)] };
}

function emitConcat(f: FunctionBuilder, { inputs, outputs, args }: WasmParams, module: ModuleBuilder): void {
  const [out, outer, stride] = [outputs[0]!, args[0]!, args[1]!];
  inputs.forEach((x, k) => {
    const bytes = args[k + 2]!;
    f.call(copyRows(module), out, x, outer, stride, bytes, bytes);
    f.set(out, i32.add(out, bytes));
  });
}
