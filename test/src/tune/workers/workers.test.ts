/** Trials in threads: the same points, errors, reports and signals as in one thread, and threads that die. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { BroadcastChannel } from 'node:worker_threads';
import t, { type Test } from 'tap';
import { ArgumentError } from '../../../../src/errors.ts';
import { fromUnit, type Distribution } from '../../../../src/tune/distribution.ts';
import {
  createStudy,
  samplers,
  type ObjectiveTrial,
  type OptimizeOptions,
  type Pruner,
  type Sampler,
  type Study,
} from '../../../../src/tune/index.ts';
import objective from './objective-child.ts';

const module = new URL('./objective-child.js', import.meta.url);

/** A study whose trials behave like that, one after the other, and then run in threads. */
async function behave(behaviours: readonly string[], options: OptimizeOptions = {}, pruner?: Pruner): Promise<Study> {
  const study = await createStudy({ sampler: samplers.random({ seed: 4 }), ...(pruner && { pruner }) });
  for (const behaviour of behaviours) await study.enqueueTrial({ behaviour });
  await study.optimize(module, { trials: behaviours.length, maxConsecutiveFailures: 100, ...options });
  return study;
}

const pointsOf = (study: Study): unknown[] =>
  study.trials.map(({ number, state, params, value }) => ({ number, state, params: { ...params }, value }));

/** What threads tell the test, until `done`. */
function heard(onMessage: (data: { readonly number: number; readonly text: string }) => void): () => void {
  const channel = new BroadcastChannel('gradtape-test');
  channel.onmessage = (event) => onMessage((event as unknown as { readonly data: never }).data);
  return () => channel.close();
}

t.test('random points are the same in this thread, in 1 and in 4 threads', async (t) => {
  const behaviours = Array.from({ length: 12 }, () => 'value');
  const here = await createStudy({ sampler: samplers.random({ seed: 4 }) });
  for (const behaviour of behaviours) await here.enqueueTrial({ behaviour });
  await here.optimize(objective, { trials: behaviours.length });
  const expected = pointsOf(here);
  t.same(pointsOf(await behave(behaviours, { workers: 1 })), expected);
  t.same(pointsOf(await behave(behaviours, { workers: 4 })), expected);
});

t.test(
  'a sampler that learns asks 4 threads for what it asks 4 overlapping trials, told in the same order',
  async (t) => {
    // Its points depend on everything that it may look at.
    const learner: Sampler = {
      name: 'learner',
      seed: 1,
      sampleJoint: ({ trials }) => {
        const distribution: Distribution = { kind: 'float', low: 0, high: 1, log: false, step: null };
        const sum = trials.reduce((sum, { value, number }) => sum + (value ?? 1 / (number + 3)), 0);
        return new Map([['x', { internal: (sum * 7.77) % 1, distribution }]]);
      },
      sample: ({ random }, _name, distribution) => fromUnit(distribution, random.uniform()),
    };
    const run = async (run: (study: Study, options: OptimizeOptions) => Promise<void>): Promise<unknown[]> => {
      const study = await createStudy({ sampler: learner });
      for (let trial = 0; trial < 16; trial++) await study.enqueueTrial({ behaviour: 'inTurn' });
      let told = 0;
      const channel = new BroadcastChannel('gradtape-turns');
      channel.onmessage = (event) => {
        const { asks } = (event as { readonly data: { readonly asks?: number } }).data;
        if (asks === told) channel.postMessage({ goes: asks });
      };
      await run(study, { trials: 16, callbacks: [() => void told++] });
      channel.close();
      return pointsOf(study);
    };
    const overlapping = await run((study, options) => study.optimize(objective, { ...options, parallel: 4 }));
    t.same(await run((study, options) => study.optimize(module, { ...options, workers: 4 })), overlapping);
    const alone = await run((study, options) => study.optimize(objective, options));
    t.notSame(alone, overlapping, 'the sampler does learn');
    t.same(await run((study, options) => study.optimize(module, { ...options, workers: 1 })), alone);
  },
);

