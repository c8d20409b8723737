/** Losses and metrics of a compiled model: names, order, weights, masks and lists; the numbers are Keras 3.15.1's. */
import * as gt from 'gradtape';
import t, { type Test } from 'tap';

const { layers, losses, metrics } = gt;

/** Weights that both sides can compute. */
function fill(model: gt.Model): gt.Model {
  let next = 0;
  model.setWeights(
    model.weights.map(({ shape, size }) => {
      const values = Float32Array.from({ length: size }, () => Math.fround(Math.sin(next++ * 1.7)) / 2);
      return gt.tensor(values, shape);
    }),
  );
  return model;
}

const x = gt.tensor(
  Float32Array.from({ length: 21 }, (_, i) => Math.sin(i * 0.9)),
  [7, 3],
);
const ya = gt.tensor([[0], [1], [0], [1], [0], [1], [0]]);
const yb = gt.tensor([0, 1, 2, 0, 1, 2, 0]);
const quiet = { verbose: 0, batchSize: 3 } as const;
const logs = { ...quiet, returnDict: true } as const;

function twoOutputs(): gt.Model {
  const given = gt.input([3]);
  const a = layers.dense(1, { name: 'a', activation: 'sigmoid' })(given);
  const b = layers.dense(3, { name: 'b', activation: 'softmax' })(given);
  return fill(gt.model(given, [a, b]));
}

function oneOutput(): gt.Model {
  const given = gt.input([3]);
  return fill(gt.model(given, layers.dense(1, { name: 'o', activation: 'sigmoid' })(given)));
}

const close = (actual: unknown, expected: unknown): boolean =>
  typeof actual === 'number' &&
  typeof expected === 'number' &&
  Math.abs(actual - expected) < 3e-6 * Math.max(1, expected);

function sameLogs(t: Test, actual: gt.Logs, expected: gt.Logs): void {
  t.strictSame(Object.keys(actual), Object.keys(expected), 'names, sorted');
  for (const [name, value] of Object.entries(expected))
    t.ok(close(actual[name], value), `${name}: ${actual[name]} is ${value}`);
}

t.test(
  "weighted metrics take a name of their own where theirs is taken; evaluate lists in Keras's order",
  async (t) => {
    const net = twoOutputs();
    net.compile({
      loss: { a: 'binary_crossentropy', b: 'sparse_categorical_crossentropy' },
      lossWeights: { a: 0.5, b: 2 },
      metrics: { a: ['acc', metrics.auc()], b: 'acc' },
      weightedMetrics: { a: ['acc', metrics.auc(), metrics.precision({ name: 'p' })], b: ['acc'] },
    });
    const expected = {
      a_acc: 0.5714285969734192,
      a_auc: 0.8333333730697632,
      a_loss: 0.6118272542953491,
      a_p: 0,
      a_weighted_acc: 0.5714285969734192,
      a_weighted_auc: 0.8333333730697632,
      b_acc: 0.5714285969734192,
      b_loss: 1.2096668481826782,
      b_weighted_acc: 0.5714285969734192,
      loss: 2.7252471446990967,
    };
    sameLogs(t, await net.evaluate(x, [ya, yb], logs), expected);
    const order = ['loss', 'a_loss', 'b_loss', 'a_acc', 'a_auc', 'a_p', 'a_weighted_acc', 'a_weighted_auc', 'b_acc', 'b_weighted_acc']; // prettier-ignore
    t.strictSame(net.metricsNames, order);
    const values = (await net.evaluate(x, [ya, yb], quiet)) as number[];
    t.ok(values.every((value, index) => close(value, (expected as gt.Logs)[order[index] ?? ''])));
  },
);

