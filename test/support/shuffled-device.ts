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

  #run({ code, rows, rowBytes, count }: ReadyStage): boolean {
    const left = Array.from({ length: count }, (_, part) => part);
    while (left.length > 0) {
      const [part = 0] = left.splice(this.#draw(left.length), 1);
      code.run(rows + part * rowBytes, this.#draw(THREADS));
      this.parts++;
    }
    return true;
  }
}
