/** What a GPU device holds: kernels, the least recently used of which goes first, and the buffers that they computed. */
import type { GpuPass } from '../../kernels/contract.ts';
import { DeviceError } from '../errors.ts';
import { separateCalls } from './gpu-functions.ts';
import {
  isLost,
  requireMode,
  type GpuJs,
  type GpuJsKernel,
  type GpuMode,
  type GpuValue,
  type OpenedGpu,
} from './gpu-js.ts';

const BYTES_PER_ELEMENT = 4;

/** Compiled kernels that a device keeps. A large training step has about 200. */
const KERNEL_CACHE_SIZE = 1024;

/** A compiled kernel, and how many of the buffers that it computed are alive: on WebGL they die with it. */
interface CachedKernel {
  readonly kernel: GpuJsKernel;
  checked: boolean;
  buffers: number;
}

/** What a pass reads: a buffer, or an array of the host. */
type GpuOperandValue = Pick<GpuBuffer, 'size' | 'value'>;

/** One result on the device; whoever shares it retains it. */
export class GpuBuffer {
  readonly size: number;
  readonly #value: GpuValue;
  readonly #freed: () => void;
  #users = 1;

  /** @param freed told when the last user has released it */
  constructor(size: number, value: GpuValue, freed: () => void) {
    this.size = size;
    this.#value = value;
    this.#freed = freed;
  }

  /** @internal */
  get value(): GpuValue {
    return this.#value;
  }

  retain(): this {
    this.#users++;
    return this;
  }

  release(): void {
    if (--this.#users > 0) return;
    if (!(this.#value instanceof Float32Array)) this.#value.delete();
    this.#freed();
  }

  /** A fresh array of the values. */
  async read(): Promise<Float32Array> {
    if (this.#value instanceof Float32Array) return this.#value.slice(0, this.size);
    const array = await this.#value.toArray();
    return array.length === this.size ? array : array.slice(0, this.size);
  }
}

export class GpuMemory {
  readonly mode: GpuMode;
  readonly #create: () => GpuJs;
  #gpu: GpuJs;
  // In the order of use, the least recently used first.
  readonly #kernels = new Map<string, CachedKernel>();
  readonly #keys = new WeakMap<GpuPass, string>();
  /** The passes that upload, by size. */
  readonly #uploads = new Map<number, GpuPass>();
  #buffers = 0;
  #bytes = 0;
  // Changes when the device was lost.
  #life = 0;
  /** Kernel calls so far, uploads among them. */
  dispatches = 0;

  constructor({ create, mode }: OpenedGpu) {
    this.#create = create;
    this.#gpu = create();
    this.mode = mode;
  }

  /** Whether the graphics device is gone, and everything on it. */
  get isLost(): boolean {
    for (const { kernel } of this.#kernels.values()) if (isLost(kernel)) return true;
    return false;
  }

  /** Starts anew on another device. What was on the one that is lost counts no more. */
  restart(): void {
    this.#kernels.clear();
    this.#gpu = this.#create();
    this.#life++;
    this.#buffers = 0;
    this.#bytes = 0;
  }

  /** Buffers that somebody uses. */
  get liveBuffers(): number {
    return this.#buffers;
  }

  get liveBytes(): number {
    return this.#bytes;
  }

  /** Copies values of the host: on the device they are the result of a kernel like any other. */
  upload(values: Float32Array, label: string): Promise<GpuBuffer> {
    const { length } = values;
    let pass = this.#uploads.get(length);
    if (!pass) {
      pass = { source: 'return a0[this.thread.x];', operands: [{ input: 0 }], size: length };
      this.#uploads.set(length, pass);
    }
    return this.run(pass, [{ value: values, size: length }], label);
  }

  /** Runs one pass. @param label what it is part of, for messages */
  async run(pass: GpuPass, operands: readonly GpuOperandValue[], label: string): Promise<GpuBuffer> {
    const { size, numbers = [] } = pass;
    // There are no empty buffers: one element stands for none.
    if (size === 0) return new GpuBuffer(0, new Float32Array(1), () => undefined);
    const cached = this.#kernelFor(pass, operands);
    this.dispatches++;
    // Counted before the call, so that nothing evicts it meanwhile.
    cached.buffers++;
    try {
      const result = cached.kernel(...operands.map(({ value }) => value), ...numbers);
      const value = result instanceof Promise ? await result : result;
      if (!cached.checked) requireMode(cached.kernel, this.mode, label);
      cached.checked = true;
      this.#buffers++;
      this.#bytes += size * BYTES_PER_ELEMENT;
      const life = this.#life;
      return new GpuBuffer(size, value, () => {
        cached.buffers--;
        if (life !== this.#life) return;
        this.#buffers--;
        this.#bytes -= size * BYTES_PER_ELEMENT;
      });
    } catch (cause) {
      cached.buffers--;
      if (cause instanceof DeviceError) throw cause;
      throw new DeviceError(
        `${label}: its kernel failed on the GPU in mode '${this.mode}': ${cause instanceof Error ? cause.message : String(cause)}`,
        { where: label, got: this.mode, cause },
      );
    }
  }

  #kernelFor(pass: GpuPass, operands: readonly GpuOperandValue[]): CachedKernel {
    const key = this.#keyOf(pass, operands);
    const known = this.#kernels.get(key);
    if (known) {
      this.#kernels.delete(key);
      this.#kernels.set(key, known);
      return known;
    }
    this.#makeRoom();
    const { source, functions = [], numbers = [], size } = pass;
    const arrays = operands.map((_, index) => `a${index}`);
    const scalars = numbers.map((_, index) => `n${index}`);
    const calls = separateCalls(source, functions);
    const kernel = this.#gpu.createKernel(`function(${[...arrays, ...scalars].join(', ')}) {\n${calls.source}\n}`, {
      output: [size],
      pipeline: true,
      immutable: true,
      precision: 'single',
      // Else WebGL takes half precision where a phone is faster with it.
      tactic: 'precision',
      functions: calls.functions,
      // A buffer may stand where an array was declared; on WebGL the types are those of the first call.
      ...(this.mode === 'webgpu' && {
        argumentTypes: Object.fromEntries([
          ...arrays.map((name) => [name, 'Array'] as const),
          ...scalars.map((name) => [name, 'Float'] as const),
        ]),
      }),
    });
    const made: CachedKernel = { kernel, checked: false, buffers: 0 };
    this.#kernels.set(key, made);
    return made;
  }

  /** What a kernel is compiled for: the sizes of its arguments, too. A pass is always called with the same. */
  #keyOf(pass: GpuPass, operands: readonly GpuOperandValue[]): string {
    let key = this.#keys.get(pass);
    if (key === undefined) {
      const { source, functions = [], numbers = [], size } = pass;
      const sizes = operands.map((operand) => operand.size).join(' ');
      key = `${size}, ${sizes}, ${numbers.length}\n${functions.join('\n')}\n${source}`;
      this.#keys.set(pass, key);
    }
    return key;
  }

  /** For one kernel more; those whose buffers are alive stay. */
  #makeRoom(): void {
    for (const [key, cached] of this.#kernels) {
      if (this.#kernels.size < KERNEL_CACHE_SIZE) return;
      if (cached.buffers > 0) continue;
      cached.kernel.destroy();
      this.#kernels.delete(key);
    }
  }
}
