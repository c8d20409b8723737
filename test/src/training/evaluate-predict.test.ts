/** evaluate and predict: forms of their results, callbacks, early ends; and both from inside a callback of fit. */
import * as gt from 'gradtape';
import t from 'tap';
import { line, meanSquare, recorder, squares } from './line.ts';

const quiet = { verbose: 0 } as const;

/** Outputs `left` = x and `right` = 2 x in a record; mean errors as metrics. */
const fork = (): gt.Model => {
  const input = gt.input([1], { name: 'x' });
  const branch = (name: string, value: number): gt.SymbolicTensor =>
    gt.layers.dense(1, { name, useBias: false, kernelInitializer: gt.initializers.constant({ value }) })(input);
  const net = gt.model(input, { left: branch('left', 1), right: branch('right', 2) });
  net.compile({ optimizer: 'sgd', loss: { left: 'mse', right: 'mse' }, metrics: { right: ['mae'] } });
  return net;
};

t.test('evaluate gives a number, a list in the order of metricsNames, or a record', async (t) => {
  const [x, y] = squares(2);
  t.equal(await line().evaluate(x, y, quiet), meanSquare(1, 2));
  t.same(await line().evaluate(x, y, { ...quiet, returnDict: true }), { loss: meanSquare(1, 2) });
  const net = fork();
  const targets = { left: y, right: y };
  const values = [5 * 2.5, 2.5, 10, 3];
  t.same(net.metricsNames, ['loss', 'left_loss', 'right_loss', 'right_mae']);
  t.same(await net.evaluate(x, targets, quiet), values);
  const record = { loss: 12.5, left_loss: 2.5, right_loss: 10, right_mae: 3 };
  t.same(await net.evaluate(x, targets, { ...quiet, returnDict: true }), record);
  t.same(await net.evaluate(() => [[x, targets]], { ...quiet, returnDict: true }), record);
  t.same(await net.testOnBatch(x, targets), values);
});

t.test('evaluate: hooks, their logs, and stopEvaluating', async (t) => {
  const { hooks, callback } = recorder();
  const net = line();
  const seen: number[] = [];
  const stops: gt.Callback = {
    onTestBatchEnd(batch, logs) {
      seen.push(logs['loss'] ?? NaN);
      if (batch === 1) this.model.stopEvaluating = true;
    },
  };
  const [x, y] = squares(4);
  const options = { ...quiet, batchSize: 1, callbacks: [callback, stops] };
  t.equal(await net.evaluate(x, y, options), meanSquare(1, 2));
  t.equal(hooks.join(' '), 'test v0 v1 /test');
  t.same(seen, [1, meanSquare(1, 2)], 'the means so far');
  t.equal(await net.evaluate(x, y, { ...quiet, batchSize: 1 }), meanSquare(1, 2, 3, 4), 'the next one goes to the end');
});

t.test('predict: outputs in the model’s structure, batch by batch to the callbacks', async (t) => {
  const net = fork();
  const { hooks, callback } = recorder();
  const parts: unknown[] = [];
  const collect: gt.Callback = {
    onPredictBatchEnd: (_, { outputs }) => {
      const { left, right } = outputs as { left: gt.Tensor; right: gt.Tensor };
      parts.push([left.toArray(), right.toArray()]);
    },
  };
  const outputs = await net.predict<{ left: gt.Tensor; right: gt.Tensor }>(squares(3)[0], {
    batchSize: 2,
    callbacks: [callback, collect],
  });
  t.same(outputs.left.toArray(), [[1], [2], [3]]);
  t.same(outputs.right.toArray(), [[2], [4], [6]]);
  t.same(parts, [[[[1], [2]], [[2], [4]]], [[[3]], [[6]]]]); // prettier-ignore
  t.equal(hooks.join(' '), 'predict p0 p1 /predict');
  const once = await net.predictOnBatch<{ left: gt.Tensor; right: gt.Tensor }>([[1], [2]]);
  t.same([once.left.toArray(), once.right.toArray()], [[[1], [2]], [[2], [4]]]); // prettier-ignore
});

