/** fit by Keras's rules: what is held out, what counts how much, where epochs end. Expected values follow from the definitions. */
import * as gt from 'gradtape';
import t from 'tap';
import { line, meanSquare, singles, squares, traced } from './line.ts';

const quiet = { verbose: 0 } as const;

t.test('validationSplit holds out the last samples before shuffling; the kept part is rounded down', async (t) => {
  const { history } = await line().fit(...squares(12), { ...quiet, epochs: 2, validationSplit: 0.35 });
  // 12 times 0.65 is 7.8.
  const kept = meanSquare(1, 2, 3, 4, 5, 6, 7);
  const held = meanSquare(8, 9, 10, 11, 12);
  t.same(history, { loss: [kept, kept], val_loss: [held, held] });
});

t.test('validationSplit takes the sample weights with it; class weights are for training alone', async (t) => {
  const [x, y] = squares(4);
  const weighted = await line().fit(x, y, { ...quiet, validationSplit: 0.5, sampleWeight: [1, 10, 100, 1000] });
  t.same(weighted.history, { loss: [(1 + 40) / 2], val_loss: [(900 + 16000) / 2] });
  const byClass = await line().fit(x, y, { ...quiet, validationSplit: 0.5, classWeight: { 0: 10 } });
  t.same(byClass.history, { loss: [10 * meanSquare(1, 2)], val_loss: [meanSquare(3, 4)] });
});

t.test('validationData overrides the split, for iterables too', async (t) => {
  const [x, y] = squares(4);
  const options = { ...quiet, validationSplit: 0.5, validationData: squares(2) };
  t.same((await line().fit(x, y, options)).history, { loss: [meanSquare(1, 2, 3, 4)], val_loss: [meanSquare(1, 2)] });
  t.same((await line().fit(() => singles(2), options)).history['val_loss'], [meanSquare(1, 2)]);
  const weighted = await line().fit(x, y, { ...quiet, validationData: [...squares(2), [2, 0]] });
  t.same(weighted.history['val_loss'], [1]);
});

t.test('validationFreq: every n-th epoch, or the epochs of a list', async (t) => {
  const run = async (validationFreq: number | readonly number[], initialEpoch = 0): Promise<string> => {
    const options = { ...quiet, epochs: 5, initialEpoch, validationFreq, validationData: squares(1) };
    return (await traced((callback) => line().fit(...squares(2), { ...options, callbacks: [callback] }))).hooks;
  };
  t.equal(await run(2), 'train e0 b0 /e0 e1 b0 test v0 /test /e1 e2 b0 /e2 e3 b0 test v0 /test /e3 e4 b0 /e4 /train');
  t.equal(
    await run([2, 3]),
    'train e0 b0 /e0 e1 b0 test v0 /test /e1 e2 b0 test v0 /test /e2 e3 b0 /e3 e4 b0 /e4 /train',
  );
  t.equal(await run(3, 3), 'train e3 b0 /e3 e4 b0 /e4 /train', 'epochs count from 1 on, not from initialEpoch');
});

t.test('validationBatchSize and validationSteps: the first batches, in each epoch anew', async (t) => {
  const [x, y] = squares(6);
  const validated = (options: gt.FitOptions): ReturnType<typeof traced> =>
    traced((callback) =>
      line().fit(x, y, {
        ...quiet,
        batchSize: 6,
        epochs: 2,
        validationData: [x, y],
        ...options,
        callbacks: [callback],
      }),
    );
  const some = await validated({ validationBatchSize: 2, validationSteps: 2 });
  t.equal(some.hooks, 'train e0 b0 test v0 v1 /test /e0 e1 b0 test v0 v1 /test /e1 /train');
  t.same(some.history['val_loss'], [meanSquare(1, 2, 3, 4), meanSquare(1, 2, 3, 4)]);
  t.same((await validated({ validationBatchSize: 4 })).history['val_loss'], [meanSquare(1, 2, 3, 4, 5, 6), meanSquare(1, 2, 3, 4, 5, 6)]); // prettier-ignore
  const tooMany = await validated({ epochs: 1, validationBatchSize: 3, validationSteps: 5 });
  t.equal(tooMany.hooks, 'train e0 b0 test v0 v1 /test /e0 /train');
  t.match(tooMany.warnings, [/validation: the data ran out after 2 of 5 batches/]);
});

