/**
 * The threads that share a device's work. The caller opens a stage: it writes down what to run and how many parts there
 * are; every thread, the caller too, takes one part after the other until none is left; the caller closes the stage when
 * all are done. Which thread runs a part changes nothing in its result.
 *
 * Every wait ends. Where a thread that took a part is silent for too long, `run` leaves the stage open and says so: the
 * caller then waits on, asleep or giving way to other work, until the thread is heard of or known to have ended.
 */
import { now, sleep } from '../../clock.ts';
import { DeviceError } from '../../errors.ts';
import type { WasmHeap } from '../wasm-heap.ts';
import { LAYOUT } from './layout.ts';
import { waysToSpawn, type Spawned } from './spawn.ts';
import type { ThreadFunction } from './thread-code.ts';

/** A stage whose parts stand ready in memory. */
export interface ReadyStage {
  /** The step that it belongs to, for messages. */
  readonly label: string;
  readonly code: ThreadFunction;
  /** Address of the first part's row, and bytes from row to row. */
  readonly rows: number;
  readonly rowBytes: number;
  readonly count: number;
  /** Floating-point operations of all parts, or what takes as long. */
  readonly cost: number;
}

/** Who runs the stages of programs. */
export interface Team {
  /** Begins a program whose stages cost so much; false where one thread is better. */
  begin(cost: number): boolean;
  finish(): void;
  /** Runs all parts; false where some were taken and are not done: one of `settle` and `settleSync` comes next. */
  run(stage: ReadyStage): boolean;
  /** @throws DeviceError when a thread ended or failed */
  settle(): Promise<void>;
  settleSync(): void;
}

export interface TeamOptions {
  /** With the caller: 2 and more. */
  readonly threads: number;
  /** How many threads can run at once here, if that is known. */
  readonly cores?: number | undefined;
  /** Whether programs are shared however small they are: for tests. Default false. */
  readonly however?: boolean;
  /** Largest random pause before each part, in milliseconds: for tests. Default 0. */
  readonly mostDelay?: number;
}

/** Milliseconds that a thread has to start. */
const START_TIME = 10_000;
/** Milliseconds of waiting awake: a thread that sleeps takes 30 to 350 microseconds to come back. */
const IDLE_SPIN = 0.2;
const RUN_SPIN = 20;
/** Where threads share cores, who waits awake keeps others from working. */
const CROWDED_SPIN = 0.005;
/** Milliseconds that the caller waits awake for the others' last parts. */
const JOIN_SPIN = 0.1;
/** Milliseconds of one sleep of the caller. */
const SLICE = 20;
/** Milliseconds of silence after which a caller that can give way does, and after which a thread is given up. */
const PATIENCE = 100;
const LAST_PATIENCE = 900;
/** A part that runs at a fortieth of the usual speed is still heard of in time. */
const SLOWEST_PER_MS = 1e6;
/** Programs of less work, about 50 microseconds, do not wake anybody. */
const WAKING_COST = 2e6;
const LAST_NUMBER = 2 ** 30;

export class ThreadTeam implements Team {
  readonly threads: number;
  readonly #words: Int32Array;
  readonly #spawned: readonly Spawned[];
  readonly #joinSpin: number;
  readonly #wakingCost: number;
  readonly #mostDelay: number;
  /** @internal Parts that were run, and how many of them by the caller. */
  readonly counts: { all: number; own: number } = { all: 0, own: 0 };
  readonly #canSleep: boolean = canSleep();
  #number = 0;
  #random = 1;
  #open: ReadyStage | undefined;
  /** What the caller's own part threw. */
  #raised: unknown;
  /** Why the team was dismissed. */
  #failure: string | undefined;
  #isGivenUp = false;

  private constructor(
    words: Int32Array,
    spawned: readonly Spawned[],
    { threads, cores = threads, however, mostDelay = 0 }: TeamOptions,
  ) {
    this.threads = threads;
    this.#wakingCost = however ? 0 : WAKING_COST;
    this.#mostDelay = mostDelay;
    this.#words = words;
    this.#spawned = spawned;
    this.#joinSpin = threads > cores ? CROWDED_SPIN : JOIN_SPIN;
  }

