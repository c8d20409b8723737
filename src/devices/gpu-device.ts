/**
 * Runs programs as kernels of GPU.js. Everything stays on the device between steps: a variable is a buffer that the next
 * run reads, and one read brings all results of a run back. Eager ops run on the host.
 */
import { printLine } from '../console.ts';
import { DeviceError } from '../errors.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { DeviceCopy, Variable } from '../tensor/variable.ts';
import type { Kernel } from '../../kernels/contract.ts';
import type { Device, DeviceMemory, Fusion, Plan } from './device.ts';
import { deviceNamed, deviceNames, type DeviceOptions } from './default-device.ts';
import { GpuExecutable } from './gpu-executable.ts';
import { openGpuJs, type GpuMode, type OpenedGpu } from './gpu-js.ts';
import { GpuMemory, type GpuBuffer } from './gpu-memory.ts';
import { RunQueue } from './run-queue.ts';
import { gpuActivated } from '../../kernels/gpu.ts';
import { GPU_MOST_OPERANDS } from '../../kernels/gpu-source.ts';

const BYTES_PER_ELEMENT = 4;

/** A variable's buffer. */
export class GpuCopy implements DeviceCopy {
  version = -1;
  readonly readSync = undefined;
  readonly device: string;
  readonly #owner: GpuDevice;
  readonly #name: string;
  #buffer: GpuBuffer | undefined;

  constructor(owner: GpuDevice, name: string) {
    this.#owner = owner;
    this.device = owner.name;
    this.#name = name;
  }

  /** The values as of the runs that have started. */
  get buffer(): GpuBuffer | undefined {
    return this.#buffer;
  }

  /** Takes over a buffer that the caller retained. */
  replace(buffer: GpuBuffer | undefined): void {
    this.#buffer?.release();
    this.#buffer = buffer;
  }

  /** The device is lost, and the buffer with it. */
  forget(): void {
    this.#buffer = undefined;
    this.version = -1;
  }

  read(): Promise<Float32Array> {
    const started = this.#owner.queue.enqueue(() => {
      if (this.#buffer) return this.#buffer.retain();
      throw new DeviceError(`variable '${this.#name}': the device '${this.device}' holds no value of it.`, {
        where: this.#name,
        got: this.device,
      });
    });
    return started
      .then((buffer) => buffer.read().finally(() => buffer.release()))
      .catch((error: unknown) => {
        throw this.#owner.explain(error);
      });
  }
}

const FUSION: Fusion = {
  mostInputs: GPU_MOST_OPERANDS,
  reductions: true,
  activated: gpuActivated,
};

export class GpuDevice implements Device {
  readonly name = 'gpu';
  readonly fuses: Fusion = FUSION;
  readonly eagerBits = false;
  readonly runsInFlight = 4;
  /** @internal */
  readonly queue: RunQueue = new RunQueue();
  /** @internal */
  readonly gpu: GpuMemory;
  readonly #host: Device;
  readonly #copies = new WeakMap<Variable, GpuCopy>();
  /** The copies of variables that are alive. */
  readonly #variables = new Map<WeakRef<Variable>, GpuCopy>();
  #constants = new WeakMap<Tensor, Promise<GpuBuffer>>();
  readonly #collected: FinalizationRegistry<() => void>;

  /** @param host runs eager ops */
  constructor(opened: OpenedGpu, host: Device) {
    this.gpu = new GpuMemory(opened);
    this.#host = host;
    this.#collected = new FinalizationRegistry((free) => free());
  }

  /** Where GPU.js runs its kernels. */
  get mode(): GpuMode {
    return this.gpu.mode;
  }

  link(plan: Plan): GpuExecutable {
    return new GpuExecutable(this, plan);
  }

  memory(): DeviceMemory {
    let variableBytes = 0;
    for (const { buffer } of this.#variables.values()) variableBytes += (buffer?.size ?? 0) * BYTES_PER_ELEMENT;
    const { liveBytes, liveBuffers } = this.gpu;
    return { scratchBytes: 0, variableBytes, totalBytes: liveBytes, buffers: liveBuffers };
  }

  runKernel(...call: Parameters<NonNullable<Device['runKernel']>>): void {
    const [kernel, geometry, inputs, outputs] = call;
    if (this.#host.runKernel) this.#host.runKernel(...call);
    else (kernel as Kernel).cpu(inputs, outputs, geometry);
  }

  /** @internal The device's copy of a variable, made on first use. */
  copyOf(variable: Variable): GpuCopy {
    let copy = this.#copies.get(variable);
    if (!copy) {
      const made = new GpuCopy(this, variable.name);
      copy = made;
      this.#copies.set(variable, made);
      const reference = new WeakRef(variable);
      this.#variables.set(reference, made);
      this.#collected.register(variable, () => {
        this.#variables.delete(reference);
        made.replace(undefined);
      });
    }
    return copy;
  }

  /**
   * @internal What a failed run throws. When the graphics device was lost, variables get back the values last read from
   * it, and the next run starts on a new device.
   */
  explain(error: unknown): unknown {
    if (!this.gpu.isLost) return error;
    this.gpu.restart();
    this.#constants = new WeakMap();
    for (const [reference, copy] of this.#variables) {
      copy.forget();
      reference.deref()?.lost(copy);
    }
    return new DeviceError(
      `the graphics device was lost (mode '${this.mode}'). Variables have the values last read from it: those from the end of the last fit, a checkpoint or a read. The next run starts on a new device.`,
      { where: 'gpu', got: this.mode, cause: error },
    );
  }

  /** @internal A tensor that programs captured, uploaded at its first use. */
  constant(tensor: Tensor): Promise<GpuBuffer> {
    let buffer = this.#constants.get(tensor);
    if (!buffer) {
      const made = this.gpu.upload(tensor.data, 'a constant');
      buffer = made;
      this.#constants.set(tensor, made);
      made.catch(() => this.#constants.delete(tensor));
      this.#collected.register(tensor, () => void made.then((one) => one.release()));
    }
    return buffer;
  }
}

/**
 * A GPU device in the mode asked for, or in the best that works; one line of log tells the choice and its reasons.
 * @throws DeviceError where GPU.js is not installed, or the mode cannot be used here
 */
export async function openGpuDevice({ mode }: DeviceOptions = {}): Promise<GpuDevice> {
  const opened = await openGpuJs(mode);
  if (mode === undefined) {
    const reasons = opened.leftOut.length > 0 ? ` (not ${opened.leftOut.join('; not ')})` : '';
    printLine(`gradtape: the device 'gpu' runs kernels in mode '${opened.mode}'${reasons}.`);
  }
  return new GpuDevice(opened, deviceNamed(deviceNames()[0] ?? 'cpu'));
}
