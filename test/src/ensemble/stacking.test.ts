/** Stacking: the model that learns of other models' predictions, and the one model of all. */
import { fromKeras, toKeras } from 'gradtape/keras';
import t from 'tap';
import * as gt from '../../../src/index.ts';
import { crossValidate } from '../../../src/tune/index.ts';
import { constant, network, yesses } from './models.ts';

const { layers, ops } = gt;

const SAMPLES = 60;
const x = ops.randomNormal([SAMPLES, 2], { seed: 5 });
const labels = Array.from({ length: SAMPLES }, (_, i) => ((x.data[2 * i] ?? 0) > 0 ? 0 : (x.data[2 * i + 1] ?? 0) > 0 ? 1 : 2)); // prettier-ignore
const y = gt.tensor(labels);

const metaOf = (features: number): gt.Model => {
  const net = gt.sequential([layers.dense(3, { activation: 'softmax', inputShape: [features], name: 'class' })]);
  net.compile({ optimizer: gt.optimizers.adam({ learningRate: 0.1 }), loss: 'sparse_categorical_crossentropy', metrics: ['acc'] }); // prettier-ignore
  return net;
};

t.test('the stacked model computes the meta model of what the models predict, bit for bit', async (t) => {
  const models = [network(1, 'same'), network(2, 'same')];
  const meta = metaOf(6);
  const stacked = gt.stacking(models, meta);
  const [left, right] = [await models[0]?.predict(x), await models[1]?.predict(x)] as [gt.Tensor, gt.Tensor];
  const expected = await meta.predict(ops.concat([left, right], { axis: -1 }));
  const found = await stacked.predict(x);
  t.same([...found.data], [...expected.data]);
  t.same(stacked.metricsNames, ['loss', 'acc'], 'it is compiled as the meta model is');
  t.same(stacked.outputNames, ['class']);
  const again = await fromKeras(await toKeras(stacked));
  t.same([...(await again.predict(x)).data], [...found.data]);
});

t.test('fit trains the meta model and leaves the others alone', async (t) => {
  const models = [network(1), network(2), network(3)];
  const before = await Promise.all(models.map((one) => one.getWeights()));
  const lossOf = async (net: gt.Model): Promise<number> => {
    net.compile({ loss: 'sparse_categorical_crossentropy' });
    return (await net.evaluate(x, y, { returnDict: true, verbose: 0 }))['loss'] ?? NaN;
  };
  const stacked = await gt.stacking.fit(models, x, y, { meta: metaOf, fit: { epochs: 60 } });
  for (const [index, one] of models.entries())
    t.same(
      (await one.getWeights()).map(({ data }) => [...data]),
      before[index]?.map(({ data }) => [...data]),
    );
  const alone = await Promise.all(models.map(lossOf));
  t.ok((await lossOf(stacked)) < Math.min(...alone), 'random networks say something when one listens');
  const plain = await gt.stacking.fit(models, x, y);
  t.ok((await lossOf(plain)) < Math.min(...alone), 'so does the default');
  const hot = await gt.stacking.fit(models, x, ops.oneHot(y, 3));
  t.same(hot.metricsNames, ['loss']);
});

t.test('out-of-fold predictions of cross-validations; samples without are left out', async (t) => {
  const build = (units: number) => (): gt.Model => {
    const net = gt.sequential([layers.dense(units, { activation: 'tanh', inputShape: [2] }), layers.dense(3, { activation: 'softmax' })]); // prettier-ignore
    net.compile({ optimizer: gt.optimizers.adam({ learningRate: 0.03 }), loss: 'sparse_categorical_crossentropy' });
    return net;
  };
  const [a, b] = [await crossValidate(build(6), [x, y], { k: 3 }), await crossValidate(build(2), [x, y], { k: 3 })];
  const members = [gt.ensemble(a.models), gt.ensemble(b.models)];
  let samples = 0;
  const counting: gt.Callback = {
    onEpochBegin: () => void (samples = 0),
    onTrainBatchEnd: () => void (samples += 5),
  };
  const fit = { epochs: 1, batchSize: 5, callbacks: [counting] };
  await gt.stacking.fit(members, null, y, { predictions: [a.predictions, b.predictions], fit });
  t.equal(samples, 60);
  const half = ({ data }: gt.Tensor): gt.Tensor => gt.tensor(Float32Array.from(data, (one, at) => (at < 90 ? NaN : one)), [60, 3]); // prettier-ignore
  const stacked = await gt.stacking.fit(members, null, y, {
    predictions: [half(a.predictions), half(b.predictions)],
    fit,
  });
  t.equal(samples, 30);
  t.same((await stacked.predict(x)).shape, [60, 3]);
});

t.test('numbers and probabilities of a yes have default meta models, too; weights of samples count', async (t) => {
  const inputs = gt.zeros([8, 2]);
  const fit = { epochs: 1500 };
  const numbers = await gt.stacking.fit([constant([1]), constant([2])], inputs, gt.full([8, 1], 5), { fit });
  t.ok(Math.abs(((await numbers.predict(inputs)).data[0] ?? NaN) - 5) < 0.05);
  const targets = [1, 1, 1, 1, 0, 0, 0, 0].map((one) => [one]);
  const sampleWeight = [3, 3, 3, 3, 1, 1, 1, 1];
  const yes = await gt.stacking.fit([yesses([0.5]), yesses([0.2])], inputs, targets, { fit, sampleWeight });
  t.ok(Math.abs(((await yes.predict(inputs)).data[0] ?? NaN) - 0.75) < 0.01);
});

