/** Stacks of layers: built from an input shape, from an input layer, or from the first data. */
import t from 'tap';
import * as layers from '../../../src/layers/index.ts';
import { input } from '../../../src/models/input.ts';
import { model } from '../../../src/models/model.ts';
import { sequential } from '../../../src/models/sequential.ts';
import { tensor } from '../../../src/tensor/tensor.ts';

t.test('inputShape of the first layer builds the stack at once', (t) => {
  const net = sequential([layers.dense(3, { inputShape: [4] }), layers.dense(2)]);
  t.ok(net.built);
  t.strictSame(
    net.layers.map((layer) => layer.className),
    ['Dense', 'Dense'],
    'the input is not listed',
  );
  t.strictSame(net.outputs[0]?.shape, [null, 2]);
  t.equal(net.countParams(), 4 * 3 + 3 + 3 * 2 + 2);
  t.end();
});

t.test('without a shape the first data builds the stack', (t) => {
  const net = sequential([layers.dense(3), layers.dense(2)]);
  t.notOk(net.built);
  t.equal(net.weights.length, 0);
  t.strictSame(net(tensor([[1, 2, 3, 4]])).shape, [1, 2]);
  t.equal(net.countParams(), 23);
  t.end();
});

t.test('a model as the first layer gives the stack its input shape', (t) => {
  const x = input([4]);
  const net = sequential([model(x, layers.dense(3)(x)), layers.dense(2)]);
  t.ok(net.built);
  t.equal(net.countParams(), 23);
  t.end();
});

t.test('add appends layers and keeps the weights of those before', (t) => {
  const net = sequential([layers.dense(3, { inputShape: [4] })]);
  const [kernel] = net.weights;
  net.add(layers.dense(2));
  t.equal(net.weights[0], kernel);
  t.strictSame(net(tensor([[1, 2, 3, 4]])).shape, [1, 2]);
  t.end();
});

t.test('a stack is a layer of a graph', (t) => {
  const x = input([4]);
  const net = model(x, sequential([layers.dense(3), layers.dense(2)], { name: 'head' })(x));
  t.strictSame(
    net.layers.map((layer) => layer.className),
    ['InputLayer', 'Sequential'],
  );
  t.equal(net.countParams(), 23);
  t.end();
});

t.test('two layers of one name, an input that is not first, and an empty stack are refused', (t) => {
  t.throws(() => sequential([layers.dense(1, { name: 'a' }), layers.dense(1, { name: 'a' })]), {
    message: /two layers are named 'a'/,
  });
  t.throws(() => sequential([layers.dense(1), input([1]).node.layer]), { message: /the input must come first/ });
  t.throws(() => sequential()(tensor([[1]])), { message: /has no layers/ });
  t.end();
});
