/** Runs programs, and eager ops, as WebAssembly SIMD over one memory. */
import type { Kernel } from '../../kernels/contract.ts';
import type { Variable } from '../tensor/variable.ts';
import type { WasmFunction } from '../wasm/index.ts';
import type { Device, DeviceMemory, Fusion, Plan } from './device.ts';
import { RunQueue } from './run-queue.ts';
import type { ThreadDevice } from './thread-executable.ts';
import type { Sharing } from './threads/shared-call.ts';
import type { Team } from './threads/team.ts';
import { ThreadCode } from './threads/thread-code.ts';
import { WasmCode } from './wasm-code.ts';
import { callOf, invoke, WasmExecutable } from './wasm-executable.ts';
import { WasmHeap } from './wasm-heap.ts';
import { alignedBytes, BYTES_PER_ELEMENT, WasmResidents, type WasmCopy } from './wasm-residents.ts';

/** How the device fuses: the values of a chain live in registers, of which there are 16. */
export const WASM_FUSION: Fusion = {
  mostInputs: 10,
  reductions: true,
  // Single operations, where the pass over memory is what they cost.
  activated: (kernel, activation) => (activation.exact ? kernel.withActivation?.(activation) : undefined),
};

/** How a wasm device computes. */
export interface WasmOptions {
  /** Products by fused multiply-add, where `supports('relaxed-simd')`. Default false. */
  readonly fastMath?: boolean;
  /** For how many threads programs are made; `team` finds them. Default one. */
  readonly sharing?: Sharing;
}

const ONE_THREAD: Sharing = { threads: 1 };

export class WasmDevice implements Device, ThreadDevice<WasmCopy> {
  readonly name: string;
  readonly fastMath: boolean;
  readonly fuses: Fusion = WASM_FUSION;
  /** @internal */
  readonly queue: RunQueue = new RunQueue();
  /** @internal */
  readonly heap: WasmHeap;
  /** @internal */
  readonly code: WasmCode;
  /** @internal Where threads share work. */
  readonly threadCode: ThreadCode | undefined;
  /** @internal */
  readonly residents: WasmResidents;
  /** @internal */
  readonly sharing: Sharing;

  /** @throws DeviceError where there is no WebAssembly with SIMD */
  constructor(
    name = 'wasm',
    { fastMath = false, sharing = ONE_THREAD }: WasmOptions = {},
    heap: WasmHeap = new WasmHeap({ shared: sharing.threads > 1 }),
  ) {
    this.name = name;
    this.fastMath = fastMath;
    this.heap = heap;
    this.sharing = sharing;
    this.code = new WasmCode(heap, fastMath);
    this.threadCode = sharing.threads > 1 ? new ThreadCode(heap, fastMath) : undefined;
    this.residents = new WasmResidents(name, heap, this.queue);
  }

  /** @internal Who runs the stages of programs now; undefined while nobody does. @throws DeviceError when a thread ended */
  team(): Team | undefined {
    return undefined;
  }

  link(plan: Plan): WasmExecutable {
    return new WasmExecutable(this, plan);
  }

  memory(): DeviceMemory {
    return this.residents.usage();
  }

  /** Milliseconds of each step in each run, on one memory of their own: arguments are zeros, variables copies. */
  profile(plan: Plan, runs: number): readonly (readonly number[])[] {
    return new WasmDevice(this.name, { fastMath: this.fastMath }).link(plan).timeRuns(runs);
  }

  /** Runs one kernel at once on host arrays. */
  runKernel(
    kernel: Kernel,
    geometry: unknown,
    inputs: readonly (Float32Array | undefined)[],
    outputs: readonly Float32Array[],
  ): void {
    const call = callOf(kernel, geometry, inputs, outputs.length);
    if (!call) {
      kernel.cpu(inputs, outputs, geometry);
      return;
    }
    const [run] = this.code.functionsOf([{ call, inputCount: inputs.length, outputCount: outputs.length }]);
    const sizes = [...inputs, ...outputs].map((array) => alignedBytes((array?.length ?? 0) * BYTES_PER_ELEMENT));
    const workspaceAt = sizes.reduce((sum, size) => sum + size, 0);
    this.residents.place({ scratchBytes: workspaceAt + (call.workspaceBytes ?? 0), variables: [], constants: [] });
    const { scratchAddress } = this.residents;
    let next = scratchAddress;
    const addresses = sizes.map((size) => {
      next += size;
      return next - size;
    });
    const { floats } = this.heap;
    inputs.forEach((input, index) => input && floats.set(input, (addresses[index] as number) / BYTES_PER_ELEMENT));
    invoke(run as WasmFunction, [...addresses, scratchAddress + workspaceAt, ...(call.args ?? [])]);
    outputs.forEach((output, index) => {
      const start = (addresses[inputs.length + index] as number) / BYTES_PER_ELEMENT;
      output.set(floats.subarray(start, start + output.length));
    });
  }

  /** @internal */
  copyOf(variable: Variable): WasmCopy {
    return this.residents.copyOf(variable);
  }
}
