/** The debug mode names the op and the layer that made the first NaN, and nothing of the step takes effect. */
import t from 'tap';
import {
  debug,
  input,
  Layer,
  layers,
  losses,
  model,
  NumericError,
  ops,
  optimizers,
  tensor,
} from '../../../src/index.ts';
import type { Tensor } from '../../../src/index.ts';

class LogOfMinus extends Layer {
  override call(x: Tensor): Tensor {
    return ops.log(ops.sub(x, 100));
  }
}

const x = tensor([
  [1, 2],
  [3, 4],
]);
const y = tensor([[1], [0]]);

function network(middle?: Layer) {
  const start = input([2]);
  const hidden = layers.dense(3, { name: 'hidden' })(start);
  const net = model(start, layers.dense(1, { name: 'last' })(middle ? middle(hidden) : hidden));
  net.compile({ optimizer: optimizers.sgd({ learningRate: 0.1 }), loss: 'mse' });
  return net;
}

t.afterEach(() => debug(false));

async function messageOf(run: () => unknown): Promise<string> {
  try {
    await run();
  } catch (error) {
    return error instanceof NumericError ? error.message : `another error: ${String(error)}`;
  }
  return 'no error';
}

t.test('a NaN made by a layer is named with its op and layer, before any weight changes', async (t) => {
  const net = network(new LogOfMinus({ name: 'wrong' }));
  const before = (await net.getWeights()).map((one) => [...one.data]);
  debug();
  t.match(await messageOf(() => net.fit(x, y, { verbose: 0 })), /NaN made by 'log' in layer 'wrong'/);
  t.strictSame(
    (await net.getWeights()).map((one) => [...one.data]),
    before,
  );
  debug(false);
  t.equal(await messageOf(() => net.fit(x, y, { verbose: 0 })), 'no error', 'without the mode nothing looks');
});

t.test('a NaN in a batch is named with the first op that reads it', async (t) => {
  const net = network();
  debug();
  const broken = tensor([
    [1, NaN],
    [3, 4],
  ]);
  t.match(await messageOf(() => net.fit(broken, y, { verbose: 0 })), /NaN in input \d of '\w+' in layer 'hidden'/);
});

t.test('a NaN made by a loss or by a gradient is named', async (t) => {
  const net = network();
  net.compile({ loss: (_target: Tensor, prediction: Tensor) => ops.sqrt(ops.sub(ops.mul(prediction, 0), 1)) });
  debug();
  t.match(await messageOf(() => net.fit(x, y, { verbose: 0 })), /NaN made by 'sqrt'/);
  const zero = network();
  // 0 at 0, but its derivative there is 0 * Infinity.
  zero.compile({ loss: (_target: Tensor, prediction: Tensor) => ops.mul(ops.sqrt(ops.mul(prediction, 0)), 0) });
  t.match(await messageOf(() => zero.fit(x, y, { verbose: 0 })), /NaN made by .*the gradient of 'sqrt'/);
});

t.test('eager ops are looked at too', async (t) => {
  debug();
  t.match(await messageOf(() => ops.log(tensor([-1]))), /NaN made by 'log'/);
  t.match(await messageOf(() => losses.meanSquaredError(tensor([[NaN]]), tensor([[1]]))), /NaN in input/);
});
