import t from 'tap';
import '../../../src/training/models.ts';
import { Monitor, type MonitorOptions } from '../../../src/callbacks/monitor.ts';
import { ArgumentError } from '../../../src/errors.ts';
import type { Model } from '../../../src/models/model.ts';
import { dense } from '../../../src/layers/dense.ts';
import { accuracy } from '../../../src/metrics/index.ts';
import { sequential } from '../../../src/models/sequential.ts';
import { captured, fakeModel } from './fake-model.ts';

const begun = (options: MonitorOptions): Monitor => {
  const monitor = new Monitor('test', options);
  monitor.begin(fakeModel() as unknown as Model);
  return monitor;
};

t.test("mode 'auto' takes losses and errors down and accuracies up", (t) => {
  for (const name of ['loss', 'val_loss', 'val_age_loss', 'mae', 'val_mean_squared_error', 'val_crossentropy']) {
    t.ok(begun({ monitor: name }).improves(1, 2), `${name} falls`);
    t.notOk(begun({ monitor: name }).improves(2, 1), `${name} does not rise`);
  }
  for (const name of ['acc', 'accuracy', 'val_accuracy', 'val_gender_acc', 'val_top_k_categorical_accuracy']) {
    t.ok(begun({ monitor: name }).improves(2, 1), `${name} rises`);
    t.notOk(begun({ monitor: name }).improves(1, 2), `${name} does not fall`);
  }
  t.end();
});

t.test("mode 'auto' refuses a name that tells nothing, and a given mode decides against any name", (t) => {
  const unclear = new Monitor('test', { monitor: 'val_happiness' });
  t.throws(() => unclear.begin(fakeModel() as unknown as Model), ArgumentError);
  t.throws(() => unclear.begin(fakeModel() as unknown as Model), {
    message: /'val_happiness'.*mode 'max' or 'min'/,
    got: 'val_happiness',
  });
  t.ok(begun({ monitor: 'val_happiness', mode: 'max' }).improves(2, 1));
  t.ok(begun({ monitor: 'val_loss', mode: 'max' }).improves(2, 1));
  t.ok(begun({ monitor: 'val_accuracy', mode: 'min' }).improves(1, 2));
  t.end();
});

t.test("mode 'auto' asks a metric of the compiled model first", (t) => {
  const model = sequential([dense(1, { inputShape: [1] })]);
  model.compile({ optimizer: 'sgd', loss: 'mse', metrics: [accuracy({ name: 'happiness' })] });
  for (const name of ['happiness', 'val_happiness']) {
    const monitor = new Monitor('test', { monitor: name });
    monitor.begin(model);
    t.ok(monitor.improves(2, 1));
  }
  t.end();
});

t.test('an improvement is strict, by more than minDelta of either sign, and never NaN', (t) => {
  t.notOk(begun({}).improves(1, 1));
  for (const minDelta of [0.25, -0.25]) {
    t.notOk(begun({ minDelta }).improves(0.75, 1), 'exactly minDelta');
    t.ok(begun({ minDelta }).improves(0.5, 1), 'more than minDelta');
    t.notOk(begun({ minDelta, mode: 'max' }).improves(1.25, 1));
    t.ok(begun({ minDelta, mode: 'max' }).improves(1.5, 1));
  }
  t.notOk(begun({}).improves(NaN, 1));
  t.notOk(begun({}).improves(1, NaN));
  t.ok(begun({}).improves(NaN, undefined), 'the first value is always the best so far');
  t.end();
});

t.test('what float32 cannot tell apart is no improvement', (t) => {
  t.notOk(begun({}).improves(1 - 1e-9, 1));
  t.ok(begun({}).improves(1 - 1e-7, 1));
  t.end();
});

t.test('a log that is missing is reported once per training, with those that are there', async (t) => {
  const monitor = begun({ monitor: 'val_loss' });
  const first = await captured(async () => {
    t.equal(monitor.valueIn({ accuracy: 1, loss: 2 }), undefined);
    t.equal(monitor.valueIn({ accuracy: 1, loss: 2 }), undefined);
  });
  t.equal(first.warnings.length, 1);
  t.match(first.warnings[0], /test: there is no log 'val_loss'.*accuracy, loss/);
  monitor.begin(fakeModel() as unknown as Model);
  const second = await captured(async () => monitor.valueIn({}));
  t.equal(second.warnings.length, 1);
  t.equal(monitor.valueIn({ val_loss: 0 }), 0);
});

t.test('wrong options are refused at construction', (t) => {
  t.throws(() => new Monitor('test', { mode: 'maximum' as 'max' }), {
    message: /unknown mode 'maximum'.*'auto', 'min' or 'max'/,
  });
  t.throws(() => new Monitor('test', { monitor: '' }), ArgumentError);
  t.throws(() => new Monitor('test', { minDelta: NaN }), { message: /minDelta is NaN/ });
  t.end();
});
