/** The side of a worker: takes trials out of the queue and runs their objective in threads. */
import { ArgumentError, describeValue, GradtapeError, optionsOf } from '../../errors.ts';
import type { ModulePayload } from '../workers/job-module.ts';
import { packError } from '../../workers/packed-error.ts';
import { isInterruption } from '../signals.ts';
import { unpackTrialError } from '../trial-error.ts';
import { importThreads } from '../../workers/threads.ts';
import type { TrialPayload } from '../workers/trial-job.ts';
import { WorkerPool } from '../workers/worker-pool.ts';
import {
  closeAll,
  importBullMQ,
  openQueue,
  queueOptions,
  watchErrors,
  type BullEvents,
  type BullJob,
  type BullLibrary,
  type BullWorker,
  type QueueOptions,
  type SharedOptions,
} from './bullmq.ts';
import { Inquirer } from './inquirer.ts';
import { decode, encode, type TrialEnd, type TrialMessage } from './wire.ts';

const WHERE = 'serveTrials';

/** Options of `serveTrials`. */
export interface ServeTrialsOptions extends SharedOptions {
  /** Trials at once, each in a thread of its own. Default: 1. */
  readonly concurrency?: number;
  /** Seconds without a sign of life after which a worker counts as dead, and others run its trials. Default: 30. */
  readonly deadAfter?: number;
  /** How often a trial is run again because its worker died; then it fails. Default: 3. */
  readonly retries?: number;
  /** Seconds that a trial waits for an answer of its study before it gives up. Default: 600. */
  readonly patience?: number;
}

/** Made by `serveTrials`. */
export interface TrialServer {
  /** Ends when the trials that run have ended; with `force` at once: others run them again after `deadAfter`. */
  close(options?: { readonly force?: boolean }): Promise<void>;
}

/**
 * Runs trials of studies that `distribute` hands out, until it is closed or the process ends. Start it on as many
 * machines as there are, with the same module.
 * @param module the URL of a module whose default export is the objective: a function of a trial
 * @param options `queue`, `connection`, `concurrency`, `deadAfter`, `retries`, `patience`
 * @throws ArgumentError for a module that cannot be imported or has no function as its default export, for options that
 *   are none, and when bullmq is not installed
 * @throws GradtapeError when Redis does not answer within 10 seconds
 * @example
 * await serveTrials(new URL('./objective.js', import.meta.url), { queue: 'digits', connection: 'redis://10.0.0.5' });
 */
export async function serveTrials(module: URL, options: ServeTrialsOptions): Promise<TrialServer> {
  const given = optionsOf(WHERE, options);
  if (!(module instanceof URL)) {
    throw new ArgumentError(
      `${WHERE}: the module is ${describeValue(module)}. Give its URL: new URL('./objective.js', import.meta.url).`,
      { where: WHERE, got: module },
    );
  }
  checkNumbers(given);
  queueOptions(WHERE, given);
  return serveBy(await importBullMQ(WHERE), module, given);
}

/** @internal `serveTrials` by a library that is given. */
export async function serveBy(library: BullLibrary, module: URL, given: ServeTrialsOptions): Promise<TrialServer> {
  const options = queueOptions(WHERE, given);
  const pool = new WorkerPool(await importThreads(WHERE), given.concurrency ?? 1);
  const parts = { module: { module: module.href, where: WHERE }, options, given };
  try {
    await pool.run({ name: 'check', payload: parts.module });
    const queue = await openQueue(WHERE, library, { name: given.queue, options });
    await queue.close();
    const server = new Server(library, pool, parts);
    await server.ready();
    return server;
  } catch (error) {
    await pool.close();
    throw error;
  }
}

interface ServerParts {
  readonly module: ModulePayload;
  readonly options: QueueOptions;
  readonly given: ServeTrialsOptions;
}

class Server implements TrialServer {
  readonly #pool: WorkerPool;
  readonly #module: ModulePayload;
  readonly #inquirer: Inquirer;
  readonly #running = new Map<string, AbortController>();
  readonly #worker: BullWorker;
  readonly #events: BullEvents;

  constructor(library: BullLibrary, pool: WorkerPool, { module, options, given }: ServerParts) {
    const { queue, concurrency = 1, deadAfter = 30, retries = 3, patience = 600 } = given;
    this.#pool = pool;
    this.#module = module;
    this.#inquirer = new Inquirer(library, { where: WHERE, options, patience: patience * 1000 });
    this.#events = new library.QueueEvents(queue, options);
    this.#events.on('progress', ({ jobId, data }) => {
      if ((data as { readonly abort?: boolean }).abort) this.#running.get(jobId)?.abort();
    });
    this.#worker = new library.Worker(queue, (job) => this.#run(job), {
      ...options,
      concurrency,
      lockDuration: deadAfter * 1000,
      stalledInterval: deadAfter * 1000,
      maxStalledCount: retries,
    });
    // Others have these trials by now.
    this.#worker.on('lockRenewalFailed', (ids) => ids.forEach((id) => this.#running.get(id)?.abort()));
    watchErrors(WHERE, this.#events);
    watchErrors(WHERE, this.#worker);
  }

  async ready(): Promise<void> {
    await Promise.all([this.#events.waitUntilReady(), this.#worker.waitUntilReady()]);
  }

  async close({ force = false }: { readonly force?: boolean } = {}): Promise<void> {
    if (!force) await this.#worker.close();
    await closeAll([
      () => this.#worker.close(true),
      () => this.#events.close(),
      () => this.#inquirer.close(),
      () => this.#pool.close(),
    ]);
  }

  async #run(job: BullJob): Promise<string> {
    const { questions, ...trial } = decode(job.data) as TrialMessage;
    const id = job.id as string;
    const controller = new AbortController();
    this.#running.set(id, controller);
    let lost: unknown;
    const run = crypto.randomUUID();
    const ask = async (call: unknown): Promise<unknown> => {
      const answer = await this.#inquirer.ask(questions, { number: trial.number, run, call });
      if (!answer) {
        lost = new GradtapeError(`the study did not answer trial ${trial.number}: is it running?`);
        controller.abort();
        throw lost;
      }
      if (answer.abort) controller.abort();
      if ('error' in answer) throw unpackTrialError(answer.error);
      return answer.value;
    };
    let end: TrialEnd;
    try {
      const payload = { ...this.#module, trial } as TrialPayload;
      end = {
        kind: 'value',
        value: await this.#pool.run({ name: 'trial', payload, answer: ask, signal: controller.signal }),
      };
    } catch (error) {
      end = isInterruption(error, controller.signal) ? { kind: 'aborted' } : { kind: 'error', error: packError(error) };
    } finally {
      this.#running.delete(id);
    }
    // Not an end of the trial: the study runs it again when it goes on.
    if (lost) throw lost;
    return encode(end);
  }
}

function checkNumbers(options: ServeTrialsOptions): void {
  for (const [name, least] of [
    ['concurrency', 1],
    ['retries', 0],
  ] as const) {
    const value = options[name];
    if (value === undefined || (Number.isSafeInteger(value) && value >= least)) continue;
    throw new ArgumentError(`${WHERE}: ${name} is ${describeValue(value)}. Give an integer of at least ${least}.`, {
      where: WHERE,
      got: value,
    });
  }
  for (const name of ['deadAfter', 'patience'] as const) {
    const value = options[name];
    if (value === undefined || (Number.isFinite(value) && value > 0)) continue;
    throw new ArgumentError(`${WHERE}: ${name} is ${describeValue(value)}. Give seconds, above 0.`, {
      where: WHERE,
      got: value,
    });
  }
}
