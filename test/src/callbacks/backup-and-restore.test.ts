/** A run that is killed and started again ends with the bits of one that was left alone. */
import * as gt from 'gradtape';
import t from 'tap';
import { killedAt, ticksOf, undisturbed, type Training } from './interrupted.ts';

const { layers, callbacks, ops, optimizers } = gt;
const deep = process.env['GRADTAPE_DEEP'] === '1';
const quiet = { verbose: 0 } as const;

const data = (samples: number, shape: readonly number[], classes: number): [gt.Tensor, gt.Tensor] => [
  ops.randomNormal([samples, ...shape], { seed: 1 }),
  ops.oneHot(gt.tensor(Array.from({ length: samples }, (_, index) => index % classes)), classes),
];

const mlp = (): Training => {
  const [x, y] = data(22, [5], 3);
  const net = gt.sequential([
    layers.dense(6, { activation: 'tanh', inputShape: [5] }),
    layers.dropout(0.3),
    layers.dense(3, { activation: 'softmax' }),
  ]);
  net.compile({
    optimizer: optimizers.adam({ learningRate: 0.05 }),
    loss: 'categorical_crossentropy',
    metrics: ['acc', 'auc'],
  });
  return {
    net,
    fit: (more, signal) =>
      net.fit(x, y, {
        ...quiet,
        epochs: 4,
        batchSize: 4,
        validationSplit: 0.2,
        callbacks: more,
        ...(signal && { signal }),
      }),
  };
};

const trainings: Readonly<Record<string, () => Training>> = { mlp };

for (const [name, make] of Object.entries(trainings)) {
  t.test(`${name}: killed at any batch, it ends as if it never was`, async (t) => {
    const wanted = await undisturbed(make);
    const ticks = await ticksOf(make);
    t.ok(ticks > 8, `${ticks} places to be killed at`);
    for (const saveFreq of [1, 3, 'epoch'] as const) {
      for (let at = 0; at < ticks; at += deep || saveFreq === 1 ? 1 : 3)
        t.strictSame(await killedAt(make, [at], saveFreq), wanted, `saveFreq ${saveFreq}, killed at ${at}`);
    }
    t.strictSame(await killedAt(make, [5, 4, 0, 7, 1], 1), wanted, 'killed again and again');
  });
}
