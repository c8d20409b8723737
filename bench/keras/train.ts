/** Trains one model of the comparison and prints what that took as a line of JSON: `train.js FOLDER THREADS`. */
import { readFileSync } from 'node:fs';
import * as gt from 'gradtape';
import { now, wallTime } from '../../src/clock.ts';
import { compiledModel, type ModelName } from './models.ts';
import type { Outcome } from './outcome.ts';
import { readTask, type Task, type TaskArray } from './task.ts';
import { useThreads } from './threads.ts';

const [folder = '', threads] = process.argv.slice(2);
await useThreads(Number(threads));
process.stdout.write(`${JSON.stringify(await train(readTask(folder)))}\n`);
// Threads may be waiting for more work.
process.exit();

async function train(task: Task): Promise<Outcome> {
  const [x, y] = [task.x.map(toData), task.y.map(toData)];
  const net = compiledModel(task.model as ModelName);
  net.setWeights(task.weights.map(({ data, shape }) => gt.tensor(data, shape)));
  const ends: number[] = [];
  const losses: number[] = [];
  const marks: gt.Callback = {
    onEpochEnd(_epoch, logs) {
      ends.push(now());
      losses.push(logs['loss'] ?? NaN);
    },
  };
  const { batchSize, validationSplit, epochs } = task;
  const plateau = { monitor: 'val_loss', factor: 0.3, patience: 1, mode: 'min' } as const;
  const callbacks = validationSplit > 0 ? [marks, gt.callbacks.reduceLROnPlateau(plateau)] : [marks];
  const options = { batchSize, validationSplit, verbose: 0, callbacks } as const;

  // In the order of the data, so that both sides see the same batches.
  await net.fit(x, y, { ...options, epochs: 1, shuffle: false });
  const firstEpochEnd = wallTime();
  const used = process.cpuUsage();
  const start = now();
  await net.fit(x, y, { ...options, initialEpoch: 1, epochs });
  const wall = now() - start;
  const { user, system } = process.cpuUsage(used);
  const starts = [start, ...ends.slice(1)];
  return {
    versions: { node: process.version },
    parameters: net.countParams(),
    firstEpochEnd,
    epochs: ends.slice(1).map((end, index) => end - (starts[index] ?? NaN)),
    losses,
    processor: (user + system) / 1000 / wall,
    ...(task.test && { accuracy: await accuracy(net, task.test) }),
    peak: peakMemory(),
  };
}

async function accuracy(net: gt.Model, { x, y }: NonNullable<Task['test']>): Promise<number> {
  const options = { batchSize: 200, verbose: 0, returnDict: true } as const;
  return (await net.evaluate(x.map(toData), y.map(toData), options))['accuracy'] ?? NaN;
}

function toData({ data, shape }: TaskArray): gt.ArrayData {
  return { data, shape };
}

/** The most memory that the process had, in bytes. */
function peakMemory(): number {
  return Number(/VmHWM:\s*(\d+) kB/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]) * 1024;
}
