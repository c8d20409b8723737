/**
 * An Inception module: four branches look at the same image, from a single pixel up to a 5 by 5 window, and their
 * channels are joined. It learns handwritten digits.
 */
import * as gt from 'gradtape/node';
import { loadDigits } from './data/mnist.ts';
import { isMain } from './support/is-main.ts';
import { percent, type RunOptions, type RunResult } from './support/options.ts';

const { layers } = gt;

/** Trains on 2,000 digits and judges on 1,000 others. */
export async function run({ seed = 1, verbose = false }: RunOptions = {}): Promise<RunResult> {
  gt.seed(seed);
  const net = inceptionModel();
  if (verbose) net.summary();

  const train = loadDigits('train', 2000);
  const history = await net.fit(train.images, train.labels, { epochs: 4, batchSize: 32, verbose: verbose ? 2 : 0 });

  const test = loadDigits('t10k', 1000);
  const { accuracy = NaN } = await net.evaluate(test.images, test.labels, { returnDict: true, verbose: 0 });
  if (verbose) console.log(`Four branches, ${percent(accuracy)} of 1,000 unseen digits right; by chance 10 %.`);
  return { history, accuracy };
}

function inceptionModel(): gt.Model<'digit'> {
  const image = gt.input([28, 28, 1], { name: 'image' });
  let x = layers.conv2d(8, 5, { strides: 2, padding: 'same', activation: 'relu' })(image);
  x = layers.maxPooling2d(2)(x);
  const joined = inceptionModule(x, 8);
  const digit = layers.dense(10, { activation: 'softmax', name: 'digit' })(layers.flatten()(joined));
  const net = gt.model(image, digit, { name: 'inception' });
  net.compile({
    optimizer: gt.optimizers.rmsprop({ learningRate: 3e-3 }),
    loss: 'sparse_categorical_crossentropy',
    metrics: ['accuracy'],
  });
  return net;
}

/** `[rows, columns, channels]` to `[rows / 2, columns / 2, 4 * filters]`: every branch halves the image once. */
function inceptionModule(x: gt.SymbolicTensor, filters: number): gt.SymbolicTensor {
  const halved = { strides: 2, padding: 'same', activation: 'relu' } as const;
  const kept = { padding: 'same', activation: 'relu' } as const;

  // Single pixels.
  const branchA = layers.conv2d(filters, 1, halved)(x);

  // 3 by 3, after a convolution over the channels alone.
  let branchB = layers.conv2d(filters, 1, kept)(x);
  branchB = layers.conv2d(filters, 3, halved)(branchB);

  // Averages.
  let branchC = layers.averagePooling2d(3, { strides: 2, padding: 'same' })(x);
  branchC = layers.conv2d(filters, 3, kept)(branchC);

  // 5 by 5, as two steps of 3 by 3.
  let branchD = layers.conv2d(filters, 1, kept)(x);
  branchD = layers.conv2d(filters, 3, kept)(branchD);
  branchD = layers.conv2d(filters, 3, halved)(branchD);

  return layers.concatenate([branchA, branchB, branchC, branchD], { axis: -1 });
}

if (isMain(import.meta.url)) await run({ verbose: true });
