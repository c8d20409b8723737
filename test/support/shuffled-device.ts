/**
 * A WebAssembly device whose programs are made for threads, but run by the caller alone: every call that can be shared is,
 * and its parts are taken in random order, each with a random thread's workspace. What depends on who runs what when, shows.
 */
import type { ReadyStage, Team } from '../../src/devices/threads/team.ts';
import { WasmDevice } from '../../src/devices/wasm-device.ts';
import { seededDraw } from './mutated-bytes.ts';

const THREADS = 3;

export class ShuffledDevice extends WasmDevice {
  /** Parts that were run. */
  parts = 0;
  readonly #draw: (count: number) => number;

  /** @param however whether calls are shared that are too small to be worth it */
  constructor(name = 'shuffled', seed = 1, however = true) {
    super(name, { sharing: { threads: THREADS, however } });
    this.#draw = seededDraw(seed);
  }

  override team(): Team {
    return {
      begin: () => true,
      finish: () => undefined,
      run: (stage) => this.#run(stage),
      settle: () => Promise.resolve(),
      settleSync: () => undefined,
    };
  }

  #run({ label, code, rows, rowBytes, count }: ReadyStage): boolean {
    const left = Array.from({ length: count }, (_, part) => part);
    const writers = new Map<number, number>();
    while (left.length > 0) {
      const [part = 0] = left.splice(this.#draw(left.length), 1);
      const thread = this.#draw(THREADS);
      const before = new Int32Array(this.heap.memory.buffer).slice();
      code.run(rows + part * rowBytes, thread);
      this.parts++;
      requireOwnPlaces(label, before, new Int32Array(this.heap.memory.buffer), thread, writers);
    }
    return true;
  }
}

/** Parts that run one after the other get away with a place that they share; two threads would not. */
function requireOwnPlaces(
  label: string,
  before: Int32Array,
  after: Int32Array,
  thread: number,
  writers: Map<number, number>,
): void {
  for (let word = 0; word < before.length; word++) {
    if (before[word] === after[word]) continue;
    const other = writers.get(word);
    if (other !== undefined && other !== thread) throw new Error(`${label}: two threads write to word ${word}`);
    writers.set(word, thread);
  }
}
