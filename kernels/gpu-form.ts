/** How one kernel runs on a graphics card: a row of the table in gpu.ts. */
import type { GpuCall, Kernel } from './contract.ts';

export type GpuForm<Geometry = never> = (geometry: Geometry, present: readonly boolean[]) => GpuCall;

/** What becomes of a value where it is stored: the element-wise kernel behind, as an expression that calls functions. */
export interface GpuStore {
  readonly expression: (value: string) => string;
  readonly functions: readonly string[];
}

/** A form that applies an element-wise kernel of one operand to what it stores. */
export type GpuStoringForm<Geometry = never> = (
  geometry: Geometry,
  present: readonly boolean[],
  store: GpuStore,
) => GpuCall;

export type GpuRow = readonly [kernel: Kernel, form: GpuForm, storing?: GpuStoringForm];

const AS_IT_IS: GpuStore = { expression: (value) => value, functions: [] };

/** One row: the types of both sides fit. */
export function gpuRow<Options, Geometry>(kernel: Kernel<Options, Geometry>, form: GpuForm<Geometry>): GpuRow {
  return [kernel as Kernel, form as GpuForm];
}

/** The row of a kernel whose results may be activated as they are stored. */
export function storingRow<Options, Geometry>(
  kernel: Kernel<Options, Geometry>,
  form: GpuStoringForm<Geometry>,
): GpuRow {
  const plain: GpuForm<Geometry> = (geometry, present) => form(geometry, present, AS_IT_IS);
  return [kernel as Kernel, plain as GpuForm, form as GpuStoringForm];
}

/** A call of one pass that reads the kernel's inputs in order and computes its only output. */
export function singlePass(source: string, inputCount: number, size: number, functions?: readonly string[]): GpuCall {
  const operands = Array.from({ length: inputCount }, (_, input) => ({ input }));
  return { passes: [{ source, operands, size, ...(functions && { functions }) }], outputs: [0] };
}
