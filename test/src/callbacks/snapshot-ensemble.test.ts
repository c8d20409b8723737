/** snapshotEnsemble: the rate in cycles, the weights at their ends, and what is made of them. */
import t from 'tap';
import * as gt from '../../../src/index.ts';

const { layers, ops, callbacks } = gt;

const x = ops.randomNormal([12, 3], { seed: 1 });
const y = ops.oneHot(gt.tensor(Array.from({ length: 12 }, (_, i) => i % 2)), 2);
const build = (learningRate = 0.5): gt.Model => {
  const net = gt.sequential([layers.dense(4, { activation: 'tanh', inputShape: [3] }), layers.batchNormalization(), layers.dense(2, { activation: 'softmax' })], { name: 'net' }); // prettier-ignore
  net.compile({ optimizer: gt.optimizers.sgd({ learningRate }), loss: 'categorical_crossentropy', metrics: ['acc'] });
  return net;
};
/** Notes the rate of every batch, and the weights after every epoch. */
const noting = () => {
  const rates: number[] = [];
  const weights: number[][] = [];
  const note: gt.Callback = {
    onTrainBatchEnd() {
      rates.push(this.model.optimizer?.learningRate.data[0] ?? NaN);
    },
    async onEpochEnd() {
      weights.push((await this.model.getWeights()).flatMap(({ data }) => [...data]));
    },
  };
  return { note, rates, weights };
};
const flat = (values: readonly gt.Tensor[] | undefined): number[] => (values ?? []).flatMap(({ data }) => [...data]);

t.test('the rate falls along a cosine in each cycle, and is the old one afterwards', async (t) => {
  const net = build();
  const kept = callbacks.snapshotEnsemble({ cycles: 2, minLearningRate: 0.1 });
  const { note, rates, weights } = noting();
  const { history } = await net.fit(x, y, { epochs: 5, batchSize: 4, verbose: 0, callbacks: [kept, note] });
  // Cycles of 3 and 2 epochs, of 3 batches each.
  const expected = [9, 6].flatMap((batches) =>
    Array.from({ length: batches }, (_, at) => Math.fround(0.1 + (0.4 * (1 + Math.cos((Math.PI * at) / batches))) / 2)),
  );
  t.equal(rates.length, 15);
  t.ok(
    rates.every((rate, at) => Math.abs(rate - (expected[at] ?? NaN)) <= 2 ** -23),
    rates.join(', '),
  );
  t.equal(rates[0], rates[9], 'it jumps up again');
  t.equal(net.optimizer?.learningRate.data[0], 0.5);
  t.same(history['learning_rate'], [rates[2], rates[5], rates[8], rates[11], rates[14]]);
  t.same(kept.snapshots.map(flat), [weights[2], weights[4]]);
});

t.test('data without a known number of batches: the rate is set for each epoch', async (t) => {
  const { note, rates } = noting();
  const batches = function* (): Generator<[gt.Tensor, gt.Tensor]> {
    yield [x, y];
    yield [x, y];
  };
  const kept = callbacks.snapshotEnsemble({ cycles: 1, maxLearningRate: 2 });
  await build().fit(batches, { epochs: 2, verbose: 0, callbacks: [kept, note] });
  t.same(rates, [2, 2, 1, 1]);
});

t.test('models and an ensemble of the snapshots', async (t) => {
  const net = build();
  const kept = callbacks.snapshotEnsemble({ cycles: 3 });
  await net.fit(x, y, { epochs: 3, verbose: 0, callbacks: [kept] });
  const models = await kept.models();
  t.same(
    models.map(({ name }) => name),
    ['net_snapshot_1', 'net_snapshot_2', 'net_snapshot_3'],
  );
  t.same(
    [...(await (models[2] as gt.Model).predict(x)).data],
    [...(await net.predict(x)).data],
    'the last one is the model',
  );
  for (const [index, snapshot] of kept.snapshots.entries())
    t.same(flat(await models[index]?.getWeights()), flat(snapshot), 'each has its own weights');
  t.notSame(flat(kept.snapshots[0]), flat(kept.snapshots[2]));
  const blend = await kept.ensemble();
  t.same([...(await blend.predict(x)).data], [...(await gt.ensemble(models).predict(x)).data]);
  t.same(blend.metricsNames, net.metricsNames);
  const weighted = await kept.ensemble({ weights: [0, 0, 1], build: () => build() });
  t.same([...(await weighted.predict(x)).data], [...(await net.predict(x)).data]);
  await net.fit(x, y, { epochs: 4, verbose: 0, callbacks: [kept] });
  t.equal(kept.snapshots.length, 3, 'a new training has snapshots of its own');
  const learned = await gt.ensemble.fit(models, x, y);
  t.equal(learned.memberWeights.length, 3);
});

t.test('layers of one’s own: customObjects, or a function that builds', async (t) => {
  class Twice extends gt.Layer {
    override call(value: gt.Tensor): gt.Tensor {
      return ops.mul(value, 2);
    }
  }
  const start = gt.input([3]);
  const net = gt.model(
    start,
    layers.dense(2, { activation: 'softmax' })(new Twice({ name: 'twice' })(start)),
  ) as gt.Model;
  net.compile({ loss: 'categorical_crossentropy' });
  const kept = callbacks.snapshotEnsemble({ cycles: 2 });
  await net.fit(x, y, { epochs: 2, verbose: 0, callbacks: [kept] });
  await t.rejects(kept.models(), /Twice/);
  t.equal((await kept.models({ customObjects: { Twice } })).length, 2);
});

t.test('wrong options, too few epochs and no snapshot are refused with the way out', async (t) => {
  t.throws(() => callbacks.snapshotEnsemble({ cycles: 0 }), /cycles is 0\. Give an integer of at least 1/);
  t.throws(() => callbacks.snapshotEnsemble({ maxLearningRate: 1, minLearningRate: 2 }), /the rates fall from 1 to 2/);
  t.throws(() => callbacks.snapshotEnsemble({ minLearningRate: -1 }), /the rates fall from the optimizer's to -1/);
  t.throws(() => callbacks.snapshotEnsemble({ maxLearningRate: NaN }), /maxLearningRate is NaN/);
  t.throws(() => callbacks.snapshotEnsemble(3 as never), /the options are 3/);
  const kept = callbacks.snapshotEnsemble({ cycles: 4 });
  await t.rejects(kept.ensemble(), /there is no snapshot yet/);
  await t.rejects(build().fit(x, y, { epochs: 3, verbose: 0, callbacks: [kept] }), /3 epochs have no 4 cycles/);
  const scheduled = build();
  scheduled.compile({
    optimizer: gt.optimizers.sgd({ learningRate: gt.optimizers.schedules.exponentialDecay(0.1, 2, 0.5) }),
    loss: 'mse',
  });
  await t.rejects(scheduled.fit(x, y, { epochs: 4, verbose: 0, callbacks: [kept] }), { name: 'ArgumentError' });
});
