/** How trials end by `tell`, and what is refused. */
import { join } from 'node:path';
import t from 'tap';
import { createStudy, samplers, TrialPruned, type Trial } from '../../../src/tune/index.ts';

const never = (value: unknown): never => value as never;

t.test('a trial of another study is refused, and both go on', async (t) => {
  const [one, other] = [await createStudy(), await createStudy({ name: 'other' })];
  const [mine, theirs] = [await one.ask(), await other.ask()];
  await t.rejects(other.tell(mine, 1), {
    name: 'ArgumentError',
    message: /tell: trial 0 is one of another study, not of 'other'\. Tell the study that was asked for it/,
  });
  t.equal(other.trials[0]?.state, 'running');
  await one.tell(mine, 1);
  await other.tell(theirs, 2);
  t.same([one.bestValue, other.bestValue], [1, 2]);
});

t.test('of two tells at once the second is refused as a later one is', async (t) => {
  for (const storage of [undefined, join(t.testdir(), 'study.journal')]) {
    const study = await createStudy(storage === undefined ? {} : { storage });
    const trial = await study.ask();
    const [first, second] = await Promise.allSettled([study.tell(trial, 1), study.tell(trial, 2)]);
    const later: unknown = await study.tell(trial, 3).catch((error: unknown) => error);
    t.equal(first.status, 'fulfilled');
    t.equal(((second as PromiseRejectedResult).reason as Error).message, (later as Error).message);
    t.match(later, { name: 'ArgumentError', message: /tell: trial 0 is complete\. A trial from ask is told of once/ });
    t.equal(study.bestValue, 1);
  }
});

t.test('what is no trial, and options that are none, are refused', async (t) => {
  const study = await createStudy();
  const trial = await study.ask();
  const refused: readonly (readonly [unknown, unknown, RegExp])[] = [
    [undefined, undefined, /tell: the trial is undefined\. Give what ask gave, or its number/],
    [null, undefined, /tell: the trial is null/],
    ['0', undefined, /tell: the trial is '0'/],
    [7, undefined, /tell: trial 7 is not there: the study has 1/],
    [trial, null, /tell: the options are null/],
    [trial, { state: 'fail' }, /the state is 'fail'\. Give 'complete', 'pruned' or 'failed', or leave it out/],
    [trial, { state: 'running' }, /the state is 'running'/],
    [trial, { state: 'failed', failure: 5 }, /the failure is 5\. Give a text/],
  ];
  for (const [one, options, message] of refused) {
    await t.rejects(study.tell(never(one), 1, never(options)), { name: 'ArgumentError', message });
  }
  t.equal(trial.record.state, 'running');
});

t.test('a trial that was told of takes no parameter, report or attribute any more', async (t) => {
  const study = await createStudy();
  const trial = await study.ask();
  const x = trial.suggestFloat('x', 0, 1);
  await study.tell(trial, 1);
  const calls: readonly (readonly [string, (trial: Trial) => void])[] = [
    ["parameter 'y'", () => trial.suggestFloat('y', 0, 1)],
    ['report', () => trial.report(1, 0)],
    ['setUserAttribute', () => trial.setUserAttribute('a', 1)],
  ];
  for (const [where, call] of calls) {
    t.throws(() => call(trial), {
      name: 'ArgumentError',
      message: new RegExp(`^${where}: trial 0 is complete, and what has ended does not change\\. Await everything`),
    });
  }
  t.equal(trial.suggestFloat('x', 0, 1), x, 'what it has it tells');
});

t.test('a trial may report more than an argument list holds', async (t) => {
  const study = await createStudy();
  await study.optimize(
    (trial) => {
      for (let step = 0; step < 150_000; step++) trial.report(step / 2, step);
      throw new TrialPruned();
    },
    { trials: 1 },
  );
  t.match(study.trials[0], { state: 'pruned', value: 149_999 / 2 });
});

t.test('a sampler that throws fails the trial, and its error surfaces', async (t) => {
  const sampler = { ...samplers.random(), sampleJoint: () => { throw new RangeError('no point'); } }; // prettier-ignore
  const study = await createStudy({ sampler });
  await t.rejects(study.ask(), { name: 'RangeError', message: 'no point' });
  await t.rejects(
    study.optimize(() => 1, { trials: 2 }),
    { name: 'RangeError' },
  );
  t.same(study.trials.map(({ state, failure }) => [state, failure]), [['failed', 'no point'], ['failed', 'no point']]); // prettier-ignore
});

t.test('a failure has a reason, whatever was thrown, of a length that can be kept', async (t) => {
  t.capture(console, 'warn', () => undefined);
  const storage = join(t.testdir(), 'study.journal');
  const study = await createStudy({ storage });
  const long = 'x'.repeat(9_000_000);
  const thrown: readonly unknown[] = [new Error(long), Object.create(null), undefined, Symbol('s'), new TypeError('')];
  await study.optimize(
    (trial) => {
      if (trial.number < thrown.length) throw thrown[trial.number];
      return 1;
    },
    { trials: thrown.length + 1, maxConsecutiveFailures: 9 },
  );
  await study.close();
  const { trials } = await createStudy({ storage });
  const failures = trials.map(({ failure }) => failure ?? '');
  const [cut = ''] = failures;
  const [, kept = '', more] = /^(x+)\.\.\. \((\d+) more characters\)$/.exec(cut) ?? [];
  t.equal(kept.length + Number(more), long.length);
  t.same(failures.slice(1, 5), ['an object, which has no text, was thrown', 'undefined', 'Symbol(s)', 'TypeError']);
  t.equal(trials.at(-1)?.state, 'complete');
});

t.test('messages about failures have one full stop, and count what was given', async (t) => {
  t.capture(console, 'warn', () => undefined);
  const study = await createStudy({ directions: ['minimize', 'minimize'] });
  await study.optimize((trial) => (trial.number === 0 ? 1 : [1, 2, 3]), { trials: 2 });
  t.match(study.trials[0]?.failure, 'the objective gave one value where 2 values are expected');
  t.match(study.trials[1]?.failure, 'the objective gave 3 values where');
  const one = await createStudy();
  const error: unknown = await one
    .optimize((trial) => trial.suggestFloat('x', 2, 1))
    .catch((caught: unknown) => caught);
  t.match((error as Error).message, /Give the lower one first\. Mend the objective/);
  t.throws(() => one.bestTrial, /Give the lower one first\. Run more trials/);
});
