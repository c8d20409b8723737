/**
 * Studies whose trials run elsewhere, with a real Redis: what one thread gives, many processes give too, and what dies is
 * run again. Needs redis-server.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t, { type Test } from 'tap';
import { createStudy, samplers, type Pruner, type Study } from 'gradtape/tune';
import {
  distribute,
  serveTrials,
  type DistributeOptions,
  type ServeTrialsOptions,
  type TrialServer,
} from 'gradtape/tune-bullmq';
import { startRedis } from '../../examples/tune-distributed/redis.ts';
import objective from '../src/tune/workers/objective-child.ts';

const module = new URL('../src/tune/workers/objective-child.js', import.meta.url);
const redis = await startRedis();
const connection = { port: redis.port };
t.teardown(() => redis.stop());

let queues = 0;
const newQueue = (): string => `queue-${++queues}`;

/** A study whose trials behave like that, by workers. */
async function studyOf(behaviours: readonly string[], pruner?: Pruner): Promise<Study> {
  const study = await createStudy({ sampler: samplers.random({ seed: 4 }), ...(pruner && { pruner }) });
  for (const behaviour of behaviours) await study.enqueueTrial({ behaviour });
  return study;
}

const run = (study: Study, queue: string, options: Partial<DistributeOptions> = {}): Promise<void> =>
  distribute(study, { queue, connection, trials: study.trials.length, maxConsecutiveFailures: 100, ...options });

/** A worker in this process, until the end of the test. */
async function serve(t: Test, options: Omit<ServeTrialsOptions, 'connection'>): Promise<TrialServer> {
  const server = await serveTrials(module, { connection, ...options });
  t.teardown(() => server.close({ force: true }));
  return server;
}

/** A worker process, as soon as it serves. */
async function workerProcess(t: Test, options: Omit<ServeTrialsOptions, 'connection'>): Promise<ChildProcess> {
  const program = fileURLToPath(new URL('./worker-child.js', import.meta.url));
  const worker = spawn(process.execPath, [program, String(redis.port), JSON.stringify(options)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.teardown(() => worker.kill('SIGKILL'));
  await new Promise((resolve) => void worker.stdout.once('data', resolve));
  return worker;
}

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => void setTimeout(resolve, 5));
}

const pointsOf = (study: Study): unknown[] =>
  study.trials.map(({ number, state, params, value }) => ({ number, state, params: { ...params }, value }));

t.test('two workers give what one thread gives', async (t) => {
  const behaviours = Array.from({ length: 12 }, () => 'value');
  const here = await studyOf(behaviours);
  await here.optimize(objective, { trials: behaviours.length });
  const queue = newQueue();
  await serve(t, { queue, concurrency: 2 });
  await serve(t, { queue });
  const study = await studyOf(behaviours);
  await run(study, queue, { parallel: 3 });
  t.same(pointsOf(study), pointsOf(here));
});

t.test('reports, pruning, attributes, failures and numbers that JSON lacks come back', async (t) => {
  t.capture(console, 'warn', () => undefined);
  const queue = newQueue();
  await serve(t, { queue });
  const pruner: Pruner = { name: 'late', shouldPrune: ({ trial }) => trial.intermediateValues.size > 3 };
  const study = await studyOf(['reports', 'attributes', 'nan', 'caused', 'exits', 'infinite'], pruner);
  await run(study, queue);
  t.same(
    study.trials.map(({ state }) => state),
    ['pruned', 'complete', 'failed', 'failed', 'failed', 'complete'],
  );
  t.ok(Number.isNaN(study.trials[0]?.intermediateValues.get(1)));
  t.same({ ...study.trials[1]?.userAttributes }, { list: [1, { deep: null }] });
  t.match(study.trials[2]?.failure, /gave NaN/);
  t.equal(study.trials[3]?.failure, 'dense: no units');
  t.match(study.trials[4]?.failure, /ended before its job did with exit code 3/);
  t.equal(study.trials[5]?.value, -Infinity);
});

t.test('two studies share a queue and its workers', async (t) => {
  const queue = newQueue();
  await serve(t, { queue, concurrency: 2 });
  const studies = await Promise.all([studyOf(['value', 'value', 'rests']), studyOf(['rests', 'value', 'value'])]);
  await Promise.all(studies.map((study) => run(study, queue)));
  for (const study of studies) {
    t.ok(study.trials.every(({ state }) => state === 'complete'));
    t.same(Object.keys(study.trials[1]?.params ?? {}), ['behaviour', 'x', 'layers', 'rate', 'kind']);
  }
});

t.test("a dead worker's trial is run again with its parameters", async (t) => {
  const queue = newQueue();
  const worker = await workerProcess(t, { queue, deadAfter: 1 });
  const study = await studyOf(['asksAndRests', 'value']);
  const done = run(study, queue, { parallel: 1 });
  await until(() => study.trials[0]?.params['x'] !== undefined);
  const { x } = study.trials[0]?.params ?? {};
  worker.kill('SIGKILL');
  await workerProcess(t, { queue, deadAfter: 1 });
  await done;
  t.same(
    study.trials.map(({ state }) => state),
    ['complete', 'complete'],
  );
  t.equal(study.trials[0]?.value, x);
  t.equal(study.trials[0]?.params['x'], x);
});

