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
    this.#team = undefined;
    team.dismiss();
    if (!this.#isClosed) void this.#replace();
    if (team.isEndTold) return undefined;
    throw new DeviceError(
      `wasm: between two runs: ${end}. The run before was complete, this one did not begin; new threads start by themselves.`,
      { where: 'wasm', got: end },
    );
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
