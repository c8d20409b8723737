/** A training of the model of the digits on one device: what the browser and Node do alike. */
import * as gt from 'gradtape';
import { digitsModel } from '../../examples/support/digits-model.ts';

export interface Digits {
  /** `[count, 28, 28, 1]`, 0 to 1. */
  readonly images: Float32Array;
  readonly labels: Float32Array;
}

export interface DigitsJob {
  readonly train: Digits;
  readonly test: Digits;
  readonly epochs: number;
  readonly batchSize: number;
}

export interface TrainedDigits {
  /** On the held-out digits. */
  readonly accuracy: number;
  /** Of each epoch. */
  readonly losses: readonly number[];
  readonly seconds: number;
}

/** Trains on the device of `setDevice`. */
export async function trainDigits({ train, test, epochs, batchSize }: DigitsJob): Promise<TrainedDigits> {
  gt.seed(7);
  const net = digitsModel();
  const start = performance.now();
  const { history } = await net.fit(imagesOf(train), gt.tensor(train.labels), { epochs, batchSize, verbose: 0 });
  const seconds = (performance.now() - start) / 1000;
  const logs = await net.evaluate(imagesOf(test), gt.tensor(test.labels), {
    batchSize: 200,
    verbose: 0,
    returnDict: true,
  });
  return { accuracy: logs['accuracy'] ?? NaN, losses: history['loss'] ?? [], seconds };
}

function imagesOf({ images, labels }: Digits): gt.Tensor {
  return gt.tensor(images, [labels.length, 28, 28, 1]);
}
