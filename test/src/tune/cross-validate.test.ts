/** Cross-validation: folds, scores, out-of-fold predictions, and what they do not depend on. */
import t from 'tap';
import * as gt from '../../../src/index.ts';
import {
  createStudy,
  crossValidate,
  pruners,
  stratifiedGroupKFold,
  TrialPruned,
  type CrossValidation,
  type Pruner,
} from '../../../src/tune/index.ts';
import { scoreOf } from '../../../src/tune/scores.ts';

const { layers, ops } = gt;

const SAMPLES = 23;
const x = ops.randomNormal([SAMPLES, 4], { seed: 1 });
const labels = Array.from({ length: SAMPLES }, (_, index) => (index * index) % 3);
const y = ops.oneHot(gt.tensor(labels), 3);

const buildModel = (): gt.Model => {
  const net = gt.sequential([
    layers.dense(6, { activation: 'tanh', inputShape: [4] }),
    layers.dropout(0.2),
    layers.dense(3, { activation: 'softmax' }),
  ]);
  net.compile({
    optimizer: gt.optimizers.adam({ learningRate: 0.05 }),
    loss: 'categorical_crossentropy',
    metrics: ['accuracy'],
  });
  return net;
};

const row = (values: gt.Tensor, index: number): number[] => {
  const width = values.shape[1] ?? 1;
  return [...values.data.subarray(index * width, (index + 1) * width)];
};
const bits = ({ predictions, scores }: CrossValidation): unknown => [[...predictions.data], scores['loss']?.values];

t.test('each sample is predicted by the model that was not trained on it', async (t) => {
  const folds = await crossValidate(buildModel, [x, y], { k: 5, stratified: true, fit: { epochs: 10 } });
  t.equal(folds.models.length, 5);
  t.equal(new Set(folds.models).size, 5);
  t.same(folds.predictions.shape, [SAMPLES, 3]);
  const tested: number[] = [];
  for (const [index, { train, test }] of folds.splits.entries()) {
    const predicted = (await folds.models[index]?.predict(x)) as gt.Tensor;
    for (const sample of test) t.same(row(folds.predictions, sample), row(predicted, sample));
    t.notOk([...train].some((sample) => test.includes(sample)));
    tested.push(...test);
  }
  t.same(tested.sort((a, b) => a - b), [...labels.keys()]); // prettier-ignore
  for (const { history } of folds.histories) t.equal(history['loss']?.length, 10);
  t.same(Object.keys(folds.scores).sort(), ['accuracy', 'loss']);
  const [first] = folds.splits;
  const test = [...(first?.test ?? [])];
  const logs = (await folds.models[0]?.evaluate(
    gt.tensor(test.map((one) => row(x, one))),
    gt.tensor(test.map((one) => row(y, one))),
    { returnDict: true, verbose: 0 },
  )) as Record<string, number>;
  t.equal(folds.scores['loss']?.values[0], logs['loss']);
});

t.test('the mean, the deviation and the interval of Student', (t) => {
  // scipy.stats.t.ppf(0.975, n - 1) of SciPy 1.17.1
  for (const [n, quantile] of [
    [2, 12.706204736174694],
    [3, 4.302652729749462],
    [5, 2.7764451051977934],
    [10, 2.262157162798205],
    [15, 2.144786687917804],
    [31, 2.0422724563012378],
  ] as const) {
    const values = Array.from({ length: n }, (_, index) => index % 2);
    const { mean, std, confidenceInterval } = scoreOf(values);
    const expected = values.reduce((sum, value) => sum + value, 0) / n;
    t.equal(mean, expected);
    t.ok(Math.abs(std - Math.sqrt(values.reduce((sum, one) => sum + (one - mean) ** 2, 0) / (n - 1))) < 1e-15);
    const reach = (confidenceInterval[1] - confidenceInterval[0]) / 2;
    t.ok(Math.abs(reach / ((quantile * std) / Math.sqrt(n)) - 1) < 1e-13, `${n} values`);
  }
  t.end();
});

