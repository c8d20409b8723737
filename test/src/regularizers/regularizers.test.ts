/** Regularizers: their sums by definition, names, Keras's files, and what a training does with them. */
import t from 'tap';
import * as gt from '../../../src/index.ts';
import {
  l1,
  l1l2,
  l2,
  orthogonalRegularizer,
  regularizerFromConfig,
  resolveRegularizer,
  serializeRegularizer,
  type Regularizer,
} from '../../../src/regularizers/index.ts';

const weight = gt.tensor([
  [1, -2],
  [3, 4],
]);
/** |w| sums to 10, w² to 30. */
const valueOf = (regularizer: Regularizer): number => regularizer.apply(weight).item();
/** Float32 keeps 24 bits; the sums here take a few roundings. */
const isNear = (got: number, wanted: number): boolean => Math.abs(got - wanted) <= 2 ** -21 * Math.abs(wanted);

/** A layer of one weight with a regularizer: x w. */
class Scale extends gt.Layer {
  scale: gt.Variable | undefined;

  override build(): void {
    this.scale = this.addWeight('scale', [1, 1], 'ones', { regularizer: l2(0.5) });
  }

  override call(x: gt.Tensor): gt.Tensor {
    return gt.ops.matmul(x, this.scale as gt.Variable);
  }
}

t.test('l1 sums absolute values, l2 squares, l1l2 both', (t) => {
  t.ok(isNear(valueOf(l1()), 0.1), 'l1 by default 0.01');
  t.ok(isNear(valueOf(l1(0.5)), 5), 'l1 of a number');
  t.ok(isNear(valueOf(l1({ l1: 2 })), 20), 'l1 of options');
  t.ok(isNear(valueOf(l2()), 0.3), 'l2 by default 0.01');
  t.ok(isNear(valueOf(l2(0.5)), 15), 'l2 of a number');
  t.ok(isNear(valueOf(l1l2({ l1: 0.5, l2: 0.1 })), 8), 'both');
  t.ok(isNear(valueOf(l1l2({ l1: 0.5 })), 5), 'l2 is 0 by default');
  t.ok(isNear(valueOf(l1l2({ l2: 0.5 })), 15), 'l1 is 0 by default');
  t.equal(valueOf(l1l2()), 0);
  t.end();
});

t.test('orthogonalRegularizer: the cosines between rows, or columns, each pair once', (t) => {
  // Rows: (1, -2).(3, 4) = -5, norms √5 and 5. Columns: (1, 3).(-2, 4) = 10, norms √10 and √20.
  t.ok(isNear(valueOf(orthogonalRegularizer()), 0.01 * (5 / (Math.sqrt(5) * 5))), 'rows');
  t.ok(isNear(valueOf(orthogonalRegularizer({ factor: 2, mode: 'columns' })), 2 * (10 / Math.sqrt(200))), 'columns');
  t.ok(isNear(valueOf(orthogonalRegularizer(2)), 2 / Math.sqrt(5)), 'the factor alone');
  t.equal(
    orthogonalRegularizer()
      .apply(gt.tensor([[1, 2]]))
      .item(),
    0,
    'one row has no pairs',
  );
  const square = gt.tensor([
    [0, 0],
    [1, 1],
  ]);
  t.equal(orthogonalRegularizer().apply(square).item(), 0, 'a row of zeros');
  t.end();
});

t.test('gradients: l1 gives the sign, l2 twice the weight, times the factor', (t) => {
  t.same(
    gt
      .grad((w: gt.Tensor) => l1(0.5).apply(w))(weight)
      .toArray(),
    [
      [0.5, -0.5],
      [0.5, 0.5],
    ],
  );
  t.same(
    gt
      .grad((w: gt.Tensor) => l2(0.5).apply(w))(weight)
      .toArray(),
    [
      [1, -2],
      [3, 4],
    ],
  );
  t.end();
});

