/**
 * D4: threads that are ended at random moments of a fit, callbacks and data that throw. Each is one error, within a second,
 * and the fit after it trains as one that nothing had come before.
 */
import { readdirSync } from 'node:fs';
import * as gt from 'gradtape';
import { defaultDevice, useDevice } from '../../src/devices/default-device.ts';
import { ThreadedDevice } from '../../src/devices/threads/threaded-device.ts';
import { seededDraw, type Draw } from '../support/mutated-bytes.ts';
import { firstLine, type Measured } from './measure.ts';
import { slowCopy } from './slow-op.ts';

const THREADS = 4;
const STEPS = 6;
/** Milliseconds between a thread's end and the error; the target of the scoreboard. */
const WITHIN = 1_000;
/** Longest time between the order to end and the step that finds it carried out: some end before it, some in it. */
const LONGEST_DELAY = 3;

const ATTEMPTS = 5;

/** @param count threads that are ended, each in a fit of its own */
export async function deaths(count: number): Promise<Measured> {
  const before = defaultDevice();
  const failures: string[] = [];
  let slowest = 0;
  let inStep = 0;
  const threadsBefore = threadsOfProcess();
  const device = await ThreadedDevice.open({ threads: THREADS, however: true });
  useDevice(device);
  try {
    const draw = seededDraw(count);
    const expected = await weightsOf(await trained());
    for (let death = 0; death < count; death++) {
      // Every other one is at work, in a step that waits for it.
      const found = await (death % 2 === 0 ? lostBetweenSteps(device, draw) : lostAtWork(device, draw));
      slowest = Math.max(slowest, found.milliseconds);
      if (found.wrong !== undefined) failures.push(`death ${death}: ${found.wrong}`);
      if (found.namesStep) inStep++;
      const after = await weightsOf(await trained());
      if (after !== expected) failures.push(`death ${death}: the next fit ends with other weights`);
    }
    for (const wrong of [await callbackThatThrows(), await dataThatThrows()]) {
      if (wrong !== undefined) failures.push(wrong);
      if ((await weightsOf(await trained())) !== expected) failures.push('the fit after it ends with other weights');
    }
  } finally {
    device.close();
    useDevice(before);
  }
  if (count > 1 && inStep === 0) failures.push('no thread was ended in the midst of a step');
  const left = await threadsLeft(threadsBefore);
  if (left > 0) failures.push(`${left} threads are left`);
  return {
    figure:
      failures[0] ??
      `${count} threads ended at random moments: ${count} errors within ${Math.ceil(slowest)} ms, ${inStep} of them in a step that they name; no thread left`,
    met: failures.length === 0 && count > 0,
    cases: count,
    detail: { count, slowest, inStep, failures },
  };
}

function network(): gt.Model {
  gt.clearSession();
  gt.seed(5);
  const x = gt.input([48]);
  const hidden = gt.layers.dense(64, { activation: 'tanh' })(gt.layers.dense(96, { activation: 'relu' })(x));
  const net = gt.model(x, gt.layers.dense(4)(hidden));
  net.compile({ optimizer: 'adam', loss: 'mse' });
  return net;
}

const inputs = gt.ops.randomNormal([32 * STEPS, 48], { seed: 1 });
const targets = gt.ops.randomNormal([32 * STEPS, 4], { seed: 2 });
const options = { batchSize: 32, epochs: 1, verbose: 0 } as const;

async function trained(): Promise<gt.Model> {
  const net = network();
  await net.fit(inputs, targets, options);
  return net;
}

async function weightsOf(net: gt.Model): Promise<string> {
  return JSON.stringify((await net.getWeights()).map(({ data }) => [...data]));
}

interface Found {
  readonly milliseconds: number;
  readonly namesStep: boolean;
  readonly wrong?: string;
}

