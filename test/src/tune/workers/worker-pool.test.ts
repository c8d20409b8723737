/** A pool of threads: how many there are, who waits, and jobs that do not end. */
import { setTimeout as sleep } from 'node:timers/promises';
import { BroadcastChannel } from 'node:worker_threads';
import t from 'tap';
import { importThreads } from '../../../../src/workers/threads.ts';
import type { TrialCall } from '../../../../src/tune/workers/trial-call.ts';
import { WorkerPool } from '../../../../src/tune/workers/worker-pool.ts';
import type { Job } from '../../../../src/tune/workers/pool-thread.ts';

const module = new URL('./objective-child.js', import.meta.url).href;

/** A trial that behaves like that. */
const trial = (behaviour: string, signal?: AbortSignal): Job => ({
  name: 'trial',
  payload: { module, where: 'test', trial: { number: 0, params: {} } },
  answer: (call) => ((call as TrialCall & { readonly name: string }).name === 'behaviour' ? behaviour : 0),
  ...(signal && { signal }),
});

/** A pool that counts the threads that it makes. */
async function countingPool(size: number, grace?: number) {
  const threads = await importThreads('test');
  const count = { made: 0 };
  class Counted extends threads.Worker {
    constructor(...args: ConstructorParameters<typeof threads.Worker>) {
      super(...args);
      count.made++;
    }
  }
  return { pool: new WorkerPool({ ...threads, Worker: Counted }, size, grace), count };
}

t.test('jobs wait for a thread; none is made that is not needed, and one that died is replaced', async (t) => {
  const { pool, count } = await countingPool(2);
  await pool.run(trial('nan'));
  await pool.run(trial('nan'));
  t.equal(count.made, 1);
  const five = (): Promise<unknown[]> =>
    Promise.all(['nan', 'nan', 'nan', 'nan', 'nan'].map((one) => pool.run(trial(one))));
  t.same(await five(), [NaN, NaN, NaN, NaN, NaN]);
  t.equal(count.made, 2);
  await t.rejects(pool.run(trial('exits')), /exit code 3/);
  await five();
  t.equal(count.made, 3);
  await pool.close();
});

t.test('a thread that dies while it is idle is replaced, too', async (t) => {
  const { pool, count } = await countingPool(1);
  const warned = new Promise((resolve) => void t.intercept(console, 'warn', { value: resolve }));
  t.equal(await pool.run(trial('leaves')), 1);
  t.match(await warned, /an idle worker thread ended with exit code 4/);
  t.ok(Number.isNaN(await pool.run(trial('nan'))));
  t.equal(count.made, 2);
  await pool.close();
});

t.test('a thread whose job ended at its signal serves the next one', async (t) => {
  const { pool, count } = await countingPool(1, 100);
  const controller = new AbortController();
  const channel = new BroadcastChannel('gradtape-test');
  channel.onmessage = () => controller.abort();
  await t.rejects(pool.run(trial('listens', controller.signal)), /aborted/);
  channel.close();
  await sleep(300);
  t.ok(Number.isNaN(await pool.run(trial('nan'))));
  t.equal(count.made, 1);
  await pool.close();
});

t.test('a job that does not end after its signal is ended with its thread', async (t) => {
  const pool = new WorkerPool(await importThreads('test'), 1, 50);
  const controller = new AbortController();
  const channel = new BroadcastChannel('gradtape-test');
  channel.onmessage = () => controller.abort();
  await t.rejects(pool.run(trial('deaf', controller.signal)), /did not end within 0\.05 seconds of its signal/);
  channel.close();
  t.ok(Number.isNaN(await pool.run(trial('nan'))), 'the next job runs');
  await pool.close();
});

t.test('closing a pool fails the job that runs', async (t) => {
  const pool = new WorkerPool(await importThreads('test'), 1);
  const channel = new BroadcastChannel('gradtape-test');
  channel.onmessage = () => void pool.close();
  await t.rejects(pool.run(trial('busy')), /its pool was closed/);
  channel.close();
});
