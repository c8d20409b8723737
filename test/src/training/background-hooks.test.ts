/** Callbacks of a training in a worker: called here, in order, with the truth about the model; what they change counts there. */
import { Worker } from 'node:worker_threads';
import * as gt from 'gradtape';
import t from 'tap';
import { requestGradients } from '../../../src/training/gradient-requests.ts';
import { program } from './captured-worker.ts';
import { trace } from './hook-trace.ts';
import { compiledModel, twoClasses, weightsOf } from './data.ts';

t.setTimeout(60_000);

const both = async <Result>(run: (worker: boolean) => Promise<Result>): Promise<[here: Result, there: Result]> => {
  const results: Result[] = [];
  for (const worker of [false, true]) {
    gt.seed(5);
    results.push(await run(worker));
  }
  return results as [Result, Result];
};
const { x, y } = twoClasses(40);
const validationData = [x, y] as const;

t.test(
  'every hook comes in the same order with the same logs, and finds the same weights and learning rate',
  async (t) => {
    const [here, there] = await both(async (worker) => {
      const net = compiledModel();
      const { lines, callback } = trace();
      await net.fit(x, y, { epochs: 2, batchSize: 16, validationData, verbose: 0, callbacks: [callback], worker });
      return lines;
    });
    t.ok(here.length > 30, `${here.length} calls`);
    t.strictSame(there, here);
  },
);

const changes: Readonly<Record<string, () => gt.Callback>> = {
  'weights that a hook sets': () => ({
    onTrainBatchEnd(batch) {
      if (batch === 1) this.model.setWeights(this.model.weights.map(({ shape }) => gt.full(shape, 0.5)));
    },
  }),
  'a weight that a hook reads, changes and assigns': () => ({
    async onTrainBatchBegin() {
      const [kernel] = this.model.weights as [gt.Variable];
      kernel.assign(gt.ops.mul(await kernel.read(), 0.9));
    },
  }),
  'a learning rate': () => ({
    onEpochBegin(epoch) {
      this.model.optimizer?.learningRate.assign(gt.full([], 0.1 / (epoch + 1)));
    },
  }),
  'logs that a hook adds, changes and takes away': () => ({
    onEpochEnd(epoch, logs) {
      logs['added'] = epoch;
      delete logs['acc'];
    },
  }),
  'an end within an epoch': () => ({
    onTrainBatchEnd(batch) {
      this.model.stopTraining = batch === 1;
    },
  }),
  'an end that is asked for before the first batch': () => ({
    onTrainBegin() {
      this.model.stopTraining = true;
    },
  }),
  'an end of the validation': () => ({
    onTestBatchEnd() {
      this.model.stopEvaluating = true;
    },
  }),
  'a prediction and an evaluation within hooks': () => ({
    async onEpochEnd(_epoch, logs) {
      logs['mean'] = gt.ops.mean(await this.model.predict(x, { verbose: 0 })).item();
      logs['again'] = ((await this.model.evaluate(x, y, { verbose: 0 })) as number[])[0] ?? NaN;
    },
  }),
  'gradients that a hook asks for': () => {
    let sum = 0;
    return {
      onTrainBatchBegin(batch) {
        if (batch !== 1) return;
        requestGradients(this.model, (gradients) => {
          for (const weight of this.model.weights) sum += gt.ops.sum(gradients.get(weight) as gt.Tensor).item();
        });
      },
      onEpochEnd: (_epoch, logs) => void (logs['gradients'] = sum),
    };
  },
};

for (const [what, make] of Object.entries(changes)) {
  t.test(`${what}: counts in the worker as it does here`, async (t) => {
    const fitted = async (callbacks: readonly gt.Callback[], worker: boolean): Promise<unknown> => {
      gt.seed(5);
      const net = compiledModel();
      const options = { epochs: 3, batchSize: 8, validationData, verbose: 0, callbacks, worker } as const;
      const { history } = await net.fit(x, y, options);
      return [{ ...history }, await weightsOf(net), net.optimizer?.learningRate.data[0]];
    };
    const here = await fitted([make()], false);
    t.strictSame(await fitted([make()], true), here);
    if (!what.includes('asked for before')) t.notSame(await fitted([], false), here, 'the hook makes a difference');
  });
}

