/** learningRateScheduler: the rate of each epoch is what the function says, and is logged. */
import t from 'tap';
import { history, learningRateScheduler } from '../../../src/callbacks/index.ts';
import * as gt from '../../../src/index.ts';
import { captured, fakeModel, run, series } from './fake-model.ts';

t.test('each epoch begins with the rate of the function, which gets the epoch and the rate before', async (t) => {
  const calls: [number, number][] = [];
  const record = history();
  const scheduler = learningRateScheduler((epoch, rate) => {
    calls.push([epoch, rate]);
    return epoch < 2 ? rate : rate * 0.5;
  });
  const { learningRates } = await run([scheduler, record], series('loss', 1, 1, 1, 1));
  t.strictSame(calls, [[0, 1], [1, 1], [2, 1], [3, 0.5]]); // prettier-ignore
  t.strictSame(learningRates, [1, 1, 0.5, 0.25]);
  t.strictSame(record.history['learning_rate'], learningRates);
});

t.test('a function of the epoch alone will do', async (t) => {
  const { learningRates } = await run([learningRateScheduler((epoch) => 1 / (epoch + 1))], series('loss', 1, 1));
  t.strictSame(learningRates, [1, 0.5]);
});

t.test('verbose 1 tells each rate, the default none', async (t) => {
  const quiet = await captured(() => run([learningRateScheduler(() => 0.5)], series('loss', 1)));
  t.equal(quiet.printed, '');
  const { printed } = await captured(() =>
    run([learningRateScheduler((epoch) => 0.5 + epoch, { verbose: 1 })], series('loss', 1, 1)),
  );
  t.equal(
    printed,
    'learningRateScheduler: the learning rate is 0.5 in epoch 1.\n' +
      'learningRateScheduler: the learning rate is 1.5 in epoch 2.\n',
  );
});

t.test('what is no rate ends training with the epoch and the way out', async (t) => {
  for (const [wrong, shown] of [
    [NaN, 'NaN'],
    [undefined, 'undefined'],
    ['0.1', "'0.1'"],
    [-1, '-1'],
    [Infinity, 'Infinity'],
  ] as const) {
    // prettier-ignore
    await t.rejects(run([learningRateScheduler(() => wrong as never)], series('loss', 1)), {
      name: 'ArgumentError',
      message: `learningRateScheduler: the schedule gave ${shown} for epoch 0. It must return a finite number of at least 0.`,
    });
  }
});

t.test('wrong arguments are refused at construction, a model without an optimizer when training begins', async (t) => {
  t.throws(() => learningRateScheduler(0.1 as never), {
    name: 'ArgumentError',
    message: /the schedule is 0\.1\. Give a function of the epoch/,
  });
  t.throws(() => learningRateScheduler(() => 1, { verbose: 'yes' as never }), { message: /verbose is 'yes'/ });
  t.throws(() => learningRateScheduler(() => 1, null as never), { message: /the options are null/ });
  const model = { ...fakeModel(), optimizer: undefined } as unknown as ReturnType<typeof fakeModel>;
  await t.rejects(run([learningRateScheduler(() => 1)], series('loss', 1), model), {
    name: 'ArgumentError',
    message: /model\.compile/,
  });
});

t.test('an optimizer whose rate follows a schedule of steps refuses the rate of an epoch', async (t) => {
  const input = gt.input([1]);
  const net = gt.model(input, gt.layers.dense(1)(input));
  const learningRate = gt.optimizers.schedules.cosineDecay(0.1, 10);
  net.compile({ optimizer: gt.optimizers.sgd({ learningRate }), loss: 'mse' });
  const options = { verbose: 0, callbacks: [learningRateScheduler(() => 1)] } as const;
  await t.rejects(net.fit(gt.ones([4, 1]), gt.ones([4, 1]), options), {
    name: 'ArgumentError',
    message: /A schedule sets this learning rate/,
  });
});
