/** The WebAssembly device whose programs are shared by several threads. */
import { WasmDevice } from '../wasm-device.ts';
import { WasmHeap } from '../wasm-heap.ts';
import { TeamKeeper } from './keeper.ts';
import type { Team, TeamOptions } from './team.ts';

export interface ThreadedOptions extends TeamOptions {
  readonly fastMath?: boolean;
}

export class ThreadedDevice extends WasmDevice {
  readonly threads: number;
  readonly #keeper: TeamKeeper;

  private constructor(
    heap: WasmHeap,
    keeper: TeamKeeper,
    { threads, however = false, fastMath = false }: ThreadedOptions,
  ) {
    super('wasm', { fastMath, sharing: { threads, however } }, heap);
    this.threads = threads;
    this.#keeper = keeper;
  }

  /** @throws DeviceError where threads do not start */
  static async open(options: ThreadedOptions): Promise<ThreadedDevice> {
    const heap = new WasmHeap({ shared: true });
    return new ThreadedDevice(heap, await TeamKeeper.open(heap, options), options);
  }

  override team(): Team | undefined {
    return this.#keeper.team();
  }

  /** @internal Ends one thread, as an engine out of memory would: for tests. */
  endThread(index: number): void {
    this.#keeper.endThread(index);
  }

  /** @internal Whether there is a team now, with all of its threads. */
  get isWhole(): boolean {
    return this.#keeper.isWhole;
  }

  /** @internal Parts that the present team ran, and how many of them its caller. */
  get counts(): { readonly all: number; readonly own: number } {
    return this.#keeper.counts;
  }

  /** Ends the threads; programs of this device go on in one. */
  close(): void {
    this.#keeper.close();
  }
}
