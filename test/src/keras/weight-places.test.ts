/** Where Keras keeps arrays: the paths that real Keras 3.15 wrote for the same model. */
import t from 'tap';
import { weightPlaces } from '../../../src/keras/weight-places.ts';
import { Layer, model, sequential, type Model, type Tensor } from '../../../src/index.ts';
import * as layers from '../../../src/layers/index.ts';
import { input } from '../../../src/models/input.ts';

const pathsOf = (net: Model): string[] =>
  weightPlaces(net).flatMap(({ path, variables }) => variables.map((_, index) => `${path}/${index}`));

t.test('layers are numbered by class, and what they hold stands below them', (t) => {
  const x = input([6, 4]);
  let h = layers.bidirectional(layers.lstm(3, { returnSequences: true }))(x);
  h = layers.gru(3)(layers.timeDistributed(layers.dense(4))(h));
  const start = input([3]);
  const inner = model(start, layers.batchNormalization()(layers.dense(3)(start)), { name: 'inner' });
  const y = layers.dense(2)(inner(layers.dropout(0.2)(h)));
  const places = weightPlaces(model(x, layers.add([y, y])) as Model);
  t.strictSame(
    places.map(({ path, variables }) => `${path} ${variables.length}`),
    [
      ' 0',
      'layers/input_layer 0',
      'layers/bidirectional 0',
      'layers/bidirectional/backward_layer 0',
      'layers/bidirectional/backward_layer/cell 3',
      'layers/bidirectional/forward_layer 0',
      'layers/bidirectional/forward_layer/cell 3',
      'layers/time_distributed 0',
      'layers/time_distributed/layer 2',
      'layers/gru 0',
      'layers/gru/cell 3',
      'layers/dropout 0',
      'layers/functional 0',
      'layers/functional/layers/input_layer 0',
      'layers/functional/layers/dense 2',
      'layers/functional/layers/batch_normalization 4',
      'layers/dense 2',
      'layers/add 0',
    ],
  );
  t.end();
});

t.test('a sequential model has no input among its layers, and each second layer of a class a number', (t) => {
  const net = sequential([layers.dense(3, { inputShape: [2] }), layers.relu(), layers.dense(2, { useBias: false })]);
  t.strictSame(pathsOf(net), ['layers/dense/0', 'layers/dense/1', 'layers/dense_1/0']);
  t.end();
});

t.test('a shared layer stands under the first path that leads to it, and still counts under the second', (t) => {
  const x = input([3]);
  const both = layers.dense(3, { name: 'both' });
  const start = input([3]);
  const inner = model(start, both(layers.dense(3)(start)));
  const net = model(x, layers.dense(2)(inner(both(x)))) as Model;
  t.strictSame(pathsOf(net), [
    'layers/dense/0',
    'layers/dense/1',
    'layers/functional/layers/dense/0',
    'layers/functional/layers/dense/1',
    'layers/dense_1/0',
    'layers/dense_1/1',
  ]);
  t.end();
});

t.test("a layer of one's own names the layers in its fields as Python would", (t) => {
  class Block extends Layer {
    readonly firstPart: Layer = layers.dense(3);
    readonly branches: readonly Layer[] = [layers.dense(3), layers.relu(), layers.dense(3)];
    override call(x: Tensor): Tensor {
      const h = this.firstPart(x) as Tensor;
      return this.branches.reduce((sum, branch) => branch(sum) as Tensor, h);
    }
  }
  const x = input([3]);
  const net = model(x, new Block({ name: 'block' })(x)) as Model;
  t.strictSame(pathsOf(net), [
    'layers/block/branches/dense/0',
    'layers/block/branches/dense/1',
    'layers/block/branches/dense_1/0',
    'layers/block/branches/dense_1/1',
    'layers/block/first_part/0',
    'layers/block/first_part/1',
  ]);
  t.end();
});