t.test('the bits depend on the seeds and the data, not on what else was made, nor on overlapping', async (t) => {
  const options = { k: 3, fit: { epochs: 2, batchSize: 5 } };
  const first = await crossValidate(buildModel, [x, y], options);
  const name = buildModel().name;
  t.same(bits(await crossValidate(buildModel, [x, y], { ...options, parallel: 3 })), bits(first));
  t.match(buildModel().name, /sequential/);
  t.not(buildModel().name, name, 'automatic names go on where they were');
  t.notSame(bits(await crossValidate(buildModel, [x, y], { ...options, seed: 1 })), bits(first));
  t.teardown(() => gt.seed(0));
  gt.seed(1);
  t.notSame(bits(await crossValidate(buildModel, [x, y], options)), bits(first));
  gt.seed(0);
  t.same(bits(await crossValidate(buildModel, [x, y], options)), bits(first));
  const weights = await Promise.all(first.models.map(async (one) => [...((await one.getWeights())[0]?.data ?? [])]));
  t.notSame(weights[0], weights[1], 'folds begin from other weights');
});

t.test('each fold begins from weights of its own, which the seed changes', async (t) => {
  const splits = [0, 1].map(() => ({ train: Uint32Array.of(0, 1, 2), test: Uint32Array.of(3, 4) }));
  const beginnings = async (seed: number): Promise<readonly string[]> => {
    const begun: string[] = [];
    const build = async (): Promise<gt.Model> => {
      const net = buildModel();
      begun.push((await net.getWeights())[0]?.data.join() ?? '');
      return net;
    };
    await crossValidate(build, [x, y], { splits, seed });
    return begun;
  };
  const first = await beginnings(0);
  t.same(await beginnings(0), first);
  t.equal(new Set([...first, ...(await beginnings(1))]).size, 4);
});

t.test('the weights of a fold’s samples count in its score', async (t) => {
  const weights = Float32Array.from(labels, (_, index) => 1 + (index % 3));
  const { models, splits, scores } = await crossValidate(buildModel, [x, y, weights], { k: 3 });
  for (const [index, { test }] of splits.entries()) {
    const rows = [...test];
    const logs = (await models[index]?.evaluate(
      gt.tensor(rows.map((one) => row(x, one))),
      gt.tensor(rows.map((one) => row(y, one))),
      { returnDict: true, verbose: 0, sampleWeight: rows.map((one) => weights[one] as number) },
    )) as Record<string, number>;
    t.equal(scores['loss']?.values[index], logs['loss']);
  }
});

t.test('repeats: other folds, and the mean of what is predicted', async (t) => {
  const folds = await crossValidate(buildModel, [x, y], { k: 2, repeats: 3 });
  t.equal(folds.models.length, 6);
  t.equal(folds.scores['loss']?.values.length, 6);
  const sums = new Float64Array(3);
  for (const [index, { test }] of folds.splits.entries()) {
    if (!test.includes(7)) continue;
    row((await folds.models[index]?.predict(x)) as gt.Tensor, 7).forEach((value, at) => (sums[at]! += value));
  }
  t.same(row(folds.predictions, 7), [...Float32Array.from(sums, (sum) => sum / 3)]);
});

t.test('time series train on the past; what no split tests has NaN', async (t) => {
  const folds = await crossValidate(buildModel, [x, y], { k: 3, timeSeries: { testSize: 4, gap: 1 } });
  t.same(
    [...(folds.splits[0]?.train ?? [])],
    Array.from({ length: 10 }, (_, index) => index),
  );
  t.same([...(folds.splits[0]?.test ?? [])], [11, 12, 13, 14]);
  t.ok(row(folds.predictions, 10).every(Number.isNaN));
  t.ok(row(folds.predictions, 11).every(Number.isFinite));
});

