/**
 * The programs of training, testing and prediction share the weights, and none ever sees an old value: whatever the
 * order of calls, from outside or from callbacks, on the cpu and on the asynchronous device.
 */
import fc from 'fast-check';
import * as gt from 'gradtape';
import t from 'tap';
import { AsyncDevice } from '../../support/async-device.ts';

const quiet = { verbose: 0 } as const;
type Device = NonNullable<gt.CompileModelOptions['device']>;

const devices: Readonly<Record<string, () => Device>> = {
  'the cpu': () => 'cpu',
  'the asynchronous device': () => new AsyncDevice(7),
};

/**
 * w x without a bias, squared error against 0, plain gradient steps of rate 1/8. On x = 1 the prediction is w, the loss
 * w², and a step makes it 3/4 w: in float32 that is exact for 15 steps from 1 on.
 */
const decay = (device: Device): gt.Model => {
  const input = gt.input([1]);
  const net = gt.model(input, gt.layers.dense(1, { useBias: false, kernelInitializer: 'ones' })(input));
  net.compile({ optimizer: gt.optimizers.sgd({ learningRate: 0.125 }), loss: 'mse', device });
  return net;
};
const x = gt.ones([1, 1]);
const y = gt.zeros([1, 1]);
const weight = (value: number): gt.Tensor[] => [gt.tensor([[value]])];

type Command =
  | { readonly call: 'set'; readonly value: number }
  | { readonly call: 'train' | 'test' | 'predict' | 'get' | 'fit' | 'evaluate' | 'predictAll' };

/** Runs commands one after the other, and gives what they returned beside what they should have. */
const play = async (net: gt.Model, commands: readonly Command[]): Promise<[got: unknown, wanted: unknown][]> => {
  const results: [unknown, unknown][] = [];
  let w = 1;
  for (const command of commands) {
    switch (command.call) {
      case 'set':
        net.setWeights(weight(command.value));
        w = command.value;
        break;
      case 'train':
        results.push([await net.trainOnBatch(x, y), w * w]);
        w *= 0.75;
        break;
      case 'fit':
        results.push([(await net.fit(x, y, { ...quiet, epochs: 2 })).history['loss'], [w * w, (0.75 * w) ** 2]]);
        w *= 0.75 ** 2;
        break;
      case 'test':
        results.push([await net.testOnBatch(x, y), w * w]);
        break;
      case 'evaluate':
        results.push([await net.evaluate(x, y, quiet), w * w]);
        break;
      case 'predict':
        results.push([(await net.predictOnBatch(x)).item(), w]);
        break;
      case 'predictAll':
        results.push([(await net.predict(x)).item(), w]);
        break;
      case 'get':
        results.push([(await net.getWeights())[0]?.item(), w]);
    }
  }
  return results;
};

const commands: fc.Arbitrary<Command[]> = fc.array(
  fc.oneof(
    fc.constantFrom(1, -2, 0.5).map((value): Command => ({ call: 'set', value })),
    fc
      .constantFrom('train', 'test', 'predict', 'get', 'fit', 'evaluate', 'predictAll')
      .map((call): Command => ({ call }) as Command),
  ),
  { minLength: 2, maxLength: 7 },
);

