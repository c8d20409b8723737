/** The mission's tuning example, as written, with an objective that takes milliseconds in place of a training. */
import { readFileSync } from 'node:fs';
import { createStudy, pruners, samplers, TrialPruned, type ObjectiveTrial, type Study } from 'gradtape/tune';
import t from 'tap';
import { captured } from '../src/callbacks/fake-model.ts';

/** Best with 64 units and a rate of 0.01. */
function wholeScore(units: number, rate: number, kind: string): number {
  return 1 / (1 + Math.log2(units / 64) ** 2 + Math.log10(rate / 0.01) ** 2 + (kind === 'conv' ? 0 : 0.5));
}

/** The curve of worse parameters is lower from its first epoch on. */
async function trainAndScore(units: number, rate: number, kind: string, trial: ObjectiveTrial): Promise<number> {
  const whole = wholeScore(units, rate, kind);
  let score = 0;
  for (let epoch = 0; epoch < 9; epoch++) {
    score = (1 - 0.5 ** (epoch + 1)) * whole;
    trial.report(score, epoch);
    await new Promise((resolve) => void setImmediate(resolve));
    if (trial.shouldPrune()) throw new TrialPruned();
  }
  return score;
}

async function mission(): Promise<Study> {
  const study = await createStudy({
    direction: 'maximize', sampler: samplers.bayesian({ seed: 1 }),
    pruner: pruners.hyperband(), storage: 'study.journal',
  });
  await study.optimize(async (trial) => {
    const units = trial.suggestInt('units', 16, 256, { log: true });
    const rate = trial.suggestFloat('rate', 1e-4, 1e-1, { log: true });
    const kind = trial.suggestCategorical('kind', ['conv', 'separable']);
    return trainAndScore(units, rate, kind, trial);
  }, { trials: 50, parallel: 2, showProgress: true });
  return study;
} // prettier-ignore

t.test('the example runs as written, finds what is best, and its journal goes on', async (t) => {
  const home = process.cwd();
  process.chdir(t.testdir());
  t.teardown(() => process.chdir(home));
  let study: Study | undefined;
  const { printed } = await captured(async () => (study = await mission()));
  const { bestTrial, bestParams, trials } = study as Study;
  t.equal(trials.length, 50);
  t.match(printed, /^50\/50 - \d+s \d+\ws\/step - best: 0\.\d{4}\n$/);
  t.equal(bestTrial.params, bestParams);
  t.equal(bestParams['kind'], 'conv');
  const others = Array.from({ length: 1000 }, (_, i) => {
    const [units, rate] = [16 * 16 ** ((i % 25) / 25), 1e-4 * 1e3 ** (Math.floor(i / 50) / 20)];
    return wholeScore(units, rate, i % 50 < 25 ? 'conv' : 'separable');
  });
  const better = others.filter((score) => score > (bestTrial.value as number)).length;
  t.ok(better < 30, `better than all but ${better} of 1000 points of a grid: 50 random ones leave 20 on average`);
  t.ok(
    trials.some(({ state }) => state === 'pruned'),
    'what promises little is pruned',
  );
  t.equal(
    readFileSync('study.journal', 'utf8')
      .trim()
      .split('\n')
      .filter((line) => line.includes('"op_code":4')).length,
    50,
  );
  await (study as Study).close();

  const again = await createStudy({ storage: 'study.journal' });
  t.equal(again.bestTrial.number, bestTrial.number);
  t.equal(again.direction, 'maximize');
  await again.close();
});
