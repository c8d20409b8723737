/**
 * Runs programs with the plain TypeScript kernels on host arrays, in float32, or in float64 for gradient checks. One
 * scratch array, sized to the largest program, is shared by all programs; every variable has one array of its own.
 */
import type { FloatArray } from '../../kernels/contract.ts';
import { now } from '../clock.ts';
import { DeviceError } from '../errors.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { DeviceCopy, Variable } from '../tensor/variable.ts';
import { debugging, refuseNaN } from './debug.ts';
import type { BufferRef, Device, DeviceMemory, Executable, Plan } from './device.ts';

/** The number type a host device computes in. */
export type Precision = 'float32' | 'float64';

/** A variable's array on a host device. */
class HostCopy implements DeviceCopy {
  readonly array: FloatArray;
  version = -1;
  readonly #owner: HostDevice;

  constructor(owner: HostDevice, size: number) {
    this.#owner = owner;
    this.array = owner.allocate(size);
  }

  get device(): string {
    return this.#owner.name;
  }

  get readSync(): (() => Float32Array) | undefined {
    return this.#owner.busy ? undefined : () => Float32Array.from(this.array);
  }

  read(): Promise<Float32Array> {
    const values = (): Float32Array => Float32Array.from(this.array);
    return this.#owner.busy ? this.#owner.enqueue(values) : Promise.resolve(values());
  }
}

export class HostDevice implements Device {
  readonly name: string;
  readonly precision: Precision;
  /** @internal Changes when the scratch array was replaced; programs then bind their views again. */
  generation = 0;
  /** @internal */
  scratch: FloatArray;
  readonly #copies = new WeakMap<Variable, HostCopy>();
  #variableBytes = 0;
  #tail: Promise<unknown> = Promise.resolve();
  #queued = 0;
  readonly #collected: FinalizationRegistry<number>;

  constructor(name: string, precision: Precision = 'float32') {
    this.name = name;
    this.precision = precision;
    this.scratch = this.allocate(0);
    this.#collected = new FinalizationRegistry((bytes) => {
      this.#variableBytes -= bytes;
    });
  }

  link(plan: Plan): HostExecutable {
    return new HostExecutable(this, plan);
  }

  memory(): DeviceMemory {
    return { scratchBytes: this.scratch.byteLength, variableBytes: this.#variableBytes };
  }

  /**
   * Milliseconds of each step of one run, measured on memory of its own: arguments are zeros, variables copies, and
   * nothing that anybody can see changes.
   */
  profile(plan: Plan): readonly number[] {
    const apart = new HostDevice(this.name, this.precision).link(plan);
    apart.upload();
    return apart.timeSteps();
  }

  /** @internal Whether work is queued: behind a run that waits for another device, until then everything runs at once. */
  get busy(): boolean {
    return this.#queued > 0;
  }

  /** @internal Runs work after everything that was queued before it. */
  enqueue<Result>(work: () => Result | Promise<Result>): Promise<Result> {
    this.#queued++;
    const result = this.#tail.then(work).finally(() => {
      this.#queued--;
    });
    this.#tail = result.catch(() => undefined);
    return result;
  }

  /** @internal */
  allocate(size: number): FloatArray {
    return this.precision === 'float32' ? new Float32Array(size) : new Float64Array(size);
  }

  /** @internal */
  reserve(size: number): void {
    if (this.scratch.length >= size) return;
    this.scratch = this.allocate(size);
    this.generation++;
  }

  /** @internal The device's array of a variable, made on first use; its content is brought up to date by each run. */
  copyOf(variable: Variable): HostCopy {
    let copy = this.#copies.get(variable);
    if (!copy) {
      copy = new HostCopy(this, variable.size);
      this.#copies.set(variable, copy);
      this.#variableBytes += copy.array.byteLength;
      this.#collected.register(variable, copy.array.byteLength);
    }
    return copy;
  }

  /** @internal */
  constant(tensor: Tensor): FloatArray {
    return this.precision === 'float32' ? tensor.data : (tensor.wide ?? Float64Array.from(tensor.data));
  }
}

interface BoundStep {
  readonly inputs: readonly (FloatArray | undefined)[];
  readonly outputs: readonly FloatArray[];
}

/** A plan with every buffer bound to an array. */
export class HostExecutable implements Executable {
  readonly #device: HostDevice;
  readonly #plan: Plan;
  readonly #copies: readonly HostCopy[];
  readonly #writtenCopies: readonly HostCopy[];
  #generation = -1;
  #steps: readonly BoundStep[] = [];
  #inputs: readonly (FloatArray | undefined)[] = [];
  #outputs: readonly FloatArray[] = [];
  #writes: readonly { readonly from: FloatArray; readonly to: FloatArray }[] = [];

