/** weightAveraging: which weights count, when the mean takes their place, and the statistics of batch normalization. */
import t from 'tap';
import * as gt from '../../../src/index.ts';

const { layers, ops, callbacks } = gt;

/** y = w x from w = 0: the gradient at w is 2 (w - 1), so that a step of rate 1/8 goes a quarter of the way to 1. */
const line = (): gt.Model => {
  const net = gt.sequential([layers.dense(1, { useBias: false, kernelInitializer: 'zeros', inputShape: [1] })]);
  net.compile({ optimizer: gt.optimizers.sgd({ learningRate: 0.125 }), loss: 'mse' });
  return net;
};
const ones = gt.ones([2, 1]);
const WEIGHTS = [0.25, 0.4375, 0.578125, 0.68359375];
const weightOf = async (net: gt.Model): Promise<number> => (await net.getWeights())[0]?.item() ?? NaN;
const fitted = async (options: gt.callbacks.WeightAveragingOptions, fit: gt.FitOptions): Promise<number> => {
  const net = line();
  await net.fit(ones, ones, { verbose: 0, shuffle: false, callbacks: [callbacks.weightAveraging(options)], ...fit });
  return weightOf(net);
};

t.test('the mean of the weights after each epoch from the start on', async (t) => {
  const [first, second, third, fourth] = WEIGHTS as [number, number, number, number];
  t.equal(await fitted({ startEpoch: 0 }, { epochs: 2 }), (first + second) / 2);
  t.equal(await fitted({ startEpoch: 2 }, { epochs: 4 }), (third + fourth) / 2);
  t.equal(await fitted({}, { epochs: 4 }), fourth, 'by default the last quarter');
  // Steps of single samples: two batches in an epoch.
  const single = { epochs: 2, batchSize: 1 };
  t.equal(await fitted({ startEpoch: 1, frequency: 1 }, single), (third + fourth) / 2);
  t.equal(await fitted({ startEpoch: 0, frequency: 2 }, single), (second + fourth) / 2);
});

t.test('training goes on from the weights; the mean takes their place at the end only', async (t) => {
  const net = line();
  const seen: number[] = [];
  const note: gt.Callback = {
    async onEpochEnd() {
      seen.push(await weightOf(this.model));
    },
  };
  const averaging = callbacks.weightAveraging({ startEpoch: 1 });
  await net.fit(ones, ones, { epochs: 4, verbose: 0, callbacks: [averaging, note] });
  t.same(seen, WEIGHTS);
  t.equal(averaging.count, 3);
});

t.test('a second training has a mean of its own', async (t) => {
  const net = line();
  const averaging = callbacks.weightAveraging({ startEpoch: 0 });
  const fit = { epochs: 2, verbose: 0, shuffle: false, callbacks: [averaging] } as const;
  await net.fit(ones, ones, fit);
  // A step goes a quarter of the way to 1.
  const begin = await weightOf(net);
  const first = begin + (1 - begin) / 4;
  await net.fit(ones, ones, fit);
  t.equal(await weightOf(net), Math.fround((first + first + (1 - first) / 4) / 2));
  t.equal(averaging.count, 2);
});

const x = ops.add(ops.randomNormal([23, 4], { seed: 2, stddev: 3 }), 1);
const y = ops.sum(x, { axis: 1, keepDims: true });
const normalized = (): gt.Model => {
  const net = gt.sequential([
    layers.batchNormalization({ momentum: 0.9, inputShape: [4] }),
    layers.dense(5, { activation: 'tanh' }),
    layers.batchNormalization({ momentum: 0.5 }),
    layers.dropout(0.1),
    layers.dense(1),
  ]);
  net.compile({ optimizer: gt.optimizers.sgd({ learningRate: 0.01 }), loss: 'mse' });
  return net;
};
const momentsOf = async (net: gt.Model, index: number): Promise<readonly [Float32Array, Float32Array]> => {
  const values = await (net.layers[index] as gt.Layer).getWeights();
  return [values.at(-2)?.data ?? new Float32Array(0), values.at(-1)?.data ?? new Float32Array(0)];
};

