/**
 * Runs programs with the plain TypeScript kernels on host arrays, in float32, or in float64 for gradient checks. One
 * scratch array, sized to the largest program, is shared by all programs; every variable has one array of its own.
 */
import type { FloatArray } from '../../kernels/contract.ts';
import { DeviceError } from '../errors.ts';
import { Tensor } from '../tensor/tensor.ts';
import type { Variable } from '../tensor/variable.ts';
import { debugging, refuseNaN } from './debug.ts';
import type { BufferRef, Device, DeviceMemory, Plan, PlannedStep } from './device.ts';
import { RunQueue } from './run-queue.ts';
import { ThreadExecutable, type ThreadCopy, type ThreadDevice } from './thread-executable.ts';

/** The number type a host device computes in. */
export type Precision = 'float32' | 'float64';

/** A variable's array on a host device. */
class HostCopy implements ThreadCopy {
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
    return this.#owner.queue.busy ? undefined : () => Float32Array.from(this.array);
  }

  read(): Promise<Float32Array> {
    const values = (): Float32Array => Float32Array.from(this.array);
    return this.#owner.queue.busy ? this.#owner.queue.enqueue(values) : Promise.resolve(values());
  }

  write(value: Tensor | Float32Array): void {
    this.array.set(value instanceof Tensor ? this.#owner.constant(value) : value);
  }
}

export class HostDevice implements Device, ThreadDevice<HostCopy> {
  readonly name: string;
  readonly precision: Precision;
  /** @internal */
  readonly queue: RunQueue = new RunQueue();
  /** @internal Changes when the scratch array was replaced; programs then bind their views again. */
  generation = 0;
  /** @internal */
  scratch: FloatArray;
  readonly #copies = new WeakMap<Variable, HostCopy>();
  #variableBytes = 0;
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

  /** Milliseconds of each step in each run, on one memory of their own: arguments are zeros, variables copies. */
  profile(plan: Plan, runs: number): readonly (readonly number[])[] {
    return new HostDevice(this.name, this.precision).link(plan).timeRuns(runs);
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

  /** @internal */
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
export class HostExecutable extends ThreadExecutable<HostCopy> {
  readonly #device: HostDevice;
  #generation = -1;
  #steps: readonly BoundStep[] = [];
  #inputs: readonly (FloatArray | undefined)[] = [];
  #outputs: readonly FloatArray[] = [];
  #writes: readonly { readonly from: FloatArray; readonly to: FloatArray }[] = [];

  constructor(device: HostDevice, plan: Plan) {
    super(device, plan);
    this.#device = device;
  }

  protected override results(inputs: readonly Float32Array[]): Float32Array[] {
    return this.execute(inputs).map((array) => Float32Array.from(array));
  }

  /** @internal Runs the steps. The arrays returned are views that the next run overwrites. */
  execute(inputs: readonly FloatArray[]): readonly FloatArray[] {
    this.bind();
    for (let i = 0; i < this.#inputs.length; i++) {
      const source = inputs[i];
      if (source === undefined) throw new DeviceError(`program: argument ${i} has no values.`);
      this.#inputs[i]?.set(source);
    }
    const { steps } = this.plan;
    for (let i = 0; i < steps.length; i++) {
      this.runStep(i);
      if (!debugging()) continue;
      const { inputs, outputs } = this.#steps[i] as BoundStep;
      refuseNaN((steps[i] as PlannedStep).label, inputs, outputs);
    }
    for (const { from, to } of this.#writes) to.set(from);
    return this.#outputs;
  }

  protected override runStep(index: number): void {
    const { kernel, geometry } = this.plan.steps[index] as PlannedStep;
    const { inputs, outputs } = this.#steps[index] as BoundStep;
    kernel.cpu(inputs, outputs, geometry);
  }

  protected override zeroArguments(): void {
    for (const input of this.#inputs) input?.fill(0);
  }

  protected override bind(): void {
    const device = this.#device;
    device.reserve(this.plan.scratchSize);
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
    const { steps, inputs, outputs, writes } = this.plan;
    this.#steps = steps.map((step) => ({ inputs: step.inputs.map(optional), outputs: step.outputs.map(view) }));
    this.#inputs = inputs.map(optional);
    this.#outputs = outputs.map(view);
    this.#writes = writes.map(({ variable, from }) => ({ from: view(from), to: device.copyOf(variable).array }));
    this.#generation = device.generation;
  }
}
