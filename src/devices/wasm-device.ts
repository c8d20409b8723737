/**
 * Runs programs as WebAssembly SIMD over one memory: a block for each variable and constant, and one block of scratch
 * that all programs share. Blocks that the running program does not use may be written back to the host when the memory
 * would outgrow twice what that program needs.
 */
import type { FloatArray, Kernel, WasmCall } from '../../kernels/contract.ts';
import { now } from '../clock.ts';
import { DeviceError } from '../errors.ts';
import { Tensor } from '../tensor/tensor.ts';
import type { Variable } from '../tensor/variable.ts';
import type { WasmFunction } from '../wasm/index.ts';
import { debugging, refuseNaN } from './debug.ts';
import type { BufferRef, Device, DeviceMemory, Plan, PlannedStep } from './device.ts';
import { RunQueue } from './run-queue.ts';
import { ThreadExecutable, type ThreadCopy, type ThreadDevice } from './thread-executable.ts';
import { WasmCode, type CodeRequest } from './wasm-code.ts';
import { WasmHeap } from './wasm-heap.ts';

const BYTES_PER_ELEMENT = 4;
/** The memory may grow to twice what the running program needs, and always to this. */
const LEAST_LIMIT = 2 ** 20;

export interface WasmDeviceOptions {
  /** Every allocation grows the memory, so that a view which was kept is found out. For tests. */
  readonly growAlways?: boolean;
  /** After each step all of the memory but its outputs and the workspace must be as before. Slow; for tests. */
  readonly watchMemory?: boolean;
}

/** A block of memory that belongs to a variable or a constant, or did until it was written back. */
interface Resident {
  readonly bytes: number;
  address: number | undefined;
  /** When it was last bound; the lowest goes first. */
  lastUse: number;
  /** Keeps the value elsewhere; afterwards the block holds nothing. */
  writeBack(): void;
}

class WasmCopy implements ThreadCopy, Resident {
  readonly device = 'wasm';
  readonly bytes: number;
  version = -1;
  address: number | undefined;
  lastUse = 0;
  readonly #owner: WasmDevice;
  readonly #size: number;
  readonly #variable: WeakRef<Variable>;

  constructor(owner: WasmDevice, variable: Variable) {
    this.#owner = owner;
    this.#size = variable.size;
    this.bytes = variable.size * BYTES_PER_ELEMENT;
    this.#variable = new WeakRef(variable);
  }

  get readSync(): (() => Float32Array) | undefined {
    return this.#owner.queue.busy ? undefined : () => this.#values();
  }

  read(): Promise<Float32Array> {
    const { queue } = this.#owner;
    return queue.busy ? queue.enqueue(() => this.#values()) : Promise.resolve(this.#values());
  }

  write(value: Tensor | Float32Array): void {
    this.#owner.heap.floats.set(value instanceof Tensor ? value.data : value, this.#start);
  }

  writeBack(): void {
    const variable = this.#variable.deref();
    if (variable?.newestCopy === this) variable.hostValue();
    this.version = -1;
  }

  get #start(): number {
    if (this.address === undefined) throw new Error('wasm: a variable has no place in the memory');
    return this.address / BYTES_PER_ELEMENT;
  }

  #values(): Float32Array {
    return this.#owner.heap.floats.slice(this.#start, this.#start + this.#size);
  }
}

/** A captured tensor. The host keeps its values, so that it can go at any time. */
class WasmConstant implements Resident {
  readonly bytes: number;
  address: number | undefined;
  lastUse = 0;

  constructor(tensor: Tensor) {
    this.bytes = tensor.size * BYTES_PER_ELEMENT;
  }

  writeBack(): void {
    // Nothing to keep: the tensor itself is on the host.
  }
}

/** What a program asks of the memory. */
export interface Needs {
  readonly scratchBytes: number;
  readonly variables: readonly Variable[];
  readonly constants: readonly Tensor[];
}

