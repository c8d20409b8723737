/** What studies and workers say to each other, through queues in memory; test/redis has the same with Redis. */
import t, { type Test } from 'tap';
import { distributeBy, type DistributeOptions } from '../../../../src/tune/bullmq/distribute.ts';
import { distribute, serveTrials } from '../../../../src/tune/bullmq/index.ts';
import { serveBy, type ServeTrialsOptions } from '../../../../src/tune/bullmq/serve-trials.ts';
import { decode, encode } from '../../../../src/tune/bullmq/wire.ts';
import { createStudy, samplers, type Pruner, type Study } from '../../../../src/tune/index.ts';
import { fakeBullMQ, type FakeBullMQ } from '../../../support/fake-bullmq.ts';
import objective from '../workers/objective-child.ts';

const module = new URL('../workers/objective-child.js', import.meta.url);
const queue = 'trials';

async function studyOf(behaviours: readonly string[], pruner?: Pruner): Promise<Study> {
  const study = await createStudy({ sampler: samplers.random({ seed: 4 }), ...(pruner && { pruner }) });
  for (const behaviour of behaviours) await study.enqueueTrial({ behaviour });
  return study;
}

async function serve(t: Test, { library }: FakeBullMQ, options: Partial<ServeTrialsOptions> = {}): Promise<void> {
  const server = await serveBy(library, module, { queue, ...options });
  t.teardown(() => server.close({ force: true }));
}

const run = (study: Study, { library }: FakeBullMQ, options: Partial<DistributeOptions> = {}): Promise<void> =>
  distributeBy(library, study, { queue, trials: study.trials.length, maxConsecutiveFailures: 100, ...options });

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => void setTimeout(resolve, 2));
}

t.test('workers give what one thread gives, and nothing is left in the queues', async (t) => {
  const behaviours = ['value', 'value', 'value', 'value', 'value', 'value'];
  const here = await studyOf(behaviours);
  await here.optimize(objective, { trials: behaviours.length });
  const bull = fakeBullMQ();
  await serve(t, bull, { concurrency: 2 });
  const study = await studyOf(behaviours);
  await run(study, bull, { parallel: 2 });
  t.same(
    study.trials.map(({ state, params, value }) => ({ state, params, value })),
    here.trials.map(({ state, params, value }) => ({ state, params, value })),
  );
  t.equal(bull.jobCount(), 0);
});

t.test('reports, pruning, failures and numbers that JSON lacks come back', async (t) => {
  t.capture(console, 'warn', () => undefined);
  const bull = fakeBullMQ();
  await serve(t, bull);
  const pruner: Pruner = { name: 'late', shouldPrune: ({ trial }) => trial.intermediateValues.size > 3 };
  const study = await studyOf(['reports', 'nan', 'caused', 'exits', 'infinite', 'attributes'], pruner);
  await run(study, bull);
  t.same(
    study.trials.map(({ state }) => state),
    ['pruned', 'failed', 'failed', 'failed', 'complete', 'complete'],
  );
  t.ok(Number.isNaN(study.trials[0]?.intermediateValues.get(1)));
  t.match(study.trials[1]?.failure, /gave NaN/);
  t.equal(study.trials[2]?.failure, 'dense: no units');
  t.match(study.trials[3]?.failure, /exit code 3/);
  t.equal(study.trials[4]?.value, -Infinity);
  t.same({ ...study.trials[5]?.userAttributes }, { list: [1, { deep: null }] });
});

t.test("a dead worker's trial keeps its parameters; one that outlives its retries fails", async (t) => {
  t.capture(console, 'warn', () => undefined);
  const bull = fakeBullMQ();
  await serve(t, bull, { retries: 1 });
  const study = await studyOf(['asksAndRests', 'asksAndRests']);
  const done = run(study, bull, { parallel: 1 });
  await until(() => study.trials[0]?.params['x'] !== undefined);
  const { x } = study.trials[0]?.params ?? {};
  bull.killWorker(queue);
  await serve(t, bull, { retries: 1 });
  await until(() => study.trials[0]?.state === 'complete');
  t.equal(study.trials[0]?.value, x);
  for (const death of [1, 2]) {
    await until(() => study.trials[1]?.params['x'] !== undefined);
    await new Promise((resolve) => void setTimeout(resolve, 50));
    bull.killWorker(queue);
    if (death === 1) await serve(t, bull, { retries: 1 });
  }
  await done;
  t.equal(study.trials[1]?.state, 'failed');
  t.match(study.trials[1]?.failure, /the workers could not run the trial: stalled too often/);
});

