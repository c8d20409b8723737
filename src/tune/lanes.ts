/** Work that overlaps in one thread, and is taken up in its order. */

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
  const controller = new AbortController();
  const results: Result[] = [];
  let error: unknown;
  let begun = 0;
  let told = 0;
  const fail = (reason: unknown): void => {
    if (controller.signal.aborted) return;
    error = reason;
    controller.abort(reason);
  };
  const aborts = signals
    .filter((one) => one !== undefined)
    .map((signal) => ({ signal, act: () => fail(signal.reason) }));
  for (const { signal, act } of aborts) {
    if (signal.aborted) act();
    signal.addEventListener('abort', act, { once: true });
  }
  const lane = async (): Promise<void> => {
    while (begun < items.length && !controller.signal.aborted) {
      const index = begun++;
      results[index] = await run(items[index] as Item, controller.signal);
      for (; told in results && !controller.signal.aborted; told++) ended(results[told] as Result, told);
    }
  };
  try {
    await Promise.all(Array.from({ length: Math.min(lanes, items.length) }, () => lane().catch(fail)));
  } finally {
    for (const { signal, act } of aborts) signal.removeEventListener('abort', act);
  }
  if (controller.signal.aborted) throw error;
  return results;
}