  /**
   * Starts the threads; there when all of them are.
   * @throws DeviceError where they do not start
   */
  static async start(heap: WasmHeap, options: TeamOptions): Promise<ThreadTeam> {
    const { threads, cores = threads, mostDelay = 0 } = options;
    const idleSpin = threads > cores ? CROWDED_SPIN : IDLE_SPIN;
    const runSpin = threads > cores ? CROWDED_SPIN : RUN_SPIN;
    let why = 'no answer';
    for (const spawn of await waysToSpawn()) {
      const control = heap.allocate(4 * LAYOUT.length);
      const words = new Int32Array(heap.memory.buffer, control, LAYOUT.length).fill(0);
      const start = { memory: heap.memory, control, layout: LAYOUT, idleSpin, runSpin, mostDelay };
      let spawned: readonly Spawned[] = [];
      try {
        spawned = Array.from({ length: threads - 1 }, (_, index) => spawn({ ...start, thread: index + 1 }));
      } catch (error) {
        why = String(error);
        continue;
      }
      const isReady = (): boolean => Atomics.load(words, LAYOUT.ready) === spawned.length;
      const began = now();
      while (!isReady() && now() - began < START_TIME && spawned.every(({ end }) => end === undefined)) await sleep(1);
      if (isReady()) return new ThreadTeam(words, spawned, options);
      why = spawned.find(({ end }) => end !== undefined)?.end ?? why;
      for (const thread of spawned) thread.terminate();
    }
    throw new DeviceError(`wasm: threads do not start here: ${why}. Leave out the option 'threads'.`, {
      where: 'setDevice',
      got: threads,
    });
  }