export class WasmDevice implements Device, ThreadDevice<WasmCopy> {
  readonly name: string;
  readonly fuses = true;
  /** @internal */
  readonly queue: RunQueue = new RunQueue();
  /** @internal */
  readonly heap: WasmHeap;
  /** @internal */
  readonly code: WasmCode;
  /** @internal Changes when a block was moved or written back; programs then bind their addresses again. */
  layout = 0;
  /** @internal */
  readonly watchMemory: boolean;
  #scratchAddress = 0;
  #scratchBytes = 0;
  #uses = 0;
  readonly #copies = new WeakMap<Variable, WasmCopy>();
  readonly #constants = new WeakMap<Tensor, WasmConstant>();
  readonly #residents = new Set<Resident>();
  readonly #collected: FinalizationRegistry<Resident>;

  /** @throws DeviceError where there is no WebAssembly */
  constructor(name = 'wasm', { growAlways = false, watchMemory = false }: WasmDeviceOptions = {}) {
    this.name = name;
    this.heap = new WasmHeap({ growAlways });
    this.code = new WasmCode(this.heap.memory);
    this.watchMemory = watchMemory;
    this.#collected = new FinalizationRegistry((resident) => this.#free(resident));
  }

  link(plan: Plan): WasmExecutable {
    return new WasmExecutable(this, plan);
  }

