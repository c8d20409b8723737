/** Waits for jobs of a queue to end. Events tell at once; asking now and then finds what an event was missed for. */
import type { BullEvents, BullQueue } from './bullmq.ts';

/** How a job ended; `missing`: it is in Redis no more. */
export type JobEnd =
  | { readonly kind: 'completed'; readonly value: unknown }
  | { readonly kind: 'failed'; readonly reason: string }
  | { readonly kind: 'missing' };

/** Milliseconds between questions about a job. */
const POLL = 5_000;

export class JobResults {
  readonly #queue: BullQueue;
  readonly #waiting = new Map<string, (end: JobEnd) => void>();

  constructor(queue: BullQueue, events: BullEvents) {
    this.#queue = queue;
    events.on('completed', ({ jobId, returnvalue }) => this.settle(jobId, { kind: 'completed', value: returnvalue }));
    events.on('failed', ({ jobId, failedReason }) => this.settle(jobId, { kind: 'failed', reason: failedReason }));
  }

  /**
   * @param id of a job that was added
   * @param limit milliseconds after which undefined is the answer. Default: none
   */
  async wait(id: string, limit?: number): Promise<JobEnd | undefined> {
    let poll: ReturnType<typeof setInterval> | undefined;
    let timer: ReturnType<typeof setTimeout> | undefined;
    try {
      return await new Promise((resolve) => {
        this.#waiting.set(id, resolve);
        if (limit !== undefined) timer = setTimeout(resolve, limit, undefined);
        poll = setInterval(() => void this.#look(id), POLL);
        // It may have ended before anybody listened.
        void this.#look(id);
      });
    } finally {
      this.#waiting.delete(id);
      clearInterval(poll);
      clearTimeout(timer);
    }
  }

  /** Ends the wait for a job that is known to have ended in this way. */
  settle(id: string, end: JobEnd): void {
    this.#waiting.get(id)?.(end);
  }

  async #look(id: string): Promise<void> {
    try {
      const job = await this.#queue.getJob(id);
      if (!job) this.settle(id, { kind: 'missing' });
      else if (job.finishedOn === undefined) return;
      else if (job.failedReason) this.settle(id, { kind: 'failed', reason: job.failedReason });
      else this.settle(id, { kind: 'completed', value: job.returnvalue });
    } catch {
      // Redis is away, which its connection tells; the next look may find it.
    }
  }
}
