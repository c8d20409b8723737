/**
 * The main job: a functional model with separable convolutions and batch normalization learns real handwritten digits,
 * and is judged on 10,000 that it never saw.
 */
import * as gt from 'gradtape/node';
import { drawDigit, loadDigits } from './data/mnist.ts';

const TRAINING_DIGITS = 15_000;
const TEST_DIGITS = 10_000;
const GOAL = 0.97;

const { layers, callbacks } = gt;
gt.seed(7);

const image = gt.input([28, 28, 1], { name: 'image' });
let x = layers.conv2d(16, 3, { strides: 2, padding: 'same', useBias: false })(image);
x = layers.batchNormalization()(x);
x = layers.activation('relu')(x);
x = layers.separableConv2d(32, 3, { useBias: false })(x);
x = layers.batchNormalization()(x);
x = layers.activation('relu')(x);
x = layers.maxPooling2d(2)(x);
x = layers.separableConv2d(64, 3, { padding: 'same', activation: 'relu' })(x);
x = layers.globalAveragePooling2d()(x);
x = layers.dropout(0.1)(x);
const digit = layers.dense(10, { activation: 'softmax', name: 'digit' })(x);
const net = gt.model(image, digit, { name: 'digits' });
net.compile({ optimizer: gt.optimizers.adam({ learningRate: 4e-3 }), loss: 'sparse_categorical_crossentropy', metrics: ['accuracy'] });
net.summary();

const train = loadDigits('train', TRAINING_DIGITS);
const history = await net.fit(train.images, train.labels, {
  epochs: 8,
  batchSize: 64,
  validationSplit: 0.1,
  callbacks: [
    callbacks.reduceLROnPlateau({ monitor: 'val_loss', factor: 0.3, patience: 1, mode: 'min', verbose: 1 }),
    callbacks.earlyStopping({ monitor: 'val_accuracy', patience: 3, mode: 'max', restoreBestWeights: true, verbose: 1 }),
  ],
});

console.log('\nHistory');
for (const [name, values] of Object.entries(history.history)) {
  console.log(`  ${name.padEnd(14)} ${values.map((value) => value.toFixed(4)).join('  ')}`);
}

const test = loadDigits('t10k', TEST_DIGITS);
const { loss, accuracy } = await net.evaluate(test.images, test.labels, { batchSize: 200, verbose: 0, returnDict: true });
console.log(`\nHeld-out digits: ${TEST_DIGITS}, accuracy ${((accuracy ?? 0) * 100).toFixed(2)} %, loss ${(loss ?? NaN).toFixed(4)}`);

const shown = 1000;
const predictions = await net.predict({ data: test.images.data.subarray(0, shown * 784), shape: [shown, 28, 28, 1] }, { batchSize: 200 });
const guesses = gt.ops.argmax(predictions, { axis: -1 }).data;
const wrong = [...guesses.keys()].filter((index) => guesses[index] !== test.labels.data[index]).slice(0, 3);
for (const index of wrong) {
  console.log(`\nTaken for ${guesses[index]}, is ${test.labels.data[index]}:\n${drawDigit(test.images.data.subarray(index * 784, (index + 1) * 784))}`);
}

if ((accuracy ?? 0) < GOAL) {
  console.error(`The accuracy is below the goal of ${GOAL * 100} %.`);
  process.exitCode = 1;
}
