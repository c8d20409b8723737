import * as gt from 'gradtape';
import t from 'tap';
import { compiledModel, smallModel, twoClasses, weightsOf } from './data.ts';

const { x, y } = twoClasses(64);

t.test('fit: the loss falls and the history has one number per epoch under Keras’s names', async (t) => {
  const net = compiledModel();
  const { history, epoch } = await net.fit(x, y, { epochs: 5, batchSize: 16, verbose: 0, validationSplit: 0.25 });
  t.same(Object.keys(history), ['acc', 'loss', 'val_acc', 'val_loss']);
  t.same(epoch, [0, 1, 2, 3, 4]);
  t.equal(history['loss']?.length, 5);
  t.ok((history['loss']?.[4] ?? Infinity) < (history['loss']?.[0] ?? 0));
});

t.test('fit: one seed gives the same history and weights, another seed others', async (t) => {
  const run = async (seed: number): Promise<[unknown, number[]]> => {
    gt.seed(seed);
    const net = compiledModel();
    const { history } = await net.fit(x, y, { epochs: 3, batchSize: 16, verbose: 0 });
    return [history, await weightsOf(net)];
  };
  const first = await run(1);
  t.same(await run(1), first);
  t.notSame(await run(2), first);
});

t.test('fit: batches of an async iterable train like the same arrays in order', async (t) => {
  gt.seed(3);
  const arrays = compiledModel();
  await arrays.fit(x, y, { epochs: 2, batchSize: 16, shuffle: false, verbose: 0 });
  gt.seed(3);
  const batches = compiledModel();
  async function* generate(): AsyncGenerator<[gt.Tensor, gt.Tensor]> {
    for (let from = 0; from < 64; from += 16) {
      await Promise.resolve();
      yield [gt.ops.slice(x, [from, 0], [16, 2]), gt.ops.slice(y, [from], [16])];
    }
  }
  await batches.fit(generate, { epochs: 2, verbose: 0 });
  t.same(await weightsOf(batches), await weightsOf(arrays));
});

t.test('fit: a generator is read on across epochs of stepsPerEpoch, and closed at the end', async (t) => {
  let made = 0;
  let closed = false;
  function* endless(): Generator<[gt.Tensor, gt.Tensor]> {
    try {
      for (;;) {
        made++;
        yield [x, y];
      }
    } finally {
      closed = true;
    }
  }
  await compiledModel().fit(endless(), { epochs: 3, stepsPerEpoch: 2, verbose: 0 });
  t.equal(made, 6);
  t.ok(closed);
});

t.test('fit: class weights are sample weights by label, also for one-hot targets', async (t) => {
  const weights = gt.tensor(
    Float32Array.from(y.data, (label) => (label === 1 ? 3 : 0.5)),
    [64],
  );
  const train = async (targets: gt.Tensor, loss: string, options: object): Promise<number[]> => {
    gt.seed(4);
    const net = smallModel();
    net.compile({ optimizer: 'sgd', loss });
    await net.fit(x, targets, { batchSize: 16, verbose: 0, ...options });
    return weightsOf(net);
  };
  const bySample = await train(y, 'sparse_categorical_crossentropy', { sampleWeight: weights });
  t.same(await train(y, 'sparse_categorical_crossentropy', { classWeight: { 0: 0.5, 1: 3 } }), bySample);
  const oneHot = gt.ops.oneHot(y, 2);
  const bySampleOneHot = await train(oneHot, 'categorical_crossentropy', { sampleWeight: weights });
  t.same(await train(oneHot, 'categorical_crossentropy', { classWeight: { 0: 0.5, 1: 3 } }), bySampleOneHot);
  t.notSame(bySample, await train(y, 'sparse_categorical_crossentropy', {}));
});

t.test('fit: validationFreq, initialEpoch and stopTraining are honoured', async (t) => {
  const net = compiledModel();
  const { history, epoch } = await net.fit(x, y, {
    epochs: 6,
    initialEpoch: 2,
    validationFreq: 2,
    validationData: [x, y],
    verbose: 0,
  });
  t.same(epoch, [2, 3, 4, 5]);
  t.equal(history['val_loss']?.length, 2);
  let batches = 0;
  await net.fit(x, y, {
    epochs: 9,
    batchSize: 16,
    verbose: 0,
    callbacks: [
      {
        onTrainBatchEnd() {
          batches++;
          this.model.stopTraining = true;
        },
      },
    ],
  });
  t.equal(batches, 1, 'stops after the batch');
});