t.test('sample weights count in losses and weighted metrics, not in metrics', async (t) => {
  const net = twoOutputs();
  net.compile({
    optimizer: 'sgd',
    loss: ['binary_crossentropy', 'sparse_categorical_crossentropy'],
    lossWeights: [0.5, 2],
    metrics: [['acc'], ['acc']],
    weightedMetrics: [['acc'], ['acc']],
  });
  const weights = [1, 2, 0.5, 0, 1, 3, 1];
  const sampleWeight = [gt.tensor(weights), gt.tensor([...weights].reverse())];
  const { history } = await net.fit(x, [ya, yb], { ...quiet, sampleWeight, shuffle: false });
  sameLogs(t, Object.fromEntries(Object.entries(history).map(([name, values]) => [name, values[0] ?? NaN])), {
    a_acc: 0.5714285969734192,
    a_loss: 0.8130572438240051,
    a_weighted_acc: 0.4117647111415863,
    b_acc: 0.5714285969734192,
    b_loss: 1.5115917921066284,
    b_weighted_acc: 0.47058823704719543,
    loss: 3.4297120571136475,
  });
});

t.test('the mask of an output goes into its loss and its metrics', async (t) => {
  const ids = gt.tensor([[1, 2, 0, 0], [3, 1, 2, 0], [2, 2, 2, 2], [4, 0, 0, 0], [1, 4, 3, 0]]); // prettier-ignore
  const y = gt.tensor([[0, 1, 2, 0], [1, 1, 0, 0], [2, 0, 1, 2], [0, 0, 0, 0], [1, 2, 0, 1]]); // prettier-ignore
  const words = gt.input([null], { dtype: 'int32' });
  const steps = layers.lstm(4, { returnSequences: true })(layers.embedding(5, 3, { maskZero: true })(words));
  const net = fill(gt.model(words, layers.dense(3, { activation: 'softmax' })(steps)));
  net.compile({
    loss: 'sparse_categorical_crossentropy',
    metrics: ['acc', 'sparse_categorical_crossentropy'],
    weightedMetrics: ['acc', metrics.sparseTopKCategoricalAccuracy({ k: 2, name: 'top' })],
  });
  const batches = { ...logs, batchSize: 2 };
  sameLogs(t, await net.evaluate(ids, y, batches), {
    acc: 0.38461539149284363,
    loss: 1.122462272644043,
    sparse_categorical_crossentropy: 1.1252421140670776,
    top: 0.7692307829856873,
    weighted_acc: 0.38461539149284363,
  });
  const sampleWeight = gt.tensor(
    Float32Array.from({ length: 20 }, (_, i) => (i % 5) / 4),
    [5, 4],
  );
  sameLogs(t, await net.evaluate(ids, y, { ...batches, sampleWeight }), {
    acc: 0.38461539149284363,
    loss: 0.4985368847846985,
    sparse_categorical_crossentropy: 1.1252421140670776,
    top: 0.7272727489471436,
    weighted_acc: 0.27272728085517883,
  });
  const padded = gt.tensor(
    y.data.map((label, i) => (ids.data[i] === 0 ? 2 : label)),
    [5, 4],
  );
  t.strictSame(
    await net.evaluate(ids, padded, batches),
    await net.evaluate(ids, y, batches),
    'what is masked has no say',
  );
});

t.test('one loss may be weighted by a number; a repeated metric gets a number', async (t) => {
  const net = oneOutput();
  net.compile({ loss: 'bce', lossWeights: 0.5, metrics: ['acc', 'acc'], weightedMetrics: ['acc', 'acc'] });
  const share = 0.5714285969734192;
  sameLogs(t, await net.evaluate(x, ya, logs), {
    acc: share,
    acc_1: share,
    loss: 0.30591362714767456,
    weighted_acc: share,
    weighted_acc_1: share,
  });
  t.strictSame(net.metricsNames, ['loss', 'acc', 'acc_1', 'weighted_acc', 'weighted_acc_1']);
});

t.test('evaluate gives a number, a list or a record', async (t) => {
  const net = oneOutput();
  net.compile({ loss: 'bce' });
  t.type(await net.evaluate(x, ya, quiet), 'number');
  t.strictSame(Object.keys(await net.evaluate(x, ya, logs)), ['loss']);
  net.compile({ loss: 'bce', metrics: ['acc'] });
  t.equal(((await net.evaluate(x, ya, quiet)) as number[]).length, 2);
});

