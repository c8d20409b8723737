/** What pruners promise beside Optuna's decisions: the bounds of a threshold. */
import t from 'tap';
import { createStudy, pruners } from '../../../../src/tune/index.ts';

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