async function lostBetweenSteps(device: ThreadedDevice, draw: Draw): Promise<Found> {
  const [fatal, delay, thread] = [draw(STEPS), (draw(1_000) * LONGEST_DELAY) / 1_000, draw(THREADS - 1)];
  let ended = 0;
  await standing(device);
  const killer = gt.callbacks.lambdaCallback({
    onTrainBatchBegin: (batch: number) => {
      if (batch !== fatal) return;
      device.endThread(thread);
      ended = performance.now();
      while (performance.now() - ended < delay);
    },
  });
  const net = network();
  return foundBy(
    async () => {
      await net.fit(inputs, targets, { ...options, callbacks: [killer] });
      // The others did its parts, and the fit was over before its end was known: the next run that knows says so.
      for (const over = performance.now(); performance.now() - over < WITHIN;) {
        await net.predict(inputs, { batchSize: 32 });
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
    },
    () => ended,
  );
}

/** What a busy machine lets end between two steps after all is tried again. */
async function lostAtWork(device: ThreadedDevice, draw: Draw): Promise<Found> {
  for (let attempt = 1; ; attempt++) {
    const found = await lostInSlowStep(device, draw);
    if (found.namesStep || found.wrong !== undefined || attempt === ATTEMPTS) return found;
  }
}

async function lostInSlowStep(device: ThreadedDevice, draw: Draw): Promise<Found> {
  await standing(device);
  let ended = Infinity;
  const x = gt.input([48]);
  const net = gt.model(x, gt.layers.dense(4)(gt.layers.lambda((h: gt.Tensor) => slowCopy(h), { name: 'slow' })(x)));
  net.compile({ optimizer: 'sgd', loss: 'mse' });
  const delay = draw(100);
  let timer: NodeJS.Timeout | undefined;
  const killer = gt.callbacks.lambdaCallback({
    // From the first step on timers come while the caller waits for the thread; before it they may come at any time.
    onTrainBatchBegin: () => {
      timer ??= setTimeout(() => {
        for (let thread = 0; thread < THREADS - 1; thread++) device.endThread(thread);
        ended = performance.now();
      }, delay);
    },
  });
  const found = await foundBy(
    () => net.fit(inputs, targets, { ...options, callbacks: [killer] }),
    () => ended,
  );
  clearTimeout(timer);
  return found;
}

/** The error of a run that loses a thread. */
async function foundBy(run: () => Promise<unknown>, ended: () => number): Promise<Found> {
  try {
    await run();
    return { milliseconds: 0, namesStep: false, wrong: 'no error' };
  } catch (error) {
    const milliseconds = performance.now() - ended();
    const { name, message } = error as Error;
    const namesStep = message.includes("'slowCopy' in layer 'slow'");
    const isTold = namesStep || /between two runs/.test(message);
    if (name !== 'DeviceError' || !isTold || !/thread \d of 4/.test(message)) {
      return { milliseconds, namesStep, wrong: `the error is ${firstLine(error)}` };
    }
    if (milliseconds > WITHIN)
      return { milliseconds, namesStep, wrong: `the error took ${Math.round(milliseconds)} ms` };
    return { milliseconds, namesStep };
  }
}

/** Waits for the team to be whole again. */
async function standing(device: ThreadedDevice): Promise<void> {
  while (!device.isWhole) await new Promise((resolve) => setTimeout(resolve, 1));
}

async function callbackThatThrows(): Promise<string | undefined> {
  const cause = new Error('thrown by a callback');
  const thrower = gt.callbacks.lambdaCallback({
    onTrainBatchEnd: (batch: number) => {
      if (batch === 3) throw cause;
    },
  });
  return errorOf(() => network().fit(inputs, targets, { ...options, callbacks: [thrower] }), cause);
}

async function dataThatThrows(): Promise<string | undefined> {
  const cause = new Error('thrown by data');
  function* batches(): Generator<[gt.Tensor, gt.Tensor]> {
    for (let batch = 0; batch < 3; batch++) yield [gt.ones([32, 48]), gt.ones([32, 4])];
    throw cause;
  }
  return errorOf(() => network().fit(batches(), { epochs: 1, verbose: 0 }), cause);
}

/** What is wrong with how the error came through; undefined for nothing. */
async function errorOf(run: () => Promise<unknown>, cause: Error): Promise<string | undefined> {
  try {
    await run();
    return `${cause.message}: no error`;
  } catch (error) {
    const isCause = error === cause || (error as { readonly cause?: unknown }).cause === cause;
    return isCause ? undefined : `${cause.message}: the error is ${firstLine(error)}`;
  }
}

/** Threads of this process where the system tells; 0 elsewhere. */
function threadsOfProcess(): number {
  try {
    return readdirSync('/proc/self/task').length;
  } catch {
    return 0;
  }
}

/** Threads that are there still, after a while. */
async function threadsLeft(before: number): Promise<number> {
  for (let wait = 0; wait < 100 && threadsOfProcess() > before; wait++) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return Math.max(0, threadsOfProcess() - before);
}
