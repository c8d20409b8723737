/** Ensembles: what the modes compute, that they are models, and what is refused. */
import { fromKeras, toKeras } from 'gradtape/keras';
import t, { type Test } from 'tap';
import * as gt from '../../../src/index.ts';
import { constant, network, probabilities, rowOf, x, yesses } from './models.ts';

const { layers } = gt;

/** Float32 results of a few operations: each rounds by 2^-24 of numbers up to 1. */
const near = (t: Test, got: readonly number[], expected: readonly number[], roundings = 8): void => {
  t.equal(got.length, expected.length);
  const gaps = got.map((value, index) => Math.abs(value - (expected[index] ?? NaN)));
  t.ok(Math.max(...gaps) <= roundings * 2 ** -24, `${got.join(', ')} is ${expected.join(', ')}`);
};

t.test('mean and weighted are the sums of the members, exactly on small numbers', async (t) => {
  const models = [constant([1, 2]), constant([3, 8]), constant([5, 5]), constant([-1, 1])];
  t.same(await rowOf(gt.ensemble(models)), [2, 4]);
  t.same(await rowOf(gt.ensemble(models, { weights: [0.5, 0.25, 0, 0.25] })), [1, 3.25]);
  t.same(await rowOf(gt.ensemble(models, { weights: [2, 1, 0, 1] })), [1, 3.25], 'weights are divided by their sum');
});

t.test('the example of the mission', async (t) => {
  const [modelA, modelB, modelC, modelD] = [1, 2, 3, 4].map((seed) => network(seed)) as [gt.Model, gt.Model, gt.Model, gt.Model]; // prettier-ignore
  const xVal = x;
  const mean = gt.ensemble([modelA, modelB, modelC, modelD]);
  const weighted = gt.ensemble([modelA, modelB, modelC, modelD], { weights: [0.5, 0.25, 0.1, 0.15] });
  const finalPredictions = await weighted.predict(xVal);
  t.same(finalPredictions.shape, [7, 3]);
  const each = await Promise.all([modelA, modelB, modelC, modelD].map((one) => one.predict(xVal)));
  const sum = (weights: readonly number[]): number[] =>
    [...finalPredictions.data.keys()].map((at) =>
      weights.reduce((total, weight, index) => total + weight * (each[index]?.data[at] ?? NaN), 0),
    );
  near(t, [...finalPredictions.data], sum([0.5, 0.25, 0.1, 0.15]));
  near(t, [...(await mean.predict(xVal)).data], sum([0.25, 0.25, 0.25, 0.25]));
});

t.test('the ensemble of one model is that model, bit for bit; weights of 0 leave a model out', async (t) => {
  const [one, other] = [network(1), network(2)];
  const alone = await one.predict(x);
  for (const options of [{}, { weights: [3] }, { mode: 'weighted', weights: [1] }] as const)
    t.same([...(await gt.ensemble([one], options).predict(x)).data], [...alone.data]);
  const chosen = gt.ensemble([other, one], { weights: [0, 1] });
  t.same([...(await chosen.predict(x)).data], [...alone.data]);
  t.equal(chosen.countParams(), one.countParams());
  t.same(chosen.members, [other, one]);
  t.same(chosen.memberWeights, [0, 1]);
});

t.test('weights go with their models', async (t) => {
  const models = [1, 2, 3].map((seed) => network(seed));
  const weights = [0.5, 0.125, 0.375];
  for (const mode of ['weighted', 'geometric', 'voting'] as const) {
    const straight = await gt.ensemble(models, { mode, weights }).predict(x);
    const turned = await gt.ensemble([...models].reverse(), { mode, weights: [...weights].reverse() }).predict(x);
    near(t, [...turned.data], [...straight.data]);
  }
});

t.test('the geometric mean of probabilities is divided by its sum', async (t) => {
  const [a, b] = [
    [0.5, 0.25, 0.25],
    [0.125, 0.125, 0.75],
  ] as const;
  const products = a.map((p, index) => p ** 0.75 * (b[index] ?? NaN) ** 0.25);
  const total = products.reduce((sum, one) => sum + one);
  const net = gt.ensemble([probabilities(a), probabilities(b)], { mode: 'geometric', weights: [3, 1] });
  near(t, await rowOf(net), products.map((one) => one / total)); // prettier-ignore
  const all = await gt.ensemble([1, 2, 3].map((seed) => network(seed)), { mode: 'geometric' }).predict(x); // prettier-ignore
  for (let row = 0; row < 7; row++) {
    const sum = all.data.subarray(row * 3, row * 3 + 3).reduce((left, right) => left + right);
    near(t, [sum], [1]);
  }
  const yes = gt.ensemble([yesses([0.5, 0.9]), yesses([0.8, 0.2])], { mode: 'geometric' });
  const of = (p: number, q: number): number => Math.sqrt(p * q) / (Math.sqrt(p * q) + Math.sqrt((1 - p) * (1 - q)));
  near(t, await rowOf(yes), [of(0.5, 0.8), of(0.9, 0.2)]);
  const sure = gt.ensemble([constant([200, -200], { activation: 'softmax' }), probabilities([0.5, 0.5])], { mode: 'geometric' }); // prettier-ignore
  t.ok((await rowOf(sure)).every(Number.isFinite), 'a probability of 0 is no NaN');
  const against = [[200, -200], [-200, 200]].map((row) => constant(row, { activation: 'softmax' })); // prettier-ignore
  near(t, await rowOf(gt.ensemble(against, { mode: 'geometric' })), [0.5, 0.5]);
  const certain = [[-200], [200]].map((row) => constant(row, { activation: 'sigmoid' }));
  near(t, await rowOf(gt.ensemble(certain, { mode: 'geometric' })), [0.5]); // a sure yes and a sure no
});

