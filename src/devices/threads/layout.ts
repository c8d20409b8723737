/** The words of shared memory by which the threads of a team work together, and what a thread is started with. */
import type { WasmMemory } from '../../wasm/index.ts';

/**
 * Where each word is. Words that different threads write to often stand 64 bytes apart, so that they do not share a line
 * of a cache.
 */
export const LAYOUT = {
  /** The number of the stage that is open, or 0 while none is. */
  stage: 0,
  /** The next part that nobody has taken. */
  next: 16,
  /** Parts that are done. */
  done: 32,
  /** Threads that look at the open stage; the next one is written when there are none. */
  active: 48,
  /** Threads that sleep until the word `stage` changes. */
  sleepers: 64,
  /** The stage: its function, the module that has it, and the rows of numbers that its parts are called with. */
  functionId: 80,
  firstId: 81,
  moduleAt: 82,
  moduleBytes: 83,
  rows: 84,
  rowBytes: 85,
  count: 86,
  /** Not 0 while a program runs: threads then wait longer before they sleep. */
  running: 96,
  /** Threads that have started. */
  ready: 112,
  /** Not 0 for a team that is dismissed. */
  dismissed: 113,
  /** Counts what happened while `waiting` was set; the caller sleeps on it. */
  events: 128,
  waiting: 129,
  /** 1 + the thread that failed first, and what it said: the number of UTF-16 units, then the units. */
  failed: 144,
  textLength: 145,
  text: 146,
  length: 402,
} as const;

/** What a thread is started with. */
export interface ThreadStart {
  readonly memory: WasmMemory;
  /** Where the words are, in bytes. */
  readonly control: number;
  readonly layout: typeof LAYOUT;
  /** 1 and up; the caller is 0. */
  readonly thread: number;
  /** Milliseconds of waiting awake, between programs and within one. */
  readonly idleSpin: number;
  readonly runSpin: number;
  /** Largest pause before a part, in milliseconds, of random length: for tests. Default none. */
  readonly mostDelay: number;
}
