/**
 * The side of a study whose trials run elsewhere. A trial is a job in a queue; what its objective asks comes as jobs of
 * a second queue, so that questions outlive whoever should have answered them. All decisions are made here.
 */
import { warn } from '../../console.ts';
import { GradtapeError } from '../../errors.ts';
import type { Study } from '../study.ts';
import type { Trial } from '../trial.ts';
import type { TrialRunner } from '../trial-runner.ts';
import { packError } from '../../workers/packed-error.ts';
import { Interruption } from '../signals.ts';
import { unpackTrialError } from '../trial-error.ts';
import { answerCall, type TrialCall } from '../workers/trial-call.ts';
import {
  closeAll,
  openQueue,
  watchErrors,
  type BullEvents,
  type BullJob,
  type BullLibrary,
  type BullQueue,
  type BullWorker,
  type QueueOptions,
} from './bullmq.ts';
import { JobResults, type JobEnd } from './job-results.ts';
import { decode, encode, type AnswerMessage, type QuestionMessage, type TrialEnd, type TrialMessage } from './wire.ts';

/** Where a study keeps the name under which its jobs are in Redis, so that a run that goes on finds them. */
const IDENTITY = 'gradtape:queue';

/** Seconds that finished trials stay in Redis for a study that died before it read them. */
const KEPT = 86_400;
/** Milliseconds that a question waits for its trial: a study that goes on takes its trials up one by one. */
const TAKING_UP = 10_000;
/** Milliseconds that a trial has to end after the study's signal. */
const GRACE = 15_000;
/** Milliseconds between looks for workers, until the first trial has ended. */
const LOOK = 10_000;
/** Milliseconds after which a question that a dead study held is asked again. */
const QUESTION_LOCK = 10_000;

/** What a coordinator is made for. */
export interface CoordinatorOptions {
  readonly where: string;
  /** The queue of the trials. */
  readonly name: string;
  readonly options: QueueOptions;
  readonly lanes: number;
}

interface CoordinatorParts extends CoordinatorOptions {
  readonly identity: string;
}

/** Made by `openCoordinator`. */
export class Coordinator implements TrialRunner {
  readonly where: string;
  readonly lanes: number;
  readonly #identity: string;
  readonly #name: string;
  readonly #questionName: string;
  readonly #queue: BullQueue;
  readonly #events: BullEvents;
  readonly #questions: BullQueue;
  readonly #answers: BullWorker;
  readonly #results: JobResults;
  readonly #trials = new Map<number, Trial>();
  /** The runs of trials that asked something, the newest last. */
  readonly #runs = new Map<number, readonly string[]>();
  readonly #ids = new Set<string>();
  readonly #look: ReturnType<typeof setInterval>;

