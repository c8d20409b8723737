/** Queues in memory with the part of BullMQ that is used: for tests of what is said through them. */
import { EventEmitter } from 'node:events';
import type {
  BullEvents,
  BullJob,
  BullLibrary,
  BullQueue,
  BullWorker,
  WorkerOptions,
} from '../../src/tune/bullmq/bullmq.ts';

type JobState = 'waiting' | 'active' | 'finished';

class FakeJob implements BullJob {
  readonly id: string;
  readonly data: unknown;
  returnvalue: unknown;
  failedReason?: string;
  finishedOn?: number;
  state: JobState = 'waiting';
  /** How often it was taken from a worker. */
  stalls = 0;
  readonly #queue: FakeQueue;

  constructor(queue: FakeQueue, id: string, data: unknown) {
    this.#queue = queue;
    this.id = id;
    this.data = data;
  }
  async updateProgress(data: object): Promise<void> {
    this.#queue.events.emit('progress', { jobId: this.id, data });
  }
  async remove(): Promise<void> {
    if (this.state === 'active') throw new Error('a worker has the job');
    this.#queue.jobs.delete(this.id);
  }
}

/** What all who name a queue share. */
class FakeQueue {
  readonly jobs = new Map<string, FakeJob>();
  readonly workers = new Set<FakeWorker>();
  readonly events = new EventEmitter().setMaxListeners(0);
  count = 0;

  /** Gives what waits to whoever has time. */
  offer(): void {
    for (const worker of this.workers) {
      for (const job of this.jobs.values()) {
        if (worker.running.size >= worker.options.concurrency) break;
        if (job.state === 'waiting') void worker.run(job);
      }
    }
  }
}

class FakeWorker {
  readonly running = new Set<FakeJob>();
  readonly options: WorkerOptions;
  readonly #queue: FakeQueue;
  readonly #process: (job: BullJob) => Promise<unknown>;

  constructor(queue: FakeQueue, process: (job: BullJob) => Promise<unknown>, options: WorkerOptions) {
    this.#queue = queue;
    this.#process = process;
    this.options = options;
    queue.workers.add(this);
    queue.offer();
  }

  async run(job: FakeJob): Promise<void> {
    job.state = 'active';
    this.running.add(job);
    const end: Partial<Pick<FakeJob, 'returnvalue' | 'failedReason'>> = await this.#process(job).then(
      (returnvalue) => ({ returnvalue }),
      (error: Error) => ({ failedReason: error.message }),
    );
    // Who died in the meantime has nothing to say.
    if (!this.running.delete(job)) return;
    this.#finish(job, end);
    this.#queue.offer();
  }

  /** The process ends; its jobs go to others, or fail when that happened too often. */
  die(): void {
    this.#queue.workers.delete(this);
    for (const job of this.running) {
      job.state = 'waiting';
      if (++job.stalls > this.options.maxStalledCount) this.#finish(job, { failedReason: 'stalled too often' });
    }
    this.running.clear();
    this.#queue.offer();
  }

  #finish(job: FakeJob, end: Partial<Pick<FakeJob, 'returnvalue' | 'failedReason'>>): void {
    Object.assign(job, end, { state: 'finished', finishedOn: 1 });
    this.#queue.events.emit(end.failedReason === undefined ? 'completed' : 'failed', { jobId: job.id, ...end });
  }
}

/** BullMQ without Redis. */
export interface FakeBullMQ {
  readonly library: BullLibrary;
  /** The newest worker of a queue dies. */
  killWorker(queue: string): void;
  /** How many jobs the queues hold. */
  jobCount(): number;
  /** The names of the queues with jobs. */
  queueNames(): readonly string[];
}

export function fakeBullMQ(): FakeBullMQ {
  const queues = new Map<string, FakeQueue>();
  const queueOf = (name: string): FakeQueue => {
    const queue = queues.get(name) ?? new FakeQueue();
    queues.set(name, queue);
    return queue;
  };
  const connected = { on: () => undefined, waitUntilReady: async () => undefined, close: async () => undefined };

  class Queue implements BullQueue {
    readonly on = connected.on;
    readonly waitUntilReady = connected.waitUntilReady;
    readonly close = connected.close;
    readonly #queue: FakeQueue;
    constructor(name: string) {
      this.#queue = queueOf(name);
    }
    async add(_name: string, data: unknown, { jobId }: { readonly jobId?: string }): Promise<BullJob> {
      const queue = this.#queue;
      const id = jobId ?? `job-${++queue.count}`;
      const job = queue.jobs.get(id) ?? new FakeJob(queue, id, data);
      queue.jobs.set(id, job);
      queue.offer();
      return job;
    }
    async getJob(id: string): Promise<BullJob | undefined> {
      return this.#queue.jobs.get(id);
    }
    async getWorkersCount(): Promise<number> {
      return this.#queue.workers.size;
    }
    async obliterate(): Promise<void> {
      this.#queue.jobs.clear();
    }
  }

  class QueueEvents implements BullEvents {
    readonly waitUntilReady = connected.waitUntilReady;
    readonly close = connected.close;
    readonly #queue: FakeQueue;
    constructor(name: string) {
      this.#queue = queueOf(name);
    }
    on(event: string, listener: (news: never) => void): unknown {
      return this.#queue.events.on(event, (news: unknown) => listener(news as never));
    }
  }

  class Worker implements BullWorker {
    readonly on = connected.on;
    readonly waitUntilReady = connected.waitUntilReady;
    readonly #queue: FakeQueue;
    readonly #worker: FakeWorker;
    constructor(name: string, process: (job: BullJob) => Promise<unknown>, options: WorkerOptions) {
      this.#queue = queueOf(name);
      this.#worker = new FakeWorker(this.#queue, process, options);
    }
    async close(force = false): Promise<void> {
      this.#queue.workers.delete(this.#worker);
      while (!force && this.#worker.running.size > 0) await new Promise((resolve) => void setTimeout(resolve, 1));
    }
  }

  return {
    library: { Queue, QueueEvents, Worker },
    killWorker: (name) => [...queueOf(name).workers].at(-1)?.die(),
    jobCount: () => [...queues.values()].reduce((sum, { jobs }) => sum + jobs.size, 0),
    queueNames: () => [...queues].filter(([, { jobs }]) => jobs.size > 0).map(([name]) => name),
  };
}