t.test('without a batch size the number of steps settles it', async (t) => {
  const [x, y] = squares(10);
  const run = await traced((callback) =>
    line().fit(x, y, {
      ...quiet,
      epochs: 2,
      stepsPerEpoch: 3,
      validationData: [x, y],
      validationSteps: 2,
      callbacks: [callback],
    }),
  );
  t.equal(
    run.hooks,
    'train e0 b0 b1 b2 test v0 v1 /test /e0 e1 b0 b1 b2 test v0 v1 /test /e1 /train',
    'batches of 4, 5',
  );
  t.same(run.warnings, []);
  t.equal(await line().evaluate(x, y, { ...quiet, steps: 2, batchSize: 2 }), meanSquare(1, 2, 3, 4));
  t.equal(await line().evaluate(x, y, { ...quiet, steps: 2 }), meanSquare(1, 2, 3, 4, 5, 6, 7, 8, 9, 10));
});

t.test('stepsPerEpoch reads arrays on across epochs; too few batches end an epoch with a warning', async (t) => {
  const [x, y] = squares(5);
  const options = { ...quiet, batchSize: 1, epochs: 4, stepsPerEpoch: 2, shuffle: false };
  const { hooks, warnings, history } = await traced((callback) =>
    line().fit(x, y, { ...options, callbacks: [callback] }),
  );
  t.equal(hooks, 'train e0 b0 b1 /e0 e1 b0 b1 /e1 e2 b0 /e2 e3 b0 b1 /e3 /train');
  t.same(history['loss'], [meanSquare(1, 2), meanSquare(3, 4), 25, meanSquare(1, 2)]);
  t.match(warnings, [/the data ran out after 1 of 2 batches; the epoch ends with them/]);
  const long = await traced((callback) =>
    line().fit(x, y, { ...options, epochs: 2, stepsPerEpoch: 9, callbacks: [callback] }),
  );
  t.equal(long.hooks, 'train e0 b0 b1 b2 b3 b4 /e0 e1 b0 b1 b2 b3 b4 /e1 /train');
  t.equal(long.warnings.length, 2);
});

t.test('params: the final epoch, the batches per epoch, the verbosity', async (t) => {
  const paramsOf = async (options: gt.FitOptions, source?: () => Iterable<gt.BatchData>): Promise<unknown> => {
    const { params } = await (source ? line().fit(source, options) : line().fit(...squares(10), options));
    return params;
  };
  t.same(await paramsOf({ ...quiet, epochs: 2, batchSize: 3 }), { epochs: 2, steps: 4, verbose: 0 });
  t.same(await paramsOf({ ...quiet, stepsPerEpoch: 5 }), { epochs: 1, steps: 5, verbose: 0 });
  t.same(await paramsOf({ ...quiet, stepsPerEpoch: 2 }, () => singles(9)), { epochs: 1, steps: 2, verbose: 0 });
  t.same(await paramsOf(quiet, () => singles(9)), { epochs: 1, steps: undefined, verbose: 0 });
});

t.test('shuffle: every sample once per epoch, each epoch in its own order; false keeps the order', async (t) => {
  const seen: number[] = [];
  // The sum of the losses so far tells the sample.
  const note: gt.Callback = { onTrainBatchEnd: (batch, logs) => void seen.push((logs['loss'] ?? NaN) * (batch + 1)) };
  const orderOf = (sums: readonly number[]): number[] =>
    sums.map((sum, i) => Math.round(Math.sqrt(sum - (sums[i - 1] ?? 0))));
  gt.seed(5);
  await line().fit(...squares(6), { ...quiet, batchSize: 1, epochs: 2, callbacks: [note] });
  const [first, second] = [orderOf(seen.slice(0, 6)), orderOf(seen.slice(6))];
  t.same(
    [...first].sort((a, b) => a - b),
    [1, 2, 3, 4, 5, 6],
  );
  t.same(
    [...second].sort((a, b) => a - b),
    [1, 2, 3, 4, 5, 6],
  );
  t.notSame(first, second);
  seen.length = 0;
  await line().fit(...squares(3), { ...quiet, batchSize: 1, shuffle: false, callbacks: [note] });
  t.same(orderOf(seen), [1, 2, 3]);
});

t.test('a smaller last batch counts by its samples', async (t) => {
  const { history } = await line().fit(...squares(5), { ...quiet, batchSize: 3 });
  t.same(history['loss'], [meanSquare(1, 2, 3, 4, 5)]);
});

