/** A program on a GPU device: its plan as a list of passes over numbered buffers. */
import { DeviceError } from '../errors.ts';
import type { GpuPass } from '../../kernels/contract.ts';
import { gpuCallOf } from '../../kernels/gpu.ts';
import { GPU_MOST_ELEMENTS, GPU_MOST_OPERANDS } from '../../kernels/gpu-source.ts';
import { Tensor } from '../tensor/tensor.ts';
import type { Variable } from '../tensor/variable.ts';
import { debugging, refuseNaN } from './debug.ts';
import { sizeOfRef, type BufferRef, type Executable, type Plan, type PlannedStep } from './device.ts';
import type { GpuCopy, GpuDevice } from './gpu-device.ts';
import type { GpuBuffer } from './gpu-memory.ts';
import { packResults, type Packed } from './gpu-pack.ts';

/** One kernel call. Slots number every buffer of a run: nothing is written twice. */
interface Dispatch {
  readonly label: string;
  readonly pass: GpuPass;
  readonly operands: readonly number[];
  readonly result: number;
}

/** What stands in a slot before the first dispatch. */
type Source =
  | { readonly kind: 'argument'; readonly index: number }
  | { readonly kind: 'variable'; readonly variable: Variable }
  | { readonly kind: 'constant'; readonly tensor: Tensor };

interface Upload {
  readonly copy: GpuCopy;
  readonly variable: Variable;
  readonly value: Tensor | Promise<Float32Array>;
}

