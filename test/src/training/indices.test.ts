/** Indices that an embedding does not know are refused before anything runs, wherever the embedding is and however data come. */
import * as gt from 'gradtape';
import t from 'tap';

const quiet = { verbose: 0 } as const;

/** The mean of the vectors of [batch, steps] indices through one number. */
const head = (vectors: gt.SymbolicTensor): gt.SymbolicTensor =>
  gt.layers.dense(1)(gt.layers.globalAveragePooling1d()(vectors));

const text = (): gt.SymbolicTensor => gt.input([2], { dtype: 'int32', name: 'text' });

/** Models that look up indices 0 to 9 of `text`, [batch, 2]. */
const models: Readonly<Record<string, () => gt.Model>> = {
  'an embedding on the input': () => {
    const input = text();
    return gt.model(input, head(gt.layers.embedding(10, 2)(input)));
  },
  'a sequential model': () =>
    gt.sequential([
      gt.layers.embedding(10, 2, { inputShape: [2] }),
      gt.layers.globalAveragePooling1d(),
      gt.layers.dense(1),
    ]),
  'a model in a model in a model': () => {
    const inner = text();
    const encoder = gt.model(inner, gt.layers.embedding(10, 2)(inner));
    const middle = text();
    const wrapped = gt.model(middle, gt.layers.globalAveragePooling1d()(encoder(middle)));
    const input = text();
    return gt.model(input, gt.layers.dense(1)(wrapped(input)));
  },
  'a sequential model in a model': () => {
    const input = text();
    return gt.model(input, head(gt.sequential([gt.layers.embedding(10, 2, { inputShape: [2] })])(input)));
  },
  'the second input of a model of two': () => {
    const [left, right] = [gt.input([2]), gt.input([2], { dtype: 'int32' })];
    const pair = gt.model([left, right], gt.layers.add([gt.layers.embedding(10, 2)(right), gt.layers.embedding(10, 2)(right)])); // prettier-ignore
    const input = text();
    return gt.model(input, head(pair([input, input])));
  },
  'two embeddings, the smaller one second': () => {
    const input = text();
    return gt.model(input, head(gt.layers.add([gt.layers.embedding(20, 2)(input), gt.layers.embedding(10, 2)(input)])));
  },
  'an embedding behind reshape, permute and concatenate': () => {
    const input = text();
    const row = gt.layers.permute([2, 1])(gt.layers.reshape([2, 1])(input));
    const both = gt.layers.flatten()(gt.layers.concatenate([row, row], { axis: 1 }));
    return gt.model(input, head(gt.layers.embedding(10, 2)(both)));
  },
  'an embedding for each step': () => {
    const input = text();
    const steps = gt.layers.timeDistributed(gt.layers.embedding(10, 2))(gt.layers.reshape([2, 1])(input));
    return gt.model(input, gt.layers.dense(1)(gt.layers.flatten()(steps)));
  },
};

const bad = [10, -1, NaN, Infinity, 0.5, 2 ** 31];
const targets = [[0], [0], [0]];
/** Three samples; the index is the last number of the second one. */
const dataWith = (index: number): number[][] => [[0, 9], [1, index], [2, 3]]; // prettier-ignore

for (const [name, make] of Object.entries(models)) {
  t.test(`${name}: refused in fit, evaluate, predict and their batch forms`, async (t) => {
    const net = make();
    net.compile({ optimizer: 'sgd', loss: 'mse' });
    const before = (await net.getWeights()).map((weight) => weight.toArray());
    for (const index of bad) {
      const x = dataWith(index);
      const calls: Readonly<Record<string, () => Promise<unknown>>> = {
        fit: () => net.fit(x, targets, quiet),
        'fit of batches': () => net.fit(() => [[x, targets]], quiet),
        validationData: () => net.fit(dataWith(0), targets, { ...quiet, validationData: [x, targets] }),
        evaluate: () => net.evaluate(x, targets, quiet),
        'evaluate of batches': () => net.evaluate(() => [[x, targets]], quiet),
        predict: () => net.predict(x),
        'predict of batches': () => net.predict(() => [[x]]),
        trainOnBatch: () => net.trainOnBatch(x, targets),
        testOnBatch: () => net.testOnBatch(x, targets),
        predictOnBatch: () => net.predictOnBatch(x),
      };
      const message = new RegExp(
        `has the index ${index} in sample 1, but the layer 'embedding.*' knows the indices 0 to 9`,
      );
      for (const [method, call] of Object.entries(calls)) {
        await t.rejects(call(), { name: 'ArgumentError', message }, `${method}, ${index}`);
      }
    }
    t.same((await net.getWeights()).map((weight) => weight.toArray()), before); // prettier-ignore
    await net.fit(dataWith(9), targets, quiet);
  });
}

t.test('a batch that a generator gives later is refused before it runs; those before it have trained', async (t) => {
  const net = models['an embedding on the input']?.() as gt.Model;
  net.compile({ optimizer: gt.optimizers.sgd({ learningRate: 0.5 }), loss: 'mse' });
  const good = [dataWith(3), [[1], [1], [1]]] as gt.BatchData;
  await t.rejects(
    net.fit(() => [good, [dataWith(10), targets]], quiet),
    { message: /batch 1: the input 'text' has the index 10/ },
  );
  t.equal((await net.optimizer?.iterations.read())?.item(), 1);
});

t.test('an index that is computed is refused by the run itself', async (t) => {
  const input = text();
  const net = gt.model(input, head(gt.layers.embedding(10, 2)(gt.ops.mul(input, 2))));
  t.same((await net.predict([[1, 4]])).shape, [1, 1]);
  await t.rejects(net.predict([[1, 5]]), { name: 'ArgumentError', message: /index .* is out of range/ });
});
