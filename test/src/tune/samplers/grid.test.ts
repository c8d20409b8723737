/** Grid search: every point once, in any order of ending, and then the end. */
import t from 'tap';
import { createStudy, pruners, samplers, type ObjectiveTrial } from '../../../../src/tune/index.ts';
import { ListJournal } from './spaces.ts';

const space = { units: [16, 32, 64], rate: [0.1, 0.01], kind: ['a', 'b'] } as const;

function objective(trial: ObjectiveTrial): number {
  const rate = trial.suggestFloat('rate', 1e-3, 1, { log: true });
  return trial.suggestInt('units', 1, 64) * rate + (trial.suggestCategorical('kind', ['a', 'b']) === 'a' ? 0 : 1);
}

function pointsOf(trials: readonly { readonly params: object }[]): readonly string[] {
  return trials.map(({ params }) => JSON.stringify(params));
}

t.test('each point is visited once, in the order of the seed, and the study ends', async (t) => {
  const orders = [];
  for (const seed of [1, 2]) {
    const study = await createStudy({ sampler: samplers.grid(space, { seed }) });
    await study.optimize(objective);
    t.equal(study.trials.length, 12);
    t.equal(new Set(pointsOf(study.trials)).size, 12);
    orders.push(pointsOf(study.trials));
  }
  t.notSame(orders[0], orders[1]);
  t.same([...(orders[0] as string[])].sort(), [...(orders[1] as string[])].sort());
});

t.test('overlapping trials, failed ones and enqueued ones leave none out and visit none twice', async (t) => {
  t.capture(console, 'warn', () => undefined);
  const study = await createStudy({ sampler: samplers.grid(space) });
  await study.enqueueTrial({ units: 5, rate: 0.5, kind: 'a' });
  await study.optimize(
    async (trial) => {
      const value = objective(trial);
      await new Promise((resolve) => void setTimeout(resolve, (trial.number * 7) % 5));
      if (trial.number === 4) throw new Error('failed on purpose');
      return value;
    },
    { parallel: 3 },
  );
  t.equal(study.trials.length, 13);
  t.equal(new Set(pointsOf(study.trials)).size, 13);
});

t.test('more lanes than points: each asks for one that is left', async (t) => {
  const study = await createStudy({ sampler: samplers.grid({ x: [1, 2, 3] }) });
  await study.optimize(async (trial) => trial.suggestInt('x', 1, 3), { parallel: 8 });
  t.equal(study.trials.length, 3);
});

t.test('a resumed study goes on where it was, and does nothing when all is visited', async (t) => {
  const journal = new ListJournal();
  const open = async (): ReturnType<typeof createStudy> =>
    createStudy({ sampler: samplers.grid(space), storage: new ListJournal(journal.records) });
  const study = await createStudy({ sampler: samplers.grid(space), storage: journal });
  await study.optimize(objective, { trials: 5 });
  const resumed = await open();
  await resumed.optimize(objective);
  t.equal(resumed.trials.length, 12);
  t.equal(new Set(pointsOf(resumed.trials)).size, 12);
  await resumed.optimize(objective, { trials: 3 });
  t.equal(resumed.trials.length, 12);
});

t.test('a trial that was interrupted is run again with its point before the study ends', async (t) => {
  const study = await createStudy({ sampler: samplers.grid({ x: [1, 2, 3] }) });
  const controller = new AbortController();
  const run = (trial: ObjectiveTrial): number => {
    if (trial.number === 2) controller.abort();
    const x = trial.suggestInt('x', 1, 3);
    trial.signal.throwIfAborted();
    return x;
  };
  await study.optimize(run, { signal: controller.signal });
  t.equal(study.trials[2]?.state, 'waiting');
  await study.optimize((trial) => trial.suggestInt('x', 1, 3));
  t.same(
    study.trials.map(({ state }) => state),
    ['complete', 'complete', 'complete'],
  );
});

t.test(
  'under hyperband, which compares a trial with those of its bracket alone, each point is visited once',
  async (t) => {
    const study = await createStudy({ sampler: samplers.grid(space), pruner: pruners.hyperband({ maxResource: 9 }) });
    await study.optimize(objective);
    t.equal(study.trials.length, 12);
    t.equal(new Set(pointsOf(study.trials)).size, 12);
  },
);

t.test('a grid that is none is refused', async (t) => {
  t.throws(() => samplers.grid({}), /samplers.grid: the grid has no parameters/);
  t.throws(() => samplers.grid({ x: [] }), /values of 'x' are empty/);
  t.throws(() => samplers.grid({ x: 3 as never }), /values of 'x' are 3/);
  t.throws(() => samplers.grid({ x: [1, 2, 1] }), /'x' has 1 twice/);
  const many = Array.from({ length: 1000 }, (_, i) => i);
  t.throws(() => samplers.grid({ x: many, y: many, z: many }), /1000000000 points, more than 10000000/);
  const study = await createStudy({ sampler: samplers.grid({ x: [1, 2], y: [0.5] }) });
  const trial = await study.ask();
  t.throws(() => trial.suggestInt('z', 0, 3), /asks for 'z', which the grid has not.*Known: x, y/);
  t.throws(
    () => trial.suggestInt('x', 3, 5),
    /'x' has the value [12], but the objective asks for an integer from 3 to 5/,
  );
  t.throws(() => trial.suggestCategorical('y', ['a', 'b']), /'y' has the value 0.5.*a choice of 'a', 'b'/);
});
