/** A Program is a compiled tape: made once per signature, replayed as one flat list of kernel calls. */
import { debugging } from '../devices/debug.ts';
import type { BufferRef, Device, Executable } from '../devices/device.ts';
import { ArgumentError, DeviceError } from '../errors.ts';
import { formatShape, sizeOf, type Shape } from '../tensor/shape.ts';
import { Tensor } from '../tensor/tensor.ts';
import type { Variable } from '../tensor/variable.ts';
import { planProgram, type PlannedProgram } from './plan.ts';
import type { Tape, TapeNode } from './tape.ts';

const BYTES_PER_ELEMENT = 4;

/** What one op of one layer costs in a run: one line of `program.profile()`. */
export interface ProfileRow {
  /** The op, and the layer that called it: `'matmul' in layer 'dense'`. */
  readonly what: string;
  /** Kernel calls in one run. */
  readonly calls: number;
  /** Milliseconds of one run, the mean over the runs. */
  readonly milliseconds: number;
  /** Part of the whole run's time, 0 to 1. */
  readonly share: number;
  /** Floating-point operations of one run. */
  readonly flops: number;
}

export class Program {
  readonly device: Device;
  /** Floating-point operations of one run. */
  readonly flops: number;
  /** Bytes of scratch that one run needs, in float32. */
  readonly arenaBytes: number;
  /** Buffers placed in scratch; those whose lifetimes do not overlap share memory. */
  readonly bufferCount: number;
  /** Bytes of the tensors that the traced function captured, which the program keeps as constants. */
  readonly constantBytes: number;
  readonly #planned: PlannedProgram;
  readonly #executable: Executable;
  readonly #outputShapes: readonly Shape[];
  readonly #args: readonly Tensor[];

