/** What every layer is by its base class: a function with weights and a name, in graphs and on tensors, extended by users. */
import * as gt from 'gradtape';
import t from 'tap';
import type { Tensors } from '../../../src/layers/layer.ts';

const { layers, ops } = gt;

/** x scale, with a declared output shape. */
class Scale extends gt.Layer {
  scale: gt.Variable | undefined;

  override get className(): string {
    return 'Scale';
  }

  override build(shapes: readonly (number | null)[]): void {
    this.scale = this.addWeight('scale', [this.knownSize(shapes, -1)], 'ones');
  }

  override call(x: gt.Tensor): gt.Tensor {
    return ops.mul(x, this.scale as gt.Variable);
  }

  override computeOutputShape(shapes: readonly (number | null)[]): readonly (number | null)[] {
    return shapes;
  }
}

/** Every second step of two sequences and their mean, with no declared shape. */
class Halves extends gt.Layer {
  override call(x: Tensors): gt.Tensor[] {
    const sequence = x as gt.Tensor;
    const [batch = 0, steps = 0, features = 0] = sequence.shape;
    const half = ops.slice(sequence, [0, 0, 0], [batch, Math.floor(steps / 2), features]);
    return [half, ops.mean(sequence, { axis: 1 })];
  }
}

/** Layers inside a layer, one in a field, others in a list. */
class Block extends gt.Layer {
  readonly first: gt.Layer = layers.dense(3, { name: 'first' });
  readonly rest: readonly gt.Layer[] = [layers.batchNormalization({ name: 'norm' }), layers.dense(2, { name: 'last' })];

  override call(x: gt.Tensor): gt.Tensor {
    return this.rest.reduce<gt.Tensor>((value, layer) => layer(value), this.first(x));
  }
}

t.test('a layer is a function and an instance of its class', (t) => {
  const layer = layers.dense(3, { name: 'mine' });
  t.type(layer, 'function');
  t.ok(layer instanceof gt.Layer);
  t.equal(layer.className, 'Dense');
  t.equal(layer.name, 'mine');
  t.notOk(layer.built);
  t.strictSame(layer.weights, []);
  t.strictSame((layer(gt.zeros([2, 4])) as gt.Tensor).shape, [2, 3]);
  t.ok(layer.built);
  t.strictSame(
    layer.weights.map((weight) => weight.name),
    ['mine/kernel', 'mine/bias'],
  );
  t.strictSame(layer(gt.input([4])).shape, [null, 3], 'the same layer in a graph');
  t.end();
});

t.test('automatic names are the class in snake case, counted until clearSession', (t) => {
  gt.clearSession();
  t.strictSame(
    [
      layers.dense(1),
      layers.dense(1),
      layers.conv2d(1, 1),
      layers.batchNormalization(),
      layers.globalMaxPooling1d(),
      layers.lstm(1),
    ].map((layer) => layer.name),
    ['dense', 'dense_1', 'conv2d', 'batch_normalization', 'global_max_pooling1d', 'lstm'],
  );
  t.equal(new Scale().name, 'scale');
  gt.clearSession();
  t.equal(layers.dense(1).name, 'dense');
  t.end();
});

t.test('a custom layer works on tensors, in a graph, in training and under gradients', async (t) => {
  const layer = new Scale({ name: 'scale' });
  t.strictSame((layer(gt.ones([2, 3])) as gt.Tensor).toArray(), [
    [1, 1, 1],
    [1, 1, 1],
  ]);
  t.strictSame(layer(gt.input([3])).shape, [null, 3]);
  t.throws(() => new Scale()(gt.input([null])), /axis -1 of the input shape \[null, null\] must be known/);

  const x = gt.input([4]);
  const trained = new Scale();
  const net = gt.model(x, trained(x));
  net.compile({ optimizer: gt.optimizers.sgd({ learningRate: 0.5 }), loss: 'mse' });
  await net.trainOnBatch(gt.ones([1, 4]), gt.zeros([1, 4]));
  // d mean(scale^2) / d scale = 2 / 4 for each; 1 - 0.5 * 0.5
  t.strictSame((await trained.getWeights())[0]?.toArray(), [0.75, 0.75, 0.75, 0.75]);
});

t.test('the shapes of a layer that declares none are found by tracing', (t) => {
  const layer = new Halves();
  const [half, mean] = layer(gt.input([null, 5])) as unknown as [gt.SymbolicTensor, gt.SymbolicTensor];
  t.strictSame(half.shape, [null, null, 5]);
  t.strictSame(mean.shape, [null, 5]);
  const [known] = layer(gt.input([6, 5])) as unknown as [gt.SymbolicTensor];
  t.strictSame(known.shape, [null, 3, 5]);
  const block = new Block();
  t.strictSame(block(gt.input([4])).shape, [null, 2]);
  t.equal(block.countParams(), 4 * 3 + 3 + 4 * 3 + 3 * 2 + 2, 'tracing built the layers inside');
  t.end();
});