t.test('an output may have several losses, or none', async (t) => {
  const net = twoOutputs();
  net.compile({ loss: { a: ['bce', 'mse'], b: 'sparse_categorical_crossentropy' }, lossWeights: { a: [1, 2] } });
  sameLogs(t, await net.evaluate(x, [ya, yb], logs), {
    a_loss: 0.6118272542953491,
    a_loss_1: 0.2114999145269394,
    b_loss: 1.2096668481826782,
    loss: 0.6118272542953491 + 2 * 0.2114999145269394 + 1.2096668481826782,
  });
  net.compile({ loss: ['bce', null], metrics: [['acc'], null] });
  sameLogs(t, await net.evaluate(x, [ya, yb], logs), { a_acc: 0.5714285969734192, loss: 0.6118272542953491 });
});

t.test('areas and scores over an epoch are those of all samples, not means over batches', async (t) => {
  const net = oneOutput();
  net.compile({ loss: 'mse', metrics: [metrics.auc(), metrics.recall({ thresholds: 0.4 }), metrics.r2Score()] });
  const inBatches = await net.evaluate(x, ya, logs);
  const atOnce = await net.evaluate(x, ya, { ...logs, batchSize: 7 });
  for (const name of ['auc', 'recall', 'r2_score']) t.ok(close(inBatches[name], atOnce[name] ?? NaN), name);
  const alone = metrics.auc();
  alone.updateState(ya, await net.predict(x));
  t.ok(close(inBatches.auc, alone.result()), 'as by itself');
});

t.test(
  "targets of a loss of one's own, and of a loss that ignores a label, need not look like predictions",
  async (t) => {
    const net = twoOutputs();
    const own = (target: gt.Tensor): gt.Tensor => gt.ops.mean(target);
    net.compile({ loss: { a: own, b: losses.sparseCategoricalCrossentropy({ ignoreClass: -1 }) } });
    const wide = gt.ones([7, 5]);
    const some = gt.tensor([0, -1, 2, -1, 1, 2, 0]);
    const result = await net.evaluate(x, [wide, some], logs);
    t.equal(result.a_loss, 1);
    t.ok(Number.isFinite(result.b_loss));
  },
);

t.test('what compile cannot take is refused', (t) => {
  const one = oneOutput();
  const two = twoOutputs();
  const ce = 'sparse_categorical_crossentropy';
  const refused: readonly (readonly [() => unknown, RegExp])[] = [
    [() => one.compile({ loss: 'mse', metrics: 'acc' as never }), /metrics is of type string\. Give a list/],
    [() => one.compile({ loss: 'mse', weightedMetrics: metrics.auc() as never }), /weightedMetrics is a single metric/],
    [
      () => one.compile({ loss: 'mse', metrics: [metrics.f1Score()] }),
      /'f1_score' has several values, .* Give an average/,
    ],
    [() => one.compile({ loss: 'mse', metrics: [metrics.recall({ thresholds: [0, 1] })] }), /Give one threshold/],
    [() => one.compile({ loss: losses.huber({ reduction: 'none' }) }), /'huber' has the reduction 'none'/],
    [() => one.compile({ loss: 'mse', lossWeights: NaN }), /loss weight NaN is not a finite number/],
    [() => one.compile({ loss: ['mse', 'mae'] }), /loss has 2 entries, the model has 1 outputs/],
    [() => two.compile({ loss: { a: 'mse', b: ce }, lossWeights: 0.5 }), /lossWeights is one number for 2 losses/],
    [
      () => two.compile({ loss: { a: ['mse', 'mae'], b: ce }, lossWeights: { a: [1] } }),
      /'a' has 1 lossWeights for 2 losses/,
    ],
    [
      () => two.compile({ loss: { a: 'mse', b: ce }, metrics: ['acc'] }),
      /metrics has 1 entries, the model has 2 outputs/,
    ],
    [() => two.compile({ loss: { a: 'mse', b: ce }, weightedMetrics: { c: ['acc'] } as never }), /unknown output 'c'/],
    [() => two.compile({ loss: { a: 'mse', b: ce }, weightedMetrics: { b: ['acuracy'] } }), /did you mean 'accuracy'/],
  ];
  for (const [call, message] of refused) t.throws(call, { name: 'ArgumentError', message });
  t.end();
});
