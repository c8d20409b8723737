/** Models as functions: inputs by position and name, shared weights, models inside models, and what is refused. */
import t from 'tap';
import { ArgumentError, ShapeError } from '../../../src/errors.ts';
import * as layers from '../../../src/layers/index.ts';
import type { Layer } from '../../../src/layers/layer.ts';
import { clearSession } from '../../../src/layers/naming.ts';
import type { SymbolicTensor } from '../../../src/layers/symbolic-tensor.ts';
import { input } from '../../../src/models/input.ts';
import { model } from '../../../src/models/model.ts';
import { tensor, type Tensor } from '../../../src/tensor/tensor.ts';

/** x -> factor x + offset, on features of size 1. */
function line(name: string, factor: number, offset: number): Layer {
  const layer = layers.dense(1, { name });
  layer(input([1]));
  layer.setWeights([tensor([[factor]]), tensor([offset])]);
  return layer;
}

const values = (y: Tensor | SymbolicTensor | Record<string, Tensor>): number[] => [...(y as Tensor).data];

t.test('a model computes what its layers compute one after the other', (t) => {
  const x = input([1]);
  const net = model(x, line('b', 10, 1)(line('a', 2, 3)(x)));
  t.strictSame(values(net(tensor([[1], [2]]))), [51, 71]);
  t.end();
});

t.test('a residual connection reaches the sum past the layers between', (t) => {
  const x = input([1]);
  const net = model(x, layers.add([x, line('inner', 2, 0)(x)]));
  t.strictSame(values(net(tensor([[1], [5]]))), [3, 15]);
  t.end();
});

t.test(
  'several inputs are given as a list or by name, and outputs come back in the structure they were declared in',
  (t) => {
    const [a, b] = [input([1], { name: 'a' }), input([1], { name: 'b' })];
    const sum = layers.add([line('twice', 2, 0)(a), b]);
    const net = model([a, b], { sum, same: a });
    const [one, ten] = [tensor([[1]]), tensor([[10]])];
    for (const given of [[one, ten], { b: ten, a: one }]) {
      const outputs = net(given) as unknown as Record<string, Tensor>;
      t.strictSame(values(outputs['sum'] as Tensor), [12]);
      t.strictSame(values(outputs['same'] as Tensor), [1]);
    }
    t.throws(() => net({ a: one }), { message: /missing 'b'.*The model's inputs are 'a', 'b'/ });
    t.throws(() => net({ a: one, b: ten, c: ten }), { message: /unknown 'c'/ });
    t.throws(() => net([one]), { message: /got 1 inputs, the model has 2 \(a, b\)/ });
    t.end();
  },
);

t.test('a shared layer has one set of weights for all its calls', (t) => {
  const [a, b] = [input([1]), input([1])];
  const shared = line('shared', 3, 1);
  const net = model([a, b], layers.add([shared(a), shared(b)]));
  t.equal(net.weights.length, 2);
  t.strictSame(values(net([tensor([[1]]), tensor([[2]])])), [11]);
  t.end();
});

t.test('intermediate tensors make a sub-model with the same weights', (t) => {
  const x = input([1]);
  const hidden = line('a', 2, 3)(x) as SymbolicTensor;
  const out = line('b', 10, 1)(hidden) as SymbolicTensor;
  const net = model(x, out);
  const [encoder, decoder] = [model(x, hidden), model(hidden, out)];
  t.strictSame(values(encoder(tensor([[1]]))), [5]);
  t.strictSame(values(decoder(tensor([[5]]))), [51]);
  t.strictSame(
    decoder.layers.map((layer) => layer.name),
    ['b'],
  );
  t.equal(encoder.weights[0], net.weights[0]);
  t.end();
});

t.test('a model is a layer of another model, called as often as one likes', (t) => {
  const x = input([1]);
  const inner = model(x, line('a', 2, 1)(x), { name: 'inner' });
  const y = input([1]);
  const outer = model(y, inner(inner(y)));
  t.strictSame(values(outer(tensor([[1]]))), [7]);
  t.strictSame(
    outer.layers.map((layer) => layer.className),
    ['InputLayer', 'Functional'],
  );
  t.equal(outer.countParams(), 2);
  t.end();
});

t.test('freezing a model freezes the layers inside', (t) => {
  const x = input([1]);
  const inner = model(x, line('a', 2, 1)(x));
  const outer = model(x, line('b', 1, 1)(inner(x)));
  inner.trainable = false;
  t.strictSame(
    outer.trainableWeights.map((one) => one.name),
    ['b/kernel', 'b/bias'],
  );
  t.strictSame(
    outer.nonTrainableWeights.map((one) => one.name),
    ['a/kernel', 'a/bias'],
  );
  t.end();
});

t.test('a last axis of size 1 may be missing or too many; any other shape is refused with both shapes', (t) => {
  const x = input([1]);
  const net = model(x, line('a', 2, 0)(x));
  t.strictSame(values(net(tensor([1, 2]))), [2, 4]);
  t.strictSame(values(net(tensor([[[1]], [[2]]]))), [2, 4]);
  t.throws(() => net(tensor([[1, 2]])), ShapeError);
  t.throws(() => net(tensor([[1, 2]])), { message: /expects the shape .*1\], got \[1, ?2\]/ });
  t.end();
});

t.test('getLayer finds by name and place, and suggests the nearest name', (t) => {
  const x = input([1]);
  const net = model(x, line('output', 1, 0)(x));
  t.equal(net.getLayer('output'), net.getLayer(-1));
  t.throws(() => net.getLayer('outptu'), { message: /no layer 'outptu'; did you mean 'output'\?/ });
  t.end();
});

t.test('what is no model is refused before anything is made', (t) => {
  const x = input([1]);
  t.throws(() => model([], x), { message: /has no inputs/ });
  t.throws(() => model(x, []), { message: /has no outputs/ });
  t.throws(() => model([x, x], x), { message: /one input is given twice/ });
  t.throws(() => model(x, tensor([1]) as unknown as SymbolicTensor), ArgumentError);
  t.throws(() => input([0]), { message: /Sizes are positive integers, or null/ });
  t.end();
});

t.test('automatic names count per class and start again with clearSession', (t) => {
  clearSession();
  const x = input([1]);
  layers.dense(1)(layers.dense(1)(x));
  t.equal(layers.dense(1).name, 'dense_2');
  t.equal(model(x, x).name, 'functional');
  clearSession();
  t.equal(layers.dense(1).name, 'dense');
  t.end();
});
