/**
 * Makes the TensorFlow.js models that the reader is tested with, by running the pinned @tensorflow/tfjs of bench/peers:
 * `npm ci --prefix bench/peers && node test/keras/tfjs/generate.mjs`. Each folder holds a `model.json`, its shards, and
 * `case.json` with inputs and the predictions of the model as TensorFlow.js itself loads it from these files.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { importPeer } from '../../../bench/peers/import-peer.mjs';

const loaded = await importPeer('@tensorflow/tfjs');
const tf = loaded.default ?? loaded;
await tf.setBackend('cpu');
const { layers } = tf;
const folder = fileURLToPath(new URL('../fixtures/tfjs/', import.meta.url));

let state = 1;
/** Numbers between -0.5 and 0.5 in a fixed order. */
const next = () => {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return state / 2 ** 32 - 0.5;
};

const plain = () =>
  tf.sequential({
    layers: [
      layers.dense({ units: 5, activation: 'relu', inputShape: [4], kernelInitializer: 'heNormal' }),
      layers.dropout({ rate: 0.3 }),
      layers.dense({
        units: 3,
        activation: 'softmax',
        kernelRegularizer: tf.regularizers.l1l2({ l1: 0.01, l2: 0.02 }),
      }),
    ],
  });

const convolutional = () =>
  tf.sequential({
    layers: [
      layers.conv2d({ filters: 4, kernelSize: 3, activation: 'relu', padding: 'same', inputShape: [6, 6, 2] }),
      layers.batchNormalization(),
      layers.maxPooling2d({ poolSize: 2 }),
      layers.separableConv2d({ filters: 3, kernelSize: 2 }),
      layers.depthwiseConv2d({ kernelSize: 2 }),
      layers.flatten(),
      layers.dense({ units: 2, activation: 'elu' }),
    ],
  });

const functional = () => {
  const x = tf.input({ shape: [4], name: 'x' });
  const z = tf.input({ shape: [4], name: 'z' });
  const shared = layers.dense({ units: 4, activation: 'tanh', name: 'shared' });
  const a = shared.apply(x);
  const b = shared.apply(z);
  const sum = layers.add({ name: 'sum' }).apply([a, b, x]);
  const joined = layers.concatenate({ name: 'joined' }).apply([sum, layers.multiply().apply([a, z])]);
  const first = layers.dense({ units: 2, activation: 'hardSigmoid', name: 'first' }).apply(joined);
  return tf.model({ inputs: [x, z], outputs: [first, layers.leakyReLU({ alpha: 0.2, name: 'second' }).apply(sum)] });
};

const recurrent = (layer) => () =>
  tf.sequential({
    layers: [layer({ units: 4, returnSequences: true, inputShape: [5, 3] }), layer({ units: 3, goBackwards: true })],
  });

const bidirectional = () => {
  const x = tf.input({ shape: [5, 3] });
  const both = layers.bidirectional({
    layer: layers.lstm({ units: 3, returnSequences: true, recurrentActivation: 'sigmoid' }),
    mergeMode: 'concat',
    name: 'both',
  });
  const each = layers.timeDistributed({ layer: layers.dense({ units: 2 }), name: 'each' });
  const more = layers.bidirectional({ layer: layers.gru({ units: 2 }), mergeMode: 'sum', name: 'more' });
  return tf.model({ inputs: x, outputs: more.apply(each.apply(both.apply(x))) });
};

const words = () =>
  tf.sequential({
    layers: [
      layers.embedding({ inputDim: 10, outputDim: 4, inputLength: 6 }),
      layers.conv1d({ filters: 4, kernelSize: 3, padding: 'same', activation: 'relu' }),
      layers.globalMaxPooling1d(),
      layers.prelu(),
      layers.layerNormalization(),
    ],
  });

const nested = () => {
  const a = tf.input({ shape: [3] });
  const inner = tf.model({
    inputs: a,
    outputs: layers.dense({ units: 3, activation: 'tanh', name: 'inner_dense' }).apply(a),
    name: 'inner',
  });
  const stack = tf.sequential({
    layers: [layers.dense({ units: 3, inputShape: [3], name: 'stack_dense' }), layers.reLU({ maxValue: 2 })],
    name: 'stack',
  });
  const x = tf.input({ shape: [3] });
  return tf.model({
    inputs: x,
    outputs: layers.dense({ units: 2, name: 'end' }).apply(inner.apply(stack.apply(inner.apply(x)))),
  });
};

const upwards = () =>
  tf.sequential({
    layers: [
      layers.conv2dTranspose({ filters: 3, kernelSize: 3, strides: 2, padding: 'same', inputShape: [3, 3, 2] }),
      layers.upSampling2d({ size: [2, 2] }),
      layers.zeroPadding2d({
        padding: [
          [1, 0],
          [0, 1],
        ],
      }),
      layers.cropping2D({
        cropping: [
          [2, 1],
          [1, 2],
        ],
      }),
      layers.averagePooling2d({ poolSize: 2, padding: 'same' }),
      layers.globalAveragePooling2d({}),
      layers.reshape({ targetShape: [3, 1] }),
      layers.permute({ dims: [2, 1] }),
      layers.flatten(),
      layers.repeatVector({ n: 2 }),
    ],
  });

