/** BullMQ, the optional peer whose queues carry trials between machines: what is used of it, and its connection to Redis. */
import { warn } from '../../console.ts';
import { ArgumentError, describeValue, GradtapeError } from '../../errors.ts';

/** A job as BullMQ keeps it in Redis. */
export interface BullJob {
  readonly id?: string;
  readonly data: unknown;
  readonly returnvalue: unknown;
  readonly failedReason?: string;
  /** Milliseconds since 1970; undefined before its end. */
  readonly finishedOn?: number;
  updateProgress(progress: object): Promise<void>;
  /** @throws for a job that a worker has */
  remove(): Promise<void>;
}

interface BullConnected {
  on(event: 'error', listener: (error: Error) => void): unknown;
  waitUntilReady(): Promise<unknown>;
  close(): Promise<void>;
}

/** How long finished jobs stay: seconds, and how many. */
export interface KeepJobs {
  readonly age?: number;
  readonly count?: number;
}

export interface BullQueue extends BullConnected {
  add(
    name: string,
    data: unknown,
    options: { readonly jobId?: string; readonly removeOnComplete: KeepJobs; readonly removeOnFail: KeepJobs },
  ): Promise<BullJob>;
  getJob(id: string): Promise<BullJob | undefined>;
  getWorkersCount(): Promise<number>;
  /** Removes the queue with all that is in it. */
  obliterate(options: { readonly force: boolean }): Promise<void>;
}

/** What Redis tells of the jobs of a queue. */
export interface BullEvents extends BullConnected {
  on(event: 'error', listener: (error: Error) => void): unknown;
  on(event: 'completed', listener: (end: { readonly jobId: string; readonly returnvalue: unknown }) => void): unknown;
  on(event: 'failed', listener: (end: { readonly jobId: string; readonly failedReason: string }) => void): unknown;
  on(event: 'progress', listener: (news: { readonly jobId: string; readonly data: unknown }) => void): unknown;
}

export interface BullWorker {
  on(event: 'error', listener: (error: Error) => void): unknown;
  on(event: 'lockRenewalFailed', listener: (ids: readonly string[]) => void): unknown;
  waitUntilReady(): Promise<unknown>;
  /** @param force does not wait for jobs that run */
  close(force?: boolean): Promise<void>;
}

export interface QueueOptions {
  readonly connection: RedisConnection;
  readonly prefix?: string;
}

export interface WorkerOptions extends QueueOptions {
  readonly concurrency: number;
  /** Milliseconds without a sign of life after which a job is taken from its worker. */
  readonly lockDuration: number;
  readonly stalledInterval: number;
  /** How often a job may be taken from a worker and still run again. */
  readonly maxStalledCount: number;
}

/** The classes of BullMQ that are used, of its versions 5 and 6. */
export interface BullLibrary {
  readonly Queue: new (name: string, options: QueueOptions) => BullQueue;
  readonly QueueEvents: new (name: string, options: QueueOptions) => BullEvents;
  readonly Worker: new (
    name: string,
    process: (job: BullJob) => Promise<unknown>,
    options: WorkerOptions,
  ) => BullWorker;
}

/** How Redis is reached: `host`, `port`, `password`, `db`, `tls` and the other options of ioredis. */
export type RedisConnection = Readonly<Record<string, unknown>>;

/** Options of both sides. */
export interface SharedOptions {
  /** The queue's name, the same for a study and its workers; without colons. */
  readonly queue: string;
  /** Where Redis is: its URL, or options of ioredis. Default: `redis://127.0.0.1:6379`. */
  readonly connection?: string | RedisConnection;
  /** What the keys in Redis begin with. Default: BullMQ's, `bull`. */
  readonly prefix?: string;
}

/** Milliseconds that Redis has to answer at first. */
const FIRST_ANSWER = 10_000;
/** Milliseconds that a connection has to close in good order. */
const LAST_WORDS = 2_000;

/** @throws ArgumentError when it is not installed */
export async function importBullMQ(where: string): Promise<BullLibrary> {
  try {
    return (await import('bullmq')) as unknown as BullLibrary;
  } catch (cause) {
    throw new ArgumentError(
      `${where}: trials travel by BullMQ, which could not be loaded. Install it: npm install bullmq ioredis`,
      { where, cause },
    );
  }
}

/** @throws ArgumentError for a name that BullMQ refuses, or a connection that is none */
export function queueOptions(where: string, { queue, connection = {}, prefix }: SharedOptions): QueueOptions {
  if (typeof queue !== 'string' || queue === '' || queue.includes(':')) {
    throw new ArgumentError(`${where}: queue is ${describeValue(queue)}. Give a name without colons.`, {
      where,
      got: queue,
    });
  }
  const given: unknown = connection;
  if (typeof given !== 'string' && (typeof given !== 'object' || given === null)) {
    throw new ArgumentError(
      `${where}: connection is ${describeValue(given)}. Give the URL of Redis, or options such as { host, port }.`,
      { where, got: given },
    );
  }
  return {
    // Commands wait while Redis is away; what needs an end has one of its own.
    connection: { ...(typeof given === 'string' ? { url: given } : given), maxRetriesPerRequest: null },
    ...(prefix !== undefined && { prefix }),
  };
}

/** Tells of the errors of a connection, each once in a row. */
export function watchErrors(where: string, connected: Pick<BullConnected, 'on'>): { readonly last: Error | undefined } {
  const seen: { last: Error | undefined } = { last: undefined };
  connected.on('error', (error) => {
    if (error.message !== seen.last?.message) warn(`gradtape: ${where}: ${messageOf(error)}`);
    seen.last = error;
  });
  return seen;
}

/**
 * A queue of a Redis that answers. Everything else connects after it: what never was connected cannot all be closed.
 * @throws GradtapeError when Redis does not answer within 10 seconds
 */
export async function openQueue(
  where: string,
  library: BullLibrary,
  { name, options }: { readonly name: string; readonly options: QueueOptions },
): Promise<BullQueue> {
  const queue = new library.Queue(name, options);
  const errors = watchErrors(where, queue);
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<'late'>((resolve) => {
    timer = setTimeout(resolve, FIRST_ANSWER, 'late');
  });
  const first = await Promise.race([queue.waitUntilReady(), late]).catch((error: Error) => error);
  clearTimeout(timer);
  if (first !== 'late' && !(first instanceof Error)) return queue;
  await closeAll([() => queue.close()]);
  const cause = first instanceof Error ? first : errors.last;
  throw new GradtapeError(
    `${where}: no Redis answered at ${placeOf(options.connection)} within ${FIRST_ANSWER / 1000} seconds${cause ? `: ${messageOf(cause)}` : ''}. Start redis-server there, or give another connection.`,
    { where, cause },
  );
}

/** Closes connections, without waiting long for a Redis that is gone. */
export async function closeAll(closing: readonly (() => Promise<unknown>)[]): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, LAST_WORDS);
  });
  await Promise.race([late, Promise.allSettled(closing.map((close) => close()))]);
  clearTimeout(timer);
}

// Without a password.
function placeOf({ url, host = '127.0.0.1', port = 6379 }: RedisConnection): string {
  return typeof url === 'string' ? url.replace(/\/\/[^@/]*@/, '//') : `${String(host)}:${String(port)}`;
}

// Of several failed addresses Node makes one error without a message.
function messageOf(error: Error): string {
  if (error.message !== '') return error.message;
  const { errors, code } = error as Error & { readonly errors?: readonly Error[]; readonly code?: string };
  return errors?.[0]?.message ?? code ?? error.name;
}
