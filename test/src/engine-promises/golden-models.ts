/**
 * Runs in a process of its own, under any version of Node: trains four models for some steps and prints a hash of all
 * their weights. The same version of gradtape, seed and data give the same bits, wherever it runs, and for any number of
 * threads: with more than one, every call that can be shared is, however small, and parts begin after random delays.
 */
import { createHash } from 'node:crypto';
import { availableParallelism } from 'node:os';
import * as gt from 'gradtape';
import { useDevice } from '../../../src/devices/default-device.ts';
import { ThreadedDevice } from '../../../src/devices/threads/threaded-device.ts';

const { layers, ops } = gt;

type Build = () => { readonly net: gt.Model; readonly x: gt.Tensor; readonly y: gt.Tensor };

const digits = (count: number): gt.Tensor => ops.floor(ops.randomUniform([count], { maximum: 10, seed: 3 }));

const builds: Readonly<Record<string, Build>> = {
  mlp: () => {
    const x = gt.input([40]);
    const h = layers.dense(33, { activation: 'gelu' })(layers.dense(64, { activation: 'relu' })(x));
    return {
      net: gt.model(x, layers.dense(10, { activation: 'softmax' })(h)),
      x: ops.randomNormal([32, 40], { seed: 1 }),
      y: digits(32),
    };
  },
  cnn: () => {
    const image = gt.input([12, 12, 1]);
    let x = layers.conv2d(8, 3, { padding: 'same', activation: 'relu' })(image);
    x = layers.conv2d(12, 3, { strides: 2, activation: 'tanh' })(layers.maxPooling2d(2)(x));
    x = layers.separableConv2d(6, 2, { activation: 'sigmoid' })(x);
    return {
      net: gt.model(image, layers.dense(10, { activation: 'softmax' })(layers.flatten()(x))),
      x: ops.randomNormal([16, 12, 12, 1], { seed: 1 }),
      y: digits(16),
    };
  },
  lstm: () => {
    const steps = gt.input([9, 6]);
    const h = layers.gru(7)(layers.lstm(10, { returnSequences: true })(steps));
    return {
      net: gt.model(steps, layers.dense(10, { activation: 'softmax' })(h)),
      x: ops.randomNormal([8, 9, 6], { seed: 1 }),
      y: digits(8),
    };
  },
  'batch norm and dropout': () => {
    const x = gt.input([20]);
    let h = layers.dropout(0.3)(layers.activation('elu')(layers.batchNormalization()(layers.dense(30)(x))));
    h = layers.layerNormalization()(layers.dense(30, { activation: 'silu' })(h));
    return {
      net: gt.model(x, layers.dense(10, { activation: 'softmax' })(h)),
      x: ops.randomNormal([24, 20], { seed: 1 }),
      y: digits(24),
    };
  },
};

const optimizers = { mlp: 'adam', cnn: 'sgd', lstm: 'rmsprop', 'batch norm and dropout': 'adamw' } as const;

async function hashOf(name: keyof typeof optimizers, steps: number): Promise<string> {
  gt.clearSession();
  gt.seed(11);
  const { net, x, y } = (builds[name] as Build)();
  net.compile({ optimizer: optimizers[name], loss: 'sparse_categorical_crossentropy' });
  for (let step = 0; step < steps; step++) await net.trainOnBatch(x, y);
  const hash = createHash('sha256');
  for (const { data } of await net.getWeights()) {
    // One NaN is as good as another.
    const words = new Uint32Array(data.buffer, data.byteOffset, data.length);
    hash.update(Uint32Array.from(words, (word, i) => (Number.isNaN(data[i]) ? 0x7fc0_0000 : word)));
  }
  return hash.digest('hex').slice(0, 32);
}

const [, , steps = '500', threads = '1', mostDelay = '0'] = process.argv;
let device: ThreadedDevice | undefined;
if (threads !== '1') {
  const options = { threads: Number(threads), cores: availableParallelism(), mostDelay: Number(mostDelay) };
  device = await ThreadedDevice.open({ ...options, however: true });
  useDevice(device);
}
const hashes: Record<string, string> = {};
for (const name of Object.keys(optimizers) as (keyof typeof optimizers)[]) {
  hashes[name] = await hashOf(name, Number(steps));
}
// A thread that never came to a part would prove nothing.
if (device && device.counts.own === device.counts.all) throw new Error('the caller ran all parts itself');
process.stdout.write(`${JSON.stringify(hashes, undefined, 2)}\n`);