  /** Why the team cannot work; undefined while it can. */
  get end(): string | undefined {
    if (this.#failure !== undefined) return this.#failure;
    const index = this.#spawned.findIndex(({ end }) => end !== undefined);
    return index < 0 ? undefined : `thread ${index + 1} of ${this.threads} is gone: ${this.#spawned[index]?.end}`;
  }

  /** Whether all threads have ended, as far as they tell. */
  get isGone(): boolean {
    return this.#spawned.every(({ end, tells }) => !tells || end !== undefined);
  }

  /** Whether a part that was given up may still be run, and write to the memory. */
  get mayWrite(): boolean {
    return this.#isGivenUp && !this.isGone;
  }

  /** Whether somebody was told why. */
  get isEndTold(): boolean {
    return this.#failure !== undefined;
  }

  /** @internal Ends one thread, as an engine out of memory would: for tests. */
  endThread(index: number): void {
    this.#spawned[index]?.terminate();
  }

  /** Ends all threads. */
  dismiss(): void {
    const words = this.#words;
    Atomics.store(words, LAYOUT.dismissed, 1);
    Atomics.notify(words, LAYOUT.stage);
    for (const thread of this.#spawned) thread.terminate();
  }

  begin(cost: number): boolean {
    const words = this.#words;
    if (cost < this.#wakingCost && Atomics.load(words, LAYOUT.sleepers) === this.#spawned.length) return false;
    Atomics.store(words, LAYOUT.running, 1);
    return true;
  }

  finish(): void {
    Atomics.store(this.#words, LAYOUT.running, 0);
  }

  run(stage: ReadyStage): boolean {
    const words = this.#words;
    const { code, rows, rowBytes, count } = stage;
    words[LAYOUT.functionId] = code.id;
    words[LAYOUT.firstId] = code.module.firstId;
    words[LAYOUT.moduleAt] = code.module.address;
    words[LAYOUT.moduleBytes] = code.module.bytes;
    words[LAYOUT.rows] = rows;
    words[LAYOUT.rowBytes] = rowBytes;
    words[LAYOUT.count] = count;
    Atomics.store(words, LAYOUT.next, 0);
    Atomics.store(words, LAYOUT.done, 0);
    this.#number = this.#number === LAST_NUMBER ? 1 : this.#number + 1;
    this.#open = stage;
    Atomics.store(words, LAYOUT.stage, this.#number);
    if (Atomics.load(words, LAYOUT.sleepers) > 0) Atomics.notify(words, LAYOUT.stage);
    this.#work(stage);
    this.counts.all += count;
    if (!this.#join(PATIENCE)) return false;
    this.#refuseFailure(stage.label);
    return true;
  }

  async settle(): Promise<void> {
    const stage = this.#open as ReadyStage;
    const canBeSilent = this.#spawned.every(({ tells }) => tells);
    const patience = patienceFor(stage);
    for (const started = now(); !this.#join(0); await sleep(1)) {
      if (this.end === undefined && (canBeSilent || now() - started <= patience)) continue;
      const error = this.#giveUp(stage.label);
      // A thread that has a part writes until its very end.
      while (!this.isGone) await sleep(1);
      throw error;
    }
    this.#refuseFailure(stage.label);
  }

  settleSync(): void {
    const stage = this.#open as ReadyStage;
    if (!this.#join(patienceFor(stage))) throw this.#giveUp(stage.label);
    this.#refuseFailure(stage.label);
  }

  /** Takes parts until there are none. */
  #work({ code: { run }, rows, rowBytes, count }: ReadyStage): void {
    const words = this.#words;
    try {
      for (let part = Atomics.add(words, LAYOUT.next, 1); part < count; part = Atomics.add(words, LAYOUT.next, 1)) {
        if (this.#mostDelay > 0) this.#pause();
        run(rows + part * rowBytes, 0);
        Atomics.add(words, LAYOUT.done, 1);
        this.counts.own++;
      }
    } catch (error) {
      // Nobody takes what is left; what others have taken is waited for.
      const taken = Math.min(Atomics.exchange(words, LAYOUT.next, count), count);
      Atomics.add(words, LAYOUT.done, 1 + count - taken);
      this.#raised = error;
    }
  }

  /** Stands still for a while, so that others come first. */
  #pause(): void {
    this.#random = (Math.imul(this.#random, 1103515245) + 12345) & 0x7fffffff;
    const until = now() + (this.#mostDelay * this.#random) / 0x7fffffff;
    while (now() < until);
  }

  /** Waits until all parts are done and nobody looks at the stage; false after so many milliseconds of silence. */
  #join(patience: number): boolean {
    const stage = this.#open;
    if (!stage) return true;
    if (!this.#reach(LAYOUT.done, stage.count, patience)) return false;
    Atomics.store(this.#words, LAYOUT.stage, 0);
    if (!this.#reach(LAYOUT.active, 0, patience)) return false;
    this.#open = undefined;
    return true;
  }

  /** Waits for a word to have a value, awake at first. */
  #reach(word: number, value: number, patience: number): boolean {
    const words = this.#words;
    let since = 0;
    for (let turns = 1; Atomics.load(words, word) !== value; turns++) {
      if (turns % 64 > 0) continue;
      if (since === 0) since = now();
      else if (now() - since > this.#joinSpin) return this.#reachAsleep(word, value, patience);
    }
    return true;
  }

  #reachAsleep(word: number, value: number, patience: number): boolean {
    const words = this.#words;
    let heard = this.#heard();
    let silence = 0;
    while (Atomics.load(words, word) !== value && silence < patience) {
      const before = now();
      const events = Atomics.load(words, LAYOUT.events);
      Atomics.store(words, LAYOUT.waiting, 1);
      if (Atomics.load(words, word) !== value) {
        if (this.#canSleep) Atomics.wait(words, LAYOUT.events, events, SLICE);
        else while (Atomics.load(words, word) !== value && now() - before < SLICE);
      }
      Atomics.store(words, LAYOUT.waiting, 0);
      const elapsed = now() - before;
      // A machine that lets the caller wait lets others wait as well: such time is nobody's silence.
      if (this.#heard() !== heard) silence = 0;
      else if (elapsed < 2 * SLICE) silence += elapsed;
      heard = this.#heard();
    }
    return Atomics.load(words, word) === value;
  }

  /** Changes whenever a thread does something that can be seen. */
  #heard(): number {
    const words = this.#words;
    return Atomics.load(words, LAYOUT.done) + 1000 * Atomics.load(words, LAYOUT.active);
  }

  /** @throws what a part threw */
  #refuseFailure(label: string): void {
    const words = this.#words;
    const raised = this.#raised;
    if (raised !== undefined) {
      this.#raised = undefined;
      throw raised;
    }
    const failed = Atomics.load(words, LAYOUT.failed);
    if (failed === 0) return;
    const units = words.subarray(LAYOUT.text, LAYOUT.text + Atomics.load(words, LAYOUT.textLength));
    const text = String.fromCharCode(...units);
    this.#failure = text;
    this.dismiss();
    throw this.#error(label, `thread ${failed - 1} of ${this.threads} failed: ${text}`);
  }

  #giveUp(label: string): DeviceError {
    const why = this.end ?? `a thread of ${this.threads} does not answer`;
    this.#failure = why;
    this.#isGivenUp = true;
    this.dismiss();
    return this.#error(label, why);
  }

  #error(label: string, why: string): DeviceError {
    return new DeviceError(
      `wasm: ${label}: ${why}. Variables may hold some of this run's changes: go on from a checkpoint, or set weights again. New threads start by themselves.`,
      { where: label, got: why },
    );
  }
}

/** Milliseconds of silence after which a part is given up. */
function patienceFor({ cost, count }: ReadyStage): number {
  return Math.max(LAST_PATIENCE, cost / count / SLOWEST_PER_MS);
}

/** Whether this thread may sleep: that of a page may not. */
function canSleep(): boolean {
  try {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 0);
    return true;
  } catch {
    return false;
  }
}
