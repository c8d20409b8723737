/** A program on the WebAssembly device: its plan with every kernel compiled and every buffer bound to an address. */
import type { FloatArray, Kernel, WasmCall } from '../../kernels/contract.ts';
import { DeviceError } from '../errors.ts';
import type { WasmFunction } from '../wasm/index.ts';
import { debugging, refuseNaN } from './debug.ts';
import { sizeOfRef, type BufferRef, type Plan, type PlannedStep } from './device.ts';
import { ThreadExecutable } from './thread-executable.ts';
import { shareCall, writeRows, type SharedCall } from './threads/shared-call.ts';
import type { ReadyStage, Team } from './threads/team.ts';
import type { ThreadFunction } from './threads/thread-code.ts';
import type { CodeRequest } from './wasm-code.ts';
import type { WasmDevice } from './wasm-device.ts';
import { alignedBytes, BYTES_PER_ELEMENT, type Needs, type WasmCopy } from './wasm-residents.ts';

interface WasmStep {
  readonly step: PlannedStep;
  /** Undefined for a kernel that runs on the host; see `callOf`. */
  readonly call: WasmCall | undefined;
  /** Undefined for what threads share. */
  readonly run: WasmFunction | undefined;
  readonly shared: SharedCall | undefined;
  /** The functions of its stages. */
  readonly codes: readonly ThreadFunction[];
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
  /** What all shared steps cost. */
  readonly #sharedCost: number;
  #layout = -1;
  #args: readonly (readonly number[])[] = [];
  #stages: readonly (readonly ReadyStage[])[] = [];
  /** Where the run stands: its step and, of a shared one, the stage; and who runs it. */
  #at = 0;
  #stage = 0;
  #team: Team | undefined;

  constructor(device: WasmDevice, plan: Plan) {
    super(device, plan);
    this.#device = device;
    this.#steps = compileSteps(device, plan);
    this.#sharedCost = this.#steps.reduce((sum, { shared }) => sum + (shared?.cost ?? 0), 0);
    this.#workspaceOffset = alignedBytes(plan.scratchSize * BYTES_PER_ELEMENT);
    const refs = [
      ...plan.steps.flatMap(({ inputs, outputs }) => [...inputs, ...outputs]),
      ...plan.outputs,
      ...plan.writes.map(({ from }) => from),
    ];
    this.#needs = {
      scratchBytes: this.#workspaceOffset + Math.max(0, ...this.#steps.map(workspaceOf)),
      variables: plan.variables,
      constants: [...new Set(refs.flatMap((ref) => (ref?.kind === 'constant' ? [ref.tensor] : [])))],
      rows: { owner: this, bytes: this.#steps.reduce((sum, { shared }) => sum + (shared?.rowsBytes ?? 0), 0) },
    };
  }

