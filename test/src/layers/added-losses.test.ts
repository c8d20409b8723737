/** What layers and models add to the loss: regularizers of weights and outputs, addLoss in its forms; and constraints. */
import t from 'tap';
import {
  collectLosses,
  constraints,
  input,
  Layer,
  layers,
  model,
  ops,
  optimizers,
  regularizers,
  tensor,
  type CallContext,
  type Tensor,
} from '../../../src/index.ts';

const x = tensor([
  [1, -2],
  [3, 4],
]);
const y = tensor([[1], [0]]);
const near = (a: number, b: number): boolean => Math.abs(a - b) <= 1e-6 * Math.max(1, Math.abs(b));
const sumOf = (values: Iterable<number>, f: (value: number) => number): number => {
  let sum = 0;
  for (const value of values) sum += f(value);
  return sum;
};

class AddsLoss extends Layer {
  override call(given: Tensor, context: CallContext): Tensor {
    context.addLoss(ops.mean(given));
    this.addLoss(ops.mul(ops.sum(given), 0.5));
    return given;
  }
}

t.test('regularizers of trainable weights are part of the loss, in training and evaluation', async (t) => {
  const start = input([2]);
  const dense = layers.dense(1, { kernelRegularizer: regularizers.l2(0.1), biasRegularizer: 'l1' });
  const net = model(start, dense(start));
  net.compile({ loss: 'mse', optimizer: optimizers.sgd({ learningRate: 0.1 }) });
  net.setWeights([tensor([[0.5], [-0.25]]), tensor([2])]);
  const penalty = 0.1 * (0.25 + 0.0625) + 0.01 * 2;
  const residuals = [1 * 0.5 + 2 * 0.25 + 2 - 1, 3 * 0.5 - 4 * 0.25 + 2];
  const mse = sumOf(residuals, (value) => value * value) / 2;
  const loss = (await net.evaluate(x, y, { verbose: 0 })) as number;
  t.ok(near(loss, mse + penalty), 'evaluate', { loss, expected: mse + penalty });
  t.equal(await net.trainOnBatch(x, y), loss, 'a training step reports the same loss');
  const [kernel] = await net.getWeights();
  const slope = (residuals[0] as number) * 1 + (residuals[1] as number) * 3;
  t.ok(near(kernel?.data[0] ?? NaN, 0.5 - 0.1 * (slope + 2 * 0.1 * 0.5)), 'and its gradient moves the weight');
  dense.trainable = false;
  t.strictSame(net.regularizationLosses(), [], 'frozen weights ask for nothing');
});

t.test('activityRegularization adds its term of the input and changes nothing', (t) => {
  const layer = layers.activityRegularization({ l1: 0.1, l2: 0.2 });
  const { result, losses } = collectLosses(() => layer(x));
  t.strictSame([...result.data], [...x.data]);
  t.equal(losses.length, 1);
  t.ok(near(losses[0]?.data[0] ?? NaN, (0.1 * 10 + 0.2 * 30) / 2), String(losses[0]?.data));
  t.strictSame(layer.getConfig(), { name: layer.name, trainable: true, l1: 0.1, l2: 0.2 });
  t.end();
});

t.test('an activity regularizer is divided by the batch, and every call of a shared layer counts', (t) => {
  const layer = layers.activation('linear', { activityRegularizer: regularizers.l1l2({ l1: 0.1, l2: 0.01 }) });
  const [a, b] = [input([2]), input([2])];
  const net = model([a, b], [layer(a), layer(b)]);
  const { losses } = collectLosses(() => net([x, ops.mul(x, 2)], { training: true }));
  const term = (factor: number): number =>
    (0.1 * sumOf(x.data, (value) => Math.abs(value * factor)) +
      0.01 * sumOf(x.data, (value) => (value * factor) ** 2)) /
    2;
  t.equal(losses.length, 2);
  t.ok(near(losses[0]?.item() ?? NaN, term(1)));
  t.ok(near(losses[1]?.item() ?? NaN, term(2)));
  t.end();
});

t.test('addLoss works inside call, on a model with a symbolic tensor, and with a function', async (t) => {
  const start = input([2]);
  const hidden = new AddsLoss()(start);
  const dense = layers.dense(1);
  const net = model(start, dense(hidden));
  net.addLoss(ops.square(start));
  net.addLoss(() => ops.mul(ops.sum(dense.kernel?.value as Tensor), 3));
  net.compile({ loss: 'mse' });
  net.setWeights([tensor([[0], [0.25]]), tensor([0])]);
  const total = sumOf(x.data, Number);
  const expected = [(-2 * 0.25 - 1) ** 2, (4 * 0.25) ** 2].reduce((a, b) => a + b) / 2;
  const loss = (await net.evaluate(x, y, { verbose: 0 })) as number;
  t.ok(near(loss, expected + total / 4 + total / 2 + sumOf(x.data, (one) => one * one) + 0.75), String(loss));
});

t.test('constraints hold after every update', async (t) => {
  const start = input([2]);
  const net = model(
    start,
    layers.dense(3, { kernelConstraint: constraints.unitNorm(), biasConstraint: 'nonNeg', biasInitializer: 'zeros' })(
      start,
    ),
  );
  net.compile({ loss: 'mse', optimizer: optimizers.sgd({ learningRate: 0.3, momentum: 0.9 }) });
  await net.fit(
    x,
    ops.sub(
      tensor([
        [1, 2, -3],
        [0, -1, -2],
      ]),
      1,
    ),
    { epochs: 3, verbose: 0 },
  );
  const [kernel, bias] = await net.getWeights();
  for (let unit = 0; unit < 3; unit++) {
    const norm = Math.hypot(kernel?.data[unit] ?? NaN, kernel?.data[3 + unit] ?? NaN);
    t.ok(Math.abs(norm - 1) < 1e-6, `unit ${unit} has the norm ${norm}`);
  }
  t.ok([...(bias?.data ?? [])].every((value) => value >= 0));
});

t.test('wrong regularizers, constraints and losses are refused with the way out', (t) => {
  const start = input([2]);
  for (const [call, message] of [
    [() => layers.dense(1, { kernelRegularizer: 'l3' })(start), /unknown regularizer 'l3'; .*Known: l1, l2, l1_l2/],
    [() => layers.dense(1, { kernelConstraint: 'max' })(start), /unknown constraint 'max'/],
    [() => layers.dense(1, { activityRegularizer: {} as never }), /the regularizer is an object. Give a name/],
    [() => regularizers.l2(-1), /l2: l2 is -1. Give a finite number of at least 0/],
    [() => regularizers.l1({ l1: NaN }), /l1: l1 is NaN/],
    [() => regularizers.orthogonalRegularizer({ mode: 'both' as never }), /Give 'rows' or 'columns'/],
    [() => constraints.maxNorm({ maxValue: Infinity }), /maxNorm: maxValue is Infinity/],
    [() => constraints.minMaxNorm({ minValue: 3 }), /minValue must not be above maxValue/],
    [() => constraints.unitNorm({ axis: 0.5 }), /axis is 0.5. Give an integer/],
    [() => layers.dense(1).addLoss(tensor([1])), /addLoss was called outside 'call'/],
    [
      () => model(start, layers.dense(1)(start)).addLoss(layers.dense(2)(start)),
      /depends on the weights of 'dense_\d'/,
    ],
    [() => model(start, layers.dense(1)(start)).addLoss(input([2])), /the graph is disconnected/],
  ] as const) {
    t.throws(call, { message });
  }
  t.end();
});
