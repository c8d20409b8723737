/** What pruners promise beside Optuna's decisions: the bounds of a threshold, and the brackets of hyperband. */
import t from 'tap';
import { createStudy, pruners, type Study } from '../../../../src/tune/index.ts';

t.test('threshold: the bounds themselves are within, NaN is not', async (t) => {
  const study = await createStudy({ pruner: pruners.threshold({ lower: -1, upper: 2, warmupSteps: 1 }) });
  const isPruned = async (value: number, step = 1): Promise<boolean> => {
    const trial = await study.ask();
    trial.report(value, step);
    return trial.shouldPrune();
  };
  t.same([await isPruned(-1), await isPruned(2), await isPruned(0.5)], [false, false, false]);
  t.same([await isPruned(-1.001), await isPruned(2.001), await isPruned(NaN)], [true, true, true]);
  t.equal(await isPruned(5, 0), false, 'before the warm-up has passed');
});

async function studyOf(trials: number): Promise<Study> {
  const study = await createStudy();
  for (let i = 0; i < trials; i++) await study.ask();
  return study;
}

t.test('hyperband: each trial is comparable with those of its bracket, and early brackets have more', async (t) => {
  const { name, direction, trials } = await studyOf(200);
  const hyperband = pruners.hyperband({ maxResource: 9 });
  const brackets = new Set<string>();
  for (const trial of trials) {
    const others = hyperband.comparable?.({ name, direction, trials }, trial).map(({ number }) => number) ?? [];
    t.ok(others.includes(trial.number));
    brackets.add(others.join());
  }
  t.equal(brackets.size, 3, '1 to 9 by threes');
  const sizes = [...brackets].map((bracket) => bracket.split(',').length);
  t.equal(sizes.reduce((sum, size) => sum + size), 200, 'no trial is in two'); // prettier-ignore
  // Shares of 9, 5 and 3 of 17; five standard deviations of a count are 35 at most.
  for (const [i, share] of [9, 5, 3].entries())
    t.ok(Math.abs(sizes.toSorted((a, b) => b - a)[i]! - (200 * share) / 17) < 35, sizes.join());
});

t.test('hyperband: before it knows how long trials are, all are comparable', async (t) => {
  const { name, direction, trials } = await studyOf(20);
  const found = pruners.hyperband().comparable?.({ name, direction, trials }, trials[3] as (typeof trials)[number]);
  t.equal(found?.length, 20);
});
