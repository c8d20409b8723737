/** Masks: where they come from, how they travel, and what they do to losses, metrics and moments. */
import t from 'tap';
import { input, Layer, layers, maskOf, model, modelFromJSON, ops, tensor, type Tensor } from '../../../src/index.ts';

const ids = tensor([
  [3, 1, 0, 0],
  [2, 2, 5, 0],
]);
const expected = [1, 1, 0, 0, 1, 1, 1, 0];
const embedded = (): Tensor => layers.embedding(7, 3, { maskZero: true })(ids);
const maskData = (value: unknown): number[] | undefined => {
  const mask = maskOf(value as Tensor);
  return mask && [...mask.data];
};

t.test('embedding and masking make masks', (t) => {
  t.strictSame(maskData(embedded()), expected);
  t.equal(maskData(layers.embedding(7, 3)(ids)), undefined);
  const steps = tensor([
    [
      [1, 0],
      [0, 0],
      [7, 7],
    ],
  ]);
  t.strictSame(maskData(layers.masking()(steps)), [1, 0, 1]);
  const seven = layers.masking({ maskValue: 7 })(steps);
  t.strictSame(maskData(seven), [1, 1, 0]);
  t.strictSame([...seven.data], [1, 0, 0, 0, 0, 0], 'masked steps are zero');
  t.end();
});

t.test('layers that work step by step pass masks on, others end them', (t) => {
  const passing = [
    layers.dense(2),
    layers.activation('tanh'),
    layers.dropout(0.5),
    layers.spatialDropout1d(0.5),
    layers.gaussianNoise(0.1),
    layers.batchNormalization(),
    layers.layerNormalization(),
    layers.relu(),
    layers.prelu(),
    layers.rescaling(2),
    layers.identity(),
    layers.alphaDropout(0.5),
    layers.activityRegularization(),
    layers.lstm(2, { returnSequences: true }),
    layers.gru(2, { returnSequences: true }),
    layers.bidirectional(layers.simpleRnn(2, { returnSequences: true })),
    layers.timeDistributed(layers.dense(2)),
  ];
  for (const layer of passing) t.strictSame(maskData(layer(embedded())), expected, `${layer.className} passes it on`);
  const ending = [layers.lstm(2), layers.globalAveragePooling1d()];
  for (const layer of ending) t.equal(maskData(layer(embedded())), undefined, `${layer.className} ends it`);
  t.end();
});

t.test('a layer that takes no masks says so once, and its output carries none', (t) => {
  const warnings = t.capture(console, 'warn', () => undefined);
  class Same extends Layer {
    override call(x: Tensor): Tensor {
      return x;
    }
  }
  const same = new Same({ name: 'same' });
  const given = embedded();
  t.equal(maskData(same(given)), undefined, 'also where the output is the input itself');
  t.strictSame(maskData(given), expected, 'which keeps its own');
  same(embedded());
  t.strictSame(
    warnings().map(({ args }) => /layer 'same' \(Same\): its input carries a mask/.test(String(args[0]))),
    [true],
  );
  t.end();
});

t.test('merging: a step counts where it counts in any input; concatenation joins the masks', (t) => {
  const other = layers.embedding(7, 3, { maskZero: true })(
    tensor([
      [0, 1, 0, 1],
      [0, 0, 0, 0],
    ]),
  );
  const merged = (layer: unknown, list: readonly Tensor[]): number[] | undefined =>
    maskData((layer as (given: readonly Tensor[]) => Tensor)(list));
  t.strictSame(merged(layers.add(), [embedded(), other]), [1, 1, 0, 1, 1, 1, 1, 0]);
  t.equal(merged(layers.multiply(), [embedded(), layers.embedding(7, 3)(ids)]), undefined, 'one has none: no mask');
  t.strictSame(merged(layers.concatenate({ axis: -1 }), [embedded(), other]), [1, 1, 0, 1, 1, 1, 1, 0]);
  t.strictSame(
    merged(layers.concatenate({ axis: 1 }), [embedded(), other]),
    [1, 1, 0, 0, 0, 1, 0, 1, 1, 1, 1, 0, 0, 0, 0, 0],
  );
  t.strictSame(
    merged(layers.concatenate({ axis: 1 }), [embedded(), layers.embedding(7, 3)(ids)]),
    [1, 1, 0, 0, 1, 1, 1, 1, 1, 1, 1, 0, 1, 1, 1, 1],
    'an input without a mask counts everywhere',
  );
  t.end();
});

t.test('merging: values that do not count leave products, maxima and minima alone', (t) => {
  const masked = (values: readonly number[], mask: readonly number[]): Tensor =>
    layers.identity()(tensor([values.map((value) => [value])]), { mask: tensor([mask]) });
  const a = masked([2, 3, 4, 5], [1, 1, 0, 0]);
  const b = masked([7, 1, 9, 8], [1, 0, 1, 0]);
  const open = tensor([[[7], [1], [9], [8]]]);
  const merged = (layer: unknown, list: readonly Tensor[]): number[] => [
    ...(layer as (given: readonly Tensor[]) => Tensor)(list).data,
  ];
  t.strictSame(merged(layers.multiply(), [a, b]), [14, 3, 9, 0]);
  t.strictSame(merged(layers.multiply(), [a, open]), [14, 3, 9, 8]);
  t.strictSame(merged(layers.maximum(), [a, b]), [7, 3, 9, 5]);
  t.strictSame(merged(layers.minimum(), [a, b]), [2, 3, 9, 5]);
  t.strictSame(merged(layers.minimum(), [a, open]), [2, 1, 9, 8]);
  t.strictSame(merged(layers.add(), [a, b]), [9, 4, 13, 13], 'sums take them all');
  t.end();
});

