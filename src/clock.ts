/** The one file that reads the clock, and the one that waits or gives way to other work. */

/** Milliseconds since some fixed moment, never going back. */
export function now(): number {
  return performance.now();
}

/** Seconds since 1970, for the times that files tell. Results never depend on it. */
export function wallTime(): number {
  return Date.now() / 1000;
}

/** Fulfilled after so many milliseconds. */
export function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => void setTimeout(resolve, milliseconds));
}

/** Longest time that training keeps timers, signals and events waiting, beside the step that is running. */
export const YIELD_INTERVAL = 16;

/** Lets pending timers, events and signals run once. */
export function macrotask(): Promise<void> {
  // In Node, setImmediate runs after the timers and I/O that are due; in a browser a message does.
  if (typeof setImmediate === 'function') return new Promise((resolve) => void setImmediate(resolve));
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.addEventListener('message', () => {
      port1.close();
      resolve();
    });
    port1.start();
    port2.postMessage(null);
  });
}

/** Calls `macrotask` when the last one is at least YIELD_INTERVAL ago. */
export class Yielder {
  #last = now();

  async pause(): Promise<void> {
    if (now() - this.#last < YIELD_INTERVAL) return;
    await macrotask();
    this.#last = now();
  }
}