  memory(): DeviceMemory {
    let variableBytes = 0;
    for (const resident of this.#residents) if (resident instanceof WasmCopy) variableBytes += resident.bytes;
    return { scratchBytes: this.#scratchBytes, variableBytes, totalBytes: this.heap.byteLength };
  }

  /** Milliseconds of each step of one run on a memory of its own: arguments are zeros, variables copies. */
  profile(plan: Plan): readonly number[] {
    const apart = new WasmDevice(this.name).link(plan);
    apart.upload();
    return apart.timeSteps();
  }

  /** Runs one kernel at once on host arrays. */
  runKernel(
    kernel: Kernel,
    geometry: unknown,
    inputs: readonly (Float32Array | undefined)[],
    outputs: readonly Float32Array[],
  ): void {
    const call = callOf(
      kernel,
      geometry,
      inputs.map((input) => input !== undefined),
      outputs.length,
    );
    if (!call) {
      kernel.cpu(inputs, outputs, geometry);
      return;
    }
    const [run] = this.code.functionsOf([{ call, inputCount: inputs.length, outputCount: outputs.length }]);
    const sizes = [...inputs, ...outputs].map((array) => alignedBytes((array?.length ?? 0) * BYTES_PER_ELEMENT));
    const workspaceAt = sizes.reduce((sum, size) => sum + size, 0);
    this.place({ scratchBytes: workspaceAt + (call.workspaceBytes ?? 0), variables: [], constants: [] });
    let next = this.#scratchAddress;
    const addresses = sizes.map((size) => {
      next += size;
      return next - size;
    });
    const { floats } = this.heap;
    inputs.forEach((input, index) => input && floats.set(input, (addresses[index] as number) / BYTES_PER_ELEMENT));
    invoke(run as WasmFunction, [...addresses, this.#scratchAddress + workspaceAt, ...(call.args ?? [])]);
    outputs.forEach((output, index) => {
      const start = (addresses[inputs.length + index] as number) / BYTES_PER_ELEMENT;
      output.set(floats.subarray(start, start + output.length));
    });
  }

  /** @internal */
  copyOf(variable: Variable): WasmCopy {
    let copy = this.#copies.get(variable);
    if (!copy) {
      copy = new WasmCopy(this, variable);
      this.#copies.set(variable, copy);
      this.#collected.register(variable, copy);
    }
    return copy;
  }

  /** @internal Where scratch begins. */
  get scratchAddress(): number {
    return this.#scratchAddress;
  }

  /** @internal The address of a variable or constant that was placed. */
  addressOf(owner: Variable | Tensor): number {
    const address = (owner instanceof Tensor ? this.#constants.get(owner) : this.#copies.get(owner))?.address;
    if (address === undefined) throw new Error('wasm: a buffer was not placed');
    return address;
  }

  /** @internal Gives everything that a program needs a place, at the cost of what it does not need. */
  place({ scratchBytes, variables, constants }: Needs): void {
    const needed = new Set<Resident>([
      ...variables.map((variable) => this.copyOf(variable)),
      ...constants.map((constant) => this.#constantOf(constant)),
    ]);
    const use = ++this.#uses;
    let bytes = alignedBytes(scratchBytes);
    for (const resident of needed) {
      resident.lastUse = use;
      bytes += alignedBytes(resident.bytes);
    }
    const limit = Math.max(2 * bytes, LEAST_LIMIT, this.heap.byteLength);
    if (!this.#placeWithin(limit, scratchBytes, needed)) {
      // Free memory in pieces too small: everything goes, and comes back side by side.
      for (const resident of this.#residents) this.#evict(resident);
      this.#placeWithin(Infinity, scratchBytes, needed);
    }
    for (const constant of constants) {
      const resident = this.#constantOf(constant);
      if (this.#fresh.delete(resident)) {
        this.heap.floats.set(constant.data, (resident.address as number) / BYTES_PER_ELEMENT);
      }
    }
  }

  /** Constants that have a place and no values yet. */
  readonly #fresh = new Set<Resident>();

  #placeWithin(limit: number, scratchBytes: number, needed: ReadonlySet<Resident>): boolean {
    const makeRoom = (bytes: number): boolean => {
      if (this.heap.sizeAfter(bytes) <= limit || this.queue.busy) return true;
      const others = [...this.#residents].filter((resident) => !needed.has(resident));
      for (const resident of others.sort((a, b) => a.lastUse - b.lastUse)) {
        this.#evict(resident);
        if (this.heap.sizeAfter(bytes) <= limit) return true;
      }
      return false;
    };
    if (this.#scratchBytes < scratchBytes) {
      // Nothing in scratch outlives a run.
      if (this.#scratchBytes > 0) this.heap.free(this.#scratchAddress, this.#scratchBytes);
      this.#scratchBytes = 0;
      this.layout++;
      if (!makeRoom(scratchBytes)) return false;
      this.#scratchAddress = this.heap.allocate(scratchBytes);
      this.#scratchBytes = scratchBytes;
    }
    for (const resident of needed) {
      if (resident.address !== undefined) continue;
      if (!makeRoom(resident.bytes)) return false;
      resident.address = this.heap.allocate(resident.bytes);
      this.#residents.add(resident);
      if (resident instanceof WasmConstant) this.#fresh.add(resident);
    }
    return true;
  }

  #constantOf(tensor: Tensor): WasmConstant {
    let constant = this.#constants.get(tensor);
    if (!constant) {
      constant = new WasmConstant(tensor);
      this.#constants.set(tensor, constant);
      this.#collected.register(tensor, constant);
    }
    return constant;
  }

  #evict(resident: Resident): void {
    resident.writeBack();
    this.#free(resident);
    this.layout++;
  }

  #free(resident: Resident): void {
    if (resident.address === undefined) return;
    this.heap.free(resident.address, resident.bytes);
    resident.address = undefined;
    this.#residents.delete(resident);
    this.#fresh.delete(resident);
  }
}

interface WasmStep {
  /** Undefined for a kernel that runs on the host; see `callOf`. */
  readonly run: WasmFunction | undefined;
  readonly call: WasmCall | undefined;
  readonly step: PlannedStep;
}

/** A plan with every buffer bound to an address. */
export class WasmExecutable extends ThreadExecutable<WasmCopy> {
  readonly #device: WasmDevice;
  readonly #steps: readonly WasmStep[];
  readonly #needs: Needs;
  readonly #workspaceOffset: number;
  #layout = -1;
  #args: readonly (readonly number[])[] = [];

  constructor(device: WasmDevice, plan: Plan) {
    super(device, plan);
    this.#device = device;
    const calls = plan.steps.map(({ kernel, geometry, inputs, outputs }) =>
      callOf(
        kernel,
        geometry,
        inputs.map((input) => input !== undefined),
        outputs.length,
      ),
    );
    const requests: CodeRequest[] = [];
    plan.steps.forEach(({ inputs, outputs }, index) => {
      const call = calls[index];
      if (call) requests.push({ call, inputCount: inputs.length, outputCount: outputs.length });
    });
    const functions = device.code.functionsOf(requests);
    let next = 0;
    this.#steps = plan.steps.map((step, index) => {
      const call = calls[index];
      return { step, call, run: call && functions[next++] };
    });
    this.#workspaceOffset = alignedBytes(plan.scratchSize * BYTES_PER_ELEMENT);
    const workspaceBytes = Math.max(0, ...calls.map((call) => call?.workspaceBytes ?? 0));
    const refs = [
      ...plan.steps.flatMap(({ inputs, outputs }) => [...inputs, ...outputs]),
      ...plan.outputs,
      ...plan.writes.map(({ from }) => from),
    ];
    this.#needs = {
      scratchBytes: this.#workspaceOffset + workspaceBytes,
      variables: plan.variables,
      constants: [...new Set(refs.flatMap((ref) => (ref?.kind === 'constant' ? [ref.tensor] : [])))],
    };
  }

  protected override bind(): void {
    const device = this.#device;
    if (this.#layout === device.layout) return;
    device.place(this.#needs);
    const workspace = device.scratchAddress + this.#workspaceOffset;
    const address = (ref: BufferRef | undefined): number => (ref ? this.#addressOf(ref) : 0);
    this.#args = this.#steps.map(({ step: { inputs, outputs }, call }) => [
      ...inputs.map(address),
      ...outputs.map(address),
      workspace,
      ...(call?.args ?? []),
    ]);
    this.#layout = device.layout;
  }

  protected override results(given: readonly Float32Array[]): Float32Array[] {
    const { inputs, outputs, writes } = this.plan;
    for (let i = 0; i < inputs.length; i++) {
      const ref = inputs[i];
      const values = given[i];
      if (values === undefined) throw new DeviceError(`program: argument ${i} has no values.`);
      if (ref) this.#device.heap.floats.set(values, this.#addressOf(ref) / BYTES_PER_ELEMENT);
    }
    if (debugging()) this.#runLookingForNaN();
    else if (this.#device.watchMemory) this.#runWatchingMemory();
    else this.#run();
    const { floats } = this.#device.heap;
    for (const { variable, from } of writes) {
      const start = this.#addressOf(from) / BYTES_PER_ELEMENT;
      floats.copyWithin(this.#device.addressOf(variable) / BYTES_PER_ELEMENT, start, start + variable.size);
    }
    return outputs.map((ref) => {
      const start = this.#addressOf(ref) / BYTES_PER_ELEMENT;
      return floats.slice(start, start + sizeOfRef(ref));
    });
  }

  /** @internal The time of every step, with whatever stands in the memory. */
  timeSteps(): number[] {
    this.bind();
    return this.#steps.map((_, index) => {
      const start = now();
      this.#runStep(index);
      return now() - start;
    });
  }

  #run(): void {
    for (let index = 0; index < this.#steps.length; index++) this.#runStep(index);
  }

  #runLookingForNaN(): void {
    this.#steps.forEach(({ step }, index) => {
      this.#runStep(index);
      const [inputs, outputs] = this.#viewsOf(step);
      refuseNaN(step.label, inputs, outputs);
    });
  }

