/** Work that overlaps in one thread, and is taken up in its order. */
import { joinSignals } from '../training/join-signals.ts';

/** @internal What `inLanes` does with each item. */
export interface LaneOptions<Item, Result> {
  /** How many items are under way at a time. */
  readonly lanes: number;
  /** Any of them ends all that runs. */
  readonly signals: readonly (AbortSignal | undefined)[];
  readonly run: (item: Item, signal: AbortSignal) => Promise<Result>;
  /** Called for each result in the order of the items; what it throws ends all that runs. */
  readonly ended: (result: Result, index: number) => void;
}

/** @internal Runs all items, begun in their order. @throws the first error; the others that run are aborted and awaited */
export async function inLanes<Item, Result>(
  items: readonly Item[],
  { lanes, signals, run, ended }: LaneOptions<Item, Result>,
): Promise<readonly Result[]> {
  const { signal, abort, release } = joinSignals('inLanes', signals);
  const results: Result[] = [];
  let begun = 0;
  let told = 0;
  const lane = async (): Promise<void> => {
    while (begun < items.length && !signal.aborted) {
      const index = begun++;
      results[index] = await run(items[index] as Item, signal);
      for (; told in results && !signal.aborted; told++) ended(results[told] as Result, told);
    }
  };
  try {
    await Promise.all(Array.from({ length: Math.min(lanes, items.length) }, () => lane().catch(abort)));
  } finally {
    release();
  }
  if (signal.aborted) throw signal.reason;
  return results;
}
