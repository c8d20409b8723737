/** How one kernel runs on a graphics card: a row of the table in gpu.ts. */
import type { GpuCall, Kernel } from './contract.ts';

export type GpuForm<Geometry = never> = (geometry: Geometry, present: readonly boolean[]) => GpuCall;

export type GpuRow = readonly [kernel: Kernel, form: GpuForm];

/** One row: the types of both sides fit. */
export function gpuRow<Options, Geometry>(kernel: Kernel<Options, Geometry>, form: GpuForm<Geometry>): GpuRow {
  return [kernel as Kernel, form as GpuForm];
}

/** A call of one pass that reads the kernel's inputs in order and computes its only output. */
export function singlePass(source: string, inputCount: number, size: number, functions?: readonly string[]): GpuCall {
  const operands = Array.from({ length: inputCount }, (_, input) => ({ input }));
  return { passes: [{ source, operands, size, ...(functions && { functions }) }], outputs: [0] };
}
