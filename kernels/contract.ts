/**
 * What a kernel is: one computation over row-major arrays, described once and executed by a device.
 * A kernel knows no tensors, no memory and no device; `src/devices` own those.
 */
import type { Shape } from '../src/tensor/shape.ts';
import type { FunctionBuilder, Local, ModuleBuilder, Value } from '../src/wasm/index.ts';
import type { VectorFold } from './reduce/fold.ts';

/** The element arrays a plain TypeScript kernel runs on: float32 in programs, float64 for gradient checks. */
export type FloatArray = Float32Array | Float64Array;

/** The addresses that a WebAssembly kernel is called with, all multiples of 16, and its numbers. */
export interface WasmParams {
  /** One per input; of one that was left out the address says nothing. */
  readonly inputs: readonly Local<'i32'>[];
  readonly outputs: readonly Local<'i32'>[];
  /** `workspaceBytes` of memory that hold garbage. */
  readonly workspace: Local<'i32'>;
  /** The call's `args`, in order. */
  readonly args: readonly Local<'i32'>[];
}

/** One kernel call as WebAssembly: the code, under a name that says everything built into it, and what the call passes. */
export interface WasmCall {
  /** Equal names mean equal code on one device: the kernel's name with every size and flag that `emit` builds in. */
  readonly code: string;
  /** Writes the body of the function. Nothing may be read or written outside of inputs, outputs and workspace. */
  readonly emit: (f: FunctionBuilder, params: WasmParams, module: ModuleBuilder) => void;
  /** Whole numbers passed at each call: sizes that need not be built in. Default none. */
  readonly args?: readonly number[];
  /** Default 0. */
  readonly workspaceBytes?: number;
  /**
   * The call for several threads, in parts of about equal work; undefined where it cannot be shared. Each part writes to
   * places that no other part of its stage writes or reads.
   * @param most parts in a stage, or a few more
   * @param however parts may be as small as they can be, worth it or not
   */
  split?(most: number, however: boolean): WasmSplit | undefined;
}

/** A share of a call's work: done beside others, in any order, all of them leave what the whole call leaves, bit for bit. */
export interface WasmPart {
  /** Bytes from where each input begins for the whole call; 0 for what is not listed. */
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
  /** As many as those of the other parts. */
  readonly args: readonly number[];
}

/** Work that may be shared by threads: parts of equal code that write to different places. */
export interface WasmStage extends Pick<WasmCall, 'code' | 'emit'> {
  readonly parts: readonly WasmPart[];
  /** Bytes of a workspace of its own for each thread; without it, all threads get the workspace of the split. */
  readonly ownWorkspaceBytes?: number;
}

/** A call as stages, one after the other. */
export interface WasmSplit {
  readonly stages: readonly WasmStage[];
  /** Memory that outlives a stage and is the same for all threads. Default 0. */
  readonly workspaceBytes?: number;
}

/** What a pass reads: one of the kernel's inputs, or what an earlier pass of the same call computed. */
export type GpuOperand = { readonly input: number } | { readonly pass: number };

/** One kernel of GPU.js: each thread computes one element of a buffer of its own. */
export interface GpuPass {
  /**
   * The body of the kernel's function, in the part of JavaScript that GPU.js translates: `this.thread.x` is the element,
   * `a0`, `a1`, ... are the operands as flat arrays, `n0`, `n1`, ... the numbers. Sizes are written out as literals.
   */
  readonly source: string;
  /** Functions of numbers that the source calls, as `function name(x) { ... }`. Default none. */
  readonly functions?: readonly string[];
  /** At most 7. */
  readonly operands: readonly GpuOperand[];
  /** Numbers passed at each call: what differs between passes that share their source. Default none. */
  readonly numbers?: readonly number[];
  /** Elements computed. */
  readonly size: number;
}

/** One kernel call on a graphics card. */
export interface GpuCall {
  /** In the order in which they run. */
  readonly passes: readonly GpuPass[];
  /** The pass that computes each output. */
  readonly outputs: readonly number[];
}

/** The value of four elements of an element-wise op from four of each input; inputs are locals and may be used twice. */
export type Lanes = (f: FunctionBuilder, inputs: readonly Local<'v128'>[], module: ModuleBuilder) => Value<'v128'>;

/** A reduction of neighbours: each result folds one row, in whole. */
export interface RowFold {
  readonly fold: VectorFold;
  /** Elements of a row. */
  readonly row: number;
}

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

  /** The same as WebAssembly; `present` tells which inputs were given. */
  wasm?(geometry: Geometry, present: readonly boolean[]): WasmCall;

  /** The same as GPU.js kernels, for kernels that kernels/gpu.ts does not list: those of users. */
  gpu?(geometry: Geometry, present: readonly boolean[]): GpuCall;

  /** For element-wise kernels: what a fused chain is made of. */
  readonly lanes?: Lanes;

  /**
   * The same kernel followed by an element-wise one of one operand, applied where results are stored: for kernels whose
   * outputs are so large that another pass over them costs time. Its WebAssembly must give the bits of both in turn.
   */
  withActivation?(activation: Kernel): Kernel<Options>;
  /** For reductions that may end such a chain: how they fold rows, undefined for a geometry in which they do not. */
  rowFold?(geometry: Geometry): RowFold | undefined;

  /** Every device gives the same bits: nothing is rounded but single operations, or nothing is computed at all. */
  readonly exact?: true;

  /** Floating-point operations of one run: a multiply-add counts two, any other function of a number one. */
  flops(geometry: Geometry): number;

  /**
   * `inPlace[k]` lists the inputs that output k may overwrite when both have the same number of elements: each element
   * of output k then depends on the element at the same position of that input only, and is written after it was read.
   */
  readonly inPlace?: readonly (readonly number[])[];
}
