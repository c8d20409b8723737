/**
 * What a kernel is: one computation over row-major arrays, described once and executed by a device.
 * A kernel knows no tensors, no memory and no device; `src/devices` own those.
 */
import type { Shape } from '../src/tensor/shape.ts';

/** The element arrays a plain TypeScript kernel runs on: float32 in programs, float64 for gradient checks. */
export type FloatArray = Float32Array | Float64Array;

/**
 * One computation. `Options` come from the op's node; `Geometry` is what the loops need, resolved once per node.
 * Methods rather than function properties: they let a program hold kernels of all kinds as `Kernel`.
 */
export interface Kernel<Options = unknown, Geometry = unknown> {
  /** The name that a program's listing shows. */
  readonly name: string;

  /**
   * Resolves shapes and options into sizes, strides and flags, once per node. Shapes were checked by the op already.
   * An optional input that was left out has no shape.
   */
  plan(inputs: readonly (Shape | undefined)[], outputs: readonly Shape[], options: Options): Geometry;

  /**
   * Runs on the host. Inputs and outputs are contiguous and do not overlap, except as `inPlace` allows.
   * Outputs hold garbage on entry: every element must be written. Sums accumulate in double and round on store.
   */
  cpu(inputs: readonly (FloatArray | undefined)[], outputs: readonly FloatArray[], geometry: Geometry): void;

  /** Floating-point operations of one run: a multiply-add counts two, any other function of a number one. */
  flops(geometry: Geometry): number;

  /**
   * `inPlace[k]` lists the inputs that output k may overwrite when both have the same number of elements: each element
   * of output k then depends on the element at the same position of that input only, and is written after it was read.
   */
  readonly inPlace?: readonly (readonly number[])[];
}