t.test('identity hands on a list with its masks', (t) => {
  const given = [embedded(), layers.embedding(7, 3)(ids)] as const;
  const both = (layers.identity() as unknown as (list: readonly Tensor[]) => readonly Tensor[])(given);
  t.strictSame(both.map(maskData), [expected, undefined]);
  t.strictSame(
    both.map((one) => [...one.data]),
    given.map((one) => [...one.data]),
  );
  t.end();
});

t.test('an embedding without padding ends a mask and says so', (t) => {
  const warnings = t.capture(console, 'warn', () => undefined);
  const mask = tensor([
    [1, 1, 0, 0],
    [1, 1, 1, 0],
  ]);
  t.equal(maskData(layers.embedding(7, 3)(ids, { mask })), undefined);
  t.strictSame(maskData(layers.embedding(7, 3, { maskZero: true })(ids, { mask })), expected);
  t.equal(warnings().length, 1);
  t.end();
});

t.test('batch normalization takes its moments from the steps that count', (t) => {
  const x = tensor([
    [
      [1, 2],
      [3, 6],
      [100, 100],
    ],
  ]);
  const layer = layers.batchNormalization({ momentum: 0, epsilon: 0 });
  layer(x, { training: true, mask: tensor([[1, 1, 0]]) });
  const [, , mean, variance] = layer.weights;
  const near = (values: Float32Array | undefined, wanted: readonly number[]): boolean =>
    wanted.every((value, index) => Math.abs((values?.[index] ?? NaN) - value) < 1e-5);
  t.ok(near(mean?.data, [2, 4]), String(mean?.data));
  t.ok(near(variance?.data, [1, 4]), String(variance?.data));
  t.throws(() => layer(x, { training: true, mask: tensor([1, 1, 0]) }), { message: /expected one axis less/ });
  t.end();
});

t.test('a mask reaches losses and metrics: padded steps change nothing', async (t) => {
  const start = input([null], { dtype: 'int32' });
  const encoded = layers.lstm(3, { returnSequences: true })(layers.embedding(7, 4, { maskZero: true })(start));
  const net = model(start, layers.dense(1)(encoded));
  net.compile({ loss: 'mse', metrics: ['mae'] });
  const targets = (padding: number): Tensor =>
    tensor([
      [[1], [2], [padding], [padding]],
      [[0], [1], [2], [padding]],
    ]);
  const first = await net.evaluate(ids, targets(0), { verbose: 0 });
  const second = await net.evaluate(ids, targets(99), { verbose: 0 });
  t.strictSame(second, first, 'what stands at padded steps does not matter');
  const open = model(start, layers.dense(1)(layers.activation('linear')(ops.mul(encoded, 1))));
  open.setWeights(await net.getWeights());
  open.compile({ loss: 'mse', metrics: ['mae'] });
  t.notSame(await open.evaluate(ids, targets(99), { verbose: 0 }), first, 'without the mask it does');
});

t.test('a mask is a call option too, in graphs and their configs', async (t) => {
  const [x, mask] = [input([4, 3], { name: 'x' }), input([4], { name: 'm' })];
  const net = model([x, mask], layers.lstm(2)(x, { mask }));
  const values = ops.randomNormal([2, 4, 3], { seed: 1 });
  const keep = tensor([
    [1, 1, 0, 0],
    [1, 1, 1, 1],
  ]);
  const short = net.layers.find((layer) => layer.className === 'LSTM') as Layer;
  const whole = await net.predict([values, keep]);
  const alone = short(ops.slice(values, [0, 0, 0], [1, 2, 3])) as Tensor;
  t.strictSame([...whole.data.subarray(0, 2)], [...alone.data], 'masked steps are as if they were not there');
  const again = modelFromJSON(JSON.stringify(net));
  again.setWeights(await net.getWeights());
  t.strictSame([...(await again.predict([values, keep])).data], [...whole.data]);
});

t.test('softmax: masked values have no share, also where none is left', (t) => {
  const x = tensor([
    [5, 1, 1],
    [1, 2, 3],
  ]);
  const mask = tensor([
    [0, 1, 1],
    [0, 0, 0],
  ]);
  t.strictSame((layers.softmax().invoke(x, { mask }) as Tensor).toArray(), [
    [0, 0.5, 0.5],
    [0, 0, 0],
  ]);
  t.end();
});

t.test('timeDistributed: the layer sees the mask of each step', (t) => {
  const x = tensor([
    [
      [[2], [4], [60]],
      [[6], [80], [90]],
    ],
  ]);
  const mask = tensor([
    [
      [1, 1, 0],
      [1, 0, 0],
    ],
  ]);
  const means = layers.timeDistributed(layers.globalAveragePooling1d());
  t.strictSame((means.invoke(x, { mask }) as Tensor).toArray(), [[[3], [6]]]);
  const inner = layers.lstm(2);
  const last = layers.timeDistributed(inner).invoke(x, { mask }) as Tensor;
  const alone = [ops.slice(x, [0, 0, 0, 0], [1, 1, 2, 1]), ops.slice(x, [0, 1, 0, 0], [1, 1, 1, 1])].map((one) => [
    ...(inner.invoke(ops.reshape(one, [1, -1, 1])) as Tensor).data,
  ]);
  t.strictSame([...last.data], alone.flat());
  t.end();
});
