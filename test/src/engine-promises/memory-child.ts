/**
 * Run by memory.test.ts with --expose-gc and what to measure: prints the memory after each round of work as JSON.
 * With `leak` something of every step is kept on purpose, to show that the measure would see it.
 */
import * as gt from 'gradtape';
import { defaultDevice } from '../../../src/devices/default-device.ts';
import { perceptron, trainingStep } from './networks.ts';

export interface Sample {
  readonly heap: number;
  readonly arrayBuffers: number;
  readonly variables: number;
  readonly scratch: number;
}

const [, , what = '', leak] = process.argv;
const kept: unknown[] = [];

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

/** 2,000 replays of one training step after 400 that warm up. */
async function replays(): Promise<Sample[]> {
  const network = perceptron();
  const step = gt.compile(trainingStep(network));
  const samples: Sample[] = [];
  for (let round = 0; round < 12; round++) {
    if (round >= 2) samples.push(await sample());
    for (let replay = 0; replay < 200; replay++) {
      const loss = await step(network.inputs);
      if (leak) kept.push(loss);
    }
  }
  return [...samples, await sample()];
}

/** 200 models built, trained for a step and dropped, after 20 that warm up. */
async function models(): Promise<Sample[]> {
  const x = gt.ops.randomNormal([8, 16], { seed: 1 });
  const y = gt.zeros([8, 1]);
  const samples: Sample[] = [];
  for (let round = 0; round < 11; round++) {
    if (round >= 1) samples.push(await sample());
    for (let count = 0; count < 20; count++) {
      gt.clearSession();
      const net = gt.sequential([gt.layers.dense(32, { activation: 'relu', inputShape: [16] }), gt.layers.batchNormalization(), gt.layers.dropout(0.5), gt.layers.dense(1)]);
      net.compile({ optimizer: 'adam', loss: 'mse', metrics: ['mae'] });
      await net.trainOnBatch(x, y);
      await net.predict(x);
      if (leak) kept.push(net);
    }
  }
  return [...samples, await sample()];
}

console.log(JSON.stringify(await (what === 'replays' ? replays() : models())));
