/** What the threads of a pool and the one that has the pool say to each other. */
import type { PackedError } from '../../workers/packed-error.ts';

/** The jobs that threads know: see `worker.ts`. */
export type JobName = 'check' | 'fold' | 'trial';

/** To a thread. */
export type ToThread =
  | { readonly kind: 'job'; readonly job: number; readonly name: JobName; readonly payload: unknown }
  /** Beside the flag: for signals whose listeners wait for events. */
  | { readonly kind: 'abort'; readonly job: number }
  | { readonly kind: 'close' };

/** From a thread: how a job ended. */
export type FromThread =
  | { readonly kind: 'done'; readonly job: number; readonly value: unknown }
  | { readonly kind: 'failed'; readonly job: number; readonly error: PackedError };

/** What the job of a thread asks while it runs, through a port of its own: the thread waits for the answer. */
export interface Question {
  readonly job: number;
  readonly call: unknown;
}

export type Answer = { readonly value: unknown } | { readonly error: PackedError };

/** Places in the memory that both sides see. */
export const ANSWERS = 0;
/** The number of the job that is to end. */
export const ABORTED = 1;
export const FLAG_COUNT = 2;

/** What a thread is started with. */
export interface ThreadData {
  readonly questions: unknown;
  readonly flags: Int32Array;
}
