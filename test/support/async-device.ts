/**
 * A device that is as unlike the cpu as the rules allow: runs wait in a queue and start after a random delay, scratch
 * is poisoned with NaN after every run, and variables are read through Promises only. What passes on it does not
 * depend on the cpu device being obliging.
 */
import type { FloatArray } from '../../kernels/contract.ts';
import type { Device, DeviceMemory, Executable, Plan } from '../../src/devices/device.ts';
import { HostDevice } from '../../src/devices/host-device.ts';
import type { DeviceCopy, Variable } from '../../src/tensor/variable.ts';
import type { Tensor } from '../../src/tensor/tensor.ts';

class AsyncCopy implements DeviceCopy {
  readonly device = 'async';
  version = -1;
  readonly readSync = undefined;
  readonly #owner: AsyncDevice;
  /** The mirror whose host value the inner device works on. */
  readonly variable: Variable;

  constructor(owner: AsyncDevice, variable: Variable) {
    this.#owner = owner;
    this.variable = variable;
  }

  read(): Promise<Float32Array> {
    return this.#owner.enqueue(() => Float32Array.from(this.#owner.arrayOf(this.variable)));
  }
}

export class AsyncDevice implements Device {
  readonly name = 'async';
  readonly #host = new HostDevice('async inner');
  readonly #copies = new WeakMap<Variable, AsyncCopy>();
  #tail: Promise<unknown> = Promise.resolve();
  #state: number;

  constructor(seed = 1) {
    this.#state = seed;
  }

  link(plan: Plan): Executable {
    const inner = this.#host.link(plan);
    return {
      runSync: undefined,
      run: (inputs) => {
        // Order is settled now: which host values this run sees, and that it writes what it writes.
        const uploads = plan.variables.flatMap((variable) => {
          const copy = this.#copyOf(variable);
          if (copy.version === variable.version) return [];
          const other = variable.newestCopy;
          const value: Tensor | Promise<Float32Array> = other ? other.read() : variable.hostValue();
          copy.version = variable.version;
          return [{ variable, value }];
        });
        for (const variable of plan.written) variable.writtenBy(this.#copyOf(variable));
        return this.enqueue(async () => {
          for (const { variable, value } of uploads) {
            this.arrayOf(variable).set(value instanceof Promise ? await value : value.data);
          }
          const results = inner.execute(inputs).map((array) => Float32Array.from(array));
          this.#host.scratch.fill(NaN);
          return results;
        });
      },
    };
  }

  memory(): DeviceMemory {
    return this.#host.memory();
  }

  arrayOf(variable: Variable): FloatArray {
    return this.#host.copyOf(variable).array;
  }

  /** Runs work after everything queued before it and a delay of up to three turns or milliseconds. */
  enqueue<Result>(work: () => Result | Promise<Result>): Promise<Result> {
    const result = this.#tail.then(() => this.#delay()).then(work);
    this.#tail = result.catch(() => undefined);
    return result;
  }

  #copyOf(variable: Variable): AsyncCopy {
    let copy = this.#copies.get(variable);
    if (!copy) this.#copies.set(variable, (copy = new AsyncCopy(this, variable)));
    return copy;
  }

  // A linear congruential generator is random enough for delays.
  #delay(): Promise<void> {
    this.#state = (Math.imul(this.#state, 1664525) + 1013904223) >>> 0;
    const choice = this.#state >>> 29;
    if (choice < 5) return Promise.resolve();
    return new Promise((resolve) => (choice < 7 ? setImmediate(resolve) : setTimeout(resolve, 1)));
  }
}
