import t from 'tap';
import { earlyStopping, type EarlyStoppingOptions } from '../../../src/callbacks/index.ts';
import { ArgumentError } from '../../../src/errors.ts';
import { captured, run, series } from './fake-model.ts';

t.test('training ends after patience epochs without improvement, never after the first epoch', async (t) => {
  t.equal((await run([earlyStopping({ patience: 2 })], series('val_loss', 3, 2, 2.5, 2.25, 1))).epochsRun, 4);
  t.equal((await run([earlyStopping()], series('val_loss', 1, 1, 1))).epochsRun, 2);
  t.equal((await run([earlyStopping({ patience: 2 })], series('val_loss', 3, 2, 1))).epochsRun, 3);
});

t.test('restoreBestWeights sets the best weights also when another callback ended training', async (t) => {
  const other = {
    onEpochEnd(this: { model: { stopTraining: boolean } }, epoch: number) {
      if (epoch === 2) this.model.stopTraining = true;
    },
  };
  const restoring = earlyStopping({ patience: 9, restoreBestWeights: true });
  const { model, epochsRun } = await run([restoring, other], series('val_loss', 3, 1, 2, 0));
  t.equal(epochsRun, 3);
  t.equal(model.weight, 1);
  t.equal(restoring.stoppedEpoch, 0);
  t.equal(
    (await run([earlyStopping({ patience: 9 })], series('val_loss', 3, 1, 2))).model.weight,
    2,
    'without it the last weights stay',
  );
});

t.test('each training starts afresh', async (t) => {
  const stopping = earlyStopping({ patience: 1, restoreBestWeights: true });
  const first = await run([stopping], series('val_loss', 1, 0.5, 0.75));
  t.strictSame([first.epochsRun, stopping.best, stopping.bestEpoch, stopping.stoppedEpoch], [3, 0.5, 1, 2]);
  const second = await run([stopping], series('val_loss', 9, 8, 7));
  t.strictSame([second.epochsRun, stopping.best, stopping.bestEpoch, stopping.stoppedEpoch], [3, 7, 2, 0]);
  t.equal(second.model.weight, 2);
});

t.test('without the log nothing happens but one warning', async (t) => {
  let epochs = 0;
  const { warnings } = await captured(
    async () => ({ epochsRun: epochs } = await run([earlyStopping()], series('loss', 1, 2, 3))),
  );
  t.equal(epochs, 3);
  t.equal(warnings.length, 1);
  t.match(warnings[0], /earlyStopping: there is no log 'val_loss'.*loss/);
});

t.test('an unclear direction is refused before the first epoch', async (t) => {
  await t.rejects(run([earlyStopping({ monitor: 'val_happiness' })], series('val_happiness', 1)), {
    name: 'ArgumentError',
    message: /earlyStopping:.*mode/,
  });
});

t.test('verbose 1 tells when training ended and which weights are set; 0 tells nothing', async (t) => {
  const script = series('val_loss', 1, 2);
  const loud = await captured(() => run([earlyStopping({ verbose: 1, restoreBestWeights: true })], script));
  t.match(loud.printed, /earlyStopping: ended training after epoch 2.*epoch 1/);
  t.match(loud.printed, /the weights are those of epoch 1/);
  t.equal((await captured(() => run([earlyStopping({ restoreBestWeights: true })], script))).printed, '');
});

t.test('wrong options are refused at construction', (t) => {
  const wrong: EarlyStoppingOptions[] = [
    { patience: -1 },
    { patience: 1.5 },
    { startFromEpoch: -1 },
    { baseline: NaN },
    { mode: 'up' as 'max' },
    { minDelta: Infinity },
  ];
  for (const options of wrong) t.throws(() => earlyStopping(options), ArgumentError, JSON.stringify(options));
  t.end();
});