t.test('voting: shares of votes; ties within a model and between models', async (t) => {
  const votes = [
    [0.6, 0.3, 0.1],
    [0.1, 0.5, 0.4],
    [0.25, 0.375, 0.375],
    [0.2, 0.2, 0.6],
  ].map((row) => probabilities(row));
  t.same(
    await rowOf(gt.ensemble(votes, { mode: 'voting' })),
    [0.25, 0.375, 0.375],
    'two likeliest classes share a vote',
  );
  t.same(await rowOf(gt.ensemble(votes, { mode: 'voting', weights: [0.5, 0.25, 0, 0.25] })), [0.5, 0.25, 0.25]);
  const tie = gt.ops.argmax(await gt.ensemble(votes.slice(0, 2), { mode: 'voting' }).predict(x), { axis: -1 });
  t.same([...tie.data], new Array(7).fill(0), 'of equal sums the first class');
  const yes = gt.ensemble([yesses([0.9, 0.4]), yesses([0.6, 0.3]), yesses([0.1, 0.6]), yesses([0.2, 0.2])], { mode: 'voting' }); // prettier-ignore
  t.same(await rowOf(yes), [0.5, 0.25]);
  t.same(await rowOf(gt.ensemble([yesses([0.5]), yesses([0.6])], { mode: 'voting' })), [0.5], 'a half is no yes');
});

t.test('an ensemble is a model: it evaluates, prints, draws, and nests', async (t) => {
  const models = [1, 2].map((seed) => network(seed));
  const y = gt.tensor([0, 1, 2, 0, 1, 2, 0]);
  models[0]?.compile({ loss: 'sparse_categorical_crossentropy', metrics: ['accuracy'] });
  const net = gt.ensemble(models);
  t.same(net.outputNames, ['y']);
  t.same(net.inputNames, ['x']);
  const predictions = await net.predict(x);
  const expected = [...y.data].reduce(
    (sum, label, row) => sum - Math.log(predictions.data[row * 3 + label] ?? NaN) / 7,
    0,
  );
  const logs = await net.evaluate(x, y, { returnDict: true, verbose: 0 });
  near(t, [logs['loss'] ?? NaN], [expected], 32);
  t.ok('accuracy' in logs, 'the metrics of the first model');
  t.match(net.toDot(), /functional/);
  const nested = gt.ensemble([net, network(3)], { weights: [2, 1] });
  const flat = gt.ensemble([...models, network(3)]);
  near(t, [...(await nested.predict(x)).data], [...(await flat.predict(x)).data]);
  const copy = gt.modelFromJSON(net.toJSON());
  copy.setWeights(await net.getWeights());
  t.same([...(await copy.predict(x)).data], [...predictions.data]);
});

t.test('an ensemble saves and loads as one model with the same bits', async (t) => {
  for (const mode of ['mean', 'weighted', 'geometric', 'voting'] as const) {
    const models = [1, 2, 3].map((seed) => network(seed, 'same'));
    const net = gt.ensemble(models, { mode, ...(mode === 'mean' ? {} : { weights: [0.5, 0.3, 0.2] }) });
    for (const format of ['keras', 'h5'] as const) {
      const again = await fromKeras(await toKeras(net, { format }));
      t.same([...(await again.predict(x)).data], [...(await net.predict(x)).data], `${mode} in ${format}`);
    }
  }
});

t.test('names that collide are changed, and the models keep theirs', (t) => {
  const models = [network(1, 'y'), network(2, 'y'), network(3, 'x')];
  const net = gt.ensemble(models);
  t.same(
    net.layers.map(({ name }) => name),
    ['x', 'y_1', 'y_2', 'x_1', 'y'],
  );
  t.same(
    models.map(({ name }) => name),
    ['y', 'y', 'x'],
  );
  t.end();
});

/** Two inputs, three outputs, by name or in order. */
const wide = (seed: number, isRecord: boolean, isTurned = false): gt.Model => {
  gt.seed(seed);
  const left = gt.input([2], { name: 'left' });
  const right = gt.input([null, 3], { name: 'right' });
  const h = layers.concatenate([left, layers.globalAveragePooling1d()(right)]);
  const age = layers.dense(1, { name: 'age' })(h);
  const income = layers.dense(4, { activation: 'softmax', name: 'income' })(h);
  const made = !isRecord
    ? gt.model([left, right], [age, income])
    : isTurned
      ? gt.model({ right, left }, { income, age })
      : gt.model({ left, right }, { age, income });
  return made as gt.Model;
};