  protected override bind(): void {
    const { residents } = this.#device;
    if (this.#layout === residents.layout) return;
    residents.place(this.#needs);
    const address = (ref: BufferRef | undefined): number => (ref ? this.#addressOf(ref) : 0);
    let rows = residents.rowsOf(this);
    const words = new Int32Array(this.#device.heap.memory.buffer);
    this.#stages = this.#steps.map(({ step, shared, codes }) => {
      if (!shared) return [];
      const operands = { inputs: step.inputs.map(address), outputs: step.outputs.map(address) };
      const stages = writeRows(words, shared, { label: step.label, codes, rows, operands, workspace: this.#workspace });
      rows += shared.rowsBytes;
      return stages;
    });
    this.#args = this.#steps.map(({ step: { inputs, outputs }, call, shared }) =>
      shared ? [] : [...inputs.map(address), ...outputs.map(address), this.#workspace, ...(call?.args ?? [])],
    );
    this.#layout = residents.layout;
  }

  protected override results(given: readonly Float32Array[]): Float32Array[] {
    this.#begin(given);
    while (!this.#runOn()) this.#team?.settleSync();
    return this.#finish();
  }

  protected override resultsLater(given: readonly Float32Array[]): Float32Array[] | Promise<Float32Array[]> {
    this.#begin(given);
    return this.#runOn() ? this.#finish() : this.#finishLater();
  }

  #begin(given: readonly Float32Array[]): void {
    const { inputs } = this.plan;
    const { floats } = this.#device.heap;
    for (let i = 0; i < inputs.length; i++) {
      const ref = inputs[i];
      const values = given[i];
      if (values === undefined) throw new DeviceError(`program: argument ${i} has no values.`);
      if (ref) floats.set(values, this.#addressOf(ref) / BYTES_PER_ELEMENT);
    }
    this.#at = 0;
    this.#stage = 0;
    this.#team = undefined;
    if (this.#sharedCost === 0 || debugging()) return;
    const team = this.#device.team();
    if (team?.begin(this.#sharedCost)) this.#team = team;
  }

  /** Runs the steps that are left; false where it must wait for a thread. */
  #runOn(): boolean {
    if (debugging()) {
      this.#runLookingForNaN();
      return true;
    }
    const team = this.#team;
    if (!team) {
      for (; this.#at < this.#steps.length; this.#at++) this.runStep(this.#at);
      return true;
    }
    try {
      for (; this.#at < this.#steps.length; this.#at++, this.#stage = 0) {
        const stages = this.#stages[this.#at] as readonly ReadyStage[];
        if (stages.length === 0) this.runStep(this.#at);
        while (this.#stage < stages.length) {
          if (!team.run(stages[this.#stage++] as ReadyStage)) return false;
        }
      }
    } catch (error) {
      team.finish();
      throw error;
    }
    return true;
  }

  #finish(): Float32Array[] {
    this.#team?.finish();
    const { outputs, writes } = this.plan;
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

  async #finishLater(): Promise<Float32Array[]> {
    do await this.#team?.settle();
    while (!this.#runOn());
    return this.#finish();
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
    const { run, step, shared } = this.#steps[index] as WasmStep;
    if (run) {
      invoke(run, this.#args[index] as readonly number[]);
      return;
    }
    if (shared) {
      for (const { code, rows, rowBytes, count } of this.#stages[index] as readonly ReadyStage[]) {
        for (let part = 0; part < count; part++) code.run(rows + part * rowBytes, 0);
      }
      return;
    }
    const [inputs, outputs] = this.#viewsOf(step);
    step.kernel.cpu(inputs, outputs, step.geometry);
  }

  /** The memory that a step may write: its outputs and its workspace. */
  protected writableIn(index: number): readonly WasmRange[] {
    const step = this.#steps[index] as WasmStep;
    const outputs = step.step.outputs.map((ref): WasmRange => {
      const start = this.#addressOf(ref);
      return { start, end: start + sizeOfRef(ref) * BYTES_PER_ELEMENT };
    });
    return [...outputs, { start: this.#workspace, end: this.#workspace + workspaceOf(step) }];
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

function compileSteps(device: WasmDevice, plan: Plan): readonly WasmStep[] {
  const { threadCode, sharing } = device;
  const steps = plan.steps.map((step) => {
    const call = callOf(step.kernel, step.geometry, step.inputs, step.outputs.length);
    return { step, call, shared: call && threadCode && shareCall(sharing, step, call) };
  });
  const requests: CodeRequest[] = [];
  for (const { step, call, shared } of steps) {
    if (call && !shared) requests.push({ call, inputCount: step.inputs.length, outputCount: step.outputs.length });
  }
  const functions = device.code.functionsOf(requests).values();
  const codes = (threadCode?.functionsOf(steps.flatMap(({ shared }) => shared?.requests ?? [])) ?? []).values();
  return steps.map((one) => ({
    ...one,
    run: one.call && !one.shared ? (functions.next().value as WasmFunction) : undefined,
    codes: (one.shared?.requests ?? []).map(() => codes.next().value as ThreadFunction),
  }));
}

function workspaceOf({ call, shared }: WasmStep): number {
  return (shared ? shared.workspaceBytes : call?.workspaceBytes) ?? 0;
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