t.test(
  'statistics: the moments of the data, every sample alike; without them the means of what they were',
  async (t) => {
    const net = normalized();
    const counter = await net.runVariables[0]?.read();
    await net.fit(x, y, {
      epochs: 4,
      verbose: 0,
      callbacks: [callbacks.weightAveraging({ statistics: x, batchSize: 10 })],
    });
    const [mean, variance] = await momentsOf(net, 0);
    for (let column = 0; column < 4; column++) {
      const values = Array.from({ length: 23 }, (_, row) => x.data[row * 4 + column] ?? NaN);
      const parts = [values.slice(0, 10), values.slice(10, 20), values.slice(20)];
      const meanOf = (list: readonly number[]): number => list.reduce((sum, one) => sum + one, 0) / list.length;
      const spread = parts.reduce(
        (sum, part) => sum + part.reduce((all, one) => all + (one - meanOf(part)) ** 2, 0) / 23,
        0,
      );
      // Float32 sums of at most 10 numbers below 100, divided by 1 - momentum = 0.1.
      t.ok(Math.abs((mean[column] ?? NaN) - meanOf(values)) < 100 * 2 ** -22);
      t.ok(Math.abs((variance[column] ?? NaN) - spread) < 100 * 2 ** -22);
    }
    const plain = normalized();
    const seen: Float32Array[] = [];
    const note: gt.Callback = { onEpochEnd: async () => void seen.push((await momentsOf(plain, 0))[0].slice()) };
    await plain.fit(x, y, { epochs: 4, verbose: 0, callbacks: [callbacks.weightAveraging({ startEpoch: 2 }), note] });
    const [third, fourth] = [seen[2], seen[3]];
    t.same([...(await momentsOf(plain, 0))[0]], [...(third ?? [])].map((one, i) => Math.fround(one + ((fourth?.[i] ?? NaN) - one) / 2))); // prettier-ignore
    const again = normalized();
    await again.fit(x, y, { epochs: 4, verbose: 0 });
    const after = await again.runVariables[0]?.read();
    t.notSame([...(after?.data ?? [])], [...(counter?.data ?? [])], 'the counter counts what training draws');
    t.same([...((await net.runVariables[0]?.read())?.data ?? [])], [...(after?.data ?? [])], 'and nothing more');
  },
);

t.test('batches from an iterable, models inside models, and frozen layers, which keep their statistics', async (t) => {
  const inner = normalized();
  const frozen = layers.batchNormalization({ name: 'frozen', trainable: false });
  const start = gt.input([4]);
  const net = gt.model(start, inner(frozen(start)) as gt.SymbolicTensor) as gt.Model;
  net.compile({ optimizer: 'sgd', loss: 'mse' });
  const batches = function* (): Generator<[gt.Tensor]> {
    yield [x];
  };
  await net.fit(x, y, {
    epochs: 2,
    verbose: 0,
    callbacks: [callbacks.weightAveraging({ startEpoch: 0, statistics: batches })],
  });
  t.same([...((await frozen.getWeights()).at(-2)?.data ?? [])], [0, 0, 0, 0]);
  // The frozen layer divides by sqrt(1 + epsilon).
  const expected = Array.from({ length: 4 }, (_, column) => Array.from({ length: 23 }, (_one, row) => x.data[row * 4 + column] ?? NaN).reduce((sum, one) => sum + one) / 23 / Math.sqrt(1.001)); // prettier-ignore
  const [mean] = await momentsOf(inner, 0);
  t.ok(
    expected.every((one, column) => Math.abs(one - (mean[column] ?? NaN)) < 100 * 2 ** -21),
    `${mean.join(', ')}`,
  );
});

t.test('wrong options, and a start behind the end, are refused with the way out', async (t) => {
  t.throws(() => callbacks.weightAveraging({ frequency: 0 }), /frequency is 0\. Give 'epoch', or a number of batches/);
  t.throws(() => callbacks.weightAveraging({ startEpoch: -1 }), /startEpoch is -1/);
  t.throws(() => callbacks.weightAveraging({ batchSize: 0.5 }), /batchSize is 0.5/);
  t.throws(() => callbacks.weightAveraging(null as never), /the options are null/);
  await t.rejects(fitted({ startEpoch: 3 }, { epochs: 3 }), /startEpoch is 3, and the last of 3 epochs is 2/);
});
