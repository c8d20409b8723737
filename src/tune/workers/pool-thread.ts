/** One thread of a pool: runs a job at a time, answers what it asks meanwhile, and knows when it died. */
import { warn } from '../../console.ts';
import { GradtapeError } from '../../errors.ts';
import {
  ABORTED,
  ANSWERS,
  FLAG_COUNT,
  type Answer,
  type FromThread,
  type JobName,
  type Question,
  type ThreadData,
  type ToThread,
} from './messages.ts';
import { packError } from '../../workers/packed-error.ts';
import { Interruption } from '../signals.ts';
import { unpackTrialError } from '../trial-error.ts';
import { startThread, type Port, type Thread, type Threads } from '../../workers/threads.ts';

/** What a thread is to do. */
export interface Job {
  readonly name: JobName;
  /** Copied to the thread. */
  readonly payload: unknown;
  /** Answers what the job asks while it runs; the thread waits for it. Default: the job may ask nothing. */
  readonly answer?: (call: unknown) => unknown;
  /** Asks the job to end. */
  readonly signal?: AbortSignal;
}

interface RunningJob {
  readonly id: number;
  readonly answer: ((call: unknown) => unknown) | undefined;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/** Milliseconds that an idle thread has to end by itself, for what it still writes. */
const LAST_WORDS = 1_000;

// Not written where it is used, because bundlers would take it for a file of the page. tsc leaves it as it is.
const PROGRAM = './worker.js';

export class PoolThread {
  /** Settled when the thread has ended. */
  readonly ended: Promise<void>;
  readonly #thread: Thread;
  readonly #grace: number;
  readonly #questions: Port;
  readonly #flags = new Int32Array(new SharedArrayBuffer(4 * FLAG_COUNT));
  #job: RunningJob | undefined;
  #jobCount = 0;
  #error: Error | undefined;
  #hasEnded = false;
  #isClosing = false;

  /** @param grace milliseconds that a job has to end after its signal; then it is ended with its thread */
  constructor(threads: Threads, { name, grace }: { readonly name: string; readonly grace: number }) {
    this.#grace = grace;
    const { port1, port2 } = new threads.MessageChannel();
    const workerData: ThreadData = { questions: port2, flags: this.#flags };
    this.#thread = startThread(threads, new URL(PROGRAM, import.meta.url), { workerData, transferList: [port2], name });
    this.#questions = port1;
    port1.on('message', (question: Question) => void this.#answer(question));
    this.#thread.on('message', (message: FromThread) => this.#settle(message));
    for (const event of ['error', 'messageerror'] as const) {
      this.#thread.on(event, (error) => {
        this.#error ??= error instanceof Error ? error : new Error(String(error));
      });
    }
    this.ended = new Promise((resolve) => {
      this.#thread.on('exit', (code) => {
        this.#exited(code);
        resolve();
      });
    });
  }

  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** @throws what the job threw; GradtapeError when the thread ended before the job did */
  async run({ name, payload, answer, signal }: Job): Promise<unknown> {
    const id = ++this.#jobCount;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const abort = (): void => {
      Atomics.store(this.#flags, ABORTED, id);
      this.#post({ kind: 'abort', job: id });
      timer = setTimeout(() => {
        this.#error ??= new Interruption(`it did not end within ${this.#grace / 1000} seconds of its signal`);
        void this.#thread.terminate();
      }, this.#grace);
    };
    try {
      return await new Promise((resolve, reject) => {
        this.#job = { id, answer, resolve, reject };
        this.#post({ kind: 'job', job: id, name, payload });
        if (signal?.aborted) abort();
        signal?.addEventListener('abort', abort, { once: true });
      });
    } finally {
      this.#job = undefined;
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
    }
  }

  /** Ends the thread, with its job if it has one. */
  async close(): Promise<void> {
    if (this.#hasEnded) return;
    this.#isClosing = true;
    if (this.#job) {
      this.#error ??= new GradtapeError('its pool was closed');
      await this.#thread.terminate();
    } else {
      this.#post({ kind: 'close' });
      const timer = setTimeout(() => void this.#thread.terminate(), LAST_WORDS);
      await this.ended;
      clearTimeout(timer);
    }
    await this.ended;
  }

  #post(message: ToThread): void {
    this.#thread.postMessage(message);
  }

  #settle(message: FromThread): void {
    if (message.job !== this.#job?.id) return;
    if (message.kind === 'done') this.#job.resolve(message.value);
    else this.#job.reject(unpackTrialError(message.error));
  }

  async #answer({ job, call }: Question): Promise<void> {
    let answer: Answer;
    try {
      const running = this.#job;
      if (running?.id !== job || !running.answer) {
        throw new GradtapeError('the trial has ended: await everything that asks it before the objective returns.');
      }
      answer = { value: await running.answer(call) };
    } catch (error) {
      answer = { error: packError(error) };
    }
    if (this.#hasEnded) return;
    this.#questions.postMessage(answer);
    Atomics.add(this.#flags, ANSWERS, 1);
    Atomics.notify(this.#flags, ANSWERS);
  }

  #exited(code: number): void {
    this.#hasEnded = true;
    this.#questions.close();
    const cause = this.#error;
    const how = cause === undefined ? ` with exit code ${code}` : `: ${cause.message}`;
    if (this.#job) {
      this.#job.reject(new GradtapeError(`the worker thread ended before its job did${how}`, { cause }));
    } else if (!this.#isClosing) {
      warn(`gradtape: an idle worker thread ended${how}`);
    }
  }
}