t.test('a trial that kills its workers fails when its retries are used up, and the study goes on', async (t) => {
  t.capture(console, 'warn', () => undefined);
  const queue = newQueue();
  const options = { queue, deadAfter: 1, retries: 1 };
  const study = await studyOf(['killsProcess', 'value']);
  let isDone = false;
  const done = run(study, queue, { parallel: 1 }).finally(() => (isDone = true));
  // As a supervisor would: what died is started again.
  let deaths = 0;
  while (!isDone) {
    const worker = await workerProcess(t, options);
    const died = new Promise((resolve) => void worker.once('exit', () => resolve(deaths++)));
    await Promise.race([died, done]);
  }
  await done;
  t.equal(deaths, 2, 'run once, and once again');
  t.same(
    study.trials.map(({ state }) => state),
    ['failed', 'complete'],
  );
  t.match(study.trials[0]?.failure, /the workers could not run the trial: job stalled more than allowable limit/);
});

t.test('a study that is killed is gone on with: what ran meanwhile counts, and nothing runs twice', async (t) => {
  const queue = newQueue();
  const folder = t.testdir();
  const [journal, runs] = [join(folder, 'journal'), join(folder, 'runs')];
  process.env['GRADTAPE_TEST_RUNS'] = runs;
  await serve(t, { queue, concurrency: 2 });
  const program = fileURLToPath(new URL('./study-child.js', import.meta.url));
  const startStudy = (): ChildProcess => {
    const stdio = ['ignore', 'pipe', 'inherit'] as const;
    const child = spawn(process.execPath, [program, String(redis.port), queue, journal], { stdio: [...stdio] });
    t.teardown(() => child.kill('SIGKILL'));
    return child;
  };
  const linesOf = (file: string): readonly string[] =>
    existsSync(file) ? readFileSync(file, 'utf8').split('\n').slice(0, -1) : [];
  const killed = startStudy();
  await until(() => linesOf(runs).length === 4);
  killed.kill('SIGKILL');
  // One of its trials waits for an answer, the other one ends without.
  await new Promise((resolve) => void setTimeout(resolve, 1500));
  const next = startStudy();
  let output = '';
  next.stdout?.on('data', (piece) => (output += String(piece)));
  await new Promise((resolve) => void next.once('close', resolve));
  delete process.env['GRADTAPE_TEST_RUNS'];

  const alone = await studyOf(
    Array.from({ length: 6 }, (_, number) => (number % 2 === 0 ? 'asksRestsAndAsks' : 'asksAndRests')),
  );
  await alone.optimize(objective, { trials: 6, parallel: 6 });
  t.same(
    JSON.parse(output),
    alone.trials.map(({ value, params }) => ({ state: 'complete', value, ...params })),
  );
  t.same([...linesOf(runs)].sort(), ['0', '1', '2', '3', '4', '5']);
});

t.test('a Redis that loses its memory loses no trial', async (t) => {
  t.capture(console, 'warn', () => undefined);
  const queue = newQueue();
  const own = await startRedis();
  const server = await serveTrials(module, { queue, connection: { port: own.port }, concurrency: 2 });
  const study = await studyOf(['asksAndRests', 'asksAndRests', 'value', 'value']);
  const done = run(study, queue, { connection: { port: own.port }, parallel: 2 });
  await until(() => study.trials[1]?.params['x'] !== undefined);
  await own.stop();
  const again = await startRedis(own.port);
  await done;
  t.ok(study.trials.every(({ state }) => state === 'complete'));
  await server.close({ force: true });
  await again.stop();
});

t.test('where nothing serves Redis, both sides say so in time', async (t) => {
  t.capture(console, 'warn', () => undefined);
  const own = await startRedis();
  await own.stop();
  const nowhere = { queue: newQueue(), connection: `redis://user:secret@127.0.0.1:${own.port}` };
  const message = new RegExp(`no Redis answered at redis://127\\.0\\.0\\.1:${own.port} .*ECONNREFUSED`);
  const study = await createStudy();
  await Promise.all([
    t.rejects(distribute(study, nowhere), { message }),
    t.rejects(serveTrials(module, nowhere), { message }),
  ]);
  t.equal(study.trials.length, 0);
});

t.test('a signal ends what runs and takes back what waits; the next run takes both up', async (t) => {
  const queue = newQueue();
  await serve(t, { queue });
  const study = await studyOf(['listens', 'value']);
  const controller = new AbortController();
  const done = run(study, queue, { parallel: 2, signal: controller.signal });
  await until(() => study.trials[1]?.state === 'running' && study.trials[0]?.params['behaviour'] !== undefined);
  await new Promise((resolve) => void setTimeout(resolve, 100));
  controller.abort();
  await done;
  t.same(
    study.trials.map(({ state }) => state),
    ['waiting', 'waiting'],
  );
  await serve(t, { queue });
  const next = new AbortController();
  const again = run(study, queue, { parallel: 2, signal: next.signal });
  await until(() => study.trials[1]?.state === 'complete');
  next.abort();
  await again;
  t.equal(study.trials.length, 2);
});

t.test('a worker that is closed finishes its trial', async (t) => {
  const queue = newQueue();
  const server = await serve(t, { queue });
  const study = await studyOf(['rests', 'value']);
  const done = run(study, queue, { parallel: 2 });
  await until(() => study.trials[0]?.params['behaviour'] !== undefined);
  await server.close();
  t.equal(study.trials[1]?.params['x'], undefined, 'it takes no other one');
  await serve(t, { queue });
  await done;
  t.ok(study.trials.every(({ state }) => state === 'complete'));
});
