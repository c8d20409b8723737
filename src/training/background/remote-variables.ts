/** The variables of a model whose newest values are in a worker: read from there, and what is assigned here is sent. */
import { DeviceError } from '../../errors.ts';
import { Tensor } from '../../tensor/tensor.ts';
import type { DeviceCopy, Variable } from '../../tensor/variable.ts';

interface Reader {
  readonly resolve: (value: Float32Array) => void;
  readonly reject: (error: unknown) => void;
}

interface Worker {
  /** Asks for a value, which `arrived` is given. */
  read(place: number): void;
  /** Whether the worker waits for an answer, so that its values stay as they are. */
  readonly waits: boolean;
}

/** What the worker has of one variable. */
class WorkerCopy implements DeviceCopy {
  readonly device = 'worker';
  readonly readSync = undefined;
  readonly variable: Variable;
  /** The variable's version that the worker has, or is newer than. */
  version = -1;
  /** Whether the worker's value is the truth. */
  isRemote: boolean;
  readonly readers: Reader[] = [];
  readonly #worker: Worker;
  readonly #place: number;

  constructor(variable: Variable, isRemote: boolean, worker: Worker, place: number) {
    this.variable = variable;
    this.isRemote = isRemote;
    this.#worker = worker;
    this.#place = place;
  }

  async read(): Promise<Float32Array> {
    const value = await new Promise<Float32Array>((resolve, reject) => {
      this.readers.push({ resolve, reject });
      if (this.readers.length === 1) this.#worker.read(this.#place);
    });
    // What goes on changing is old when it arrives: nobody is to keep it.
    if (this.isRemote && !this.#worker.waits) this.takeOver();
    return value;
  }

  /** The worker's value is the newest from now on, unless another was assigned here. */
  takeOver(): void {
    if (this.isRemote && this.version === this.variable.version) this.variable.writtenBy(this);
  }

  settle(value: Float32Array): void {
    for (const { resolve } of this.readers.splice(0)) resolve(value);
  }
}

export class RemoteVariables {
  readonly #copies: readonly WorkerCopy[];

  /** @param isRemote whether the worker changes a variable; others are sent when they are assigned here */
  constructor(variables: readonly Variable[], isRemote: (variable: Variable) => boolean, worker: Worker) {
    this.#copies = variables.map((variable, place) => new WorkerCopy(variable, isRemote(variable), worker, place));
  }

  /** Copies of all values, for the worker. */
  async values(): Promise<Float32Array[]> {
    const values: Float32Array[] = [];
    for (const copy of this.#copies) {
      const { variable } = copy;
      const value = await variable.read();
      copy.version = variable.version;
      values.push(value.data.slice());
    }
    return values;
  }

  /** What was assigned here since the worker last heard of it. */
  async changes(): Promise<[place: number, value: Float32Array][]> {
    const changes: [number, Float32Array][] = [];
    for (const [place, copy] of this.#copies.entries()) {
      const { variable } = copy;
      if (copy.version === variable.version) continue;
      const value = await variable.read();
      copy.version = variable.version;
      changes.push([place, value.data]);
    }
    return changes;
  }

  /** The worker goes on: its values are the newest. */
  takeOver(): void {
    for (const copy of this.#copies) copy.takeOver();
  }

  arrived(place: number, value: Float32Array): void {
    this.#copies[place]?.settle(value);
  }

  /** The worker's last values; what was assigned here meanwhile stays. */
  bringHome(values: readonly Float32Array[]): void {
    for (const [place, copy] of this.#copies.entries()) {
      const { variable } = copy;
      const value = values[place] as Float32Array;
      const isNewest = copy.version === variable.version;
      copy.isRemote = false;
      copy.settle(value);
      if (isNewest && (variable.newestCopy === copy || !isSame(variable.hostValue().data, value)))
        variable.assignOnHost(new Tensor(variable.shape, value));
    }
  }

  /** The worker is gone: the values that were read last count again. */
  lose(cause: Error): void {
    for (const copy of this.#copies) {
      copy.isRemote = false;
      copy.variable.lost(copy);
      for (const { reject } of copy.readers.splice(0)) reject(lost(cause));
    }
  }
}

function lost(cause: Error): DeviceError {
  return new DeviceError(`the values are gone with the worker that trained: ${cause.message}`, { cause });
}

function isSame(a: Float32Array, b: Float32Array): boolean {
  return a.every((value, index) => Object.is(value, b[index]));
}
