/** Threads that run jobs, made when they are needed, at most so many at once; one that dies is replaced. */
import { PoolThread, type Job } from './pool-thread.ts';
import type { Threads } from '../../workers/threads.ts';

const GRACE = 10_000;

export class WorkerPool {
  readonly size: number;
  readonly #threads: Threads;
  readonly #grace: number;
  readonly #idle: PoolThread[] = [];
  readonly #all = new Set<PoolThread>();
  readonly #queue: (() => void)[] = [];
  #running = 0;
  #made = 0;

  /**
   * @param size threads at most
   * @param grace milliseconds that a job has to end after its signal; then it is ended with its thread
   */
  constructor(threads: Threads, size: number, grace: number = GRACE) {
    this.#threads = threads;
    this.#grace = grace;
    this.size = size;
  }

  /**
   * Runs a job when a thread is free.
   * @throws what the job throws; GradtapeError when its thread ended before it
   */
  async run(job: Job): Promise<unknown> {
    if (this.#running >= this.size) await new Promise<void>((resolve) => void this.#queue.push(resolve));
    else this.#running++;
    const thread = this.#take();
    try {
      return await thread.run(job);
    } finally {
      if (!thread.hasEnded) this.#idle.push(thread);
      const next = this.#queue.shift();
      if (next) next();
      else this.#running--;
    }
  }

  /** Ends all threads; jobs that run fail. */
  async close(): Promise<void> {
    await Promise.all([...this.#all].map((thread) => thread.close()));
  }

  #take(): PoolThread {
    for (let thread = this.#idle.pop(); thread; thread = this.#idle.pop()) {
      if (!thread.hasEnded) return thread;
    }
    const thread = new PoolThread(this.#threads, { name: `gradtape-${++this.#made}`, grace: this.#grace });
    this.#all.add(thread);
    void thread.ended.then(() => this.#all.delete(thread));
    return thread;
  }
}