t.test('what a dead worker reported is gone, and nothing more is taken from it', async (t) => {
  const bull = fakeBullMQ();
  await serve(t, bull);
  const study = await studyOf(['reportsAndRests']);
  const done = run(study, bull);
  const reports = (): readonly number[] => [...(study.trials[0]?.intermediateValues.values() ?? [])];
  await until(() => reports().length === 1);
  const [first] = reports();
  const { x } = study.trials[0]?.params ?? {};
  // Its thread runs on, and asks.
  bull.killWorker(queue);
  await serve(t, bull);
  await done;
  const value = study.trials[0]?.value;
  t.not(value, first);
  t.same(reports(), [value, value]);
  t.equal(study.trials[0]?.params['x'], x);
});

t.test('a signal ends what runs, and takes back what waits', async (t) => {
  const bull = fakeBullMQ();
  await serve(t, bull);
  const study = await studyOf(['listens', 'value']);
  const controller = new AbortController();
  const done = run(study, bull, { parallel: 2, signal: controller.signal });
  await until(() => study.trials[0]?.params['behaviour'] !== undefined);
  await new Promise((resolve) => void setTimeout(resolve, 50));
  controller.abort();
  await done;
  t.same(
    study.trials.map(({ state, params }) => [state, Object.keys(params).length]),
    [
      ['waiting', 1],
      ['waiting', 0],
    ],
  );
  t.equal(bull.jobCount(), 0);
});

t.test('a trial waits no longer for the answer of its study than the worker has patience', async (t) => {
  t.capture(console, 'warn', () => undefined);
  const bull = fakeBullMQ();
  await serve(t, bull, { patience: 0.2 });
  const study = await studyOf(['asksRestsAndAsks']);
  const done = run(study, bull);
  await until(() => study.trials[0]?.params['x'] !== undefined);
  // Who answers dies.
  bull.killWorker(bull.queueNames().find((name) => name !== queue) ?? '');
  await done;
  t.equal(study.trials[0]?.state, 'failed');
  t.match(study.trials[0]?.failure, /the study did not answer trial 0/);
});

t.test('texts give back the values they were made of', async (t) => {
  const values = { a: [NaN, Infinity, -Infinity, -0, 1.5], text: '#number', none: null, deep: { list: [] } };
  t.same(decode(encode(values)), values);
  t.ok(Object.is((decode(encode([-0])) as number[])[0], -0));
  t.end();
});

t.test('options that are none are refused before Redis is asked', async (t) => {
  const study = await createStudy();
  const refused: readonly (readonly [object, RegExp])[] = [
    [{ queue: '' }, /distribute: queue is ''. Give a name without colons/],
    [{ queue: 'a:b' }, /distribute: queue is 'a:b'/],
    [{ queue, connection: 6379 }, /connection is 6379. Give the URL/],
    [{ queue, parallel: 0 }, /distribute: parallel is 0/],
  ];
  for (const [options, message] of refused) {
    await t.rejects(distribute(study, options as DistributeOptions), { name: 'ArgumentError', message });
  }
  for (const wrong of [{}, null, createStudy(), undefined]) {
    const message = /^distribute: the study is .*Give what createStudy gave, awaited/;
    await t.rejects(distribute(wrong as unknown as Study, { queue }), { name: 'ArgumentError', message });
  }
  const served: readonly (readonly [object, RegExp])[] = [
    [{ queue, concurrency: 1.5 }, /serveTrials: concurrency is 1.5. Give an integer of at least 1/],
    [{ queue, retries: -1 }, /retries is -1. Give an integer of at least 0/],
    [{ queue, deadAfter: 0 }, /deadAfter is 0. Give seconds, above 0/],
    [{ queue, patience: '5' }, /patience is '5'/],
  ];
  for (const [options, message] of served) {
    await t.rejects(serveTrials(module, options as ServeTrialsOptions), { name: 'ArgumentError', message });
  }
  await t.rejects(serveTrials('./objective.js' as unknown as URL, { queue }), /the module is '\.\/objective\.js'/);
  const missing = new URL('./not-there.js', import.meta.url);
  await t.rejects(serveBy(fakeBullMQ().library, missing, { queue }), /serveTrials: the module .* cannot be imported/);
});
