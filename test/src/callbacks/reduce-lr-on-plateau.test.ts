import t from 'tap';
import { history, reduceLROnPlateau, type ReduceLROnPlateauOptions } from '../../../src/callbacks/index.ts';
import { ArgumentError } from '../../../src/errors.ts';
import { captured, fakeModel, run, series } from './fake-model.ts';

t.test('the learning rate falls by the factor after patience epochs without improvement, down to minLr', async (t) => {
  const { learningRates } = await run(
    [reduceLROnPlateau({ factor: 0.5, patience: 2, minLr: 0.375 })],
    series('val_loss', 1, 1, 1, 1, 1, 1, 1),
  );
  t.strictSame(learningRates, [1, 1, 0.5, 0.5, 0.375, 0.375, 0.375]);
});

t.test('after a fall, cooldown epochs do not count', async (t) => {
  const { learningRates } = await run(
    [reduceLROnPlateau({ factor: 0.5, patience: 1, cooldown: 2 })],
    series('val_loss', 1, 1, 1, 1, 1),
  );
  t.strictSame(learningRates, [1, 0.5, 0.5, 0.25, 0.25]);
});

t.test('the default minDelta is 1e-4 and the default factor 0.1', async (t) => {
  const { learningRates } = await run(
    [reduceLROnPlateau({ patience: 1 })],
    series('val_loss', 1, 1 - 0.5e-4, 0.5, 0.25),
    fakeModel(1),
  );
  t.strictSame(learningRates, [1, Math.fround(0.1), Math.fround(0.1), Math.fround(0.1)]);
});

t.test('the logs get the learning rate that the epoch ran with, also without the watched log', async (t) => {
  const record = history();
  const { warnings } = await captured(() =>
    run([reduceLROnPlateau({ factor: 0.5, patience: 1 }), record], [{ val_loss: 1 }, { val_loss: 1 }, { loss: 1 }]),
  );
  t.strictSame(record.history['learning_rate'], [1, 1, 0.5]);
  t.equal(warnings.length, 1);
});

t.test('each training starts afresh', async (t) => {
  const reducing = reduceLROnPlateau({ factor: 0.5, patience: 1, cooldown: 5 });
  await run([reducing], series('val_loss', 1, 1));
  t.strictSame((await run([reducing], series('val_loss', 9, 9))).learningRates, [1, 0.5]);
});

t.test('verbose 1 tells the new rate', async (t) => {
  const { printed } = await captured(() =>
    run([reduceLROnPlateau({ factor: 0.5, patience: 1, verbose: 1 })], series('val_loss', 1, 1)),
  );
  t.match(printed, /reduceLROnPlateau: the learning rate is 0\.5 after epoch 2\.\n/);
});

t.test('a model without an optimizer is refused with the way out', async (t) => {
  const model = { ...fakeModel(), optimizer: undefined } as unknown as ReturnType<typeof fakeModel>;
  await t.rejects(run([reduceLROnPlateau()], series('val_loss', 1), model), {
    name: 'ArgumentError',
    message: /model\.compile/,
  });
});

t.test('wrong options are refused at construction', (t) => {
  const wrong: ReduceLROnPlateauOptions[] = [
    { factor: 1 },
    { factor: 2 },
    { factor: -0.5 },
    { factor: NaN },
    { patience: -1 },
    { cooldown: 0.5 },
    { minLr: -1 },
    { mode: 'up' as 'max' },
  ];
  for (const options of wrong) t.throws(() => reduceLROnPlateau(options), ArgumentError, JSON.stringify(options));
  t.doesNotThrow(() => reduceLROnPlateau({ factor: 0 }));
  t.end();
});
