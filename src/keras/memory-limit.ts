/**
 * A limit for the memory of the HDF5 library, which believes the sizes in a file: 26 kB can make it ask for two gigabytes.
 * Its memory is WebAssembly's and grows through one function, which refuses while a file is read.
 */
import { webAssembly, type WasmMemory } from '../wasm/web-assembly.ts';

const PAGE_BYTES = 65536;

/**
 * Runs a function during which no memory of WebAssembly grows beyond a size.
 * @param bytes the largest size
 * @param body runs without waiting, so that it is the only code that is limited
 */
export function withMemoryLimit<Result>(bytes: number, body: () => Result): Result {
  const prototype = webAssembly()?.Memory.prototype as WasmMemory;
  const own = Object.getOwnPropertyDescriptor(prototype, 'grow') as TypedPropertyDescriptor<WasmMemory['grow']>;
  const grow = own.value as WasmMemory['grow'];
  const limited = function (this: WasmMemory, pages: number): number {
    if (this.buffer.byteLength + pages * PAGE_BYTES > bytes)
      throw new RangeError('the memory limit of this file is reached');
    return grow.call(this, pages);
  };
  // Where intrinsics are frozen there is no limit.
  if (own.configurable) Object.defineProperty(prototype, 'grow', { ...own, value: limited });
  try {
    return body();
  } finally {
    if (own.configurable) Object.defineProperty(prototype, 'grow', own);
  }
}
