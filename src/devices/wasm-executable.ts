/** A program on the WebAssembly device: its plan with every kernel compiled and every buffer bound to an address. */
import type { FloatArray, Kernel, WasmCall } from '../../kernels/contract.ts';
import { DeviceError } from '../errors.ts';
import type { WasmFunction } from '../wasm/index.ts';
import { debugging, refuseNaN } from './debug.ts';
import { sizeOfRef, type BufferRef, type Plan, type PlannedStep } from './device.ts';
import { ThreadExecutable } from './thread-executable.ts';
import type { CodeRequest } from './wasm-code.ts';
import type { WasmDevice } from './wasm-device.ts';
import { alignedBytes, BYTES_PER_ELEMENT, type Needs, type WasmCopy } from './wasm-residents.ts';

interface WasmStep {
  /** Undefined for a kernel that runs on the host; see `callOf`. */
  readonly run: WasmFunction | undefined;
  readonly call: WasmCall | undefined;
  readonly step: PlannedStep;
}

/** A piece of memory, in bytes. */
export interface WasmRange {
  readonly start: number;
  readonly end: number;
}

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
      callOf(kernel, geometry, inputs, outputs.length),
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
    const { residents } = this.#device;
    if (this.#layout === residents.layout) return;
    residents.place(this.#needs);
    const address = (ref: BufferRef | undefined): number => (ref ? this.#addressOf(ref) : 0);
    this.#args = this.#steps.map(({ step: { inputs, outputs }, call }) => [
      ...inputs.map(address),
      ...outputs.map(address),
      this.#workspace,
      ...(call?.args ?? []),
    ]);
    this.#layout = residents.layout;
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
    else for (let index = 0; index < this.#steps.length; index++) this.runStep(index);
    const { floats } = this.#device.heap;
    for (const { variable, from } of writes) {
      const start = this.#addressOf(from) / BYTES_PER_ELEMENT;
      const to = this.#device.residents.addressOf(variable) / BYTES_PER_ELEMENT;
      floats.copyWithin(to, start, start + variable.size);
    }
    return outputs.map((ref) => {
      const start = this.#addressOf(ref) / BYTES_PER_ELEMENT;
      return floats.slice(start, start + sizeOfRef(ref));
    });
  }

  protected override zeroArguments(): void {
    const { floats } = this.#device.heap;
    for (const ref of this.plan.inputs) {
      if (!ref) continue;
      const start = this.#addressOf(ref) / BYTES_PER_ELEMENT;
      floats.fill(0, start, start + sizeOfRef(ref));
    }
  }

  protected override runStep(index: number): void {
    const { run, step } = this.#steps[index] as WasmStep;
    if (run) {
      invoke(run, this.#args[index] as readonly number[]);
      return;
    }
    const [inputs, outputs] = this.#viewsOf(step);
    step.kernel.cpu(inputs, outputs, step.geometry);
  }

  /** The memory that a step may write: its outputs and its workspace. */
  protected writableIn(index: number): readonly WasmRange[] {
    const { step, call } = this.#steps[index] as WasmStep;
    const outputs = step.outputs.map((ref): WasmRange => {
      const start = this.#addressOf(ref);
      return { start, end: start + sizeOfRef(ref) * BYTES_PER_ELEMENT };
    });
    return [...outputs, { start: this.#workspace, end: this.#workspace + (call?.workspaceBytes ?? 0) }];
  }

  #runLookingForNaN(): void {
    this.#steps.forEach(({ step }, index) => {
      this.runStep(index);
      const [inputs, outputs] = this.#viewsOf(step);
      refuseNaN(step.label, inputs, outputs);
    });
  }

  #viewsOf({ inputs, outputs }: PlannedStep): [(FloatArray | undefined)[], FloatArray[]] {
    const { floats } = this.#device.heap;
    const view = (ref: BufferRef): FloatArray => {
      const start = this.#addressOf(ref) / BYTES_PER_ELEMENT;
      return floats.subarray(start, start + sizeOfRef(ref));
    };
    return [inputs.map((ref) => ref && view(ref)), outputs.map(view)];
  }

  get #workspace(): number {
    return this.#device.residents.scratchAddress + this.#workspaceOffset;
  }

  #addressOf(ref: BufferRef): number {
    const { residents } = this.#device;
    switch (ref.kind) {
      case 'scratch':
        return residents.scratchAddress + ref.offset * BYTES_PER_ELEMENT;
      case 'variable':
        return residents.addressOf(ref.variable);
      case 'constant':
        return residents.addressOf(ref.tensor);
    }
  }
}

/** The most parameters that engines let a function have. */
const MOST_PARAMS = 1000;

/** @internal Undefined for what runs on the host: a user's kernel without WebAssembly, or one of hundreds of operands. */
export function callOf(
  kernel: Kernel,
  geometry: unknown,
  inputs: readonly unknown[],
  outputCount: number,
): WasmCall | undefined {
  const call = kernel.wasm?.(
    geometry,
    inputs.map((input) => input !== undefined),
  );
  if (!call) return undefined;
  return inputs.length + outputCount + 1 + (call.args?.length ?? 0) > MOST_PARAMS ? undefined : call;
}

/** @internal Calls with known numbers of arguments: spreading an array into a call costs as much as a small kernel. */
export function invoke(run: WasmFunction, a: readonly number[]): void {
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
