/** Whatever `fit` takes, it takes in a worker too, to the same bits: forms of data, weights of samples, what compile settled. */
import type { Worker } from 'node:worker_threads';
import * as gt from 'gradtape';
import t from 'tap';
import { supports } from '../../../src/wasm/index.ts';
import { captured } from './captured-worker.ts';
import { doubled } from './own-objects-child.ts';
import { compiledModel, smallModel, twoClasses, weightsOf } from './data.ts';

t.setTimeout(60_000);

const { layers, ops, optimizers } = gt;
const customObjects = new URL('./own-objects-child.js', import.meta.url);
const { x, y } = twoClasses(30);
const bytes = (count: number): Uint8Array => Uint8Array.from({ length: count }, (_, index) => (index * 37) % 251);

interface Fit {
  readonly net: gt.Model;
  readonly x: gt.DataSet | gt.BatchSource;
  readonly y?: gt.DataSet;
  readonly options?: gt.FitOptions;
}

const severalOutputs = (): Fit => {
  const [a, b] = [gt.input([4], { name: 'a' }), gt.input([3], { name: 'b' })];
  const h = layers.dense(6, { activation: 'relu' })(layers.concatenate()([a, layers.dropout(0.2)(b)]));
  const net = gt.model({ a, b }, [
    layers.dense(2, { name: 'kind', activation: 'softmax' })(h),
    layers.dense(1, { name: 'size' })(h),
    layers.dense(1, { name: 'odds', activation: 'sigmoid' })(h),
  ]) as gt.Model;
  net.compile({
    optimizer: optimizers.adam({ learningRate: 0.01, clipnorm: 0.5 }),
    loss: { kind: 'sparse_categorical_crossentropy', size: 'mae', odds: gt.losses.binaryCrossentropy },
    lossWeights: { kind: 1, size: 0.3, odds: 2 },
    metrics: { kind: ['acc'], odds: ['auc', gt.metrics.precision({ thresholds: 0.4 })] },
    weightedMetrics: { size: ['mse'] },
  });
  const random = (seed: number, ...shape: readonly number[]): gt.Tensor => ops.randomUniform([...shape], { seed });
  const half = (seed: number): gt.Tensor => ops.floor(ops.mul(random(seed, 20, 1), 2));
  return {
    net,
    x: { a: random(1, 20, 4), b: random(2, 20, 3) },
    y: { kind: half(3), size: random(4, 20, 1), odds: half(5) },
    options: { validationSplit: 0.25, sampleWeight: { size: random(6, 20) } },
  };
};

const frozenLater = (): Fit => {
  const net = compiledModel();
  const [, hidden, last] = net.layers as [gt.Layer, gt.Layer, gt.Layer];
  (hidden ?? last).trainable = false;
  return { net, x, y };
};

const withoutDecay = (): Fit => {
  const net = smallModel();
  const optimizer = optimizers.adamw({ learningRate: 0.05, weightDecay: 0.5 });
  optimizer.excludeFromWeightDecay({ names: ['bias'], variables: net.weights.slice(0, 1) });
  net.compile({ optimizer, loss: 'sparse_categorical_crossentropy' });
  return { net, x, y };
};

const ofDifferentSeeds = (): Fit => {
  const first = layers.dropout(0.5, { name: 'first' });
  gt.seed(99);
  const net = gt.sequential([
    layers.dense(8, { inputShape: [2] }),
    first,
    layers.dropout(0.5, { name: 'second', seed: 4 }),
    layers.dense(2),
  ]);
  net.compile({ optimizer: 'sgd', loss: 'mse' });
  return { net, x, y: ops.randomNormal([30, 2], { seed: 1 }) };
};

const notBuilt = (): gt.Model => {
  const net = gt.sequential([layers.dense(5, { activation: 'tanh' }), layers.dense(1)]);
  net.compile({ optimizer: 'adam', loss: 'mse' });
  return net;
};

const ownLoss = (): Fit => {
  const net = gt.sequential([layers.dense(1, { inputShape: [2] })]);
  net.compile({ optimizer: 'sgd', loss: doubled, metrics: ['mae', doubled] });
  return { net, x, y, options: { worker: { customObjects } } };
};

