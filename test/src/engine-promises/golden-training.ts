/**
 * Four models that are trained for some steps, and a hash of all their weights. Imports nothing but gradtape: it runs in a
 * page as in Node.
 */
import * as gt from 'gradtape';

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

/** Hashes of all weights by the model's name. */
export type Hashes = Readonly<Record<string, string>>;

/** Trains the models, each for so many steps, on the device that there is. */
export async function trainedHashes(steps: number): Promise<Hashes> {
  const hashes: Record<string, string> = {};
  for (const name of Object.keys(optimizers) as (keyof typeof optimizers)[]) hashes[name] = await hashOf(name, steps);
  return hashes;
}

async function hashOf(name: keyof typeof optimizers, steps: number): Promise<string> {
  gt.clearSession();
  gt.seed(11);
  const { net, x, y } = (builds[name] as Build)();
  net.compile({ optimizer: optimizers[name], loss: 'sparse_categorical_crossentropy' });
  for (let step = 0; step < steps; step++) await net.trainOnBatch(x, y);
  return hashOfWeights(net);
}

/** A hash of all bits of all weights, as 32 hexadecimal digits. */
export async function hashOfWeights(net: gt.Model): Promise<string> {
  const words = (await net.getWeights()).flatMap(({ data }) => {
    const bits = new Uint32Array(data.buffer, data.byteOffset, data.length);
    // One NaN is as good as another.
    return Array.from(bits, (word, i) => (Number.isNaN(data[i]) ? 0x7fc0_0000 : word));
  });
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', Uint32Array.from(words)));
  return Array.from(hash.subarray(0, 16), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
