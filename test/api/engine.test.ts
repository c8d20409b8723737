/** The engine's examples, as a user types them. */
import * as gt from 'gradtape';
import { grad, ops, tensor, valueAndGrad, type Tensor } from 'gradtape';
import t from 'tap';

const target = tensor([
  [1, 0],
  [0, 1],
]);
const w = tensor([
  [0.5, -0.25],
  [0.125, 1],
]);

t.test('tensors, gradients and gradients of gradients', (t) => {
  const a = tensor([
    [1, 2],
    [3, 4],
  ]);
  t.same(a.shape, [2, 2]);
  t.same([...a.data], [1, 2, 3, 4]);
  const loss = (w: Tensor) => ops.mean(ops.square(ops.sub(ops.matmul(a, w), target)));
  const dw = grad(loss)(w);
  const [value, gradient] = valueAndGrad(loss)(w);
  const d2 = grad((v: Tensor) => ops.sum(grad(loss)(v)))(w);

  const tape = new gt.Tape();
  const watched = tape.watch(w);
  const [g] = tape.gradient(loss(watched), [watched]);

  // d mean((a w - t)^2) / dw = 2 / 4 aᵀ (a w - t); the second derivative of its sum is aᵀ a 1 / 2
  const residual = ops.sub(ops.matmul(a, w), target);
  const expected = ops.mul(ops.matmul(a, residual, { transposeA: true }), 0.5);
  t.same([...dw.data], [...expected.data]);
  t.same([...gradient.data], [...expected.data]);
  t.same([...(g?.data ?? [])], [...expected.data]);
  t.equal(value.item(), loss(w).item());
  t.same([...d2.data], [12, 12, 17, 17]);
  t.end();
});

t.test('a training loop of one’s own, from the pieces that fit uses', async (t) => {
  const features = gt.input([3]);
  const net = gt.model(features, gt.layers.dense(1)(gt.layers.dense(4, { activation: 'tanh' })(features)));
  const x = ops.randomNormal([16, 3], { seed: 5 });
  const y = ops.sum(x, { axis: 1, keepDims: true });

  const optimizer = gt.optimizers.adam({ learningRate: 1e-3 });
  const step = gt.compile((x: Tensor, y: Tensor) => {
    const [value, gradients] = valueAndGrad(
      () => gt.losses.meanSquaredError(y, net(x, { training: true })),
      net.trainableWeights,
    );
    optimizer.apply(gradients, net.trainableWeights);
    return value;
  });
  const out = await step(x, y);
  const text = step.program(x, y).toString();

  t.same(out.shape, []);
  const program = step.program(x, y);
  t.ok(program.flops > 0);
  t.ok(program.arenaBytes > 0);
  t.ok(program.bufferCount > 0);
  t.match(text, /matmul|affine/);
  t.equal(step.cacheSize, 1, 'traced once per shapes');
  let last = out.item();
  for (let i = 0; i < 50; i++) last = (await step(x, y)).item();
  t.ok(last < out.item(), 'the loss falls');
});

t.test('variables are assigned and read', async (t) => {
  const counter = gt.variable(tensor([0]), { name: 'counter' });
  counter.assign(tensor([1]));
  t.same([...(await counter.read()).data], [1]);
});

t.test('seed and clearSession restart the automatic names', (t) => {
  gt.seed(42);
  t.equal(gt.layers.dense(1).name, 'dense');
  t.equal(gt.layers.dense(1).name, 'dense_1');
  gt.clearSession();
  t.equal(gt.layers.dense(1).name, 'dense');
  t.end();
});
