/**
 * Two inputs, one pair of eyes: the same convolutional model looks at two images, like two cameras that share what they
 * have learned, and the layers behind it compare what it saw. Which of two handwritten digits is the larger one?
 */
import * as gt from 'gradtape/node';
import { drawDigit, loadDigits, type Digits } from './data/mnist.ts';
import { PIXELS } from './data/pixels.ts';
import { isMain } from './support/is-main.ts';
import { percent, type RunOptions, type RunResult } from './support/options.ts';

const { layers } = gt;

interface Pairs {
  readonly left: Digits['images'];
  readonly right: Digits['images'];
  /** 1 where the left digit is the larger one, else 0: `[pairs, 1]`. */
  readonly larger: { readonly data: Float32Array; readonly shape: readonly [number, 1] };
}

/** Trains on pairs of 4,000 digits and judges on pairs of others. */
export async function run({ seed = 1, verbose = false }: RunOptions = {}): Promise<RunResult> {
  gt.seed(seed);
  const net = comparisonModel();
  if (verbose) net.summary();

  const train = makePairs(loadDigits('train', 4000));
  const inputs = { left: train.left, right: train.right };
  const history = await net.fit(inputs, train.larger, { epochs: 5, batchSize: 32, verbose: verbose ? 2 : 0 });

  const test = makePairs(loadDigits('t10k', 2000));
  const { accuracy = NaN } = await net.evaluate([test.left, test.right], test.larger, { returnDict: true, verbose: 0 });
  if (verbose) {
    console.log(`${percent(accuracy)} of ${test.larger.shape[0]} unseen pairs right; by chance 50 %.`);
    const guess = (await net.predict([test.left, test.right])).data[0] ?? NaN;
    console.log(drawDigit(test.left.data.subarray(0, PIXELS)));
    console.log(guess > 0.5 ? 'is larger than' : 'is smaller than');
    console.log(drawDigit(test.right.data.subarray(0, PIXELS)));
  }
  return { history, accuracy };
}

function comparisonModel(): gt.Model<'larger'> {
  const eye = visionModel();
  const left = gt.input([28, 28, 1], { name: 'left' });
  const right = gt.input([28, 28, 1], { name: 'right' });
  // Two calls, one set of weights: both images train it.
  const seen = layers.concatenate([eye(left), eye(right)], { axis: -1 });
  const larger = layers.dense(1, { activation: 'sigmoid', name: 'larger' })(seen);
  const net = gt.model([left, right], larger, { name: 'comparison' });
  net.compile({
    optimizer: gt.optimizers.adam({ learningRate: 3e-3 }),
    loss: 'binary_crossentropy',
    metrics: ['accuracy'],
  });
  return net;
}

/** One image to 32 features. */
function visionModel(): gt.Model {
  const image = gt.input([28, 28, 1]);
  let x = layers.conv2d(8, 5, { strides: 2, padding: 'same', activation: 'relu' })(image);
  x = layers.maxPooling2d(2)(x);
  x = layers.separableConv2d(24, 3, { activation: 'relu' })(x);
  x = layers.dense(32, { activation: 'relu' })(layers.flatten()(x));
  return gt.model(image, x, { name: 'eye' });
}

/** Each digit with the one half a set further on, without the pairs of equal digits. */
function makePairs({ images, labels }: Digits): Pairs {
  const half = labels.data.length / 2;
  const labelOf = (index: number): number => labels.data[index] ?? NaN;
  const firsts = Array.from({ length: half }, (_, index) => index).filter((i) => labelOf(i) !== labelOf(i + half));
  return {
    left: pick(images, firsts),
    right: pick(
      images,
      firsts.map((index) => index + half),
    ),
    larger: {
      data: Float32Array.from(firsts, (index) => (labelOf(index) > labelOf(index + half) ? 1 : 0)),
      shape: [firsts.length, 1],
    },
  };
}

function pick(images: Digits['images'], indices: readonly number[]): Digits['images'] {
  const data = new Float32Array(indices.length * PIXELS);
  indices.forEach((index, row) => data.set(images.data.subarray(index * PIXELS, (index + 1) * PIXELS), row * PIXELS));
  return { data, shape: [indices.length, 28, 28, 1] };
}

if (isMain(import.meta.url)) await run({ verbose: true });