t.test('groups, labels and splits of one’s own', async (t) => {
  const groups = labels.map((_, index) => `writer ${index % 6}`);
  const grouped = await crossValidate(buildModel, [x, y], { k: 3, groups });
  for (const { train, test } of grouped.splits) {
    const inTest = new Set([...test].map((one) => groups[one]));
    t.notOk([...train].some((one) => inTest.has(groups[one])));
  }
  for (const stratified of [true, labels]) {
    const both = await crossValidate(buildModel, [x, y], { k: 2, stratified, groups, seed: 4 });
    const found = both.splits.map(({ train, test }) => ({ train, test }));
    t.same(found, stratifiedGroupKFold(labels, groups, { k: 2, seed: 4 }));
  }
  const splits = [
    { train: [0, 1, 2, 3], test: [4, 5] },
    { train: [4, 5], test: [3, 3, 0] },
  ] as never;
  const own = await crossValidate(buildModel, [x, y], { splits });
  t.ok(row(own.predictions, 4).every(Number.isFinite));
  t.ok(row(own.predictions, 6).every(Number.isNaN));
  t.same([...(own.splits[1]?.test ?? [])], [3, 3, 0], 'a sample that a test names twice counts twice');
  const bootstrap = [{ train: [0, 1, 1, 2], test: [3] }, { train: [3, 3, 4], test: [5] }] as never; // prettier-ignore
  t.equal((await crossValidate(buildModel, [x, y], { splits: bootstrap })).models.length, 2);
  const overlapping = [{ train: [0, 1], test: [2] }, { train: [4, 2, 9], test: [1, 9, 2] }] as never; // prettier-ignore
  await t.rejects(crossValidate(buildModel, [x, y], { splits: overlapping }), {
    name: 'ArgumentError',
    message: /^crossValidate: split 1 trains on sample 9 and tests with it.*Leave it out of train or of test/,
  });
});

t.test('several inputs and outputs by name, sample weights, and bytes that stay bytes', async (t) => {
  const seen: string[] = [];
  const build = (): gt.Model => {
    const image = gt.input([2], { name: 'image' });
    const size = gt.input([1], { name: 'size' });
    const h = layers.concatenate([image, size]);
    const net = gt.model({ image, size }, { a: layers.dense(1)(h), b: layers.dense(2)(h) });
    net.compile({ loss: { a: 'mse', b: 'mse' } });
    const fit = net.fit.bind(net) as unknown as (...given: never) => Promise<gt.History>;
    net.fit = async (...args: never) => {
      const [data] = args as readonly [{ image: { data: object } }];
      seen.push(data.image.data.constructor.name);
      return fit(...args);
    };
    return net as gt.Model;
  };
  const image = { data: new Uint8Array(12).map((_, index) => index), shape: [6, 2] };
  const size = [1, 2, 3, 4, 5, 6];
  const weights = { a: [1, 0, 1, 0, 1, 0], b: null };
  const targets = { a: size, b: size.map((one) => [one, -one]) };
  const folds = await crossValidate<Record<string, gt.Tensor>>(build, [{ image, size }, targets, weights], { k: 2 });
  t.same(Object.keys(folds.predictions), ['a', 'b']);
  t.same(folds.predictions['b']?.shape, [6, 2]);
  t.same(seen, ['Uint8Array', 'Uint8Array']);
});

t.test('validate gives the fold to fit; fit as a function gets the fold', async (t) => {
  const folds = await crossValidate(buildModel, [x, y], { k: 3, validate: true, fit: { epochs: 2 } });
  for (const [index, { history }] of folds.histories.entries())
    t.equal(history['val_loss']?.at(-1), folds.scores['loss']?.values[index]);
  const indices: number[] = [];
  const fit = ({ index }: { index: number }): gt.FitOptions => {
    indices.push(index);
    return { epochs: index + 1, callbacks: [gt.callbacks.earlyStopping({ monitor: 'loss' })] };
  };
  const own = await crossValidate(buildModel, [x, y], { k: 3, parallel: 2, fit });
  t.same(indices, [0, 1, 2]);
  t.same(
    own.histories.map(({ epoch }) => epoch.length),
    [1, 2, 3],
  );
});

