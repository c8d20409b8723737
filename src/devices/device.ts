/** What a device is given (a Plan) and what it gives back (an Executable). A device owns memory; a plan only places it. */
import type { Kernel } from '../../kernels/contract.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { Variable } from '../tensor/variable.ts';

/** Where a step reads or writes. Offsets and sizes are in elements. */
export type BufferRef =
  | { readonly kind: 'scratch'; readonly offset: number; readonly size: number }
  | { readonly kind: 'variable'; readonly variable: Variable }
  | { readonly kind: 'constant'; readonly tensor: Tensor };

/** Elements that a step reads or writes there. */
export function sizeOfRef(ref: BufferRef): number {
  switch (ref.kind) {
    case 'scratch':
      return ref.size;
    case 'variable':
      return ref.variable.size;
    case 'constant':
      return ref.tensor.size;
  }
}

/** One kernel call with everything resolved. */
export interface PlannedStep {
  readonly kernel: Kernel;
  readonly geometry: unknown;
  /** The op and the layer that called it, for messages. */
  readonly label: string;
  readonly inputs: readonly (BufferRef | undefined)[];
  readonly outputs: readonly BufferRef[];
}

/** A program as a device sees it: a flat list of calls over one scratch region, variables and constants. */
export interface Plan {
  readonly steps: readonly PlannedStep[];
  /** Elements of scratch that one run needs. Nothing in it outlives the run. */
  readonly scratchSize: number;
  /** Where the arguments are copied when a run starts; undefined for an argument that nothing reads. */
  readonly inputs: readonly (BufferRef | undefined)[];
  /** What is copied into fresh arrays when the run ends. */
  readonly outputs: readonly BufferRef[];
  /** Copies into variables after the last step. */
  readonly writes: readonly { readonly variable: Variable; readonly from: BufferRef }[];
  /** Every variable that the steps, outputs or writes touch. */
  readonly variables: readonly Variable[];
  /** The variables that a run changes, in place or by `writes`. */
  readonly written: readonly Variable[];
}

/** A plan bound to a device. Runs of one device are a first-in-first-out queue. */
export interface Executable {
  /** Queues a run. The arrays are read when the run starts; resolves to fresh arrays. */
  run(inputs: readonly Float32Array[]): Promise<Float32Array[]>;
  /** Runs at once; undefined on a device that cannot. */
  readonly runSync: ((inputs: readonly Float32Array[]) => Float32Array[]) | undefined;
  /** What a run starts on a device that counts it: its kernels, without the uploads of arguments. */
  readonly dispatchCount?: number;
}

/** Bytes a device holds. */
export interface DeviceMemory {
  /** The one scratch region, sized to the largest program that ran. */
  readonly scratchBytes: number;
  /** Copies of variables made so far less those that were collected, where the device can tell. */
  readonly variableBytes: number;
  /** All of the device's memory, free parts included, where it is one piece. */
  readonly totalBytes?: number;
  /** Buffers alive, where every result is one of its own. */
  readonly buffers?: number;
}

/** Which steps a device runs as one. */
export interface Fusion {
  /** Operands that a chain may have. */
  readonly mostInputs: number;
  /** Whether a reduction may end a chain. */
  readonly reductions: boolean;
  /** The kernel that applies the element-wise one behind it to what it stores; undefined where there is none. */
  activated(kernel: Kernel, activation: Kernel): Kernel | undefined;
}

export interface Device {
  readonly name: string;
  /** How element-wise chains become one kernel each. Default: they do not. */
  readonly fuses?: Fusion;
  /** Whether programs give the bits that eager calls give while this is the default device. Default true. */
  readonly eagerBits?: boolean;
  /** Runs that are worth queueing before the first one's results are there. Default 1. */
  readonly runsInFlight?: number;
  link(plan: Plan): Executable;
  memory(): DeviceMemory;
  /**
   * Milliseconds of each step in each of `runs` runs, on one memory apart whose pages and code earlier runs have warmed
   * up. Arguments are zeros, and nothing that anybody can see changes. Undefined on a device that cannot tell.
   */
  profile?(plan: Plan, runs: number): readonly (readonly number[])[];
  /** Runs one kernel at once on host arrays; eager ops run on the host's kernels where a device has no such way. */
  runKernel?(
    kernel: Kernel,
    geometry: unknown,
    inputs: readonly (Float32Array | undefined)[],
    outputs: readonly Float32Array[],
  ): void;
}
