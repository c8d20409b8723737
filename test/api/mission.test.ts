/**
 * The mission's examples, as a user types them; what stands before each is the data that the example takes for granted.
 * `npm run interop` shows what the callbacks leave to real Keras and real TensorBoard.
 */
import { readdirSync } from 'node:fs';
import { loadModel } from 'gradtape/keras';
import * as gt from 'gradtape/node';
import { crossValidate } from 'gradtape/tune';
import t from 'tap';
import { captured } from '../src/callbacks/fake-model.ts';
import { callbackExample, heldOut, integers, type CallbackExample } from './mission-callbacks.ts';

const { layers } = gt;

t.test('sequential and functional make the same network', async (t) => {
  const seq = gt.sequential([
    layers.dense(32, { activation: 'relu', inputShape: [64] }),
    layers.dense(32, { activation: 'relu' }),
    layers.dense(10, { activation: 'softmax' }),
  ]);
  const features = gt.input([64]);
  let x = layers.dense(32, { activation: 'relu' })(features);
  x = layers.dense(32, { activation: 'relu' })(x);
  const net = gt.model(features, layers.dense(10, { activation: 'softmax' })(x));

  t.equal(seq.countParams(), net.countParams());
  net.setWeights(await seq.getWeights());
  const batch = gt.ops.randomNormal([5, 64], { seed: 3 });
  t.same([...(await seq.predict(batch)).data], [...(await net.predict(batch)).data]);
});

t.test('two inputs: question answering, by position and by name', async (t) => {
  const samples = 64;
  const texts = integers([samples, 12], 10000);
  const questions = integers([samples, 6], 9999);
  const answers = gt.ops.oneHot(integers([samples], 500), 500);

  const text = gt.input([null], { dtype: 'int32', name: 'text' });
  const encodedText = layers.lstm(32)(layers.embedding(10000, 64)(text));
  const question = gt.input([null], { dtype: 'int32', name: 'question' });
  const encodedQuestion = layers.lstm(16)(layers.embedding(10000, 32)(question));
  const joined = layers.concatenate([encodedText, encodedQuestion], { axis: -1 });
  const answer = layers.dense(500, { activation: 'softmax' })(joined);
  const qa = gt.model([text, question], answer);
  qa.compile({ optimizer: 'rmsprop', loss: 'categorical_crossentropy', metrics: ['acc'] });
  const first = await qa.fit([texts, questions], answers, { epochs: 10, batchSize: 128, verbose: 0 });
  const second = await qa.fit({ text: texts, question: questions }, answers, {
    epochs: 10,
    batchSize: 128,
    verbose: 0,
  });

  t.same(Object.keys(first.history), ['acc', 'loss']);
  t.ok((second.history['loss']?.at(-1) ?? Infinity) < (first.history['loss']?.[0] ?? 0), 'the loss falls');
});

t.test('three outputs: age, income and gender from posts', async (t) => {
  const posts = gt.input([null], { dtype: 'int32', name: 'posts' });
  let h = layers.embedding(50000, 256)(posts);
  h = layers.conv1d(128, 5, { activation: 'relu' })(h);
  h = layers.maxPooling1d(5)(h);
  h = layers.conv1d(256, 5, { activation: 'relu' })(h);
  h = layers.conv1d(256, 5, { activation: 'relu' })(h);
  h = layers.maxPooling1d(5)(h);
  h = layers.conv1d(256, 5, { activation: 'relu' })(h);
  h = layers.conv1d(256, 5, { activation: 'relu' })(h);
  h = layers.globalMaxPooling1d()(h);
  h = layers.dense(128, { activation: 'relu' })(h);
  const age = layers.dense(1, { name: 'age' })(h);
  const income = layers.dense(10, { activation: 'softmax', name: 'income' })(h);
  const gender = layers.dense(1, { activation: 'sigmoid', name: 'gender' })(h);
  const profile = gt.model(posts, [age, income, gender]);
  profile.compile({
    optimizer: 'rmsprop',
    loss: { age: 'mse', income: 'categorical_crossentropy', gender: 'binary_crossentropy' },
    lossWeights: { age: 0.25, income: 1, gender: 10 },
    metrics: { gender: ['acc'] },
  });

  const samples = 4;
  const { history } = await profile.fit(
    integers([samples, 300], 50000),
    {
      age: integers([samples, 1], 80),
      income: gt.ops.oneHot(integers([samples], 10), 10),
      gender: integers([samples, 1], 2),
    },
    { epochs: 1, verbose: 0 },
  );
  t.same(Object.keys(history), ['age_loss', 'gender_acc', 'gender_loss', 'income_loss', 'loss']);
  const [ageLoss, incomeLoss, genderLoss] = ['age_loss', 'income_loss', 'gender_loss'].map(
    (name) => history[name]?.[0] ?? NaN,
  ) as [number, number, number];
  const total = history['loss']?.[0] ?? NaN;
  t.ok(Math.abs(0.25 * ageLoss + incomeLoss + 10 * genderLoss - total) < 1e-5 * total, 'the total is the weighted sum');

  // @ts-expect-error a misspelt output is refused by the compiler, and at run time
  t.throws(() => profile.compile({ loss: { agee: 'mse', income: null, gender: null } }), /unknown output 'agee'/);
});

