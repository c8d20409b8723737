/** Wrong arguments of studies are refused before anything happens, with the way out. */
import { join } from 'node:path';
import t from 'tap';
import { createStudy, pruners, samplers, type Trial } from '../../../src/tune/index.ts';

const never = (value: unknown): never => value as never;
const name = 'ArgumentError';

t.test('createStudy: a sampler, a pruner and a name that are none', async (t) => {
  const refused: readonly (readonly [object, RegExp])[] = [
    [{ sampler: samplers.tpe }, /createStudy: the sampler is a function\. Call it: samplers\.tpe\(\)/],
    [{ pruner: pruners.median }, /the pruner is a function\. Call it: pruners\.median\(\)/],
    [{ sampler: 'tpe' }, /the sampler is 'tpe'\. Give what a function of samplers makes, such as samplers\.tpe\(\)/],
    [{ sampler: null }, /the sampler is null/],
    [{ pruner: null }, /the pruner is null\. Give what a function of pruners makes, such as pruners\.median\(\)/],
    [{ pruner: samplers.tpe() }, /the pruner is an object of/],
    [{ name: 5 }, /the name is 5\. Give a string/],
  ];
  for (const [options, message] of refused) await t.rejects(createStudy(never(options)), { name, message });
});

t.test('optimize: callbacks and signals that are none, before a trial runs', async (t) => {
  const study = await createStudy();
  const refused: readonly (readonly [object, RegExp])[] = [
    [{ callbacks: () => undefined }, /study\.optimize: callbacks is a function\. Give an array of functions/],
    [{ callbacks: [5] }, /study\.optimize: callback 0 is 5\. Give a function/],
    [
      { signal: new AbortController() },
      /the signal is a controller\. Give that of an AbortController: controller\.signal/,
    ],
    [{ signal: 5 }, /the signal is 5\. Give that/],
    [{ signal: null }, /the signal is null/],
  ];
  for (const [options, message] of refused) {
    await t.rejects(
      study.optimize(() => 1, never({ trials: 1, ...options })),
      { name, message },
    );
  }
  await t.rejects(study.ask(never(new AbortController())), { name, message: /ask: the signal is a controller/ });
  t.equal(study.trials.length, 0);
});

t.test('suggestFloat and suggestInt: options that are none', async (t) => {
  const trial = await (await createStudy()).ask();
  for (const options of [null, 0.1, true]) {
    const message = new RegExp(`\\('x'\\): the options are ${String(options)}\\. Give an object of named options`);
    t.throws(() => trial.suggestFloat('x', 1, 2, never(options)), { name, message });
    t.throws(() => trial.suggestInt('x', 1, 2, never(options)), { name, message });
  }
});

t.test('enqueueTrial: what is no object of values', async (t) => {
  const study = await createStudy({ storage: join(t.testdir(), 'study.journal') });
  const refused: readonly (readonly [unknown, RegExp])[] = [
    [undefined, /enqueueTrial: the parameters are undefined\. Give an object with a value for one/],
    [{}, /the parameters are an object\. Give/],
    [[1], /the parameters are an array of 1\. Give/],
    [new Date(0), /the parameters are an object/],
    ...[NaN, Infinity, undefined, () => 1, { a: 1 }, new Date(0), [1]].map(
      (x) => [{ x }, /the parameter 'x' is .*\. Give a string, a finite number, a boolean or null/] as const,
    ),
    [{ x: 5n }, /the parameter 'x' is 5n\. Give/],
  ];
  for (const [params, message] of refused) await t.rejects(study.enqueueTrial(never(params)), { name, message });
  await t.rejects(study.enqueueTrial({ x: 1 }, never(null)), { name, message: /enqueueTrial: the options are null/ });
  await t.rejects(study.enqueueTrial({ x: 1 }, never({ userAttributes: { big: 5n } })), {
    name,
    message: /enqueueTrial\('big'\): JSON cannot hold 5n/,
  });
  t.equal(study.trials.length, 0);
  const params = { a: 'x', b: 1.5, c: true, d: null };
  await study.enqueueTrial(params);
  t.same(study.trials[0]?.systemAttributes['fixed_params'], params);
});

t.test('a parameter that was enqueued and not asked for is told of when its trial is complete', async (t) => {
  const warnings: unknown[] = [];
  t.capture(console, 'warn', (message: unknown) => void warnings.push(message));
  const study = await createStudy();
  await study.enqueueTrial({ x: 0.5 });
  await study.enqueueTrial({ xx: 0.5, y: 1 });
  await study.optimize((trial) => trial.suggestFloat('x', 0, 1), { trials: 3 });
  t.same(warnings, [
    "gradtape: trial 1 was enqueued with 'xx', 'y', which its objective did not ask for; it asked for x.",
  ]);
});

t.test('records show all that they have', async (t) => {
  const study = await createStudy();
  const run = (trial: Trial): void => {
    trial.suggestCategorical('kind', ['a']);
    trial.report(0.5, 3);
    trial.setUserAttribute('note', [1]);
  };
  const trial = await study.ask();
  run(trial);
  await study.tell(trial, 2);
  const { inspect } = await import('node:util');
  const text = inspect(study.bestTrial, { depth: 5 });
  for (const part of ["kind: 'a'", 'value: 2', '3 => 0.5', 'note: [ 1 ]', 'number: 0', "state: 'complete'"]) {
    t.ok(text.includes(part), part);
  }
  t.match(JSON.parse(JSON.stringify(study.trials)), [
    {
      number: 0,
      state: 'complete',
      value: 2,
      values: [2],
      params: { kind: 'a' },
      distributions: { kind: { kind: 'categorical', choices: ['a'] } },
      intermediateValues: { 3: 0.5 },
      userAttributes: { note: [1] },
    },
  ]);
});
