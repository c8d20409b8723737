/**
 * The main job: a functional model with separable convolutions and batch normalization learns real handwritten digits
 * and is judged on 10,000 that it never saw. `npm start -- FOLDER` also writes pictures and TensorBoard's logs there.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as gt from 'gradtape/node';
import { drawDigit, loadDigits } from './data/mnist.ts';
import { PIXELS } from './data/pixels.ts';
import { digitsModel } from './support/digits-model.ts';
import { printHistory } from './support/history.ts';
import { isMain } from './support/is-main.ts';

const { callbacks } = gt;

export interface DigitsOptions {
  /** Of the 60,000; the last tenth validates. */
  readonly trainingDigits: number;
  /** Of the 10,000 held-out digits. */
  readonly testDigits: number;
  readonly epochs: number;
  /** Prints the summary, the progress, the history and wrongly classified digits. */
  readonly verbose?: boolean;
  /** A folder for pictures of the model, its history and its mistakes, and for TensorBoard's logs. Default none. */
  readonly folder?: string | undefined;
}

export interface DigitsResult {
  readonly history: gt.History;
  /** On the held-out digits. */
  readonly accuracy: number;
  readonly loss: number;
}

const FULL: DigitsOptions = { trainingDigits: 60_000, testDigits: 10_000, epochs: 8, verbose: true };
const GOAL = 0.99;
const SHOWN = 3;

/** Trains and judges the model. The same options give the same history, to the last bit. */
export async function run({
  trainingDigits,
  testDigits,
  epochs,
  verbose = false,
  folder,
}: DigitsOptions): Promise<DigitsResult> {
  gt.seed(7);
  const output = verbose ? 1 : 0;
  const net = digitsModel();
  if (verbose) net.summary();
  if (folder !== undefined) {
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'model.svg'), await net.toSvg());
  }

  const train = loadDigits('train', trainingDigits);
  const history = await net.fit(train.images, train.labels, {
    epochs,
    batchSize: 64,
    validationSplit: 0.1,
    verbose: output,
    callbacks: [
      callbacks.reduceLROnPlateau({ monitor: 'val_loss', factor: 0.3, patience: 1, mode: 'min', verbose: output }),
      callbacks.earlyStopping({
        monitor: 'val_accuracy',
        patience: 3,
        mode: 'max',
        restoreBestWeights: true,
        verbose: output,
      }),
      ...(folder === undefined ? [] : [callbacks.tensorBoard({ logDir: join(folder, 'logs'), histogramFreq: 1 })]),
    ],
  });

  const test = loadDigits('t10k', testDigits);
  const logs = await net.evaluate(test.images, test.labels, { batchSize: 200, verbose: 0, returnDict: true });
  const result: DigitsResult = { history, accuracy: logs['accuracy'] ?? NaN, loss: logs['loss'] ?? NaN };
  if (verbose) {
    printHistory(history);
    console.log(
      `\nHeld-out digits: ${testDigits}, accuracy ${(result.accuracy * 100).toFixed(2)} %, loss ${result.loss.toFixed(4)}`,
    );
    await showMistakes(net, loadDigits('t10k', Math.min(testDigits, 1000)));
  }
  if (folder !== undefined) {
    await writeFile(join(folder, 'history.svg'), await history.toSvg());
    const confusion = gt.metrics.confusionMatrix(test.labels, await guessesOf(net, test.images), { numClasses: 10 });
    await writeFile(join(folder, 'confusion.svg'), confusion.toSvg());
  }
  return result;
}

async function guessesOf(net: gt.Model, images: gt.ArrayData): Promise<gt.Tensor> {
  return gt.ops.argmax(await net.predict(images, { batchSize: 200, verbose: 0 }), { axis: -1 });
}

async function showMistakes(net: gt.Model, { images, labels }: ReturnType<typeof loadDigits>): Promise<void> {
  const guesses = (await guessesOf(net, images)).data;
  const wrong = [...guesses.keys()].filter((index) => guesses[index] !== labels.data[index]);
  for (const index of wrong.slice(0, SHOWN)) {
    console.log(`\nTaken for ${guesses[index]}, is ${labels.data[index]}:`);
    console.log(drawDigit(images.data.subarray(index * PIXELS, (index + 1) * PIXELS)));
  }
}

if (isMain(import.meta.url)) {
  const { accuracy } = await run({ ...FULL, folder: process.argv[2] });
  if (accuracy < GOAL) {
    console.error(`The accuracy is below the goal of ${GOAL * 100} %.`);
    process.exitCode = 1;
  }
}
