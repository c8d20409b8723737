/** The program of a thread of a pool. It decides nothing: what its jobs want to know they ask the thread that has the pool. */
import { GradtapeError } from '../../errors.ts';
import type { JobLink, JobProgram } from './job-link.ts';
import {
  ABORTED,
  ANSWERS,
  type Answer,
  type FromThread,
  type JobName,
  type ThreadData,
  type ToThread,
} from './messages.ts';
import { packError } from '../../workers/packed-error.ts';
import { unpackTrialError } from '../trial-error.ts';
import { importThreads, type Port } from '../../workers/threads.ts';

/** What a thread can do, imported when it is first to do it. */
const programs: Readonly<Record<JobName, () => Promise<JobProgram>>> = {
  check: async () => (await import('./job-module.ts')).checkJob,
  fold: async () => (await import('./fold-job.ts')).foldJob,
  trial: async () => (await import('./trial-job.ts')).trialJob,
};

const threads = await importThreads('worker');
const { questions, flags } = threads.workerData as ThreadData & { readonly questions: Port };
const parent = threads.parentPort as Port;

/** Ends the job that runs, through its signal. */
let running: { readonly job: number; readonly controller: AbortController } | undefined;

function linkOf(job: number, controller: AbortController): JobLink {
  const checkAborted = (): void => {
    // Seen without waiting for an event, for objectives that leave no time for one.
    if (Atomics.load(flags, ABORTED) === job && !controller.signal.aborted) controller.abort();
  };
  return {
    get signal() {
      checkAborted();
      return controller.signal;
    },
    ask(call) {
      const seen = Atomics.load(flags, ANSWERS);
      questions.postMessage({ job, call });
      // Without a limit: who answers lives in this process, and ends this wait when it ends the thread.
      Atomics.wait(flags, ANSWERS, seen);
      checkAborted();
      const answer = threads.receiveMessageOnPort(questions)?.message as Answer;
      if ('error' in answer) throw unpackTrialError(answer.error);
      return answer.value;
    },
  };
}

async function run({ job, name, payload }: ToThread & { readonly kind: 'job' }): Promise<void> {
  const controller = new AbortController();
  running = { job, controller };
  let end: FromThread;
  try {
    const program = await programs[name]();
    end = { kind: 'done', job, value: await program(payload, linkOf(job, controller)) };
  } catch (error) {
    end = { kind: 'failed', job, error: packError(error) };
  }
  running = undefined;
  try {
    parent.postMessage(end);
  } catch (cause) {
    const error = new GradtapeError(
      `what the module gave cannot be sent to another thread: ${(cause as Error).message}`,
    );
    parent.postMessage({ kind: 'failed', job, error: packError(error) } satisfies FromThread);
  }
}

parent.on('message', (message: ToThread) => {
  switch (message.kind) {
    case 'job':
      void run(message);
      break;
    case 'abort':
      if (running?.job === message.job) running.controller.abort();
      break;
    case 'close':
      // The thread ends when the module's own timers and connections do.
      questions.close();
      parent.close();
  }
});
