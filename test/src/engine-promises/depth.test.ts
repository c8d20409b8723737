/** Depth does not matter: long sequences, long tapes and deep models use no stack of their size. */
import * as gt from 'gradtape';
import t from 'tap';

const { layers, ops } = gt;
const LONG = 2000;
const DEEP = 500;

t.test(`an LSTM over ${LONG} steps trains`, async (t) => {
  gt.seed(1);
  const sequence = gt.input([null, 2]);
  const net = gt.model(sequence, layers.dense(1)(layers.lstm(4)(sequence)));
  net.compile({ optimizer: gt.optimizers.adam({ learningRate: 0.01 }), loss: 'mse' });
  const x = ops.randomNormal([4, LONG, 2], { seed: 2 });
  const y = gt.tensor([[1], [-1], [2], [0]]);
  const { history } = await net.fit(x, y, { epochs: 8, verbose: 0 });
  const losses = history['loss'] ?? [];
  t.ok(losses.every(Number.isFinite));
  t.ok((losses.at(-1) ?? Infinity) < (losses[0] ?? 0), 'the loss falls');
});

t.test(`a recurrence of ${LONG} steps written with ops trains, eagerly and compiled`, async (t) => {
  const factor = gt.variable(gt.tensor(0.999), { name: 'factor' });
  const loss = (): gt.Tensor => {
    let state: gt.Tensor = gt.full([], 0.5);
    for (let step = 0; step < LONG; step++) state = ops.tanh(ops.mul(state, factor));
    return state;
  };
  const [value, [gradient]] = gt.valueAndGrad(loss, [factor]);
  const compiled = gt.compile(() => {
    const [value, gradients] = gt.valueAndGrad(loss, [factor]);
    return [value, ...gradients];
  });
  const [sameValue, sameGradient] = await compiled();
  t.equal(sameValue?.item(), value.item());
  t.equal(sameGradient?.item(), gradient?.item());
  t.ok((gradient?.item() ?? 0) > 0);
});

t.test(
  `a model of ${DEEP} dense layers builds, trains a step, prints its summary and comes back from JSON`,
  async (t) => {
    gt.clearSession();
    const start = gt.input([4]);
    let x: gt.SymbolicTensor = start;
    for (let depth = 0; depth < DEEP; depth++)
      x = layers.dense(4, { activation: 'tanh', kernelInitializer: 'orthogonal' })(x);
    const net = gt.model(start, x);
    net.compile({ optimizer: 'sgd', loss: 'mse' });
    const before = [...((await net.getWeights())[0]?.data ?? [])];
    const loss = await net.trainOnBatch(ops.randomNormal([8, 4], { seed: 1 }), gt.ones([8, 4]));
    t.ok(Number.isFinite(loss));
    t.notSame([...((await net.getWeights())[0]?.data ?? [])], before, 'the gradient reaches the first layer');

    const lines: string[] = [];
    net.summary({ write: (text) => lines.push(...text.split('\n')) });
    t.equal(lines.filter((line) => line.includes('(Dense)')).length, DEEP);
    t.ok(lines.some((line) => line.includes(`dense_${DEEP - 1} (Dense)`)));
    t.match(lines.join('\n'), /Trainable params: 10,000 /);
    t.equal(gt.modelFromJSON(JSON.stringify(net)).countParams(), net.countParams());
  },
);