  constructor(device: HostDevice, plan: Plan) {
    this.#device = device;
    this.#plan = plan;
    this.#copies = plan.variables.map((variable) => device.copyOf(variable));
    this.#writtenCopies = plan.written.map((variable) => device.copyOf(variable));
  }

  readonly runSync = (inputs: readonly Float32Array[]): Float32Array[] => {
    if (this.#device.busy) {
      throw new DeviceError(
        `sync: runs are queued on the device '${this.#device.name}', and this one must come after them. Use 'await step(...)'.`,
        {
          where: 'sync',
          got: this.#device.name,
        },
      );
    }
    this.upload();
    this.#markWritten();
    return this.#copiedResults(inputs);
  };

  run(inputs: readonly Float32Array[]): Promise<Float32Array[]> {
    const waits = this.#plan.variables.some((variable, i) => {
      return this.#copies[i]?.version !== variable.version && variable.newestCopy && !variable.newestCopy.readSync;
    });
    if (!waits && !this.#device.busy) {
      try {
        return Promise.resolve(this.runSync(inputs));
      } catch (error) {
        return Promise.reject(error as Error);
      }
    }
    // Order is settled now: which values this run sees, and that what it writes is the newest.
    const uploads = this.#stale().map(({ variable, copy }) => {
      const value = variable.newestCopy ? variable.newestCopy.read() : variable.hostValue();
      copy.version = variable.version;
      return { copy, value };
    });
    this.#markWritten();
    return this.#device.enqueue(async () => {
      for (const { copy, value } of uploads)
        copy.array.set(value instanceof Promise ? await value : this.#device.constant(value));
      return this.#copiedResults(inputs);
    });
  }

  /** @internal Copies the variables that changed elsewhere since the last run. */
  upload(): void {
    for (const { variable, copy } of this.#stale()) {
      copy.array.set(this.#device.constant(variable.hostValue()));
      copy.version = variable.version;
    }
  }

  #stale(): { readonly variable: Variable; readonly copy: HostCopy }[] {
    const stale: { readonly variable: Variable; readonly copy: HostCopy }[] = [];
    const { variables } = this.#plan;
    for (let i = 0; i < variables.length; i++) {
      const variable = variables[i] as Variable;
      const copy = this.#copies[i] as HostCopy;
      if (copy.version !== variable.version) stale.push({ variable, copy });
    }
    return stale;
  }

  #copiedResults(inputs: readonly Float32Array[]): Float32Array[] {
    return this.execute(inputs).map((array) => Float32Array.from(array));
  }

  #markWritten(): void {
    const { written } = this.#plan;
    for (let i = 0; i < written.length; i++) (written[i] as Variable).writtenBy(this.#writtenCopies[i] as HostCopy);
  }

  /** @internal Runs the steps. The arrays returned are views that the next run overwrites. */
  execute(inputs: readonly FloatArray[]): readonly FloatArray[] {
    this.#bind();
    for (let i = 0; i < this.#inputs.length; i++) {
      const source = inputs[i];
      if (source === undefined) throw new DeviceError(`program: argument ${i} has no values.`);
      this.#inputs[i]?.set(source);
    }
    const { steps } = this.#plan;
    for (let i = 0; i < steps.length; i++) {
      const step = steps[i] as Plan['steps'][number];
      const bound = this.#steps[i] as BoundStep;
      step.kernel.cpu(bound.inputs, bound.outputs, step.geometry);
      if (debugging()) refuseNaN(step.label, bound.inputs, bound.outputs);
    }
    for (const { from, to } of this.#writes) to.set(from);
    return this.#outputs;
  }

  /** @internal The time of every step, with whatever stands in the memory. */
  timeSteps(): number[] {
    this.#bind();
    return this.#plan.steps.map((step, i) => {
      const { inputs, outputs } = this.#steps[i] as BoundStep;
      const start = now();
      step.kernel.cpu(inputs, outputs, step.geometry);
      return now() - start;
    });
  }

  #bind(): void {
    const device = this.#device;
    device.reserve(this.#plan.scratchSize);
    if (this.#generation === device.generation) return;
    const view = (ref: BufferRef): FloatArray => {
      switch (ref.kind) {
        case 'scratch':
          return device.scratch.subarray(ref.offset, ref.offset + ref.size);
        case 'variable':
          return device.copyOf(ref.variable).array;
        case 'constant':
          return device.constant(ref.tensor);
      }
    };
    const optional = (ref: BufferRef | undefined): FloatArray | undefined => ref && view(ref);
    const { steps, inputs, outputs, writes } = this.#plan;
    this.#steps = steps.map((step) => ({ inputs: step.inputs.map(optional), outputs: step.outputs.map(view) }));
    this.#inputs = inputs.map(optional);
    this.#outputs = outputs.map(view);
    this.#writes = writes.map(({ variable, from }) => ({ from: view(from), to: device.copyOf(variable).array }));
    this.#generation = device.generation;
  }
}
