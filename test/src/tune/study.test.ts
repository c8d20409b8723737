/** Studies: what they ask, keep, end early, and refuse. */
import t from 'tap';
import { createStudy, samplers, TrialPruned, type ObjectiveTrial } from '../../../src/tune/index.ts';

t.test('a study of random points finds better ones, and keeps parameters, values and times', async (t) => {
  const study = await createStudy({ direction: 'maximize', sampler: samplers.random({ seed: 1 }) });
  await study.optimize((trial) => -((trial.suggestFloat('x', -10, 10) - 2) ** 2), { trials: 200 });
  t.equal(study.trials.length, 200);
  t.ok(study.bestValue > -0.05, `best ${study.bestValue}`);
  t.equal(study.bestValue, -(((study.bestParams['x'] as number) - 2) ** 2));
  t.ok(study.trials.every(({ startTime, endTime }) => (endTime as number) >= (startTime as number)));
});

t.test('the points depend on the seed and the number, not on how many trials overlap', async (t) => {
  const points = async (parallel: number, seed = 5): Promise<unknown[]> => {
    const study = await createStudy({ sampler: samplers.random({ seed }) });
    const objective = async (trial: ObjectiveTrial): Promise<number> => {
      const x = trial.suggestFloat('x', 0, 1);
      await new Promise((resolve) => void setTimeout(resolve, trial.number % 3));
      return x + trial.suggestInt('n', 1, 100, { log: true });
    };
    await study.optimize(objective, { trials: 20, parallel });
    return study.trials.map(({ params }) => ({ ...params }));
  };
  const alone = await points(1);
  t.same(await points(4), alone);
  t.notSame(await points(1, 6), alone);
});

t.test('parameters of branches that are not taken are absent', async (t) => {
  const study = await createStudy();
  await study.optimize(
    (trial) =>
      trial.suggestCategorical('kind', ['a', 'b']) === 'a'
        ? trial.suggestInt('depth', 1, 3)
        : trial.suggestFloat('rate', 0, 1),
    { trials: 30 },
  );
  const names = new Set(study.trials.map(({ params }) => Object.keys(params).join()));
  t.same([...names].sort(), ['kind,depth', 'kind,rate']);
});

t.test('an objective that throws, gives NaN or gives nothing makes a failed trial with its reason', async (t) => {
  const study = await createStudy();
  const results = [1, NaN, 'x', undefined, new Error('the disk is full'), 2];
  t.capture(console, 'warn', () => undefined);
  await study.optimize(
    (trial) => {
      trial.suggestFloat('x', 0, 1);
      const result = results[trial.number];
      if (result instanceof Error) throw result;
      return result as number;
    },
    { trials: results.length },
  );
  t.same(
    study.trials.map(({ state }) => state),
    ['complete', 'failed', 'failed', 'failed', 'failed', 'complete'],
  );
  t.match(study.trials[1]?.failure, /gave NaN/);
  t.match(study.trials[2]?.failure, /gave 'x'/);
  t.match(study.trials[3]?.failure, /gave (nothing|undefined)/);
  t.equal(study.trials[4]?.failure, 'the disk is full');
});

t.test('three failures in a row end the study with the last one as the cause', async (t) => {
  const study = await createStudy();
  t.capture(console, 'warn', () => undefined);
  const cause = new Error('no such file');
  await t.rejects(
    study.optimize(
      () => {
        throw cause;
      },
      { trials: 10 },
    ),
    { message: /3 trials in a row failed.*no such file/, cause },
  );
  t.equal(study.trials.length, 3);
  t.throws(() => study.bestTrial, /no trial of the study 'study' is complete \(3 failed\).*no such file/);
});

t.test('failures that a good or a pruned trial parts are not in a row', async (t) => {
  const study = await createStudy();
  t.capture(console, 'warn', () => undefined);
  await study.optimize(
    (trial) => {
      const x = trial.suggestFloat('x', 0, 1);
      if (trial.number % 6 === 2) return x;
      if (trial.number % 6 === 5) throw new TrialPruned();
      throw new Error('no');
    },
    { trials: 18 },
  );
  t.equal(study.trials.length, 18);
});

t.test('the value of a pruned trial is its report of the last step, in whatever order they came', async (t) => {
  const study = await createStudy();
  await study.optimize(
    (trial) => {
      trial.suggestFloat('x', 0, 1);
      for (const [value, step] of [[5, 0], [7, 2], [6, 1]] as const) trial.report(value, step); // prettier-ignore
      throw new TrialPruned();
    },
    { trials: 1 },
  );
  t.equal(study.trials[0]?.value, 7);
});

