/**
 * A program on a device that works on the calling thread: runs happen at once, except behind a run that waits for a
 * variable's value from another device. What is common to the host and the WebAssembly device.
 */
import { now } from '../clock.ts';
import { DeviceError } from '../errors.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { DeviceCopy, Variable } from '../tensor/variable.ts';
import type { Executable, Plan } from './device.ts';
import type { RunQueue } from './run-queue.ts';

/**
 * What comes before the runs that a profile counts. The first touches the memory: tanh of a product of [32, 512] and
 * [512, 512] takes 4.6 ms then and 0.36 afterwards. The time is for engines, which improve code while it runs.
 */
const WARM_UP_RUNS = 2;
const WARM_UP_MS = 100;

/** A device's copy of a variable that can be written at once. */
export interface ThreadCopy extends DeviceCopy {
  write(value: Tensor | Float32Array): void;
}

export interface ThreadDevice<Copy extends ThreadCopy> {
  readonly name: string;
  readonly queue: RunQueue;
  /** The device's copy of a variable, made on first use; its content is brought up to date by each run. */
  copyOf(variable: Variable): Copy;
}

export abstract class ThreadExecutable<Copy extends ThreadCopy> implements Executable {
  protected readonly plan: Plan;
  readonly #device: ThreadDevice<Copy>;
  readonly #copies: readonly Copy[];
  readonly #writtenCopies: readonly Copy[];

  constructor(device: ThreadDevice<Copy>, plan: Plan) {
    this.#device = device;
    this.plan = plan;
    this.#copies = plan.variables.map((variable) => device.copyOf(variable));
    this.#writtenCopies = plan.written.map((variable) => device.copyOf(variable));
  }

  /** Makes sure that every buffer has its place. */
  protected abstract bind(): void;

  /** Runs one step. */
  protected abstract runStep(index: number): void;

  /** Makes zeros of the arguments that steps read. */
  protected abstract zeroArguments(): void;

  /** Runs the steps on memory that is bound and up to date; gives fresh arrays. */
  protected abstract results(inputs: readonly Float32Array[]): Float32Array[];

  /** The same where the caller can wait. */
  protected resultsLater(inputs: readonly Float32Array[]): Float32Array[] | Promise<Float32Array[]> {
    return this.results(inputs);
  }

  readonly runSync = (inputs: readonly Float32Array[]): Float32Array[] => {
    if (this.#device.queue.busy) {
      throw new DeviceError(
        `sync: runs are queued on the device '${this.#device.name}', and this one must come after them. Use 'await step(...)'.`,
        { where: 'sync', got: this.#device.name },
      );
    }
    this.upload();
    this.#markWritten();
    return this.results(inputs);
  };

  run(inputs: readonly Float32Array[]): Promise<Float32Array[]> {
    const waits = this.plan.variables.some((variable, i) => {
      return this.#copies[i]?.version !== variable.version && variable.newestCopy && !variable.newestCopy.readSync;
    });
    if (!waits && !this.#device.queue.busy) {
      try {
        this.upload();
        this.#markWritten();
        const results = this.resultsLater(inputs);
        return results instanceof Promise ? this.#device.queue.enqueue(() => results) : Promise.resolve(results);
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
    return this.#device.queue.enqueue(async () => {
      const values: (Tensor | Float32Array)[] = [];
      for (const { value } of uploads) values.push(value instanceof Promise ? await value : value);
      this.bind();
      uploads.forEach(({ copy }, index) => copy.write(values[index] as Tensor | Float32Array));
      return this.resultsLater(inputs);
    });
  }

  /** @internal The time of every step in each of some runs. All begin with the same values, however often. */
  timeRuns(runs: number): number[][] {
    const timeSteps = (): number[] => {
      for (const copy of this.#writtenCopies) copy.version = -1;
      this.upload();
      this.zeroArguments();
      return this.plan.steps.map((_, index) => {
        const start = now();
        this.runStep(index);
        return now() - start;
      });
    };
    const start = now();
    for (let run = 0; run < WARM_UP_RUNS || now() - start < WARM_UP_MS; run++) timeSteps();
    return Array.from({ length: runs }, timeSteps);
  }

  /** @internal Copies the variables that changed elsewhere since the last run. */
  upload(): void {
    this.bind();
    for (const { variable, copy } of this.#stale()) {
      copy.write(variable.hostValue());
      copy.version = variable.version;
    }
  }

  #stale(): { readonly variable: Variable; readonly copy: Copy }[] {
    const stale: { readonly variable: Variable; readonly copy: Copy }[] = [];
    const { variables } = this.plan;
    for (let i = 0; i < variables.length; i++) {
      const variable = variables[i] as Variable;
      const copy = this.#copies[i] as Copy;
      if (copy.version !== variable.version) stale.push({ variable, copy });
    }
    return stale;
  }

  #markWritten(): void {
    const { written } = this.plan;
    for (let i = 0; i < written.length; i++) (written[i] as Variable).writtenBy(this.#writtenCopies[i] as Copy);
  }
}
