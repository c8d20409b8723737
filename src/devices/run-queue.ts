/** First in, first out: the order of runs on a device that works on the calling thread but may have to wait for another. */
export class RunQueue {
  #tail: Promise<unknown> = Promise.resolve();
  #queued = 0;

  /** Whether work is queued: behind a run that waits for another device, until then everything runs at once. */
  get busy(): boolean {
    return this.#queued > 0;
  }

  /** Runs work after everything that was queued before it. */
  enqueue<Result>(work: () => Result | Promise<Result>): Promise<Result> {
    this.#queued++;
    const result = this.#tail.then(work).finally(() => {
      this.#queued--;
    });
    this.#tail = result.catch(() => undefined);
    return result;
  }
}