for (const [name, device] of Object.entries(devices)) {
  t.test(`${name}: any order of training, testing, predicting, setting and reading weights`, async (t) => {
    let compared = 0;
    await fc.assert(
      fc.asyncProperty(commands, async (list) => {
        // Squares of weights after many steps are rounded.
        for (const [got, wanted] of await play(decay(device()), list)) {
          compared++;
          const [a, b] = [got, wanted].map((one) => (Array.isArray(one) ? one : [one]) as number[]);
          if (!a?.every((value, i) => Math.abs(value - (b?.[i] ?? NaN)) <= 2 ** -23 * Math.abs(value))) {
            throw new Error(`got ${String(got)}, wanted ${String(wanted)}`);
          }
        }
      }),
      { seed: 17, numRuns: 60 },
    );
    t.ok(compared > 60, `${compared} results are those of their weights`);
  });

  t.test(`${name}: calls that are not awaited see the weights of their moment`, async (t) => {
    const net = decay(device());
    const first = net.predictOnBatch(x);
    const trained = net.trainOnBatch(x, y);
    const second = net.predictOnBatch(x);
    net.setWeights(weight(4));
    const third = net.predictOnBatch(x);
    const fourth = net.testOnBatch(x, y);
    const read = net.getWeights();
    t.equal((await first).item(), 1);
    t.equal(await trained, 1);
    t.equal((await second).item(), 0.75);
    t.equal((await third).item(), 4);
    t.equal(await fourth, 16);
    t.equal((await read)[0]?.item(), 4);
  });

  t.test(
    `${name}: weights that a callback of fit sets count from the next batch on, and it reads those of the last`,
    async (t) => {
      const net = decay(device());
      const losses: number[] = [];
      const read: (number | undefined)[] = [];
      const validated: gt.Callback = {
        onTrainBegin() {
          this.model.setWeights(weight(8));
        },
        onEpochBegin(epoch) {
          if (epoch === 2) this.model.setWeights(weight(2));
        },
        async onTrainBatchEnd(_, logs) {
          losses.push(logs['loss'] ?? NaN);
          read.push((await this.model.getWeights())[0]?.item());
          if (losses.length === 1) this.model.setWeights(weight(4));
        },
        onTestBegin() {
          if (losses.length === 2) this.model.setWeights(weight(16));
        },
      };
      const { history } = await net.fit(x, y, { ...quiet, epochs: 3, validationData: [x, y], callbacks: [validated] });
      t.same(losses, [64, 16, 4], 'the loss before each step');
      t.same(read, [6, 3, 1.5], 'the weight after each step');
      t.same(history['val_loss'], [16, 256, 2.25]);
      t.equal((await net.predict(x)).item(), 1.5);
    },
  );

  t.test(`${name}: the best weights that early stopping restores are those that predict`, async (t) => {
    const net = decay(device());
    const { history } = await net.fit(x, y, {
      ...quiet,
      epochs: 5,
      validationData: [x, y],
      callbacks: [
        gt.callbacks.earlyStopping({ monitor: 'val_loss', patience: 1, restoreBestWeights: true }),
        {
          onEpochBegin(epoch) {
            if (epoch === 2) this.model.setWeights(weight(100));
          },
        },
      ],
    });
    t.equal(history['val_loss']?.length, 3);
    t.equal((await net.predict(x)).item(), 0.75 ** 2);
    t.equal(await net.evaluate(x, y, quiet), Math.fround(0.75 ** 4));
  });
}

t.test('with batch normalization, dropout and Adam both devices agree after any mixture of calls', async (t) => {
  const inputs = gt.ops.randomNormal([16, 3], { seed: 1 });
  const targets = gt.ops.randomNormal([16, 1], { seed: 2 });
  const run = async (device: Device): Promise<unknown> => {
    gt.clearSession();
    gt.seed(9);
    const input = gt.input([3]);
    const hidden = gt.layers.batchNormalization()(gt.layers.dense(8, { activation: 'relu' })(input));
    const net = gt.model(input, gt.layers.dense(1)(gt.layers.dropout(0.5)(hidden)));
    net.compile({ optimizer: 'adam', loss: 'mse', metrics: ['mae'], device });
    const results: unknown[] = [];
    const start = await net.getWeights();
    const options = { ...quiet, batchSize: 4 };
    results.push((await net.fit(inputs, targets, { ...options, epochs: 2, validationSplit: 0.25 })).history);
    results.push(await net.evaluate(inputs, targets, options), await net.trainOnBatch(inputs, targets));
    results.push((await net.predict(inputs)).toArray());
    net.setWeights(start);
    results.push(await net.testOnBatch(inputs, targets), await net.trainOnBatch(inputs, targets));
    results.push((await net.predictOnBatch(inputs)).toArray());
    results.push((await net.getWeights()).map((one) => one.toArray()));
    return results;
  };
  t.same(await run(new AsyncDevice(3)), await run('cpu'));
});