  /** @internal Use `compile(fn).program(...args)`. */
  constructor(tape: Tape, args: readonly Tensor[], results: readonly Tensor[], device: Device) {
    this.device = device;
    this.#args = args;
    this.#planned = planProgram(tape, args, results, {
      // An error names the op that caused it, which a chain would hide.
      fuse: debugging() ? undefined : device.fuses,
    });
    const { plan } = this.#planned;
    this.#executable = device.link(plan);
    this.#outputShapes = results.map((result) => result.shape);
    this.flops = plan.steps.reduce((sum, { kernel, geometry }) => sum + kernel.flops(geometry), 0);
    this.arenaBytes = plan.scratchSize * BYTES_PER_ELEMENT;
    this.bufferCount = this.#planned.bufferCount;
    const refs = [
      ...plan.steps.flatMap(({ inputs }) => inputs),
      ...plan.outputs,
      ...plan.writes.map(({ from }) => from),
    ];
    const constants = new Set(refs.flatMap((ref) => (ref?.kind === 'constant' ? [ref.tensor] : [])));
    this.constantBytes = [...constants].reduce((sum, { size }) => sum + size * BYTES_PER_ELEMENT, 0);
  }

  /** @internal The variables that a run changes. */
  get written(): readonly Variable[] {
    return this.#planned.plan.written;
  }

  /** Kernel calls of one run. */
  get stepCount(): number {
    return this.#planned.plan.steps.length;
  }

  /** Kernels that one run starts on the device: on a graphics card, where a step may take several, more than `stepCount`. */
  get dispatchCount(): number {
    return this.#executable.dispatchCount ?? this.stepCount;
  }

  /**
   * Where the time of a run goes, the slowest first. The runs are apart from the real ones, on memory of their own:
   * arguments are zeros, variables begin each run with the values that they have now, and none changes.
   * @param runs how many runs are averaged, after about 100 ms of others that warm up memory and code. Default 5
   * @throws DeviceError on a device that cannot tell the time of single steps; ArgumentError for less than one run
   * @example console.table(step.program(x, y).profile());
   */
  profile(runs = 5): ProfileRow[] {
    if (!Number.isInteger(runs) || runs < 1) {
      throw new ArgumentError(`profile: runs is ${runs}. Give a whole number of at least 1.`, {
        where: 'profile',
        got: runs,
      });
    }
    const { plan } = this.#planned;
    if (!this.device.profile) {
      throw new DeviceError(`profile: the device '${this.device.name}' does not tell the time of single steps.`, {
        where: 'profile',
        got: this.device.name,
      });
    }
    const times = this.device.profile(plan, runs);
    const rows = new Map<string, { what: string; calls: number; milliseconds: number; flops: number }>();
    plan.steps.forEach(({ label, kernel, geometry }, index) => {
      const row = rows.get(label) ?? { what: label, calls: 0, milliseconds: 0, flops: 0 };
      rows.set(label, row);
      row.calls++;
      row.milliseconds += times.reduce((sum, run) => sum + (run[index] ?? 0), 0) / runs;
      row.flops += kernel.flops(geometry);
    });
    const total = [...rows.values()].reduce((sum, { milliseconds }) => sum + milliseconds, 0);
    return [...rows.values()]
      .map((row) => ({ ...row, share: total === 0 ? 0 : row.milliseconds / total }))
      .sort((a, b) => b.milliseconds - a.milliseconds);
  }

  /** @internal Queues a run and resolves to fresh tensors. */
  async run(inputs: readonly Float32Array[]): Promise<Tensor[]> {
    return this.#results(await this.#executable.run(inputs));
  }

  /** @internal */
  runSync(inputs: readonly Float32Array[]): Tensor[] {
    if (!this.#executable.runSync) {
      throw new DeviceError(`sync: the device '${this.device.name}' runs asynchronously. Use 'await step(...)'.`, {
        where: 'sync',
        got: this.device.name,
      });
    }
    return this.#results(this.#executable.runSync(inputs));
  }

  /** One line per kernel call: `%5 = matmul(%3, dense/kernel) [32, 10] @0`; the number behind @ is the place in scratch. */
  toString(): string {
    const names = new Map<Tensor, string>();
    const nameOf = (tensor: Tensor | undefined): string => {
      if (tensor === undefined) return '-';
      const known = names.get(tensor) ?? names.get(this.#planned.rootOf(tensor));
      if (known) return known;
      const ref = this.#planned.refOf(tensor);
      if (ref?.kind === 'variable') return ref.variable.name;
      return tensor.size === 1 && tensor.hasData ? String(tensor.data[0]) : `constant${formatShape(tensor.shape)}`;
    };
    const lines = this.#args.map((arg, index) => {
      names.set(arg, `%arg${index}`);
      return `%arg${index} = argument ${formatShape(arg.shape)}${place(this.#planned.refOf(arg))}`;
    });
    this.#planned.nodes.forEach((node, number) => lines.push(this.#line(node, nameOf, names, number)));
    for (const { variable, from } of this.#planned.plan.writes) lines.push(`${variable.name} <- ${describe(from)}`);
    return lines.join('\n');
  }

  #line(
    node: TapeNode,
    nameOf: (tensor: Tensor | undefined) => string,
    names: Map<Tensor, string>,
    number: number,
  ): string {
    const inputs = node.inputs.map(nameOf).join(', ');
    node.outputs.forEach((output, index) => names.set(output, index === 0 ? `%${number}` : `%${number}.${index}`));
    const outputs = node.outputs.map((output) => `${formatShape(output.shape)}${place(this.#planned.refOf(output))}`);
    return `%${number} = ${node.operation.name}(${inputs}) ${outputs.join(' ')}`;
  }

  #results(arrays: readonly Float32Array[]): Tensor[] {
    const { flagged } = this.#planned;
    const count = this.#outputShapes.length;
    for (let index = 0; index < flagged.length; index++) {
      const flag = arrays[count + index]?.[0] ?? 0;
      const node = flagged[index];
      if (flag !== 0 && node?.operation.errorFlag) throw node.operation.errorFlag.error(flag, node);
    }
    return this.#outputShapes.map(
      (shape, index) => new Tensor(shape, arrays[index] ?? new Float32Array(sizeOf(shape))),
    );
  }
}

function place(ref: BufferRef | undefined): string {
  return ref === undefined ? '' : ` ${describe(ref)}`;
}

function describe(ref: BufferRef): string {
  switch (ref.kind) {
    case 'scratch':
      return `@${ref.offset}`;
    case 'variable':
      return `@${ref.variable.name}`;
    case 'constant':
      return 'constant';
  }
}
