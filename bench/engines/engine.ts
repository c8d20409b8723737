/** What the benchmark asks of an engine. */
import type { Workload } from '../workloads/workload.ts';

/** A workload that an engine holds ready. */
export interface Prepared {
  /** One run with the operands in the engine's own memory; the work is done when it returns or resolves. Reads nothing back. */
  readonly run: () => unknown;
  /** The same from typed arrays to typed arrays. Training: one step, from a batch in typed arrays to the loss. */
  readonly transfer: () => readonly Float32Array[] | Promise<readonly Float32Array[]>;
  /** Puts what `transfer` gave into our layout, for the comparison of results; not timed. */
  readonly arrange?: (results: readonly Float32Array[]) => readonly Float32Array[];
  /** Makes the engine ready for its turn, such as choosing a global backend; not timed. */
  readonly turn?: () => unknown;
  readonly dispose: () => unknown;
}

export interface Engine {
  /** Its column. */
  readonly name: string;
  readonly version: string;
  /** How it takes part: `reference` engines are shown and are no JavaScript, so nothing is measured by them. */
  readonly role: 'ours' | 'peer' | 'reference';
  /** Rate that it reaches in products, in GFLOP/s, if that is low: long runs are then left out of `--quick`. */
  readonly slow?: number;
  /** @returns why it does not take part, or the workload made ready */
  readonly prepare: (workload: Workload) => Promise<Prepared | string>;
}
