/** terminateOnNaN: a loss that is NaN or infinite ends training at its batch. */
import t from 'tap';
import * as gt from '../../../src/index.ts';
import { captured } from './fake-model.ts';
import { terminateOnNaN } from '../../../src/callbacks/terminate-on-nan.ts';

const regression = (): gt.Model => {
  const input = gt.input([1]);
  const net = gt.model(input, gt.layers.dense(1)(input));
  net.compile({ optimizer: 'sgd', loss: 'mse' });
  return net;
};
/** Four batches of one sample; the third has a bad target. */
const dataWith = (bad: number): [gt.Tensor, gt.Tensor] => [gt.ones([4, 1]), gt.tensor([[1], [1], [bad], [1]])];

for (const bad of [NaN, Infinity, -Infinity]) {
  t.test(`a target of ${bad} ends training at its batch, and the epoch and the training end as usual`, async (t) => {
    const hooks: string[] = [];
    const net = regression();
    const { printed } = await captured(async () => {
      const history = await net.fit(...dataWith(bad), {
        epochs: 5,
        batchSize: 1,
        shuffle: false,
        verbose: 0,
        callbacks: [
          terminateOnNaN(),
          {
            onTrainBatchEnd: (batch) => void hooks.push(`batch ${batch}`),
            onEpochEnd: (epoch) => void hooks.push(`epoch ${epoch}`),
            onTrainEnd: () => void hooks.push('end'),
          },
        ],
      });
      t.same(history.epoch, [0]);
    });
    t.same(hooks, ['batch 0', 'batch 1', 'batch 2', 'epoch 0', 'end']);
    t.match(printed, /^terminateOnNaN: the loss is (NaN|Infinity) at batch 2; training ends\.\n$/);
  });
}

t.test('with raiseError fit throws a NumericError and no onTrainEnd runs', async (t) => {
  let ended = false;
  const callbacks = [terminateOnNaN({ raiseError: true }), { onTrainEnd: () => void (ended = true) }];
  const net = regression();
  await t.rejects(net.fit(...dataWith(NaN), { batchSize: 1, shuffle: false, verbose: 0, callbacks }), {
    name: 'NumericError',
    message: /the loss is NaN at batch 2/,
  });
  t.notOk(ended);
});

t.test('a finite loss, or none, is left alone', async (t) => {
  const callback = terminateOnNaN({ raiseError: true });
  callback.onTrainBatchEnd(0, { loss: 1e30 });
  callback.onTrainBatchEnd(0, { acc: NaN });
  const history = await regression().fit(gt.ones([4, 1]), gt.ones([4, 1]), {
    epochs: 2,
    verbose: 0,
    callbacks: [callback],
  });
  t.equal(history.epoch.length, 2);
});

t.test('refuses wrong options', (t) => {
  t.throws(() => terminateOnNaN({ raiseError: 1 as never }), { name: 'ArgumentError', message: /raiseError is 1/ });
  t.throws(() => terminateOnNaN(true as never), { name: 'ArgumentError', message: /raiseError is true/ });
  t.throws(() => terminateOnNaN({ raiseError: 'yes' as never }), { name: 'ArgumentError', message: /'yes'/ });
  t.end();
});