t.test('names: every spelling of Keras, and 0.01 for both parts of l1_l2', (t) => {
  for (const name of ['l1', 'L1']) t.same(resolveRegularizer('here', name)?.getConfig(), { l1: 0.01 }, name);
  for (const name of ['l2', 'L2']) t.same(resolveRegularizer('here', name)?.getConfig(), { l2: 0.01 }, name);
  for (const name of ['l1_l2', 'l1l2', 'L1L2'])
    t.same(resolveRegularizer('here', name)?.getConfig(), { l1: 0.01, l2: 0.01 }, name);
  for (const name of ['orthogonal_regularizer', 'OrthogonalRegularizer'])
    t.same(resolveRegularizer('here', name)?.getConfig(), { factor: 0.01, mode: 'rows' }, name);
  t.equal(resolveRegularizer('here', undefined), undefined);
  t.equal(resolveRegularizer('here', null), undefined);
  const own = l2(3);
  t.equal(resolveRegularizer('here', own), own);
  t.end();
});

t.test('files: Keras’s envelope there and back', (t) => {
  for (const one of [l1(0.5), l2(0.25), l1l2({ l1: 0.5 }), orthogonalRegularizer({ factor: 2, mode: 'columns' })]) {
    const envelope = serializeRegularizer(one);
    t.equal(envelope.module, 'keras.regularizers');
    t.same(serializeRegularizer(regularizerFromConfig(JSON.parse(JSON.stringify(envelope)))), envelope, one.className);
  }
  t.same(regularizerFromConfig('l2').getConfig(), { l2: 0.01 });
  t.same(regularizerFromConfig({ class_name: 'L1L2', config: {} }).getConfig(), { l1: 0, l2: 0 });
  t.end();
});

t.test('refused: wrong factors, modes, names and kinds', (t) => {
  t.throws(() => l1(-1), { name: 'ArgumentError', message: /l1: l1 is -1\. Give a finite number of at least 0/ });
  t.throws(() => l2(NaN), /l2: l2 is NaN/);
  t.throws(() => l1l2({ l2: Infinity }), /l1l2: l2 is Infinity/);
  t.throws(() => l1('much' as never), { name: 'ArgumentError', message: /l1: the options are much/ });
  t.throws(() => l1l2(null as never), { name: 'ArgumentError', message: /l1l2: the options are null/ });
  t.throws(() => orthogonalRegularizer({ mode: 'diagonals' as never }), /mode is diagonals\. Give 'rows' or 'columns'/);
  t.throws(() => orthogonalRegularizer().apply(gt.zeros([2, 2, 2])), {
    name: 'ShapeError',
    message: /the weight has the shape \[2, 2, 2\]; only matrices have rows/,
  });
  t.throws(() => resolveRegularizer('layer d', 'l3'), /layer d: unknown regularizer 'l3'; did you mean 'l1'\?/);
  t.throws(() => resolveRegularizer('layer d', 7 as never), /layer d: the regularizer is 7\. Give a name/);
  t.throws(() => regularizerFromConfig({ config: {} }), { name: 'FormatError' });
  t.throws(() => regularizerFromConfig({ class_name: 'L9', config: {} }), /unknown regularizer 'L9'/);
  t.end();
});

t.test('training: the term is part of the loss of fit and evaluate, and moves the weights', async (t) => {
  const input = gt.input([1]);
  const net = gt.model(input, new Scale()(input) as gt.SymbolicTensor);
  net.compile({ optimizer: gt.optimizers.sgd({ learningRate: 0.25 }), loss: 'mse' });
  // The data fit exactly, so the loss is 0.5 w² and its gradient w.
  const [x, y] = [gt.zeros([4, 1]), gt.zeros([4, 1])];
  t.equal(await net.evaluate(x, y, { verbose: 0 }), 0.5);
  const { history } = await net.fit(x, y, { epochs: 2, verbose: 0 });
  t.same(history['loss'], [0.5, 0.5 * 0.75 ** 2]);
  t.equal((await net.getWeights())[0]?.item(), 0.75 ** 2);
});