const fits: Readonly<Record<string, () => Fit>> = {
  'two inputs and three outputs by name, with metrics and weights': severalOutputs,
  'bytes with a shape, a part of a larger memory': () => ({
    net: notBuilt(),
    x: { data: bytes(4096).subarray(100, 190), shape: [30, 3] },
    y: new Float32Array(30).fill(0.5),
    options: { validationSplit: 0.5 },
  }),
  'nested arrays, and validation data with weights': () => ({
    net: notBuilt(),
    x: [[1, 2], [3, 4], [5, 6]], // prettier-ignore
    y: [1, 2, 3],
    options: {
      validationData: [gt.zeros([4, 2]), gt.zeros([4]), [1, 2, 3, 4]],
      validationSteps: 1,
      validationBatchSize: 2,
    },
  }),
  'weights of classes': () => ({ net: compiledModel(), x, y, options: { classWeight: { 0: 3, 1: 0.5 } } }),
  'epochs from the third on, in steps, in order': () => ({
    net: compiledModel(),
    x,
    y,
    options: { initialEpoch: 2, epochs: 5, stepsPerEpoch: 4, shuffle: false },
  }),
  'validations in some epochs': () => ({
    net: compiledModel(),
    x,
    y,
    options: { validationData: [x, y], validationFreq: [1, 3] },
  }),
  'an asynchronous iterable that builds the model, with weights': () => ({
    net: notBuilt(),
    x: async function* () {
      for (let batch = 0; batch < 5; batch++) {
        await new Promise((resolve) => void setTimeout(resolve, 1));
        yield [ops.randomNormal([batch + 1, 2], { seed: batch }), gt.zeros([batch + 1]), gt.full([batch + 1], batch)];
      }
    },
  }),
  'a layer that was frozen after compile': frozenLater,
  'weights that do not decay': withoutDecay,
  'layers that were made under different seeds': ofDifferentSeeds,
  'a loss of one’s own': ownLoss,
  'no epoch at all': () => ({ net: compiledModel(), x, y, options: { epochs: 0 } }),
};

for (const [what, make] of Object.entries(fits)) {
  t.test(`${what}: the same bits`, async (t) => {
    const outcome = async (inWorker: boolean): Promise<unknown> => {
      gt.seed(11);
      const { net, x: inputs, y: targets = null, options } = make();
      const worker = inWorker && (options?.worker ?? true);
      const all: gt.FitOptions = { epochs: 3, batchSize: 4, verbose: 0, ...options, worker };
      const before = net.built ? await weightsOf(net) : [];
      const { history, epoch } =
        typeof inputs === 'function'
          ? await net.fit(inputs as gt.BatchSource, all)
          : await net.fit(inputs as gt.DataSet, targets, all);
      const after = await weightsOf(net);
      if (all.epochs !== 0) t.notSame(after, before, 'it trains');
      return [{ ...history }, epoch, after];
    };
    const here = await outcome(false);
    t.strictSame(await outcome(true), here);
  });
}

t.test('the worker computes on the device that compile named, else on the one that it is told of', async (t) => {
  const weights = async (device: 'cpu' | 'wasm', worker: gt.FitOptions['worker']): Promise<number[]> => {
    gt.seed(2);
    const net = gt.sequential([layers.dense(64, { activation: 'softmax', inputShape: [2] }), layers.dense(2)]);
    net.compile({ optimizer: 'adam', loss: 'mse', device });
    await net.fit(x, ops.randomNormal([30, 2], { seed: 1 }), { epochs: 20, verbose: 0, ...(worker && { worker }) });
    return weightsOf(net);
  };
  const [cpu, wasm] = [await weights('cpu', false), await weights('wasm', false)];
  t.notSame(cpu, wasm, 'their bits differ');
  t.strictSame(await weights('cpu', true), cpu);
  t.strictSame(await weights('wasm', true), wasm);
  t.strictSame(await weights('wasm', { device: { name: 'cpu' } }), cpu);
});

t.test('the worker takes over threads and fastMath', async (t) => {
  t.teardown(() => gt.setDevice('wasm'));
  for (const options of [{ threads: 2 }, { fastMath: true }] as const) {
    await gt.setDevice('wasm', options);
    const { workers, program } = captured();
    const jobs: unknown[] = [];
    const noting = (): Worker => {
      const worker = program();
      const post = worker.postMessage.bind(worker);
      worker.postMessage = (
        message: { readonly kind: string; readonly job?: { readonly device: unknown } },
        ...rest
      ) => {
        if (message.kind === 'prepare') jobs.push(message.job?.device);
        post(message, ...rest);
      };
      return worker;
    };
    const weights = async (worker: gt.FitOptions['worker'] = false): Promise<number[]> => {
      gt.seed(2);
      const net = gt.sequential([layers.dense(64, { activation: 'tanh', inputShape: [64] }), layers.dense(64)]);
      net.compile({ optimizer: 'adam', loss: 'mse' });
      const rows = ops.randomNormal([256, 64], { seed: 1 });
      await net.fit(rows, rows, { epochs: 3, batchSize: 128, verbose: 0, worker });
      return weightsOf(net);
    };
    const here = await weights();
    t.strictSame(await weights({ program: noting }), here, JSON.stringify(options));
    const isThere = !('fastMath' in options) || supports('relaxed-simd');
    t.strictSame(jobs, [{ name: 'wasm', ...(isThere && options) }]);
    t.equal(workers[0]?.threadId, -1);
  }
});
