/** The reports of steps that are under way: a device that works on its own is kept busy while they are read. */
import { defaultDevice, deviceNamed } from '../devices/default-device.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { Compilation } from './compilation.ts';
import type { Meters } from './steps.ts';

/** Steps that a model's device may have under way. */
export function stepsInFlight({ device = defaultDevice() }: Compilation): number {
  return (typeof device === 'string' ? deviceNamed(device) : device).runsInFlight ?? 1;
}

export class Reports {
  readonly #meters: Meters;
  readonly #most: number;
  readonly #pending: Promise<void>[] = [];
  #last: Promise<void> = Promise.resolve();

  /** @param most steps under way; with 1 each report is added before the next step begins */
  constructor(meters: Meters, most: number) {
    this.#meters = meters;
    this.#most = most;
  }

  /** Adds a step's report when it comes, in the order of the steps; waits while too many are under way. */
  async add(report: Promise<Tensor>, batchSize: number): Promise<void> {
    if (this.#most <= 1) {
      this.#meters.update(await report, batchSize);
      return;
    }
    const before = this.#last;
    const added = Promise.all([report, before]).then(([values]) => this.#meters.update(values, batchSize));
    // Whoever waits for it hears of a failure.
    added.catch(() => undefined);
    this.#last = added;
    this.#pending.push(added);
    if (this.#pending.length >= this.#most) await this.#pending.shift();
  }

  /** Waits for every report. */
  async settle(): Promise<void> {
    await Promise.all(this.#pending.splice(0));
  }
}