  // Every word of the memory that is none of the step's outputs and not in its workspace guards them.
  #runWatchingMemory(): void {
    const workspaceStart = (this.#device.scratchAddress + this.#workspaceOffset) / BYTES_PER_ELEMENT;
    this.#steps.forEach(({ step, call }, index) => {
      const { memory, usedBytes } = this.#device.heap;
      const before = new Uint32Array(memory.buffer.slice(0, usedBytes));
      this.#runStep(index);
      const after = new Uint32Array(memory.buffer, 0, before.length);
      const own = step.outputs.map((ref): readonly [number, number] => {
        const start = this.#addressOf(ref) / BYTES_PER_ELEMENT;
        return [start, start + sizeOfRef(ref)];
      });
      own.push([workspaceStart, workspaceStart + (call?.workspaceBytes ?? 0) / BYTES_PER_ELEMENT]);
      for (const [start, end] of own) before.set(after.subarray(start, end), start);
      const wrong = after.findIndex((word, i) => word !== before[i]);
      if (wrong >= 0) {
        throw new DeviceError(
          `wasm: ${step.label} wrote outside of its outputs, at byte ${wrong * BYTES_PER_ELEMENT}.`,
          { where: step.label, got: wrong },
        );
      }
    });
  }

  #runStep(index: number): void {
    const { run, step } = this.#steps[index] as WasmStep;
    if (run) {
      invoke(run, this.#args[index] as readonly number[]);
      return;
    }
    const [inputs, outputs] = this.#viewsOf(step);
    step.kernel.cpu(inputs, outputs, step.geometry);
  }

  #viewsOf({ inputs, outputs }: PlannedStep): [(FloatArray | undefined)[], FloatArray[]] {
    const { floats } = this.#device.heap;
    const view = (ref: BufferRef): FloatArray => {
      const start = this.#addressOf(ref) / BYTES_PER_ELEMENT;
      return floats.subarray(start, start + sizeOfRef(ref));
    };
    return [inputs.map((ref) => ref && view(ref)), outputs.map(view)];
  }

  #addressOf(ref: BufferRef): number {
    switch (ref.kind) {
      case 'scratch':
        return this.#device.scratchAddress + ref.offset * BYTES_PER_ELEMENT;
      case 'variable':
        return this.#device.addressOf(ref.variable);
      case 'constant':
        return this.#device.addressOf(ref.tensor);
    }
  }
}

