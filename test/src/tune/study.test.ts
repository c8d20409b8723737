/** Studies: what they ask, keep, end early, and refuse. */
import t from 'tap';
import { floatDistribution } from '../../../src/tune/distribution.ts';
import {
  createStudy,
  samplers,
  TrialPruned,
  type ObjectiveTrial,
  type Sampler,
  type SamplingContext,
} from '../../../src/tune/index.ts';

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

t.test(
  'of equal values the first is the best, and equal trials of several objectives are all on the front',
  async (t) => {
    for (const direction of ['minimize', 'maximize'] as const) {
      const study = await createStudy({ direction });
      await study.optimize((trial) => [2, 1, 2, 1, 1.5][trial.number] as number, { trials: 5 });
      t.equal(study.bestTrial.number, direction === 'minimize' ? 1 : 0);
    }
    const study = await createStudy({ directions: ['minimize', 'maximize'] });
    await study.optimize((trial) => [[1, 1], [1, 1], [1, 0]][trial.number] as number[], { trials: 3 }); // prettier-ignore
    t.same(study.bestTrials.map(({ number }) => number), [0, 1]); // prettier-ignore
  },
);

/** A sampler that gives 0.5, and notes what it was asked. */
function noting(joint: ReturnType<NonNullable<Sampler['sampleJoint']>> = new Map()) {
  const asked: (readonly [string, SamplingContext])[] = [];
  const sampler: Sampler = {
    name: 'noting',
    seed: 1,
    sampleJoint: () => joint,
    sample(context, name) {
      asked.push([name, context]);
      return 0.5;
    },
  };
  return { sampler, asked };
}

t.test(
  'a sampler sees the other trials, and has random numbers of its own for each parameter of each trial',
  async (t) => {
    const { sampler, asked } = noting();
    const study = await createStudy({ sampler });
    await study.optimize((trial) => trial.suggestFloat('x', 0, 1) + trial.suggestFloat('y', 0, 1), { trials: 3 });
    t.same(asked.map(([name, { trial }]) => `${name}${trial.number}`), ['x0', 'y0', 'x1', 'y1', 'x2', 'y2']); // prettier-ignore
    for (const [, { trial, trials, all }] of asked) {
      t.same(trials, study.trials.filter((other) => other.number !== trial.number)); // prettier-ignore
      t.same(all, study.trials);
    }
    t.equal(new Set(asked.map(([, { random }]) => random.uniform())).size, 6);
  },
);

t.test('a parameter that is asked for again has its value, whose bounds may not exclude it', async (t) => {
  const { sampler, asked } = noting();
  const trial = await (await createStudy({ sampler })).ask();
  t.same(
    [trial.suggestFloat('x', 0, 1), trial.suggestFloat('x', 0, 1), trial.suggestFloat('x', 0, 2)],
    [0.5, 0.5, 0.5],
  );
  t.equal(asked.length, 1);
  t.throws(() => trial.suggestFloat('x', 1, 2), /trial 0 has 0.5, which is not a float from 1 to 2/);
});

t.test(
  'what was enqueued goes before what was chosen together, and that only for the bounds that it was chosen for',
  async (t) => {
    const distribution = floatDistribution('x', 0, 1);
    const { sampler, asked } = noting(new Map(['x', 'y', 'z'].map((name) => [name, { internal: 0.25, distribution }])));
    const study = await createStudy({ sampler });
    await study.enqueueTrial({ x: 0.75 });
    const trial = await study.ask();
    t.same(
      [trial.suggestFloat('x', 0, 1), trial.suggestFloat('y', 0, 1), trial.suggestFloat('z', 0, 2)],
      [0.75, 0.25, 0.5],
    );
    t.same(asked.map(([name]) => name), ['z']); // prettier-ignore
  },
);

t.test('a trial is not enqueued again with skipIfExists, one with fewer parameters is', async (t) => {
  const study = await createStudy();
  await study.enqueueTrial({ x: 0.25, kind: 'b' });
  await study.enqueueTrial({ kind: 'b', x: 0.25 }, { skipIfExists: true });
  t.equal(study.trials.length, 1);
  await study.enqueueTrial({ x: 0.25 }, { skipIfExists: true });
  t.equal(study.trials.length, 2);
});

t.test('the second report of a step is ignored, and several objectives are not pruned', async (t) => {
  const pruner = { name: 'all', shouldPrune: () => true };
  const study = await createStudy({ pruner });
  const trial = await study.ask();
  trial.report(1, 0);
  trial.report(2, 0);
  t.same([...(study.trials[0]?.intermediateValues ?? [])], [[0, 1]]);
  t.equal(trial.shouldPrune(), true);
  const several = await createStudy({ directions: ['minimize', 'minimize'], pruner });
  const other = await several.ask();
  other.report(1, 0);
  t.equal(other.shouldPrune(), false);
  const { state, values } = await several.tell(other, undefined, { state: 'pruned' });
  t.same([state, values], ['pruned', undefined], 'one report is no value for each of two');
});

t.test('stop ends a run and not the next one; the trial that runs is finished', async (t) => {
  const study = await createStudy();
  await study.optimize(
    (trial) => {
      if (trial.number === 1) study.stop();
      return trial.suggestFloat('x', 0, 1);
    },
    { trials: 5 },
  );
  t.equal(study.trials.length, 2);
  await study.optimize((trial) => trial.suggestFloat('x', 0, 1), { trials: 1 });
  t.same(study.trials.map(({ state }) => state), ['complete', 'complete', 'complete']); // prettier-ignore
});

t.test('totalTrials counts what is finished and what runs: lanes do not run more', async (t) => {
  const study = await createStudy();
  const rest = async (trial: ObjectiveTrial): Promise<number> => {
    await new Promise((resolve) => void setTimeout(resolve, 1 + (trial.number % 3)));
    return trial.suggestFloat('x', 0, 1);
  };
  await study.optimize(rest, { totalTrials: 5, parallel: 3 });
  t.equal(study.trials.length, 5);
  await study.optimize(rest, { totalTrials: 7, parallel: 3 });
  t.equal(study.trials.length, 7);
  await study.optimize(rest, { totalTrials: 7, trials: 2 });
  t.equal(study.trials.length, 7);
});

t.test('the timeout is in seconds; with 0, and with a signal that came before, no trial begins', async (t) => {
  const study = await createStudy();
  const rest = async (trial: ObjectiveTrial): Promise<number> => {
    await new Promise((resolve) => void setTimeout(resolve, 30));
    return trial.suggestFloat('x', 0, 1);
  };
  await study.optimize(rest, { trials: 3, timeout: 20 });
  t.equal(study.trials.length, 3);
  await study.optimize(rest, { trials: 3, timeout: 0 });
  await study.optimize(rest, { trials: 3, signal: AbortSignal.abort() });
  t.equal(study.trials.length, 3);
});
