/**
 * Residual connections: a block's input is added to its output, so that the block only learns what to change. One block
 * keeps the image's size; one halves it, and a 1 by 1 convolution brings its input to the same shape.
 */
import * as gt from 'gradtape/node';
import { loadDigits } from './data/mnist.ts';
import { isMain } from './support/is-main.ts';
import { percent, type RunOptions, type RunResult } from './support/options.ts';

const { layers } = gt;

/** Trains on 2,000 digits and judges on 1,000 others. */
export async function run({ seed = 1, verbose = false }: RunOptions = {}): Promise<RunResult> {
  gt.seed(seed);
  const net = residualModel();
  if (verbose) net.summary();

  const train = loadDigits('train', 2000);
  const history = await net.fit(train.images, train.labels, { epochs: 4, batchSize: 32, verbose: verbose ? 2 : 0 });

  const test = loadDigits('t10k', 1000);
  const { accuracy = NaN } = await net.evaluate(test.images, test.labels, { returnDict: true, verbose: 0 });
  if (verbose) console.log(`Two residual blocks, ${percent(accuracy)} of 1,000 unseen digits right; by chance 10 %.`);
  return { history, accuracy };
}

function residualModel(): gt.Model<'digit'> {
  const image = gt.input([28, 28, 1], { name: 'image' });
  let x = layers.conv2d(8, 5, { strides: 2, padding: 'same', activation: 'relu' })(image);
  x = layers.maxPooling2d(2)(x);
  x = identityBlock(x, 8);
  x = halvingBlock(x, 16);
  const digit = layers.dense(10, { activation: 'softmax', name: 'digit' })(layers.flatten()(x));
  const net = gt.model(image, digit, { name: 'residual' });
  net.compile({
    optimizer: gt.optimizers.rmsprop({ learningRate: 2e-3 }),
    loss: 'sparse_categorical_crossentropy',
    metrics: ['accuracy'],
  });
  return net;
}

/** `x` has `filters` channels and keeps its shape. */
function identityBlock(x: gt.SymbolicTensor, filters: number): gt.SymbolicTensor {
  let y = layers.conv2d(filters, 3, { padding: 'same', activation: 'relu' })(x);
  y = layers.conv2d(filters, 3, { padding: 'same', activation: 'relu' })(y);
  return layers.add([y, x]);
}

/** Half as many rows and columns, `filters` channels; `x` is added after a linear change of shape. */
function halvingBlock(x: gt.SymbolicTensor, filters: number): gt.SymbolicTensor {
  let y = layers.conv2d(filters, 3, { padding: 'same', activation: 'relu' })(x);
  y = layers.maxPooling2d(2, { strides: 2, padding: 'same' })(y);
  const shortcut = layers.conv2d(filters, 1, { strides: 2, padding: 'same' })(x);
  return layers.add([y, shortcut]);
}

if (isMain(import.meta.url)) await run({ verbose: true });