t.test('several outputs, and outputs of more axes, with a meta model of one’s own', async (t) => {
  const make = (seed: number): gt.Model => {
    gt.seed(seed);
    const start = gt.input([4, 2]);
    const steps = layers.dense(3, { name: 'steps' })(start);
    const total = layers.dense(1, { name: 'total' })(layers.flatten()(start));
    return gt.model(start, { steps, total }) as gt.Model;
  };
  const inputs = ops.randomNormal([5, 4, 2], { seed: 9 });
  const start = gt.input([2 * (4 * 3 + 1)]);
  const meta = gt.model(start, [
    layers.dense(1, { name: 'p' })(start),
    layers.dense(2, { name: 'q' })(start),
  ]) as gt.Model;
  const models = [make(1), make(2)];
  const stacked = gt.stacking(models, meta);
  const given = (await Promise.all(models.map((one) => one.predict(inputs)))) as unknown as Record<string, gt.Tensor>[];
  const features = ops.concat(
    given.flatMap(({ steps, total }) => [ops.reshape(steps as gt.Tensor, [5, 12]), total as gt.Tensor]),
    { axis: 1 },
  );
  const expected = (await meta.predict(features)) as unknown as readonly gt.Tensor[];
  const found = (await stacked.predict(inputs)) as unknown as readonly gt.Tensor[];
  t.same(found.map(({ data }) => [...data]), expected.map(({ data }) => [...data])); // prettier-ignore
  t.same(stacked.outputNames, ['p', 'q']);
  let trainedOn: unknown;
  meta.compile({ loss: 'mse' });
  meta.fit = (async (given: gt.Tensor) => void (trainedOn = [...given.data])) as never;
  await gt.stacking.fit(models, inputs, [gt.zeros([5, 1]), gt.zeros([5, 2])], { meta });
  t.same(trainedOn, [...features.data], 'it is trained on what it is given later');
  await t.rejects(gt.stacking.fit(models, inputs, { steps: gt.zeros([5, 4, 3]), total: gt.zeros([5, 1]) }), /need a meta model of their own/); // prettier-ignore
});

t.test('the default meta model takes only targets that its loss is for, of samples that count', async (t) => {
  const yes = [yesses([0.5]), yesses([0.2])];
  const signs = labels.map((label) => [label === 0 ? 1 : -1]);
  const fit = { epochs: 1 };
  await t.rejects(gt.stacking.fit(yes, x, signs), {
    name: 'ArgumentError',
    message: /^stacking\.fit: sample \d has -1 in the targets of 'y'.*1 for a yes and 0 for a no, or give a meta model/,
  });
  await t.rejects(gt.stacking.fit([constant([1]), constant([2])], x, gt.full([SAMPLES, 1], NaN)), /has NaN.*finite/);
  const sampleWeight = signs.map(([one]) => (one === 1 ? 1 : 0));
  await t.resolves(gt.stacking.fit(yes, x, signs, { fit, sampleWeight }));
  const meta = gt.sequential([layers.dense(1, { activation: 'tanh', inputShape: [2] })]);
  meta.compile({ loss: 'hinge' });
  await t.resolves(gt.stacking.fit(yes, x, signs, { fit, meta }), 'the loss of a meta model of one’s own decides');
});

t.test('a signal in fit ends the training, and so does that of the call', async (t) => {
  const models = [network(1), network(2)];
  for (const aborted of ['inner', 'outer'] as const) {
    const controllers = { inner: new AbortController(), outer: new AbortController() };
    const callbacks = [{ onEpochEnd: () => controllers[aborted].abort(new Error(aborted)) }];
    const fit = { epochs: 3, callbacks, signal: controllers.inner.signal };
    await t.rejects(gt.stacking.fit(models, x, y, { fit, signal: controllers.outer.signal }), { message: aborted });
  }
});

t.test('what does not fit is refused with the way out', async (t) => {
  const models = [network(1), network(2)];
  t.throws(() => gt.stacking([], metaOf(3)), /stacking: the models are an empty list/);
  t.throws(() => gt.stacking(models, layers.dense(2) as never), /the meta model is the layer 'dense/);
  t.throws(
    () => gt.stacking(models, gt.sequential([layers.dense(2)])),
    /Give a model of one input, whose shape is known/,
  );
  t.throws(() => gt.stacking(models, models[0] as gt.Model), /is one of the models, too/);
  t.throws(() => gt.stacking(models, metaOf(5)), { name: 'ShapeError' });
  await t.rejects(gt.stacking.fit(models, null, y), /x is null/);
  await t.rejects(gt.stacking.fit(models, x, y, { meta: gt.sequential([layers.dense(3, { inputShape: [6] })]) }), /needs a compiled model/); // prettier-ignore
  await t.rejects(gt.stacking.fit(models, x, [0, 1]), /stacking.fit: the targets of 'y' have the shape \[2\]/);
  await t.rejects(gt.stacking.fit(models, x, [0, 1], { meta: metaOf(6) }), /unequal length/);
  await t.rejects(gt.stacking.fit(models, x, y, { fit: 3 as never }), /the options are 3/);
});
