/** One kernel of one output on a graphics card beside the cpu in double. */
import type { FloatArray, Kernel } from '../../kernels/contract.ts';
import type { GpuMemory } from '../../src/devices/gpu-memory.ts';
import type { Shape } from '../../src/tensor/shape.ts';
import { gpuCall, runOnGpu } from '../support/gpu-kernel.ts';
import { prepare } from './numeric.ts';

/** Half a unit in the last place of float32, relative. */
export const ROUNDING: number = 2 ** -24;

/** The elements and the passes of a kernel on a graphics card, and the elements of the cpu in double. */
export async function both(
  memory: GpuMemory,
  kernel: Kernel,
  operands: readonly { readonly shape: Shape; readonly data: Float64Array }[],
  shape: Shape,
  options?: unknown,
): Promise<{ readonly given: Float32Array; readonly exact: FloatArray; readonly passes: number }> {
  const [given = new Float32Array()] = await runOnGpu(memory, kernel, operands, [shape], options);
  const [exact = new Float64Array()] = prepare(kernel, operands, [shape], options)(operands);
  return { given, exact, passes: gpuCall(kernel, operands, [shape], options).passes.length };
}

/** The largest error in parts of its bound; NaN where an element is NaN. */
export function worst(given: Float32Array, exact: ArrayLike<number>, bound: (i: number) => number): number {
  return given.reduce((most, value, i) => Math.max(most, Math.abs(value - (exact[i] ?? NaN)) / bound(i)), 0);
}

/** Values of 0, 1, 2, ... */
export function counting(valueAt: (i: number) => number): () => number {
  let i = 0;
  return () => valueAt(i++);
}
