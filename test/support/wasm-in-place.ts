/** Runs one WebAssembly kernel with outputs in the memory of its inputs. */
import type { Kernel } from '../../kernels/contract.ts';
import { sizeOf, type Shape } from '../../src/tensor/shape.ts';
import type { Operand } from '../kernels/numeric.ts';
import { compileOnWasm } from './wasm-kernel.ts';

/** The outputs when each is written over the input that `overwritten` lists for it, or apart where that is undefined. */
export function runInPlaceOnWasm<Options, Geometry>(
  kernel: Kernel<Options, Geometry>,
  operands: readonly Operand[],
  outputShapes: readonly Shape[],
  options: Options,
  overwritten: readonly (number | undefined)[],
): Float32Array[] {
  const { call, run, heap } = compileOnWasm(kernel, operands, outputShapes, options);
  const inputs = operands.map((one) => heap.allocate(4 * (one ? sizeOf(one.shape) : 0)));
  const outputs = outputShapes.map((shape, k) => inputs[overwritten[k] ?? -1] ?? heap.allocate(4 * sizeOf(shape)));
  const workspace = heap.allocate(call.workspaceBytes ?? 0);
  const { floats } = heap;
  operands.forEach((one, k) => one && floats.set(one.data, (inputs[k] as number) / 4));
  run(...inputs, ...outputs, workspace, ...(call.args ?? []));
  return outputs.map((address, k) => floats.slice(address / 4, address / 4 + sizeOf(outputShapes[k] as Shape)));
}