t.test('reports, pruning and attributes reach the study', async (t) => {
  const pruner: Pruner = { name: 'late', shouldPrune: ({ trial }) => trial.intermediateValues.size > 3 };
  const study = await behave(['reports', 'attributes'], {}, pruner);
  const [first, second] = study.trials;
  t.equal(first?.state, 'pruned');
  t.same([...(first?.intermediateValues.keys() ?? [])], [0, 1, 2, 3]);
  t.ok(Number.isNaN(first?.intermediateValues.get(1)));
  t.equal(first?.value, (first?.params['x'] as number) + 3);
  t.same({ ...second?.userAttributes }, { list: [1, { deep: null }] });
  t.equal(second?.value, 1, 'the objective sees its parameters');
});

t.test('errors travel: failures have the messages that they have in one thread', async (t) => {
  t.capture(console, 'warn', () => undefined);
  const behaviours = ['own', 'caused', 'text', 'nan', 'refused', 'changed', 'unlikeJson', 'function', 'textless'];
  const study = await behave(behaviours);
  t.same(
    study.trials.map(({ state }) => state),
    behaviours.map(() => 'failed'),
  );
  const failures = study.trials.map(({ failure }) => failure);
  t.same(failures.slice(0, 3), ['mine', 'dense: no units', 'only a text']);
  t.match(failures[3], /gave NaN/);
  t.match(failures[4], /'bad': the bounds are reversed/);
  t.match(failures[5], /'behaviour': its choices changed/);
  t.match(failures[6], /JSON cannot hold 1/);
  t.match(failures[7], /cannot be sent to another thread/);
  t.match(failures[8], /an object, which has no text, was thrown/);
});

t.test('the error that ends a study has its class, fields and causes', async (t) => {
  t.capture(console, 'warn', () => undefined);
  const error: unknown = await behave(['caused'], { maxConsecutiveFailures: 1 }).catch((error: unknown) => error);
  const { cause } = error as Error;
  t.ok(cause instanceof ArgumentError);
  t.match(cause, { message: 'dense: no units', where: 'dense', got: [1, 2] });
  t.ok((cause as Error).cause instanceof TypeError);
  t.match((cause as Error).stack, /objective-child/);
});

t.test('a thread that dies fails its trial with the reason, and the study goes on in another', async (t) => {
  t.capture(console, 'warn', () => undefined);
  const study = await behave(['value', 'exits', 'value', 'uncaught', 'value'], { workers: 2 });
  t.same(
    study.trials.map(({ state }) => state),
    ['complete', 'failed', 'complete', 'failed', 'complete'],
  );
  t.match(study.trials[1]?.failure, 'the worker thread ended before its job did with exit code 3');
  t.match(study.trials[3]?.failure, 'the worker thread ended before its job did: too deep');
});

for (const behaviour of ['busy', 'listens']) {
  t.test(`a signal ends an objective that is ${behaviour}; its trial waits for the next run`, async (t) => {
    const controller = new AbortController();
    let done = (): void => undefined;
    const ended = new Promise<void>((resolve) => {
      done = heard(({ text }) => (text === 'runs' ? controller.abort() : resolve()));
    });
    const study = await behave([behaviour], { signal: controller.signal });
    // By itself, not with its thread.
    await ended;
    done();
    t.equal(study.trials[0]?.state, 'waiting');
  });
}

t.test('a value that an objective gives after the signal is kept', async (t) => {
  const controller = new AbortController();
  const done = heard(() => controller.abort());
  const study = await behave(['busyWithValue'], { signal: controller.signal });
  done();
  t.match(study.trials[0], { state: 'complete', value: 0.5 });
});