/** The most parameters that engines let a function have. */
const MOST_PARAMS = 1000;

/** Undefined for what runs on the host: a user's kernel without WebAssembly, or one of hundreds of operands. */
function callOf(
  kernel: Kernel,
  geometry: unknown,
  present: readonly boolean[],
  outputCount: number,
): WasmCall | undefined {
  const call = kernel.wasm?.(geometry, present);
  if (!call) return undefined;
  return present.length + outputCount + 1 + (call.args?.length ?? 0) > MOST_PARAMS ? undefined : call;
}

function sizeOfRef(ref: BufferRef): number {
  switch (ref.kind) {
    case 'scratch':
      return ref.size;
    case 'variable':
      return ref.variable.size;
    case 'constant':
      return ref.tensor.size;
  }
}

function alignedBytes(bytes: number): number {
  return Math.ceil(bytes / 16) * 16;
}

// Spreading an array into a call costs as much as a small kernel.
function invoke(run: WasmFunction, a: readonly number[]): void {
  switch (a.length) {
    case 3:
      run(a[0]!, a[1]!, a[2]!);
      return;
    case 4:
      run(a[0]!, a[1]!, a[2]!, a[3]!);
      return;
    case 5:
      run(a[0]!, a[1]!, a[2]!, a[3]!, a[4]!);
      return;
    case 6:
      run(a[0]!, a[1]!, a[2]!, a[3]!, a[4]!, a[5]!);
      return;
    case 7:
      run(a[0]!, a[1]!, a[2]!, a[3]!, a[4]!, a[5]!, a[6]!);
      return;
    default:
      run(...a);
  }
}