t.test('fit: bytes are taken as images batch by batch', async (t) => {
  const image = gt.input([2]);
  const net = gt.model(image, gt.layers.dense(1)(image));
  net.compile({ optimizer: 'sgd', loss: 'mse' });
  const { history } = await net.fit({ data: new Uint8Array([0, 1, 2, 3, 4, 5]), shape: [3, 2] }, [[1], [2], [3]], {
    verbose: 0,
  });
  t.ok(Number.isFinite(history['loss']?.[0]));
});

t.test('trainOnBatch, testOnBatch, predictOnBatch and evaluate agree', async (t) => {
  const net = compiledModel();
  const before = (await net.testOnBatch(x, y, { returnDict: true })) as gt.Logs;
  t.same(await net.evaluate(x, y, { batchSize: 64, verbose: 0, returnDict: true }), before);
  t.same(await net.evaluate(x, y, { batchSize: 64, verbose: 0 }), [before['loss'], before['acc']]);
  t.same(net.metricsNames, ['loss', 'acc']);
  const trained = (await net.trainOnBatch(x, y, { returnDict: true })) as gt.Logs;
  t.equal(trained['loss'], before['loss'], 'a step reports the loss before its update');
  t.not(((await net.testOnBatch(x, y, { returnDict: true })) as gt.Logs)['loss'], before['loss']);
  t.same([...(await net.predictOnBatch(x)).data], [...(await net.predict(x, { batchSize: 7 })).data]);
});

t.test('predict: no samples give an empty output of the right shape', async (t) => {
  t.same((await smallModel().predict(gt.zeros([0, 2]))).shape, [0, 2]);
});

t.test('trainable: frozen weights stay, and compile() decides', async (t) => {
  const net = smallModel();
  const hidden = net.layers[1];
  if (!hidden) throw new Error('no hidden layer');
  hidden.trainable = false;
  net.compile({ optimizer: 'adam', loss: 'sparse_categorical_crossentropy' });
  const before = (await hidden.getWeights()).map((weight) => [...weight.data]);
  const rest = [...((await net.layers[2]?.getWeights())?.[0]?.data ?? [])];
  await net.fit(x, y, { verbose: 0 });
  t.same(
    (await hidden.getWeights()).map((weight) => [...weight.data]),
    before,
  );
  t.notSame([...((await net.layers[2]?.getWeights())?.[0]?.data ?? [])], rest);
});

t.test('batch normalization: frozen it infers and keeps its statistics, also in training', async (t) => {
  const input = gt.input([2]);
  const norm = gt.layers.batchNormalization();
  const net = gt.model(input, gt.layers.dense(2, { activation: 'softmax' })(norm(input)));
  norm.trainable = false;
  net.compile({ optimizer: 'sgd', loss: 'sparse_categorical_crossentropy' });
  await net.fit(x, y, { verbose: 0 });
  const [gamma, beta, mean, variance] = (await norm.getWeights()).map((weight) => [...weight.data]);
  t.same(
    [gamma, beta, mean, variance],
    [
      [1, 1],
      [0, 0],
      [0, 0],
      [1, 1],
    ],
  );
  norm.trainable = true;
  net.compile({ optimizer: 'sgd', loss: 'sparse_categorical_crossentropy' });
  await net.fit(x, y, { verbose: 0 });
  t.notSame([...((await norm.getWeights())[2]?.data ?? [])], [0, 0]);
});

t.test('fit: a history or a progress bar of the user’s own takes the place of the built-in one', async (t) => {
  const own = gt.callbacks.history();
  let text = '';
  const bar = gt.callbacks.progressBar({ write: (part) => void (text += part) });
  const returned = await compiledModel().fit(x, y, { epochs: 2, callbacks: [own, bar] });
  t.equal(returned, own);
  t.equal(own.history['loss']?.length, 2);
  t.equal(text.split('\n').filter((line) => line.includes('loss')).length, 2, 'one line per epoch, drawn once');
});
