/** Runs one WebAssembly kernel on a memory of its own, with words around every operand that it must leave alone. */
import type { Kernel, WasmCall } from '../../kernels/contract.ts';
import { WasmCode } from '../../src/devices/wasm-code.ts';
import { WasmHeap } from '../../src/devices/wasm-heap.ts';
import { sizeOf, type Shape } from '../../src/tensor/shape.ts';
import type { Operand } from '../kernels/numeric.ts';

/** A bit pattern that no result has: a NaN with a message. */
const GUARD = 0x7fc0_dead;
const GUARD_WORDS = 16;

/** How kernels of the tests compute: `use-fast-math.ts` changes it before a test file begins. */
export const arithmetic: { fastMath: boolean } = { fastMath: false };

/** A kernel's function for some shapes, and the memory that it works in. */
export function compileOnWasm<Options, Geometry>(
  kernel: Kernel<Options, Geometry>,
  operands: readonly Operand[],
  outputShapes: readonly Shape[],
  options: Options,
): { readonly call: WasmCall; readonly run: (...args: readonly number[]) => void; readonly heap: WasmHeap } {
  const geometry = kernel.plan(
    operands.map((one) => one?.shape),
    outputShapes,
    options,
  );
  const call = kernel.wasm?.(
    geometry,
    operands.map((one) => one !== undefined),
  );
  if (!call) throw new Error(`${kernel.name}: the kernel has no WebAssembly`);
  const heap = new WasmHeap();
  const [run] = new WasmCode(heap, arithmetic.fastMath).functionsOf([
    { call, inputCount: operands.length, outputCount: outputShapes.length },
  ]);
  if (!run) throw new Error(`${kernel.name}: nothing was compiled`);
  return { call, run, heap };
}

/** Compiles a kernel for some shapes; each run checks the guard words and gives fresh outputs. */
export function prepareOnWasm<Options, Geometry>(
  kernel: Kernel<Options, Geometry>,
  operands: readonly Operand[],
  outputShapes: readonly Shape[],
  options: Options,
): (operands: readonly Operand[]) => Float32Array[] {
  const { call, run, heap } = compileOnWasm(kernel, operands, outputShapes, options);
  const sizes = [
    ...operands.map((one) => (one ? sizeOf(one.shape) : 0)),
    ...outputShapes.map(sizeOf),
    (call.workspaceBytes ?? 0) / 4,
  ];
  const starts = sizes.map((size) => (heap.allocate(4 * (Math.ceil(size) + 2 * GUARD_WORDS)) + 4 * GUARD_WORDS) / 4);
  return (current) => {
    const { floats } = heap;
    const words = new Uint32Array(floats.buffer);
    sizes.forEach((size, k) => {
      const start = starts[k] as number;
      words.fill(GUARD, start - GUARD_WORDS, start + size + GUARD_WORDS);
    });
    current.forEach((one, k) => one && floats.set(one.data, starts[k] as number));
    run(...starts.map((start) => 4 * start), ...(call.args ?? []));
    sizes.forEach((size, k) => {
      const start = starts[k] as number;
      for (let i = -GUARD_WORDS; i < GUARD_WORDS; i++) {
        const at = i < 0 ? start + i : start + size + i;
        if (words[at] !== GUARD) throw new Error(`${kernel.name}: wrote ${i} words from the end of operand ${k}`);
      }
    });
    current.forEach((one, k) => {
      const start = starts[k] as number;
      if (one?.data.some((value, i) => !Object.is(Math.fround(value), floats[start + i]))) {
        throw new Error(`${kernel.name}: wrote to input ${k}`);
      }
    });
    return outputShapes.map((shape, k) => {
      const start = starts[operands.length + k] as number;
      return floats.slice(start, start + sizeOf(shape));
    });
  };
}

/** One run. */
export function runOnWasm<Options, Geometry>(
  kernel: Kernel<Options, Geometry>,
  operands: readonly Operand[],
  outputShapes: readonly Shape[],
  options: Options,
): Float32Array[] {
  return prepareOnWasm(kernel, operands, outputShapes, options)(operands);
}