t.test('predict: steps, stopPredicting, no samples', async (t) => {
  const [x] = squares(4);
  const net = line();
  t.same((await net.predict(x, { batchSize: 1, steps: 3 })).toArray(), [[1], [2], [3]]);
  t.same((await net.predict(x, { steps: 2 })).toArray(), [[1], [2], [3], [4]], 'batches of two');
  const stops: gt.Callback = {
    onPredictBatchEnd() {
      this.model.stopPredicting = true;
    },
  };
  t.same((await net.predict(x, { batchSize: 1, callbacks: [stops] })).toArray(), [[1]]);
  t.same((await net.predict(gt.zeros([0, 1]))).shape, [0, 1]);
  t.same((await net.predictOnBatch(gt.zeros([0, 1]))).shape, [0, 1]);
});

t.test('predict: batches of different lengths of steps, unless the outputs make no one tensor', async (t) => {
  const input = gt.input([null, 1]);
  const lengths = (): gt.Tensor[][] => [[gt.ones([1, 2, 1])], [gt.ones([2, 3, 1])]];
  const pooled = gt.model(input, gt.layers.globalAveragePooling1d()(input));
  t.same((await pooled.predict(lengths)).toArray(), [[1], [1], [1]]);
  const steps = gt.model(input, gt.layers.activation('relu')(input));
  await t.rejects(steps.predict(lengths), {
    name: 'ArgumentError',
    message: /rows of the shapes \[2, 1\] and \[3, 1\], which make no one tensor/,
  });
});

t.test('callbacks of fit may evaluate, test and predict with the model', async (t) => {
  const [x, y] = squares(2);
  const seen: unknown[] = [];
  const { history } = await line(0.125).fit([[1]], [[0]], {
    ...quiet,
    epochs: 2,
    validationData: [x, y],
    callbacks: [
      {
        async onEpochEnd(_, logs) {
          seen.push(logs['val_loss']);
          seen.push(await this.model.evaluate(x, y, quiet));
          seen.push(await this.model.testOnBatch(x, y));
          const { data } = await this.model.predict(x);
          seen.push(meanSquare(...data));
        },
      },
    ],
  });
  // The weight is 3/4, then 9/16.
  const wanted = [0.75, 0.5625].map((weight) => weight ** 2 * meanSquare(1, 2));
  t.same(seen, wanted.flatMap((value) => [value, value, value, value])); // prettier-ignore
  t.same(history, { loss: [1, 0.75 ** 2], val_loss: wanted });
});

t.test('a callback of fit may not train the model on its own', async (t) => {
  const [x, y] = squares(2);
  const trains: gt.Callback = {
    async onEpochEnd() {
      await this.model.trainOnBatch(x, y);
    },
  };
  await t.rejects(line().fit(x, y, { ...quiet, callbacks: [trains] }), {
    message: /trainOnBatch was called while a fit/,
  });
});

t.test('refused: options and data that do not fit', async (t) => {
  const net = line();
  const [x, y] = squares(2);
  const cases: [string, () => Promise<unknown>, RegExp][] = [
    ['batchSize', () => net.evaluate(x, y, { ...quiet, batchSize: 0 }), /evaluate: batchSize is 0/],
    ['no samples', () => net.evaluate(gt.zeros([0, 1]), gt.zeros([0, 1]), quiet), /evaluate: the data gave no batch/],
    ['callbacks', () => net.predict(x, { callbacks: [3] as never }), /predict: callbacks is an array of 1/],
    ['options', () => net.predict(x, 3 as never), /predict: the options are 3/],
    ['batchSize of predict', () => net.predict(x, { batchSize: 2.5 }), /batchSize is 2\.5/],
    ['inputs', () => net.predict('x' as never), /predict: 'x' is 'x'/],
    ['two inputs', () => net.predict([x, x]), /got 2 inputs, the model has 1/],
    ['targets', () => net.testOnBatch(x, null), /testOnBatch: the targets y are missing/],
    ['an uncompiled model', () => gt.model(...([gt.input([1])].map((one) => [one, gt.layers.dense(1)(one)])[0] as [gt.SymbolicTensor, gt.SymbolicTensor])).evaluate(x, y), /evaluate needs a compiled model/], // prettier-ignore
  ];
  for (const [name, call, message] of cases) await t.rejects(call(), { name: 'ArgumentError', message }, name);
  const aborted = AbortSignal.abort(new Error('enough'));
  await t.rejects(net.evaluate(x, y, { ...quiet, signal: aborted }), { message: 'enough' });
  await t.rejects(net.predict(x, { signal: aborted }), { message: 'enough' });
});
