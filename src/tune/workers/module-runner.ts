/** Trials in threads: what `study.optimize` does with the URL of a module. */
import type { TrialRunner } from '../trial-runner.ts';
import type { TrialPayload } from './trial-job.ts';
import { answerCall, type TrialCall } from './trial-call.ts';
import { importThreads } from '../../workers/threads.ts';
import { WorkerPool } from './worker-pool.ts';

/**
 * A runner whose threads import the module; every decision stays in this thread.
 * @throws ArgumentError for a module that cannot be imported or has no function as its default export
 */
export async function moduleRunner(where: string, url: URL, workers: number): Promise<TrialRunner> {
  const pool = new WorkerPool(await importThreads(where), workers);
  const module = { module: url.href, where };
  try {
    await pool.run({ name: 'check', payload: module });
  } catch (error) {
    await pool.close();
    throw error;
  }
  return {
    where,
    lanes: workers,
    run: (trial) =>
      pool.run({
        name: 'trial',
        payload: { ...module, trial: { number: trial.number, params: { ...trial.params } } } satisfies TrialPayload,
        answer: (call) => answerCall(trial, call as TrialCall),
        signal: trial.signal,
      }),
    close: () => pool.close(),
  };
}