t.test('every trial pruned: the best trial says so', async (t) => {
  const study = await createStudy();
  await study.optimize(
    (trial) => {
      trial.report(trial.suggestFloat('x', 0, 1), 0);
      throw new TrialPruned();
    },
    { trials: 4 },
  );
  t.equal(study.trials[0]?.value, study.trials[0]?.params['x']);
  t.throws(() => study.bestTrial, /\(4 pruned\)\. Prune later/);
});

t.test('an objective that asks for nothing is told so, once', async (t) => {
  const warnings: unknown[] = [];
  t.capture(console, 'warn', (message: unknown) => void warnings.push(message));
  const study = await createStudy();
  await study.optimize((trial) => trial.number, { trials: 3 });
  t.match(warnings, [/trial 0 asked for no parameter/]);
  t.equal(warnings.length, 1);
});

t.test('a space is refused with its rule', async (t) => {
  const study = await createStudy();
  const trial = await study.ask();
  t.throws(() => trial.suggestFloat('a', 2, 1), /parameter 'a': the bounds are reversed, low 2 is above high 1/);
  t.throws(() => trial.suggestFloat('a', 0, 1, { log: true }), /logarithm of low 0/);
  t.throws(() => trial.suggestInt('a', 0, 5, { log: true }), /at least 1/);
  t.throws(() => trial.suggestInt('a', 0.5, 5), /low is 0.5/);
  t.throws(() => trial.suggestFloat('a', 0, NaN), /high is NaN/);
  t.throws(() => trial.suggestFloat('a', 0, 1, { step: 0 }), /step is 0/);
  t.throws(() => trial.suggestFloat('a', 1, 2, { step: 0.1, log: true }), /log and step/);
  t.throws(() => trial.suggestCategorical('a', []), /choices are empty/);
  t.throws(() => trial.suggestCategorical('a', ['x', 'x']), /'x' is there twice/);
  t.throws(() => trial.suggestCategorical('a', [Infinity]), /choice 0 is Infinity/);
  t.throws(() => trial.suggestFloat('', 0, 1), /name is ''/);
  trial.suggestFloat('x', 0, 1);
  await study.tell(trial, 1);
  const next = await study.ask();
  t.throws(() => next.suggestInt('x', 0, 1), /kind changed.*a float from 0 to 1.*an integer from 0 to 1/);
  t.throws(() => next.suggestFloat('x', 1, 2, { log: true }), /scale changed/);
  t.doesNotThrow(() => next.suggestFloat('x', 0, 5));
});

t.test('enqueued trials come first, with the values they name', async (t) => {
  const study = await createStudy();
  await study.enqueueTrial({ x: 0.25 });
  await study.enqueueTrial({ x: 0.75, kind: 'b' });
  await study.enqueueTrial({ x: 0.25 }, { skipIfExists: true });
  await study.optimize(
    (trial) => trial.suggestFloat('x', 0, 1) + (trial.suggestCategorical('kind', ['a', 'b']) === 'a' ? 0 : 10),
    { trials: 3 },
  );
  t.equal(study.trials.length, 3);
  t.equal(study.trials[0]?.params['x'], 0.25);
  t.same({ ...study.trials[1]?.params }, { x: 0.75, kind: 'b' });
});

t.test(
  'a signal ends the study; the trial that ran waits, and the next run takes it with its parameters',
  async (t) => {
    const study = await createStudy({ sampler: samplers.random({ seed: 3 }) });
    const controller = new AbortController();
    let x = 0;
    await study.optimize(
      (trial) => {
        x = trial.suggestFloat('x', 0, 1);
        if (trial.number === 2) controller.abort();
        trial.signal.throwIfAborted();
        return x;
      },
      { trials: 10, signal: controller.signal },
    );
    t.same(
      study.trials.map(({ state }) => state),
      ['complete', 'complete', 'waiting'],
    );
    await study.optimize((trial) => trial.suggestFloat('x', 0, 1), { totalTrials: 5 });
    t.equal(study.trials.length, 5);
    t.equal(study.trials[2]?.value, x);
  },
);

t.test('several objectives: the trials that no other one beats', async (t) => {
  const study = await createStudy({ directions: ['minimize', 'maximize'] });
  const values = [
    [1, 1],
    [2, 3],
    [2, 2],
    [3, 3],
    [0.5, 0],
  ] as const;
  await study.optimize((trial) => values[trial.number] as readonly number[], { trials: 5 });
  t.same(
    study.bestTrials.map(({ number }) => number),
    [0, 1, 4],
  );
  t.throws(() => study.bestTrial, /has 2 objectives. Use bestTrials/);
});