t.test('training ends when stopTraining is set outside of hooks', async (t) => {
  for (const moment of ['while the worker starts', 'between its epochs']) {
    const net = compiledModel();
    const stop = (): void => void (net.stopTraining = true);
    let hasBegun = false;
    const onEpochEnd = (): void => {
      if (!hasBegun && moment === 'between its epochs') setTimeout(stop, 20);
      hasBegun = true;
    };
    const fit = net.fit(x, y, { epochs: 1e6, verbose: 0, callbacks: [{ onEpochEnd }], worker: true });
    if (moment === 'while the worker starts') setTimeout(stop, 0);
    const { epoch } = await fit;
    t.ok(epoch.length > 0 && epoch.length < 1e6, `${moment}: ${epoch.length} epochs`);
    t.equal(Object.getOwnPropertyDescriptor(net, 'stopTraining')?.writable, true, 'a plain property again');
  }
});

t.test('training ends when what makes the first batch asks for it, here and in a worker', async (t) => {
  for (const worker of [false, true]) {
    const net = compiledModel();
    async function* batches(): AsyncGenerator<[gt.Tensor, gt.Tensor]> {
      for (let batch = 0; batch < 4; batch++) {
        if (batch === 0) net.stopTraining = true;
        yield [x, y];
      }
    }
    const { epoch, history } = await net.fit(batches, { epochs: 3, verbose: 0, worker });
    t.strictSame(epoch, [0], `worker: ${worker}`);
    t.equal(history['loss']?.length, 1);
  }
});

t.test('while it trains, weights are read as they become; a second fit and a compile are refused', async (t) => {
  const net = compiledModel();
  const fit = net.fit(x, y, { epochs: 1e6, verbose: 0, worker: true });
  const seen = new Set<number>();
  const start = performance.now();
  while (seen.size < 3 && performance.now() - start < 20_000) {
    await new Promise((resolve) => void setTimeout(resolve, 50));
    seen.add((await weightsOf(net))[0] ?? NaN);
  }
  t.equal(seen.size, 3, 'three reads, three values');
  t.throws(() => net.weights[0]?.data, { name: 'DeviceError', message: /'worker'.*await variable\.read/ });
  await t.rejects(net.fit(x, y), /fit was called while a fit of this model is running/);
  t.throws(() => net.compile({ loss: 'mse' }), /compile was called while a fit/);
  net.stopTraining = true;
  await fit;
  t.equal(net.weights[0]?.newestCopy, undefined, 'the values are here afterwards');
});

t.test('a hook that nobody has costs no message', async (t) => {
  const messages = async (callbacks: readonly gt.Callback[]): Promise<string[]> => {
    const heard: string[] = [];
    const counting = (): Worker => {
      const worker = new Worker(program);
      worker.on('message', ({ question }: { readonly question?: { readonly hook?: string } }) => {
        if (question) heard.push(question.hook ?? 'other');
      });
      return worker;
    };
    await compiledModel().fit(x, y, { epochs: 2, batchSize: 4, verbose: 0, callbacks, worker: { program: counting } });
    return heard;
  };
  t.strictSame(await messages([]), ['onEpochEnd', 'onEpochEnd'], "the history's");
  const beginnings = (await messages([{ onTrainBatchBegin: () => undefined }])).filter((one) => one !== 'onEpochEnd');
  t.strictSame(
    beginnings,
    Array.from({ length: 20 }, () => 'onTrainBatchBegin'),
  );
});

t.test('timers go on as without training', async (t) => {
  const ticksIn = async (work: Promise<unknown>): Promise<number> => {
    let ticks = 0;
    const timer = setInterval(() => ticks++, 4);
    await work;
    clearInterval(timer);
    return ticks;
  };
  const wide = gt.sequential([gt.layers.dense(256, { inputShape: [256] }), gt.layers.dense(256)]);
  wide.compile({ optimizer: 'sgd', loss: 'mse' });
  const rows = gt.ops.randomNormal([1024, 256], { seed: 1 });
  const start = performance.now();
  // One step is the whole epoch: here nothing else would run meanwhile.
  const options = { epochs: 1e6, batchSize: 1024, verbose: 0, worker: true } as const;
  const callback: gt.Callback = {
    onEpochEnd() {
      this.model.stopTraining = performance.now() - start > 2000;
    },
  };
  const training = await ticksIn(wide.fit(rows, rows, { ...options, callbacks: [callback] }));
  const took = performance.now() - start;
  const idle = await ticksIn(new Promise((resolve) => void setTimeout(resolve, took)));
  t.comment(`${training} ticks in ${took.toFixed(0)} ms, ${idle} without training`);
  t.ok(training > idle / 2, 'at least half as many');
});