const cases = [
  { name: 'plain', make: plain },
  { name: 'plain-shards', make: plain, shardBytes: 50 },
  { name: 'plain-uint8', make: plain, quantize: 'uint8' },
  { name: 'plain-uint16', make: plain, quantize: 'uint16' },
  { name: 'plain-float16', make: plain, quantize: 'float16', shardBytes: 33 },
  { name: 'plain-optimizer', make: plain, optimizer: true },
  { name: 'convolutional', make: convolutional },
  { name: 'functional', make: functional },
  { name: 'lstm', make: recurrent(layers.lstm) },
  { name: 'gru', make: recurrent(layers.gru) },
  { name: 'simple-rnn', make: recurrent(layers.simpleRNN) },
  { name: 'bidirectional', make: bidirectional },
  { name: 'words', make: words, integers: true },
  { name: 'nested', make: nested },
  { name: 'upwards', make: upwards },
];

const numbers = (tensor) => ({
  shape: tensor.shape,
  f32: Buffer.from(new Float32Array(tensor.dataSync()).buffer).toString('base64'),
});

/** As the converter does: the range of a tensor on whole steps, or half-precision floats. */
function quantized(specs, data, dtype) {
  const parts = [];
  let at = 0;
  const made = specs.map((spec) => {
    const count = spec.shape.reduce((all, size) => all * size, 1);
    const values = new Float32Array(data.slice(at, at + 4 * count));
    at += 4 * count;
    if (dtype === 'float16') {
      parts.push(Buffer.from(Uint16Array.from(values, toHalf).buffer));
      return { ...spec, quantization: { dtype } };
    }
    const steps = dtype === 'uint8' ? 255 : 65535;
    const low = Math.min(...values);
    const scale = (Math.max(...values) - low) / steps || 1;
    const stored = Array.from(values, (one) => Math.round((one - low) / scale));
    parts.push(Buffer.from((dtype === 'uint8' ? Uint8Array : Uint16Array).from(stored).buffer));
    return { ...spec, quantization: { dtype, scale, min: low } };
  });
  return { specs: made, data: Buffer.concat(parts) };
}

// Cuts the mantissa off; the values here are neither tiny nor large.
function toHalf(value) {
  const bits = new DataView(new ArrayBuffer(4));
  bits.setFloat32(0, value);
  const all = bits.getUint32(0);
  const exponent = ((all >>> 23) & 255) - 112;
  return ((all >>> 16) & 0x8000) | (exponent <= 0 ? 0 : (exponent << 10) | ((all >>> 13) & 1023));
}

for (const { name, make, shardBytes = Infinity, quantize, optimizer, integers } of cases) {
  const model = make();
  model.setWeights(
    model.weights.map((weight) =>
      tf
        .tensor(Array.from({ length: weight.shape.reduce((all, size) => all * size, 1) }, next), weight.shape)
        .add(weight.name.includes('variance') ? 1 : 0),
    ),
  );
  if (optimizer) {
    model.compile({ optimizer: tf.train.adam(0.01), loss: 'meanSquaredError', metrics: ['acc'] });
    await model.trainOnBatch(tf.ones([4, 4]), tf.ones([4, 3]));
  }
  let artifacts;
  await model.save(
    tf.io.withSaveHandler(async (given) => {
      artifacts = given;
      return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } };
    }),
    { includeOptimizer: optimizer === true },
  );
  const { specs, data } = quantize
    ? quantized(artifacts.weightSpecs, artifacts.weightData, quantize)
    : { specs: artifacts.weightSpecs, data: Buffer.from(artifacts.weightData) };
  const size = Math.min(shardBytes, data.length);
  const shards = Array.from({ length: Math.ceil(data.length / size) }, (_, index) =>
    data.subarray(index * size, (index + 1) * size),
  );
  const paths = shards.map((_, index) => `group1-shard${index + 1}of${shards.length}.bin`);
  const json = {
    format: 'layers-model',
    generatedBy: `TensorFlow.js tfjs-layers v${tf.version['tfjs-layers']}`,
    convertedBy: null,
    modelTopology: artifacts.modelTopology,
    ...(artifacts.trainingConfig ? { trainingConfig: artifacts.trainingConfig } : {}),
    weightsManifest: [{ paths, weights: specs }],
  };
  const again = await tf.loadLayersModel(
    tf.io.fromMemory({
      modelTopology: JSON.parse(JSON.stringify(artifacts.modelTopology)),
      weightSpecs: specs,
      weightData: new Uint8Array(data).buffer,
    }),
  );
  const x = again.inputs.map(({ shape }) => {
    const full = [4, ...shape.slice(1)];
    const count = full.reduce((all, one) => all * one, 1);
    return tf.tensor(
      Array.from({ length: count }, () => (integers ? Math.floor((next() + 0.5) * 10) : 2 * next())),
      full,
    );
  });
  const outputs = [again.predict(x.length > 1 ? x : x[0])].flat();
  const where = `${folder}${name}/`;
  rmSync(where, { recursive: true, force: true });
  mkdirSync(where, { recursive: true });
  writeFileSync(`${where}model.json`, JSON.stringify(json));
  shards.forEach((shard, index) => writeFileSync(`${where}${paths[index]}`, shard));
  writeFileSync(
    `${where}case.json`,
    `${JSON.stringify({ name, x: x.map(numbers), predictions: outputs.map(numbers) })}\n`,
  );
  console.log(name, data.length);
}
