/** Keeps a device's team: a new one takes the place of one that ended, and until it stands one thread does the work. */
import { warn } from '../../console.ts';
import { DeviceError } from '../../errors.ts';
import type { WasmHeap } from '../wasm-heap.ts';
import { ThreadTeam, type TeamOptions } from './team.ts';

export class TeamKeeper {
  readonly #heap: WasmHeap;
  readonly #options: TeamOptions;
  #team: ThreadTeam | undefined;
  #isClosed = false;

  private constructor(heap: WasmHeap, options: TeamOptions, team: ThreadTeam) {
    this.#heap = heap;
    this.#options = options;
    this.#team = team;
  }

  /** @throws DeviceError where threads do not start */
  static async open(heap: WasmHeap, options: TeamOptions): Promise<TeamKeeper> {
    return new TeamKeeper(heap, options, await ThreadTeam.start(heap, options));
  }

  /**
   * The team; undefined while a new one starts.
   * @throws DeviceError once when a thread ended between two runs
   */
  team(): ThreadTeam | undefined {
    const team = this.#team;
    const end = team?.end;
    if (!team || end === undefined) return team;
    if (team.mayWrite) {
      throw new DeviceError(
        'wasm: threads of a run that failed are still ending, and might write to its memory. Give way once (await), then run again.',
        { where: 'wasm' },
      );
    }
    this.#team = undefined;
    team.dismiss();
    if (!this.#isClosed) void this.#replace();
    if (team.isEndTold) return undefined;
    throw new DeviceError(
      `wasm: between two runs: ${end}. The run before was complete, this one did not begin; new threads start by themselves.`,
      { where: 'wasm', got: end },
    );
  }

  /** @internal Whether there is a team now, with all of its threads. */
  get isWhole(): boolean {
    return this.#team !== undefined && this.#team.end === undefined;
  }

  /** @internal Ends one thread, as an engine out of memory would: for tests. */
  endThread(index: number): void {
    this.#team?.endThread(index);
  }

  /** @internal Parts that the present team ran, and how many of them its caller. */
  get counts(): { readonly all: number; readonly own: number } {
    return this.#team?.counts ?? { all: 0, own: 0 };
  }

  /** Ends the threads; programs go on in one. */
  close(): void {
    this.#isClosed = true;
    this.#team?.dismiss();
    this.#team = undefined;
  }

  async #replace(): Promise<void> {
    try {
      const team = await ThreadTeam.start(this.#heap, this.#options);
      if (this.#isClosed) team.dismiss();
      else this.#team = team;
    } catch (error) {
      warn(`gradtape: ${(error as Error).message} One thread does the work.`);
    }
  }
}