t.test('a trial is told each fold in order, and its pruner may end it between folds', async (t) => {
  const asked: (readonly (readonly [number, number])[])[] = [];
  const pruner: Pruner = {
    name: 'second',
    shouldPrune: ({ trial }) => asked.push([...trial.intermediateValues]) === 4,
  };
  const study = await createStudy({ pruner });
  await study.optimize(
    async (trial) => {
      const folds = await crossValidate(buildModel, [x, y], { k: 3, trial, parallel: 2, monitor: 'loss' });
      return folds.scores['loss']?.mean ?? NaN;
    },
    { trials: 2 },
  );
  t.same(
    study.trials.map(({ state }) => state),
    ['complete', 'pruned'],
  );
  t.same([...(study.trials[0]?.intermediateValues.keys() ?? [])], [0, 1, 2]);
  t.same(asked.map(({ length }) => length), [1, 2, 1, 2]); // prettier-ignore
  t.equal(study.trials[1]?.value, study.trials[1]?.intermediateValues.get(1));
  const trial = { report: () => undefined, shouldPrune: () => true, signal: new AbortController().signal };
  await t.rejects(crossValidate(buildModel, [x, y], { trial }), TrialPruned);
  await t.rejects(crossValidate(buildModel, [x, y], { trial, monitor: 'auc' }), /no score 'auc'.*accuracy, loss/);
});

t.test('the Wilcoxon pruner ends a trial that is worse fold by fold', async (t) => {
  const learnable = ops.oneHot(gt.tensor(labels.map((_, index) => ((x.data[4 * index] ?? 0) > 0 ? 1 : 0))), 3);
  const study = await createStudy({ pruner: pruners.wilcoxon() });
  await study.optimize(
    async (trial) => {
      const fit = { epochs: trial.number === 0 ? 12 : 1 };
      const folds = await crossValidate(buildModel, [x, learnable], { k: 10, trial, fit });
      return folds.scores['loss']?.mean ?? NaN;
    },
    { trials: 2 },
  );
  t.same(
    study.trials.map(({ state }) => state),
    ['complete', 'pruned'],
  );
  const folds = study.trials[1]?.intermediateValues.size ?? 0;
  t.ok(folds > 1 && folds < 10, `after ${folds} of 10 folds`);
});

t.test('a signal ends it with its reason, also while folds overlap', async (t) => {
  const controller = new AbortController();
  let built = 0;
  const build = (): gt.Model => {
    if (++built === 3) controller.abort(new Error('enough'));
    return buildModel();
  };
  const { signal } = controller;
  await t.rejects(crossValidate(build, [x, y], { parallel: 2, signal, fit: { epochs: 3 } }), { message: 'enough' });
  t.ok(built <= 4);
  await t.rejects(crossValidate(build, [x, y], { signal }), { message: 'enough' });
});

t.test('a signal in fit ends it as well, also one of a fold; that of the call still does', async (t) => {
  const fits: ((signal: AbortSignal) => gt.FitOptions | (() => gt.FitOptions))[] = [
    (signal) => ({ epochs: 2, signal }),
    (signal) => () => ({ epochs: 2, signal }),
  ];
  for (const fit of fits) {
    for (const aborted of ['inner', 'outer'] as const) {
      const controllers = { inner: new AbortController(), outer: new AbortController() };
      let built = 0;
      const build = (): gt.Model => {
        if (++built === 2) controllers[aborted].abort(new Error(aborted));
        return buildModel();
      };
      const options = { k: 3, fit: fit(controllers.inner.signal), signal: controllers.outer.signal };
      await t.rejects(crossValidate(build, [x, y], options), { message: aborted });
      t.equal(built, 2);
    }
  }
});

t.test('a model that an earlier fold has is refused: it was trained on what it is tested with', async (t) => {
  const one = buildModel();
  for (const parallel of [1, 2]) {
    await t.rejects(
      crossValidate(() => one, [x, y], { k: 3, parallel }),
      {
        name: 'ArgumentError',
        message: /^crossValidate: the function gave the model '.*' for fold 0 and again for fold 1.*Make a new model/,
      },
    );
  }
});

t.test('weights that an earlier fold has are refused, also those that a layer gets in training', async (t) => {
  const sharing = (shared: gt.Layer) => (): gt.Model => {
    const net = gt.sequential([shared, layers.dense(3, { activation: 'softmax' })]);
    net.compile({ optimizer: 'sgd', loss: 'categorical_crossentropy' });
    return net;
  }; // prettier-ignore
  const message = /the models of fold \d and of fold \d share the weights '.*kernel'.*Make all layers in the function/;
  for (const parallel of [1, 2]) {
    for (const shared of [layers.dense(5), layers.dense(5, { inputShape: [4] })]) {
      await t.rejects(crossValidate(sharing(shared), [x, y], { k: 3, parallel }), { name: 'ArgumentError', message });
      shared.trainable = false;
      await t.resolves(crossValidate(sharing(shared), [x, y], { k: 3, parallel }), 'what is frozen may be shared');
    }
  }
});