  constructor(library: BullLibrary, queue: BullQueue, { where, name, identity, options, lanes }: CoordinatorParts) {
    this.where = where;
    this.lanes = lanes;
    this.#identity = identity;
    this.#name = name;
    this.#questionName = `${name}-${identity}`;
    this.#queue = queue;
    this.#events = new library.QueueEvents(name, options);
    this.#questions = new library.Queue(this.#questionName, options);
    this.#answers = new library.Worker(this.#questionName, ({ data }) => this.#answer(data), {
      ...options,
      concurrency: 100,
      lockDuration: QUESTION_LOCK,
      stalledInterval: QUESTION_LOCK,
      maxStalledCount: 1_000,
    });
    for (const connected of [this.#events, this.#questions, this.#answers]) watchErrors(where, connected);
    this.#results = new JobResults(this.#queue, this.#events);
    this.#look = setInterval(() => void this.#lookForWorkers(), LOOK);
  }

  async ready(): Promise<void> {
    await Promise.all([this.#events, this.#questions, this.#answers].map((one) => one.waitUntilReady()));
  }

  async run(trial: Trial): Promise<unknown> {
    const id = `${this.#identity}-${trial.number}`;
    this.#ids.add(id);
    try {
      return this.#outcome(await this.#end(id, trial), trial);
    } finally {
      this.#trials.delete(trial.number);
      this.#runs.delete(trial.number);
    }
  }

  async close(): Promise<void> {
    clearInterval(this.#look);
    await closeAll([
      async () => {
        await Promise.allSettled([...this.#ids].map(async (id) => (await this.#queue.getJob(id))?.remove()));
        await Promise.all([this.#queue.close(), this.#events.close()]);
      },
      async () => {
        await this.#answers.close(true);
        await this.#questions.obliterate({ force: true }).catch(() => undefined);
        await this.#questions.close();
      },
    ]);
  }

  /** How the job of a trial ended; a job that is lost with Redis's memory is added again. */
  async #end(id: string, trial: Trial): Promise<JobEnd> {
    const { signal } = trial;
    for (;;) {
      const job = await this.#take(id, trial);
      const abort = (): void => void this.#withdraw(id, job);
      const ending = this.#results.wait(id) as Promise<JobEnd>;
      if (signal.aborted) abort();
      signal.addEventListener('abort', abort, { once: true });
      const end = await ending;
      signal.removeEventListener('abort', abort);
      if (end.kind !== 'missing' || signal.aborted) return end;
    }
  }

  /** Takes a job that nobody runs out of the queue, or asks who runs it to end. */
  async #withdraw(id: string, job: BullJob): Promise<void> {
    setTimeout(() => this.#results.settle(id, { kind: 'missing' }), GRACE).unref();
    try {
      await job.remove();
      this.#results.settle(id, { kind: 'missing' });
    } catch {
      await job.updateProgress({ abort: true }).catch(() => undefined);
    }
  }

  /** The trial's job: the one that an earlier run of the study left, if it runs or has a result, or a new one. */
  async #take(id: string, trial: Trial): Promise<BullJob> {
    const { number, params } = trial;
    const left = await this.#queue.getJob(id);
    if (left) {
      const hasResult = left.finishedOn !== undefined && !left.failedReason;
      if (left.finishedOn === undefined || (hasResult && endOf(left.returnvalue).kind !== 'aborted')) {
        // A worker is at it, or was: what it told the study that died holds.
        if (!this.#trials.has(number)) trial.goOn();
        this.#trials.set(number, trial);
        return left;
      }
      await left.remove();
    }
    this.#trials.set(number, trial);
    const message: TrialMessage = { number, params: { ...params }, questions: this.#questionName };
    return this.#queue.add('trial', encode(message), {
      jobId: id,
      removeOnComplete: { age: KEPT },
      removeOnFail: { age: KEPT },
    });
  }

  #outcome(end: JobEnd, trial: Trial): unknown {
    clearInterval(this.#look);
    if (end.kind === 'missing') throw new Interruption(`${this.where}: trial ${trial.number} was withdrawn`);
    if (end.kind === 'failed') {
      throw new GradtapeError(`the workers could not run the trial: ${end.reason}`, { where: this.where });
    }
    const told = endOf(end.value);
    switch (told.kind) {
      case 'value':
        return told.value;
      case 'error':
        throw unpackTrialError(told.error);
      case 'aborted':
        throw new Interruption(`${this.where}: trial ${trial.number} was ended by its worker`);
    }
  }

  async #answer(data: unknown): Promise<string> {
    const { number, run, call } = decode(data) as QuestionMessage;
    const trial = await this.#taken(number);
    const isReplaced = trial !== undefined && !this.#isNewest(trial, run);
    const abort = isReplaced || (trial?.signal.aborted ?? true);
    let answer: AnswerMessage;
    try {
      if (!trial) throw new GradtapeError(`the study has ended trial ${number}`);
      if (isReplaced) throw new Interruption(`another worker has trial ${number} by now`);
      answer = { value: answerCall(trial, call as TrialCall), abort };
    } catch (error) {
      answer = { error: packError(error), abort };
    }
    return encode(answer);
  }

  /** Whether no newer run of the trial has asked; the first question of a newer one begins the trial again. */
  #isNewest(trial: Trial, run: string): boolean {
    const runs = this.#runs.get(trial.number) ?? [];
    if (runs.includes(run)) return runs.at(-1) === run;
    if (runs.length > 0) trial.beginAgain();
    this.#runs.set(trial.number, [...runs, run]);
    return true;
  }

  /** The trial, as soon as this run of the study has taken it. */
  async #taken(number: number): Promise<Trial | undefined> {
    for (let waited = 0; waited < TAKING_UP && !this.#trials.has(number); waited += 50) {
      await new Promise((resolve) => void setTimeout(resolve, 50));
    }
    return this.#trials.get(number);
  }

  async #lookForWorkers(): Promise<void> {
    const count = await this.#queue.getWorkersCount().catch(() => undefined);
    if (count !== 0) return;
    clearInterval(this.#look);
    warn(`gradtape: ${this.where}: no worker serves the queue '${this.#name}' yet. Start serveTrials for it.`);
  }
}

/** @throws GradtapeError when Redis does not answer */
export async function openCoordinator(
  library: BullLibrary,
  study: Study,
  options: CoordinatorOptions,
): Promise<Coordinator> {
  const queue = await openQueue(options.where, library, options);
  await study.refresh();
  let identity = study.systemAttributes[IDENTITY];
  if (typeof identity !== 'string') {
    identity = crypto.randomUUID();
    await study.setSystemAttribute(IDENTITY, identity);
  }
  const coordinator = new Coordinator(library, queue, { ...options, identity });
  await coordinator.ready();
  return coordinator;
}

const endOf = (value: unknown): TrialEnd => decode(value) as TrialEnd;