t.test('initialEpoch is where counting begins, epochs where it ends', async (t) => {
  const run = (initialEpoch: number, epochs: number): ReturnType<typeof traced> =>
    traced((callback) => line().fit(...squares(1), { ...quiet, initialEpoch, epochs, callbacks: [callback] }));
  t.equal((await run(1, 3)).hooks, 'train e1 b0 /e1 e2 b0 /e2 /train');
  t.equal((await run(3, 3)).hooks, 'train /train');
  t.equal((await run(0, 0)).hooks, 'train /train');
});

t.test('stopTraining counts after a batch and after an epoch, which are finished with validation', async (t) => {
  const run = async (stop: gt.Callback): Promise<string> => {
    const options = { ...quiet, batchSize: 1, epochs: 3, validationData: squares(1) };
    return (await traced((callback) => line().fit(...squares(3), { ...options, callbacks: [callback, stop] }))).hooks;
  };
  const whole = 'train e0 b0 b1 b2 test v0 /test /e0';
  t.equal(await run({ onTrainBatchEnd(batch) { if (batch === 1) this.model.stopTraining = true; } }), 'train e0 b0 b1 test v0 /test /e0 /train'); // prettier-ignore
  t.equal(await run({ onEpochEnd() { this.model.stopTraining = true; } }), `${whole} /train`); // prettier-ignore
  t.equal(await run({ onTestEnd() { this.model.stopTraining = true; } }), `${whole} /train`); // prettier-ignore
  t.equal(await run({ onEpochBegin() { this.model.stopTraining = true; } }), 'train e0 b0 test v0 /test /e0 /train', 'as in Keras, after one batch'); // prettier-ignore
});

t.test('onTrainEnd gets the last logs; after an error there is none', async (t) => {
  let last: gt.Logs = {};
  await line().fit(...squares(2), {
    ...quiet,
    epochs: 2,
    validationData: squares(1),
    callbacks: [{ onTrainEnd: (logs) => void (last = logs) }],
  });
  t.same(last, { loss: meanSquare(1, 2), val_loss: 1 });
  for (const hook of ['onEpochBegin', 'onTrainBatchEnd', 'onTestBatchEnd', 'onEpochEnd'] as const) {
    const fails: gt.Callback = {
      [hook]: () => {
        throw new Error(hook);
      },
    };
    const ended: string[] = [];
    const options = { ...quiet, validationData: squares(1) };
    const net = line();
    const callbacks = [fails, { onTrainEnd: () => void ended.push(hook) }];
    await t.rejects(net.fit(...squares(2), { ...options, callbacks }), { message: hook });
    t.same(ended, []);
    await net.fit(...squares(2), quiet);
  }
});

t.test('model.history is the history of the last fit, during it too', async (t) => {
  const net = line();
  t.equal(net.history, undefined);
  let during: gt.History | undefined;
  const first = await net.fit(...squares(1), {
    ...quiet,
    epochs: 2,
    callbacks: [
      {
        onEpochEnd(epoch) {
          if (epoch === 1) during = this.model.history;
        },
      },
    ],
  });
  t.equal(during, first);
  t.equal(net.history, first);
  const second = await net.fit(...squares(1), quiet);
  t.equal(net.history, second);
  t.same([first.epoch, second.epoch], [[0, 1], [0]]);
});

t.test('averaged weights take their place at the end of training, also after an error', async (t) => {
  const averaged = (): gt.Model => {
    const net = line();
    net.compile({ optimizer: gt.optimizers.sgd({ learningRate: 0.125, useEma: true, emaMomentum: 0.5 }), loss: 'mse' });
    return net;
  };
  // dL/dw = 2 w x²: with x = 1 and the rate 1/8 the weight shrinks by a quarter per step.
  const [w1, w2] = [0.75, 0.75 ** 2];
  const x = squares(1);
  const net = averaged();
  await net.fit(...x, { ...quiet, epochs: 2 });
  t.equal((await net.getWeights())[0]?.item(), (w1 + w2) / 2);
  const failing = averaged();
  const callbacks: gt.Callback[] = [{ onEpochEnd: (epoch) => { if (epoch === 1) throw new Error('late'); } }]; // prettier-ignore
  await t.rejects(failing.fit(...x, { ...quiet, epochs: 3, callbacks }), { message: 'late' });
  t.equal((await failing.getWeights())[0]?.item(), (w1 + w2) / 2);
});