export class GpuExecutable implements Executable {
  readonly runSync = undefined;
  readonly #device: GpuDevice;
  readonly #plan: Plan;
  readonly #dispatches: readonly Dispatch[];
  readonly #sources: ReadonlyMap<number, Source>;
  readonly #slotCount: number;
  /** The slots that no later dispatch reads, behind each dispatch. */
  readonly #freed: readonly (readonly number[])[];
  readonly #results: Packed;
  readonly #writes: readonly { readonly variable: Variable; readonly slot: number }[];
  /** The slots of each step's inputs and outputs, for the debug mode. */
  readonly #steps: readonly {
    readonly end: number;
    readonly inputs: readonly number[];
    readonly outputs: readonly number[];
  }[];

  constructor(device: GpuDevice, plan: Plan) {
    this.#device = device;
    this.#plan = plan;
    const slots = new Slots();
    plan.inputs.forEach((ref, index) => ref && slots.write(ref, { kind: 'argument', index }));
    const dispatches: Dispatch[] = [];
    const steps: { end: number; inputs: number[]; outputs: number[] }[] = [];
    for (const step of plan.steps) {
      const inputs = step.inputs.map((ref) => ref && slots.read(ref));
      const outputs = addStep(dispatches, slots, step, inputs);
      steps.push({ end: dispatches.length, inputs: inputs.filter((slot) => slot !== undefined), outputs });
    }
    const results = plan.outputs.map((ref) => slots.read(ref));
    this.#writes = [
      ...slots.changedVariables(),
      ...plan.writes.map(({ variable, from }) => ({ variable, slot: slots.read(from) })),
    ];
    this.#results = packResults(results, plan.outputs.map(sizeOfRef), () => slots.make());
    for (const one of this.#results.passes) dispatches.push({ label: 'the results of a program', ...one });
    this.#steps = steps;
    this.#dispatches = dispatches;
    this.#sources = slots.sources;
    this.#slotCount = slots.count;
    this.#freed = this.#lastReads(dispatches);
  }

  /** Kernel calls of one run, uploads of arguments and of changed variables left out. */
  get dispatchCount(): number {
    return this.#dispatches.length;
  }

  run(inputs: readonly Float32Array[]): Promise<Float32Array[]> {
    // Order is settled now: which values this run sees, and that what it writes is the newest.
    const uploads = this.#stale();
    for (const variable of this.#plan.written) variable.writtenBy(this.#device.copyOf(variable));
    const started = this.#device.queue.enqueue(() => this.#start(inputs, uploads));
    return started
      .then((buffers) => this.#results.read(buffers))
      .catch((error: unknown) => {
        throw this.#device.explain(error);
      });
  }

  #stale(): Upload[] {
    return this.#plan.variables.flatMap((variable) => {
      const copy = this.#device.copyOf(variable);
      if (copy.version === variable.version) return [];
      const value = variable.newestCopy ? variable.newestCopy.read() : variable.hostValue();
      copy.version = variable.version;
      return [{ copy, variable, value }];
    });
  }

  /** Starts every kernel of a run. Gives the buffers that hold its results. */
  async #start(inputs: readonly Float32Array[], uploads: readonly Upload[]): Promise<GpuBuffer[]> {
    const { gpu } = this.#device;
    for (const { copy, variable, value } of uploads) {
      const values = value instanceof Tensor ? value.data : await value;
      copy.replace(await gpu.upload(values, `variable '${variable.name}'`));
    }
    const slots = new Array<GpuBuffer | undefined>(this.#slotCount);
    try {
      for (const [slot, source] of this.#sources) slots[slot] = await this.#bring(source, inputs);
      let step = 0;
      for (let i = 0; i < this.#dispatches.length; i++) {
        const { pass, operands, result, label } = this.#dispatches[i] as Dispatch;
        slots[result] = await gpu.run(
          pass,
          operands.map((slot) => slots[slot] as GpuBuffer),
          label,
        );
        if (debugging()) {
          while (this.#steps[step]?.end === i + 1) await this.#refuseNaN(step++, slots);
          continue;
        }
        for (const slot of this.#freed[i] ?? []) {
          slots[slot]?.release();
          slots[slot] = undefined;
        }
      }
      for (const { variable, slot } of this.#writes) {
        this.#device.copyOf(variable).replace((slots[slot] as GpuBuffer).retain());
      }
      return this.#results.slots.map((slot) => (slots[slot] as GpuBuffer).retain());
    } finally {
      for (const buffer of slots) buffer?.release();
    }
  }

  async #bring(source: Source, inputs: readonly Float32Array[]): Promise<GpuBuffer> {
    switch (source.kind) {
      case 'argument': {
        const values = inputs[source.index];
        if (values === undefined) throw new DeviceError(`program: argument ${source.index} has no values.`);
        return this.#device.gpu.upload(values, `argument ${source.index}`);
      }
      case 'variable': {
        const { buffer } = this.#device.copyOf(source.variable);
        if (buffer) return buffer.retain();
        throw new DeviceError(`variable '${source.variable.name}': its value never reached the device.`, {
          where: source.variable.name,
        });
      }
      case 'constant':
        return (await this.#device.constant(source.tensor)).retain();
    }
  }

  async #refuseNaN(index: number, slots: readonly (GpuBuffer | undefined)[]): Promise<void> {
    const { inputs, outputs } = this.#steps[index] as { inputs: readonly number[]; outputs: readonly number[] };
    const read = (ones: readonly number[]): Promise<Float32Array[]> =>
      Promise.all(ones.map((slot) => (slots[slot] as GpuBuffer).read()));
    refuseNaN((this.#plan.steps[index] as PlannedStep).label, await read(inputs), await read(outputs));
  }

  #lastReads(dispatches: readonly Dispatch[]): number[][] {
    const last = new Map<number, number>();
    dispatches.forEach(({ operands, result }, index) => {
      for (const slot of [...operands, result]) last.set(slot, index);
    });
    for (const slot of [...this.#results.slots, ...this.#writes.map((write) => write.slot)]) last.delete(slot);
    const freed: number[][] = dispatches.map(() => []);
    for (const [slot, index] of last) freed[index]?.push(slot);
    return freed;
  }
}

/** Appends the passes of one step; gives the slots of its outputs. */
function addStep(
  dispatches: Dispatch[],
  slots: Slots,
  { kernel, geometry, label, outputs }: PlannedStep,
  inputs: readonly (number | undefined)[],
): number[] {
  const call = gpuCallOf(
    kernel,
    geometry,
    inputs.map((slot) => slot !== undefined),
  );
  if (!call) {
    throw new DeviceError(
      `${label}: the kernel '${kernel.name}' has no form for a graphics card. Give the kernel a 'gpu', or compile this function for another device: compile(fn, { device: 'wasm' }).`,
      { where: label, got: kernel.name },
    );
  }
  const results: number[] = [];
  for (const pass of call.passes) {
    checkPass(pass, label);
    const operands = pass.operands.map((operand) => {
      const slot = 'input' in operand ? inputs[operand.input] : results[operand.pass];
      if (slot === undefined) throw new Error(`${label}: a pass reads what is not there`);
      return slot;
    });
    const result = slots.make();
    results.push(result);
    dispatches.push({ label, pass, operands, result });
  }
  return outputs.map((ref, index) => {
    const slot = results[call.outputs[index] ?? -1];
    if (slot === undefined) throw new Error(`${label}: no pass computes output ${index}`);
    slots.place(ref, slot);
    return slot;
  });
}

function checkPass({ size, operands }: GpuPass, label: string): void {
  if (operands.length > GPU_MOST_OPERANDS) throw new Error(`${label}: a pass reads ${operands.length} arrays`);
  if (size <= GPU_MOST_ELEMENTS) return;
  throw new DeviceError(
    `${label}: its result has ${size} elements; a GPU kernel counts in float32, which is exact to ${GPU_MOST_ELEMENTS} elements. Use a smaller batch, or compile for another device: compile({ device: 'wasm' }).`,
    { where: label, got: size, expected: GPU_MOST_ELEMENTS },
  );
}

/** Where a buffer lies in the plan. Empty ones lie where others do, and one is as good as another. */
function placeOf({ offset, size }: BufferRef & { readonly kind: 'scratch' }): number {
  return size === 0 ? -1 : offset;
}

/** Numbers for buffers: which one stands where the plan says, while the plan's steps are walked. */
class Slots {
  count = 0;
  readonly sources = new Map<number, Source>();
  readonly #scratch = new Map<number, number>();
  readonly #variables = new Map<Variable, number>();
  readonly #constants = new Map<Tensor, number>();
  readonly #changed = new Set<Variable>();

  make(): number {
    return this.count++;
  }

  /** A slot that something outside of the run fills. */
  write(ref: BufferRef, source: Source): void {
    const slot = this.make();
    this.sources.set(slot, source);
    this.place(ref, slot);
  }

  place(ref: BufferRef, slot: number): void {
    if (ref.kind === 'constant') throw new Error('plan: a step writes a constant');
    if (ref.kind === 'scratch') {
      this.#scratch.set(placeOf(ref), slot);
    } else {
      this.#variables.set(ref.variable, slot);
      this.#changed.add(ref.variable);
    }
  }

  read(ref: BufferRef): number {
    switch (ref.kind) {
      case 'scratch': {
        const slot = this.#scratch.get(placeOf(ref));
        if (slot === undefined) throw new Error('plan: a step reads what no step wrote');
        return slot;
      }
      case 'variable':
        return this.#first(this.#variables, ref.variable, { kind: 'variable', variable: ref.variable });
      case 'constant':
        return this.#first(this.#constants, ref.tensor, { kind: 'constant', tensor: ref.tensor });
    }
  }

  changedVariables(): { variable: Variable; slot: number }[] {
    return [...this.#changed].map((variable) => ({ variable, slot: this.#variables.get(variable) as number }));
  }

  #first<Key>(known: Map<Key, number>, key: Key, source: Source): number {
    let slot = known.get(key);
    if (slot === undefined) {
      slot = this.make();
      known.set(key, slot);
      this.sources.set(slot, source);
    }
    return slot;
  }
}