t.test('Inception module, residual connection, shared layer, a model as a layer', async (t) => {
  const image = gt.input([16, 16, 64]);
  const leftInput = gt.input([null, 8]);
  const rightInput = gt.input([null, 8]);

  const branchA = layers.conv2d(128, 1, { activation: 'relu', strides: 2 })(image);
  const residual = layers.add([layers.conv2d(64, 3, { padding: 'same' })(image), image]);
  const lstm = layers.lstm(32);
  const left = lstm(leftInput);
  const right = lstm(rightInput);
  const deep = layers.separableConv2d(64, 3, { activation: 'relu' })(layers.batchNormalization()(image));

  t.same(branchA.shape, [null, 8, 8, 128]);
  t.same(residual.shape, [null, 16, 16, 64]);
  t.same(deep.shape, [null, 14, 14, 64]);
  const siamese = gt.model([leftInput, rightInput], layers.concatenate([left, right]));
  t.equal(siamese.countParams(), 4 * 32 * (8 + 32 + 1), 'the shared weights count once');
  const vision = gt.model(image, layers.globalAveragePooling2d()(residual));
  const twice = gt.input([2, 16, 16, 64].slice(1));
  t.same((vision(twice) as gt.SymbolicTensor).shape, [null, 64], 'a model is a layer');
  t.same(residual.add(image).shape, [null, 16, 16, 64]);
});

t.test('callbacks of the mission', async (t) => {
  const home = process.cwd();
  process.chdir(t.testdir());
  t.teardown(() => process.chdir(home));
  let example: CallbackExample | undefined;
  const { printed } = await captured(async () => (example = await callbackExample()));
  const { xs, ys, history } = example as CallbackExample;
  const accuracies = history.history['val_accuracy'] ?? [];
  t.equal(history.history['val_loss']?.length, 10);
  t.same(Object.keys(history.history).sort(), ['accuracy', 'learning_rate', 'loss', 'val_accuracy', 'val_loss']);
  t.equal(printed.trim().split('\n').length, 10, 'a line for each epoch');
  t.same(readdirSync('.').sort(), ['checkpoints', 'logs']);
  t.same(readdirSync('logs').sort(), ['train', 'validation']);
  t.ok((accuracies.at(-1) ?? NaN) < Math.max(...accuracies), 'the last model is not the best');
  const best = await loadModel('checkpoints/model.h5');
  const [, accuracy] = (await best.evaluate(heldOut(xs), heldOut(ys), { verbose: 0 })) as number[];
  t.equal(accuracy, Math.max(...accuracies), 'the file holds the best model');
});

t.test('ensembles, by hand and learned of folds', async (t) => {
  const x = gt.ops.randomNormal([40, 4], { seed: 1 });
  const y = gt.ops.oneHot(integers([40], 3), 3);
  const [xVal, yVal] = [gt.ops.randomNormal([20, 4], { seed: 2 }), gt.ops.oneHot(integers([20], 3), 3)];
  const buildModel = (): gt.Model => {
    const net = gt.sequential([
      layers.dense(5, { activation: 'relu', inputShape: [4] }),
      layers.dense(3, { activation: 'softmax' }),
    ]);
    net.compile({ optimizer: 'adam', loss: 'categorical_crossentropy', metrics: ['acc'] });
    return net;
  };
  const [modelA, modelB, modelC, modelD] = [buildModel(), buildModel(), buildModel(), buildModel()];

  const mean = gt.ensemble([modelA, modelB, modelC, modelD]);
  const weighted = gt.ensemble([modelA, modelB, modelC, modelD], { weights: [0.5, 0.25, 0.1, 0.15] });
  const finalPredictions = await weighted.predict(xVal);

  t.same(finalPredictions.shape, [20, 3]);
  t.same((await mean.predict(xVal)).shape, [20, 3]);

  const folds = await crossValidate(buildModel, [x, y], { k: 5, stratified: true, fit: { epochs: 10 } });
  const blend = await gt.ensemble.fit(folds.models, xVal, yVal);

  t.equal(blend.memberWeights.length, 5);
  t.same(Object.keys(folds.scores), ['loss', 'acc'].sort());
});

t.test('one variable holds one output after another, and a model still knows its outputs by name', (t) => {
  const features = gt.input([4], { name: 'features' });
  let h = layers.dense(1, { name: 'first' })(features);
  h = layers.dense(2, { name: 'second' })(h);
  const net = gt.model(features, { left: layers.dense(1)(h), right: layers.dense(1)(h) });
  net.compile({ loss: { left: 'mse', right: 'mse' } });
  const single = gt.model(features, layers.dense(1, { name: 'price' })(h));
  single.compile({ loss: { price: 'mse' } });
  // @ts-expect-error there is no output of this name
  t.throws(() => single.compile({ loss: { prize: 'mse' } }), /unknown output 'prize'/);
  const misspelt = (): void => {
    // @ts-expect-error there is no output of this name
    net.compile({ loss: { left: 'mse', wright: 'mse' } });
  };
  t.throws(misspelt, /no entry for 'right'.*unknown output 'wright'/);
  t.end();
});
