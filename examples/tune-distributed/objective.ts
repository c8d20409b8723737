/** What the workers run: a small model learns 600 digits and is judged on 300 others, with the trial's choices. */
import * as gt from 'gradtape';
import { TrialPruned, type ObjectiveTrial } from 'gradtape/tune';
import { loadDigits } from '../data/mnist.ts';

const { layers } = gt;
const EPOCHS = 4;

// oxlint-disable-next-line import/no-default-export -- what threads run
export default async function objective(trial: ObjectiveTrial): Promise<number> {
  // The same weights and the same order of digits, whichever worker runs it after whatever else.
  gt.seed(trial.number);
  // Who runs it, last; of a trial that a dead worker left there are two.
  trial.setUserAttribute('worker', process.pid);
  const image = gt.input([28, 28, 1]);
  let x = layers.conv2d(trial.suggestInt('filters', 4, 16, { log: true }), 5, { strides: 2, activation: 'relu' })(
    image,
  );
  x = layers.flatten()(x);
  if (trial.suggestCategorical('hidden', [true, false])) {
    x = layers.dense(trial.suggestInt('units', 8, 64, { log: true }), { activation: 'relu' })(x);
  }
  const net = gt.model(image, layers.dense(10, { activation: 'softmax' })(x));
  net.compile({
    optimizer: gt.optimizers.adam({ learningRate: trial.suggestFloat('rate', 1e-4, 3e-2, { log: true }) }),
    loss: 'sparse_categorical_crossentropy',
    metrics: ['accuracy'],
  });

  const train = loadDigits('train', 600);
  const judged = loadDigits('t10k', 300);
  let accuracy = NaN;
  for (let epoch = 0; epoch < EPOCHS; epoch++) {
    await net.fit(train.images, train.labels, { epochs: epoch + 1, initialEpoch: epoch, batchSize: 50, verbose: 0 });
    const logs = await net.evaluate(judged.images, judged.labels, { verbose: 0, returnDict: true });
    accuracy = logs['accuracy'] ?? NaN;
    trial.report(accuracy, epoch);
    if (trial.shouldPrune()) throw new TrialPruned();
  }
  return accuracy;
}