t.test('an objective that asks after its end is told so', async (t) => {
  let message = '';
  const done = heard(({ text }) => (message = text));
  const study = await behave(['late', 'rests']);
  done();
  t.match(message, /the trial has ended: await everything/);
  t.equal(study.trials[0]?.intermediateValues.size, 0);
});

t.test('modules that cannot be run are refused before any trial', async (t) => {
  const study = await createStudy();
  const missing = new URL('./not-there.js', import.meta.url);
  await t.rejects(study.optimize(missing), {
    name: 'ArgumentError',
    message: /study\.optimize: the module .*not-there\.js cannot be imported: .*Give the URL/,
  });
  await t.rejects(study.optimize(new URL('./no-default-child.js', import.meta.url)), {
    message: /no-default-child\.js has no default export; it exports objective, other\. Write 'export default'/,
  });
  await t.rejects(study.optimize(new URL('data:text/javascript,export default 5')), {
    message: /has 5 as its default export/,
  });
  await t.rejects(study.optimize('./objective.js' as unknown as URL), { message: /is '\.\/objective\.js'.*the URL/ });
  await t.rejects(study.optimize(module, { parallel: 2 }), { message: /parallel is given with a module's URL/ });
  await t.rejects(
    study.optimize((trial: ObjectiveTrial) => trial.number, { workers: 2 }),
    {
      message: /workers is given with a function/,
    },
  );
  await t.rejects(study.optimize(module, { workers: 0 }), { message: /workers is 0/ });
  t.equal(study.trials.length, 0);
});

/** What a program that imports `gradtape/tune` prints in a process of its own, which is to end by itself. */
function outputOf(t: Test, program: string): string {
  const tune = JSON.stringify(new URL('../../../../src/tune/index.js', import.meta.url).href);
  const folder = t.testdir({ 'program.mjs': program.replaceAll('TUNE', tune) });
  return execFileSync(process.execPath, [join(folder, 'program.mjs')], {
    encoding: 'utf8',
    timeout: 30_000,
    stdio: ['ignore', 'pipe', 'ignore'],
  }).trim();
}

t.test('no thread is left: a process whose study is done ends', async (t) => {
  const output = outputOf(
    t,
    `
    import { createStudy } from TUNE;
    const study = await createStudy();
    for (const behaviour of ['value', 'exits', 'value']) await study.enqueueTrial({ behaviour });
    await study.optimize(new URL(${JSON.stringify(module.href)}), { trials: 3, workers: 2 });
    console.log(study.trials.map(({ state }) => state).join());`,
  );
  t.equal(output, 'complete,failed,complete');
});

t.test('where there are no threads, modules are refused and functions run', async (t) => {
  const hooks = `export const resolve = (name, context, next) => {
    if (name === 'node:worker_threads') throw new Error('no such module');
    return next(name, context);
  };`;
  const output = outputOf(
    t,
    `
    import { register } from 'node:module';
    register('data:text/javascript,' + encodeURIComponent(${JSON.stringify(hooks)}));
    const { createStudy } = await import(TUNE);
    const study = await createStudy();
    await study.optimize(new URL(${JSON.stringify(module.href)})).catch((error) => console.log(error.message));
    await study.optimize(() => 1, { trials: 2 });
    console.log(study.trials.length);`,
  );
  t.equal(
    output,
    "study.optimize: workers are threads of Node, which this runtime does not have. Give a function in place of a module's URL.\n2",
  );
});

t.test('a process whose program came as text runs trials in threads', (t) => {
  const program = `
    import { createStudy, samplers } from 'gradtape/tune';
    const study = await createStudy({ sampler: samplers.random({ seed: 4 }) });
    await study.enqueueTrial({ behaviour: 'value' });
    await study.optimize(new URL(${JSON.stringify(module.href)}), { trials: 1, workers: 1 });
    console.log(study.bestTrial.state);`;
  t.equal(
    execFileSync(process.execPath, ['--input-type=module', '--eval', program], { encoding: 'utf8' }),
    'complete\n',
  );
  t.end();
});