t.test('wrong arguments are refused with the way out', async (t) => {
  const refused: readonly (readonly [() => Promise<unknown>, RegExp])[] = [
    [() => crossValidate(buildModel() as never, [x, y]), /the first argument is the layer.*each fold needs a new one/],
    [() => crossValidate(buildModel, x as never), /the data are a tensor.*\[x, y\]/],
    [() => crossValidate(buildModel, [x, y.slice([0, 0], [5, 3])]), /unequal length/],
    [() => crossValidate(buildModel, [x, (() => 1) as never]), /y is a function.*one row per sample/],
    [() => crossValidate(buildModel, [x, y], { k: 30 }), /k is 30\. There are 23 samples/],
    [
      () => crossValidate(buildModel, [x, y], { stratified: true, timeSeries: true }),
      /stratified and timeSeries exclude/,
    ],
    [
      () => crossValidate(buildModel, [x, y], { stratified: true, groups: labels, splits: [] }),
      /stratified with groups and splits exclude each other\. Give one of them/,
    ],
    [() => crossValidate(buildModel, [x, y], { groups: labels, timeSeries: true }), /: groups and timeSeries exclude/],
    [
      () => crossValidate(buildModel, [x, y], { stratified: true, groups: ['a', 'b'] }),
      /groups has 2 labels for 23 samples/,
    ],
    [
      () => crossValidate(buildModel, [x, y], { stratified: true, groups: labels }),
      /stratifiedGroupKFold: k is 5\. There are 2 groups/,
    ],
    [() => crossValidate(buildModel, [x, y], { stratified: [1, 2] }), /stratified has 2 labels for 23 samples/],
    [() => crossValidate(buildModel, [x, y], { timeSeries: true, repeats: 2 }), /a time series has one order/],
    [() => crossValidate(buildModel, [x, y], { splits: [] }), /splits are an array of 0/],
    [() => crossValidate(buildModel, [x, y], { splits: [{ train: [0], test: [99] }] as never }), /from 0 to 22/],
    [
      () => crossValidate(buildModel, [x, [y, labels]], { stratified: true }),
      /^crossValidate: stratified is true, but y is an array of 2, not one array.*stratified: labels/,
    ],
    [
      () => crossValidate(buildModel, [x, { a: y }], { stratified: true }),
      /stratified is true, but y is an object of a, .*stratified: labels/,
    ],
    [() => crossValidate(buildModel, [x, y], { parallel: 0 }), /parallel is 0/],
    [() => crossValidate(buildModel, [x, y], { signal: 5 as never }), /crossValidate: the signal is 5/],
    [() => crossValidate(buildModel, [x, y], { fit: { signal: 5 as never } }), /crossValidate: fit: the signal is 5/],
    [() => crossValidate(buildModel, [x, y], { validate: 1 as never }), /validate is 1/],
    [() => crossValidate(buildModel, [x, y], { fit: 3 as never }), /fit is 3/],
    [() => crossValidate(buildModel, [x, y], { parallel: 2, fit: { callbacks: [{}] } }), /would share the callbacks/],
    [() => crossValidate(() => 7 as never, [x, y]), /gave 7 for fold 0.*compiled model/],
    [
      () => crossValidate(() => gt.sequential([layers.dense(1, { inputShape: [4] })]), [x, y]),
      /needs a compiled model/,
    ],
  ];
  for (const [act, message] of refused) await t.rejects(act(), { message });
  const none = (): never => t.fail('a model was built') as never;
  for (const trial of [{}, null, 7, { report: () => undefined }] as never[]) {
    const message = /^crossValidate: the trial is .*study\.ask/;
    await t.rejects(crossValidate(none, [x, y], { trial }), { name: 'ArgumentError', message });
  }
});