t.test('a sequential model without an input shape takes that of the first data, of any kind', async (t) => {
  const stack = (): gt.Model => {
    const net = gt.sequential([gt.layers.dense(1, { useBias: false, kernelInitializer: 'ones' })]);
    net.compile({ optimizer: gt.optimizers.sgd({ learningRate: 0 }), loss: 'mse', metrics: ['mae'] });
    t.ok(net.optimizer, 'the optimizer is there before');
    return net;
  };
  const [x, y] = squares(2);
  const wanted = { loss: [meanSquare(1, 2)], mae: [1.5] };
  t.same((await stack().fit(x, y, quiet)).history, wanted);
  t.same((await stack().fit([[1], [2]], y, quiet)).history, wanted, 'nested arrays');
  t.same((await stack().fit([x], [y], quiet)).history, wanted, 'a list');
  t.same((await stack().fit(() => singles(2), quiet)).history, wanted, 'a generator');
  t.same(await stack().evaluate(x, y, quiet), [meanSquare(1, 2), 1.5]);
  t.same(await stack().trainOnBatch(x, y), [meanSquare(1, 2), 1.5]);
  t.same((await stack().predict(() => singles(2))).toArray(), [[1], [2]]);
  const unbuilt = gt.sequential([gt.layers.dense(1)]);
  t.throws(() => unbuilt.compile({ optimizer: 'addam' }), /did you mean 'adam'/);
  t.throws(() => unbuilt.compile({ loss: 'msee' }), /unknown loss 'msee'/);
  await t.rejects(unbuilt.fit(x, y, quiet), { message: /Call model.compile/ });
});

t.test('refused before the first step, with the way out', async (t) => {
  const net = line(0.1);
  const [x, y] = squares(4);
  const cases: [string, () => Promise<unknown>, RegExp][] = [
    ['epochs', () => net.fit(x, y, { ...quiet, epochs: 1.5 }), /epochs is 1\.5; it must be an integer of at least 0/],
    ['initialEpoch', () => net.fit(x, y, { ...quiet, initialEpoch: -1 }), /initialEpoch is -1/],
    ['stepsPerEpoch', () => net.fit(x, y, { ...quiet, stepsPerEpoch: 0 }), /stepsPerEpoch is 0/],
    ['validationSteps', () => net.fit(x, y, { ...quiet, validationSteps: 0 }), /validationSteps is 0/],
    ['validationFreq', () => net.fit(x, y, { ...quiet, validationFreq: 0 }), /validationFreq is 0/],
    ['a list of epochs', () => net.fit(x, y, { ...quiet, validationFreq: [0] }), /an epoch of validationFreq is 0/],
    ['verbose', () => net.fit(x, y, { verbose: 3 as never }), /verbose is 3\. Give 0, 1, 2 or 'auto'/],
    ['callbacks', () => net.fit(x, y, { ...quiet, callbacks: 'all' as never }), /callbacks is 'all'\. Give a list/],
    ['signal', () => net.fit(x, y, { ...quiet, signal: 1 as never }), /signal is 1\. Give that of an AbortController/],
    ['options', () => net.fit(x, y, 5 as never), /the options are 5/],
    ['targets', () => net.fit(x, null, quiet), /the targets y are missing/],
    ['validationData', () => net.fit(x, y, { ...quiet, validationData: 3 as never }), /validationData is 3/],
    [
      'too long validationData',
      () => net.fit(x, y, { ...quiet, validationData: [x, y, y, y] as never }),
      /validationData/,
    ],
    ['validation targets', () => net.fit(x, y, { ...quiet, validationData: [x] }), /validationData: the targets y are missing/], // prettier-ignore
    ['empty validation', () => net.fit(x, y, { ...quiet, validationData: [gt.zeros([0, 1]), gt.zeros([0, 1])] }), /no samples/], // prettier-ignore
    ['a split of an iterable', () => net.fit(() => singles(2), { ...quiet, validationSplit: 0.5 }), /validationSplit needs arrays/], // prettier-ignore
    ['targets beside an iterable', () => net.fit((() => singles(2)) as never, y, quiet), /the targets y came beside an iterable/], // prettier-ignore
    ['targets beside an iterable, no options', () => net.fit(singles(2), y as never), /the targets y came beside an iterable/], // prettier-ignore
    ['weights beside an iterable', () => net.fit(singles(2), { ...quiet, sampleWeight: [1, 1] }), /sampleWeight came beside an iterable/], // prettier-ignore
    ['steps', () => net.evaluate(x, y, { ...quiet, steps: 0.5 }), /evaluate: steps is 0\.5/],
    ['predict steps', () => net.predict(x, { steps: -1 }), /predict: steps is -1/],
  ];
  const before = (await net.getWeights())[0]?.item();
  for (const [name, call, message] of cases) await t.rejects(call(), { name: 'ArgumentError', message }, name);
  t.equal((await net.getWeights())[0]?.item(), before);
});
