/** swapEmaWeights: evaluation and prediction see the averages, training the weights. */
import t from 'tap';
import { swapEmaWeights } from '../../../src/callbacks/index.ts';
import * as gt from '../../../src/index.ts';
import type { Callback } from '../../../src/training/callback.ts';

/** y = w x from w = 0; each epoch is one step. */
const trained = async (
  callbacks: readonly Callback[],
  { epochs = 3, useEma = true, validate = false } = {},
): Promise<{ readonly net: gt.Model; readonly weight: () => Promise<number>; readonly average: () => number }> => {
  const input = gt.input([1]);
  const net = gt.model(input, gt.layers.dense(1, { useBias: false, kernelInitializer: 'zeros' })(input));
  const optimizer = gt.optimizers.sgd({ learningRate: 0.125, useEma, emaMomentum: 0.5 });
  net.compile({ optimizer, loss: 'mse' });
  const data = [gt.ones([2, 1]), gt.ones([2, 1])] as const;
  const validation = validate ? { validationData: [data[0], data[1]] as [gt.Tensor, gt.Tensor] } : {};
  if (epochs > 0) await net.fit(...data, { epochs, shuffle: false, verbose: 0, callbacks, ...validation });
  return {
    net,
    weight: async () => (await net.getWeights())[0]?.item() ?? NaN,
    average: () => [...optimizer.averages.values()][0]?.data[0] ?? NaN,
  };
};

// The gradient at w is 2 (w - 1), so that a step of rate 1/8 goes a quarter of the way to 1.
const WEIGHTS = [0.25, 0.4375, 0.578125];
const AVERAGES = [0.25, 0.34375, 0.4609375];

/** A callback that notes the weight at every hook named. */
const noting = (hooks: readonly ('onEpochBegin' | 'onEpochEnd' | 'onTestBegin' | 'onTestEnd')[]) => {
  const seen: number[] = [];
  const note: Callback = {};
  for (const hook of hooks) {
    Object.assign(note, {
      async [hook](this: { model: gt.Model }) {
        seen.push((await this.model.getWeights())[0]?.item() ?? NaN);
      },
    });
  }
  return { note, seen };
};

t.test(
  'each validation runs on the averages; training goes on from the weights and ends with the averages',
  async (t) => {
    const before = noting(['onEpochEnd']);
    const during = noting(['onTestBegin']);
    const { weight } = await trained([swapEmaWeights(), before.note, during.note], { validate: true });
    t.strictSame(during.seen, AVERAGES);
    t.strictSame(before.seen, WEIGHTS);
    t.equal(await weight(), AVERAGES[2]);
  },
);

t.test('swapOnEpoch: callbacks that come later see the averages at the end of each epoch', async (t) => {
  const later = noting(['onEpochEnd']);
  const { weight, average } = await trained([swapEmaWeights({ swapOnEpoch: true }), later.note], { validate: true });
  t.strictSame(later.seen, AVERAGES, 'the next epoch went on from the weights');
  t.equal(await weight(), AVERAGES[2]);
  t.equal(average(), AVERAGES[2], 'the end of training finds them in both places');
});

t.test('evaluate and predict use the averages and put the weights back', async (t) => {
  const swapping = swapEmaWeights();
  const { net, weight, average } = await trained([]);
  net.setWeights([gt.tensor([[2]])]);
  const kept = average();
  for (let i = 0; i < 2; i++) {
    const prediction = (await net.predict(gt.ones([1, 1]), { callbacks: [swapping] })) as gt.Tensor;
    t.equal(prediction.item(), kept);
    t.equal(await weight(), 2);
    await net.evaluate(gt.ones([1, 1]), gt.ones([1, 1]), { callbacks: [swapping], verbose: 0 });
    t.equal(await weight(), 2);
    t.equal(average(), kept);
  }
});

t.test('an optimizer without averages, or not yet with them, is refused with the way out', async (t) => {
  await t.rejects(trained([swapEmaWeights()], { useEma: false, validate: true }), {
    name: 'ArgumentError',
    message: /swapEmaWeights: the model '.*' keeps no averages.*\{ useEma: true \}/,
  });
  const { net } = await trained([], { epochs: 0 });
  await t.rejects(net.evaluate(gt.ones([1, 1]), gt.ones([1, 1]), { callbacks: [swapEmaWeights()], verbose: 0 }), {
    name: 'ArgumentError',
    message: /has no averages yet\. Train it first/,
  });
});

t.test('wrong options are refused at construction', (t) => {
  t.throws(() => swapEmaWeights({ swapOnEpoch: 1 as never }), {
    name: 'ArgumentError',
    message: /swapEmaWeights: swapOnEpoch is 1\. Give true or false/,
  });
  t.throws(() => swapEmaWeights(null as never), { name: 'ArgumentError', message: /the options are null/ });
  t.throws(() => swapEmaWeights(true as never), { name: 'ArgumentError', message: /the options are true/ });
  t.end();
});
