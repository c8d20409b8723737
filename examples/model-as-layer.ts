/**
 * A model is a layer: what one model has learned is used inside another. A small model learns to tell the digits 0 to 4
 * apart; all but its last layer, frozen, is then the first layer of a model that learns 5 to 9 from very few images.
 */
import * as gt from 'gradtape/node';
import { loadDigits, type Digits } from './data/mnist.ts';
import { PIXELS } from './data/pixels.ts';
import { isMain } from './support/is-main.ts';
import { percent, type RunOptions, type RunResult } from './support/options.ts';

const { layers } = gt;

export interface ReuseResult extends RunResult {
  /** Of the same model with first weights in place of learned ones. */
  readonly accuracyWithout: number;
  /** Whether the second training left the first model's weights as they were, to the last bit. */
  readonly unchanged: boolean;
}

const FEW = 200;

/** Trains on 2,500 digits below 5, then on 200 others, and judges on 1,000 unseen ones from 5 on. */
export async function run({ seed = 1, verbose = false }: RunOptions = {}): Promise<ReuseResult> {
  gt.seed(seed);
  const low = digitsBetween('train', 0, 4, 2500);
  const eye = visionModel('eye');
  const first = classifier(eye);
  await first.fit(low.images, low.labels, { epochs: 3, batchSize: 32, verbose: verbose ? 2 : 0 });

  eye.trainable = false;
  const before = await eye.getWeights();
  const second = classifier(eye);
  if (verbose) second.summary();
  const few = digitsBetween('train', 5, 9, FEW);
  const options = { epochs: 20, batchSize: 10, verbose: 0 } as const;
  const history = await second.fit(few.images, few.labels, options);

  const untrained = visionModel('untrained_eye');
  untrained.trainable = false;
  const without = classifier(untrained);
  await without.fit(few.images, few.labels, options);

  const test = digitsBetween('t10k', 5, 9, 1000);
  const result: ReuseResult = {
    history,
    accuracy: await accuracyOn(second, test),
    accuracyWithout: await accuracyOn(without, test),
    unchanged: (await eye.getWeights()).every((weight, index) =>
      weight.data.every((value, at) => value === before[index]?.data[at]),
    ),
  };
  if (verbose) {
    console.log(`Learned from ${FEW} images, judged on 1,000 unseen ones of 5 to 9 (by chance 20 %):`);
    console.log(`  with what 0 to 4 have taught   ${percent(result.accuracy)}`);
    console.log(`  with random features           ${percent(result.accuracyWithout)}`);
    console.log(`  the inner model's weights ${result.unchanged ? 'stayed as they were' : 'changed'}`);
  }
  return result;
}

/** One image to 64 features. */
function visionModel(name: string): gt.Model {
  const image = gt.input([28, 28, 1]);
  let x = layers.conv2d(8, 5, { strides: 2, padding: 'same', activation: 'relu' })(image);
  x = layers.maxPooling2d(2)(x);
  x = layers.separableConv2d(24, 3, { activation: 'relu' })(x);
  x = layers.dense(64, { activation: 'relu' })(layers.flatten()(x));
  return gt.model(image, x, { name });
}

/** Five classes on top of a model that is called like any layer. */
function classifier(eye: gt.Model): gt.Model<'digit'> {
  const image = gt.input([28, 28, 1], { name: 'image' });
  const digit = layers.dense(5, { activation: 'softmax', name: 'digit' })(eye(image));
  const net = gt.model(image, digit);
  net.compile({
    optimizer: gt.optimizers.adam({ learningRate: 3e-3 }),
    loss: 'sparse_categorical_crossentropy',
    metrics: ['accuracy'],
  });
  return net;
}

/** The first `count` digits of these values, with labels from 0. */
function digitsBetween(set: 'train' | 't10k', lowest: number, highest: number, count: number): Digits {
  const { images, labels } = loadDigits(set, 3 * count);
  const wanted = [...labels.data.keys()]
    .filter((index) => (labels.data[index] ?? -1) >= lowest && (labels.data[index] ?? 10) <= highest)
    .slice(0, count);
  const data = new Float32Array(wanted.length * PIXELS);
  wanted.forEach((index, row) => data.set(images.data.subarray(index * PIXELS, (index + 1) * PIXELS), row * PIXELS));
  return {
    images: { data, shape: [wanted.length, 28, 28, 1] },
    labels: { data: Uint8Array.from(wanted, (index) => (labels.data[index] ?? 0) - lowest), shape: [wanted.length] },
  };
}

async function accuracyOn(net: gt.Model, { images, labels }: Digits): Promise<number> {
  const { accuracy = NaN } = await net.evaluate(images, labels, { returnDict: true, verbose: 0 });
  return accuracy;
}

if (isMain(import.meta.url)) await run({ verbose: true });