t.test('several inputs and outputs, in order and by name', async (t) => {
  const left = gt.ops.randomNormal([5, 2], { seed: 1 });
  const right = gt.ops.randomNormal([5, 4, 3], { seed: 2 });
  const listed = gt.ensemble([wide(1, false), wide(2, false)]);
  const [ages, incomes] = (await listed.predict([left, right])) as unknown as readonly [gt.Tensor, gt.Tensor];
  t.same(ages.shape, [5, 1]);
  t.same(incomes.shape, [5, 4]);
  t.same(listed.outputNames, ['age', 'income']);
  const named = gt.ensemble([wide(1, true), wide(2, true, true)]);
  const record = (await named.predict({ left, right })) as unknown as Record<string, gt.Tensor>;
  t.same([...(record['age'] as gt.Tensor).data], [...ages.data]);
  t.same([...(record['income'] as gt.Tensor).data], [...incomes.data]);
  named.compile({ loss: { age: 'mse', income: 'categorical_crossentropy' } as never });
  t.same(named.metricsNames, ['loss', 'age_loss', 'income_loss']);
  const again = await fromKeras(await toKeras(named));
  const loaded = (await again.predict({ left, right })) as unknown as Record<string, gt.Tensor>;
  t.same([...(loaded['income'] as gt.Tensor).data], [...incomes.data]);
});

t.test('training an ensemble trains its members', async (t) => {
  const models = [1, 2].map((seed) => network(seed));
  const net = gt.ensemble(models, { weights: [3, 1] });
  net.compile({ optimizer: gt.optimizers.sgd({ learningRate: 0.5 }), loss: 'sparse_categorical_crossentropy' });
  const before = await Promise.all(models.map((one) => one.getWeights()));
  const { history } = await net.fit(x, gt.tensor([0, 1, 2, 0, 1, 2, 0]), { epochs: 5, verbose: 0 });
  t.ok((history['loss']?.at(-1) ?? NaN) < (history['loss']?.[0] ?? NaN));
  for (const [index, one] of models.entries())
    t.notSame([...((await one.getWeights())[0]?.data ?? [])], [...(before[index]?.[0]?.data ?? [])]);
});

t.test('wrong models, weights and modes are refused with the way out', (t) => {
  const [a, b] = [network(1, 'a'), network(2, 'b')];
  const refused: readonly (readonly [() => unknown, RegExp])[] = [
    [() => gt.ensemble([]), /ensemble: the models are an empty list/],
    [() => gt.ensemble(a as never), /ensemble: the models are the layer 'a'/],
    [() => gt.ensemble([a, layers.dense(2)] as never), /model 1 is the layer 'dense.*loadModel/],
    [() => gt.ensemble([a, b, a]), /model 2, 'a', is model 0 again/],
    [() => gt.ensemble([a, gt.sequential([layers.dense(3)])] as never), /model 1.*does not know the shape/],
    [() => gt.ensemble([a, b], { weights: [1] }), /got 1 weights, there are 2 models/],
    [() => gt.ensemble([a, b], { weights: [1, -1] }), /the weight of model 1 is -1/],
    [() => gt.ensemble([a, b], { weights: [NaN, 1] }), /the weight of model 0 is NaN/],
    [() => gt.ensemble([a, b], { weights: [0, 0] }), /the sum of the weights is 0/],
    [() => gt.ensemble([a, b], { mode: 'weighted' }), /mode 'weighted' needs weights.*ensemble\.fit.*'mean'/],
    [() => gt.ensemble([a, b], { mode: 'mean', weights: [1, 1] }), /mode 'mean' takes no weights/],
    [
      () => gt.ensemble([a, b], { mode: 'vote' as never }),
      /the mode is 'vote'; Known: mean, weighted, geometric, voting/,
    ],
    [() => gt.ensemble([a, b], 3 as never), /the options are 3/],
    [() => gt.ensemble([a, constant([1, 2])]), /other shapes of the output 'y': 'a' \[null, 3\], .* \[null, 2\]/],
    [() => gt.ensemble([a, wide(1, false)]), /the inputs of .* are 2 in order, those of 'a' 1 in order/],
    [() => gt.ensemble([wide(1, false), wide(2, true)]), /the inputs of .* are \{ left, right \}/],
    [() => gt.ensemble([constant([1, 2])], { mode: 'geometric' }), /mode 'geometric' is for probabilities/],
    [() => gt.ensemble([probabilities([1])], { mode: 'voting' }), /'y' of model 0 has neither softmax nor sigmoid/],
    [() => gt.ensemble([yesses([0.5, 0.5]), probabilities([0.5, 0.5])], { mode: 'voting' }), /output 'y' of model 1/],
  ];
  for (const [act, message] of refused) t.throws(act, { message });
  t.end();
});
