/**
 * Run by lengths.test.ts with --expose-gc: one fit over batches of LENGTHS different sequence lengths in each epoch;
 * prints the programs and the memory after each as JSON. With `leak` every program is kept on purpose.
 */
import * as gt from 'gradtape';
import { defaultDevice } from '../../../src/devices/default-device.ts';
import { stateOf } from '../../../src/training/state.ts';

export const LENGTHS = 100;

export interface EpochSample {
  readonly programs: number;
  readonly heap: number;
  readonly arrayBuffers: number;
  readonly variables: number;
  readonly scratch: number;
}

async function main(epochs: number, leak: boolean): Promise<void> {
  const text = gt.input([null], { dtype: 'int32' });
  const net = gt.model(text, gt.layers.dense(1)(gt.layers.lstm(4)(gt.layers.embedding(20, 4)(text))));
  net.compile({ optimizer: 'adam', loss: 'mse' });
  const { trainProgram: train } = stateOf(net, 'fit').steps;
  const targets = gt.zeros([2, 1]);
  const batches = Array.from({ length: LENGTHS }, (_, index): [gt.Tensor, gt.Tensor] => [
    gt.full([2, index + 1], index % 20),
    targets,
  ]);
  const kept: unknown[] = [];
  const samples: EpochSample[] = [];
  const measure: gt.Callback = {
    onTrainBatchEnd(batch) {
      const [inputs] = batches[batch] as [gt.Tensor, gt.Tensor];
      if (leak) kept.push(train.program([inputs], [targets], [null]));
    },
    async onEpochEnd() {
      // Finalizers run in turns of their own, and what they free goes with the next collection.
      for (let turn = 0; turn < 4; turn++) {
        (globalThis as unknown as { gc(): void }).gc();
        await new Promise((resolve) => setTimeout(resolve, 2));
      }
      const { heapUsed: heap, arrayBuffers } = process.memoryUsage();
      const { variableBytes: variables, scratchBytes: scratch } = defaultDevice().memory();
      samples.push({ programs: train.cacheSize, heap, arrayBuffers, variables, scratch });
    },
  };
  await net.fit(() => batches, { epochs, verbose: 0, callbacks: [measure] });
  console.log(JSON.stringify(samples));
  // What the fit used is part of every sample.
  if (kept.length > epochs * LENGTHS) throw new Error('unreachable');
}

if (process.argv.length > 2) await main(Number(process.argv[2]), process.argv[3] === 'leak');
