/**
 * Run by memory-growth.ts with --expose-gc, what to measure and how often: prints the memory after each round as JSON.
 * With `leak` something of every step is kept on purpose, to show that the measure would see it.
 */
import * as gt from 'gradtape';
import { defaultDevice } from '../../../src/devices/default-device.ts';

export interface Sample {
  readonly heap: number;
  readonly arrayBuffers: number;
  readonly variables: number;
  readonly scratch: number;
}

/** What is repeated: replays of a training step, steps that throw, steps of `fit`, or models that are dropped. */
export type Work = 'replays' | 'failures' | 'fit' | 'models';

const [, , what, total = '', leak] = process.argv;
const kept: unknown[] = [];
const ROUNDS = 10;
const perRound = Number(total) / ROUNDS;

async function sample(): Promise<Sample> {
  // Finalizers run in turns of their own, and what they free goes with the next collection.
  for (let turn = 0; turn < 4; turn++) {
    (globalThis as unknown as { gc(): void }).gc();
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  const { variableBytes, scratchBytes } = defaultDevice().memory();
  return { heap: heapUsed, arrayBuffers, variables: variableBytes, scratch: scratchBytes };
}

/** Replays of one training step, after two rounds that warm up. */
async function replays(): Promise<Sample[]> {
  const x = gt.input([4]);
  const net = gt.model(x, gt.layers.dense(2)(gt.layers.dense(6, { activation: 'tanh' })(x)));
  const optimizer = gt.optimizers.adam();
  const step = gt.compile((given: gt.Tensor) => {
    const [value, gradients] = gt.valueAndGrad(
      () => gt.ops.mean(gt.ops.square(net(given, { training: true }))),
      net.trainableWeights,
    );
    optimizer.apply(gradients, net.trainableWeights);
    return value;
  });
  const data = gt.ops.randomNormal([4, 4], { seed: 1 });
  const samples: Sample[] = [];
  for (let round = -2; round < ROUNDS; round++) {
    if (round >= 0) samples.push(await sample());
    for (let replay = 0; replay < perRound; replay++) {
      const loss = await step(data);
      if (leak) kept.push(loss);
    }
  }
  samples.push(await sample());
  // The step is alive until here: what it holds is part of every sample.
  kept.push(step);
  return samples;
}

/** Models built, trained for a step and dropped, after a round that warms up. */
async function models(): Promise<Sample[]> {
  const x = gt.ops.randomNormal([8, 16], { seed: 1 });
  const y = gt.zeros([8, 1]);
  const samples: Sample[] = [];
  for (let round = -1; round < ROUNDS; round++) {
    if (round >= 0) samples.push(await sample());
    for (let count = 0; count < perRound; count++) {
      gt.clearSession();
      const net = gt.sequential([
        gt.layers.dense(32, { activation: 'relu', inputShape: [16] }),
        gt.layers.batchNormalization(),
        gt.layers.dropout(0.5),
        gt.layers.dense(1),
      ]);
      net.compile({ optimizer: 'adam', loss: 'mse', metrics: ['mae'] });
      await net.trainOnBatch(x, y);
      await net.predict(x);
      if (leak) kept.push(net);
    }
  }
  return [...samples, await sample()];
}

/** Steps that throw, in turn from the kernel, while tracing and before anything runs; after two rounds that warm up. */
async function failures(): Promise<Sample[]> {
  const x = gt.input([4]);
  const net = gt.model(x, gt.layers.dense(2)(x));
  const table = gt.variable(gt.ops.randomNormal([5, 3], { seed: 2 }));
  const step = gt.compile((given: gt.Tensor) => {
    const [value, gradients] = gt.valueAndGrad(() => gt.ops.mean(gt.ops.gather(table, given)), [table]);
    table.assign(gt.ops.sub(table, gradients[0] as gt.Tensor));
    return value;
  });
  const wrong: readonly (() => unknown)[] = [
    () => step(gt.tensor([1, 5])),
    () => step.sync(gt.tensor([[NaN]])),
    () => gt.compile((given: gt.Tensor) => gt.ops.matmul(given, table))(gt.zeros([2, 2])),
    () => net(gt.zeros([2, 3])),
  ];
  const samples: Sample[] = [];
  for (let round = -2; round < ROUNDS; round++) {
    if (round >= 0) samples.push(await sample());
    for (let count = 0; count < perRound; count++) {
      try {
        await wrong[count % wrong.length]?.();
      } catch (error) {
        if (leak) kept.push(error);
        continue;
      }
      throw new Error(`wrong step ${count % wrong.length} does not throw`);
    }
  }
  samples.push(await sample());
  kept.push(step, net);
  return samples;
}

/** Steps of `fit`, ten to an epoch, with dropout and metrics, after a round that warms up. */
async function fit(): Promise<Sample[]> {
  const x = gt.ops.randomNormal([40, 4], { seed: 1 });
  const y = gt.ops.randomNormal([40, 1], { seed: 2 });
  const net = gt.sequential([
    gt.layers.dense(6, { activation: 'tanh', inputShape: [4] }),
    gt.layers.dropout(0.2),
    gt.layers.dense(1),
  ]);
  net.compile({ optimizer: 'adam', loss: 'mse', metrics: ['mae'] });
  const losses = leak ? { onTrainBatchEnd: (_batch: number, logs: object) => void kept.push({ ...logs }) } : {};
  const samples: Sample[] = [];
  for (let round = -1; round < ROUNDS; round++) {
    if (round >= 0) samples.push(await sample());
    await net.fit(x, y, { batchSize: 4, epochs: perRound / 10, verbose: 0, callbacks: [losses] });
  }
  samples.push(await sample());
  kept.push(net);
  return samples;
}

const works: Readonly<Record<Work, () => Promise<Sample[]>>> = { replays, failures, fit, models };
// Looking at memory leaves some thousand bytes behind until Node has done it a few times.
for (let times = 0; times < ROUNDS; times++) await sample();
console.log(JSON.stringify(await works[what as Work]()));