t.test('ops and methods on symbolic tensors become layers', async (t) => {
  const [a, b] = [gt.input([3]), gt.input([3])];
  const net = gt.model([a, b], a.add(b).tanh().mul(2));
  const [x, y] = [ops.randomNormal([4, 3], { seed: 1 }), ops.randomNormal([4, 3], { seed: 2 })];
  const expected = ops.mul(ops.tanh(ops.add(x, y)), 2);
  t.strictSame([...(net([x, y]) as gt.Tensor).data], [...expected.data]);
  t.strictSame([...(await net.predict([x, y])).data], [...expected.data]);
  t.strictSame(net.outputs[0]?.shape, [null, 3]);
  const mean = gt.input([null, 4]).mean({ axis: 1 });
  t.strictSame(mean.shape, [null, 4], 'sizes are found by tracing');
});

t.test('setWeights refuses what does not fit, and then changes nothing', async (t) => {
  const layer = layers.dense(2, { name: 'mine' });
  layer(gt.zeros([1, 3]));
  const before = (await layer.getWeights()).map((weight) => [...weight.data]);
  t.throws(
    () => layer.setWeights([gt.zeros([3, 2])]),
    /setWeights got 1 arrays, the layer has 2 weights \(mine\/kernel, mine\/bias\)/,
  );
  t.throws(
    () => layer.setWeights([gt.zeros([3, 2]), gt.zeros([3])]),
    /weight 1 'mine\/bias' has the shape \[2\], setWeights got \[3\]/,
  );
  t.throws(() => layer.setWeights([gt.zeros([3, 2]), new Float32Array(3)]), { name: 'ShapeError' });
  t.strictSame(
    (await layer.getWeights()).map((weight) => [...weight.data]),
    before,
  );
  layer.setWeights([new Float32Array([1, 2, 3, 4, 5, 6]), gt.tensor([7, 8])]);
  t.strictSame((layer(gt.ones([1, 3])) as gt.Tensor).toArray(), [[16, 20]]);
});

t.test('weights that change after they were read stay as they were read', async (t) => {
  const layer = layers.dense(1);
  layer(gt.zeros([1, 1]));
  const values = new Float32Array([3]);
  layer.setWeights([values, new Float32Array(1)]);
  const [read] = await layer.getWeights();
  layer.setWeights([new Float32Array([5]), new Float32Array(1)]);
  t.strictSame(read?.toArray(), [[3]]);
});

t.test('trainable reaches the layers inside', (t) => {
  const block = new Block({ name: 'block' });
  block(gt.zeros([2, 4]));
  const names = (weights: readonly gt.Variable[]): string[] => weights.map((weight) => weight.name);
  t.strictSame(names(block.weights), [
    'first/kernel',
    'first/bias',
    'norm/gamma',
    'norm/beta',
    'norm/moving_mean',
    'norm/moving_variance',
    'last/kernel',
    'last/bias',
  ]);
  t.equal(block.trainableWeights.length, 6);
  t.strictSame(names(block.nonTrainableWeights), ['norm/moving_mean', 'norm/moving_variance']);
  block.trainable = false;
  t.strictSame(block.trainableWeights, []);
  t.notOk(block.first.trainable);
  block.first.trainable = true;
  t.strictSame(block.trainableWeights, [], 'frozen outside means frozen inside');
  block.trainable = true;
  t.equal(block.trainableWeights.length, 6);

  const x = gt.input([4]);
  const net = gt.model(x, layers.dense(1)(block(x)));
  net.trainable = false;
  t.notOk(block.rest[0]?.trainable, 'a model freezes its layers and theirs');
  t.strictSame(net.trainableWeights, []);
  t.end();
});

t.test('a shared layer has one set of weights, and their gradients add up', (t) => {
  const shared = layers.dense(2, { useBias: false });
  const [a, b] = [gt.input([3]), gt.input([3])];
  const net = gt.model([a, b], layers.add([shared(a), shared(b)]));
  t.equal(net.countParams(), 6);
  t.throws(() => shared.output, /called 2 times/);
  const [x, y] = [ops.randomNormal([4, 3], { seed: 1 }), ops.randomNormal([4, 3], { seed: 2 })];
  const [, [both]] = gt.valueAndGrad(() => ops.sum(net([x, y]) as gt.Tensor), shared.weights);
  const [, [one]] = gt.valueAndGrad(() => ops.sum(shared(x)), shared.weights);
  const [, [other]] = gt.valueAndGrad(() => ops.sum(shared(y)), shared.weights);
  t.strictSame([...(both?.data ?? [])], [...ops.add(one as gt.Tensor, other as gt.Tensor).data]);
  t.end();
});

t.test('the input and output of a layer called once make a sub-model', (t) => {
  const x = gt.input([3]);
  const hidden = layers.dense(4, { name: 'hidden' });
  const net = gt.model(x, layers.dense(2)(hidden(x)));
  const part = gt.model(net.input as gt.SymbolicTensor, hidden.output as gt.SymbolicTensor);
  t.strictSame(part.outputs[0]?.shape, [null, 4]);
  t.equal(part.countParams(), 16);
  t.throws(() => layers.dense(1).output, /called 0 times/);
  t.end();
});

t.test('wrong calls are refused with what to do', (t) => {
  t.throws(
    () => layers.add()([gt.input([2]), gt.zeros([1, 2])] as unknown as gt.Tensor[]),
    /called with symbolic and real tensors together/,
  );
  t.throws(() => layers.dense(1)('x' as unknown as gt.Tensor), /not a tensor/);
  t.throws(() => layers.dense(1)(undefined as unknown as gt.Tensor), { name: 'ArgumentError' });
  t.end();
});
