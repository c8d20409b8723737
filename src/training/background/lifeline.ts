/**
 * How a page learns that a worker has ended, of which no event tells: the worker holds a lock for as long as it lives, and
 * the page waits for it. A page that is not served securely has no locks, and a worker with no origin has others than its
 * page: they do without.
 */

/** As much of the Web Locks API as is used here. */
interface Locks {
  request(name: string, granted: () => unknown): Promise<unknown>;
}

function locks(): Locks | undefined {
  return (globalThis as { readonly navigator?: { readonly locks?: Locks } }).navigator?.locks;
}

/** A name for one worker's lock; undefined where there are none. */
export function lifelineName(): string | undefined {
  return locks() && `gradtape-${globalThis.crypto.randomUUID()}`;
}

/** Holds the lock until this worker ends. @returns whether it does */
export function holdLifeline(name: string | undefined): Promise<boolean> {
  return new Promise((resolve) => {
    const hold = (): Promise<never> => {
      resolve(true);
      return new Promise(() => undefined);
    };
    if (name === undefined) resolve(false);
    else
      locks()
        ?.request(name, hold)
        .catch(() => resolve(false));
  });
}

/** Calls back when the worker that holds the lock has ended. */
export function whenLifelineEnds(name: string, ended: () => void): void {
  void locks()?.request(name, ended);
}
