/** Settings of `compile` in the forms that Keras 2 had over the years; test/keras/keras2.test.ts trains from its real files. */
import t from 'tap';
import { toKeras3Training, isKeras2Version } from '../../../src/keras/keras2-training.ts';
import { toKeras3Optimizer } from '../../../src/keras/keras2-optimizer.ts';
import type { H5Dataset } from '../../../src/keras/hdf5.ts';
import { nadam, sgd } from '../../../src/optimizers/index.ts';
import { tensor } from '../../../src/tensor/tensor.ts';
import { variable } from '../../../src/tensor/variable.ts';

const training = (config: object): Readonly<Record<string, unknown>> =>
  toKeras3Training('file', config) as Readonly<Record<string, unknown>>;
const metric = (called: string, name: string): object => ({
  class_name: 'MeanMetricWrapper',
  config: { name, dtype: 'float32', fn: called },
});

t.test('optimizers: a package before the name, a rate called lr, a decay of its own', (t) => {
  const optimizer = (className: string, config: object): unknown =>
    training({ optimizer_config: { class_name: className, config } })['optimizer'];
  t.strictSame(optimizer('Custom>Adam', { learning_rate: 0.5, is_legacy_optimizer: false, jit_compile: true }), {
    class_name: 'Adam',
    config: { learning_rate: 0.5 },
  });
  t.strictSame(optimizer('SGD', { lr: 0.1, decay: 0, momentum: 0.5 }), {
    class_name: 'SGD',
    config: { momentum: 0.5, learning_rate: 0.1 },
  });
  t.match(optimizer('SGD', { lr: 0.1, decay: 0.01 }), {
    config: {
      learning_rate: {
        class_name: 'InverseTimeDecay',
        config: { initial_learning_rate: 0.1, decay_steps: 1, decay_rate: 0.01 },
      },
    },
  });
  t.end();
});

t.test('losses: the reduction was automatic, and a wrapper had the function', (t) => {
  const loss = (value: unknown): unknown => training({ loss: value })['loss'];
  const envelope = { class_name: 'Huber', config: { reduction: 'auto', name: 'h', delta: 2, fn: 'huber' } };
  const expected = { class_name: 'Huber', config: { reduction: 'sum_over_batch_size', name: 'h', delta: 2 } };
  t.strictSame(loss(envelope), expected);
  t.strictSame(loss({ a: 'mse', b: envelope }), { a: 'mse', b: expected });
  t.strictSame(loss(['mse', envelope]), ['mse', expected]);
  t.equal(loss({ class_name: 'LossFunctionWrapper', config: { fn: 'poisson' } }), 'poisson');
  t.equal(loss(undefined), null);
  t.end();
});

t.test('metrics: a wrapper had the function and the name that the user typed', (t) => {
  const metrics = (value: unknown): unknown => training({ metrics: value })['metrics'];
  t.strictSame(metrics([[metric('categorical_accuracy', 'accuracy')]]), ['accuracy'], 'one output');
  t.strictSame(metrics([[metric('binary_accuracy', 'acc')]]), ['acc']);
  t.strictSame(metrics([metric('mean_absolute_error', 'age_mae')]), ['mae'], 'the name of an output before it');
  t.strictSame(metrics([[metric('mean_squared_error', 'a_mean_squared_error')], [metric('poisson', 'b_poisson')]]), [
    ['mean_squared_error'],
    ['poisson'],
  ]);
  t.strictSame(metrics({ a: [metric('sparse_categorical_crossentropy', 'ce')] }), { a: ['ce'] });
  t.strictSame(metrics(['accuracy', { class_name: 'AUC', config: { name: 'auc' } }]), [
    'accuracy',
    { class_name: 'AUC', config: { name: 'auc' } },
  ]);
  t.end();
});

t.test('Keras 3 has another version', (t) => {
  t.strictSame(['1.2.2', '2.15.0', '3.0.0', '10.1', undefined].map(isKeras2Version), [true, true, false, false, false]);
  t.end();
});

const array = (...values: number[]): H5Dataset => ({ shape: [values.length], data: Float32Array.from(values) });
const scalar = (value: number): H5Dataset => ({ shape: [], data: Int32Array.of(value) });

t.test("what Keras 2 does not store is filled in: the rate, and Nadam's product", (t) => {
  const weights = [variable(tensor([1, 2]), { name: 'w' })];
  const rated = toKeras3Optimizer(sgd({ learningRate: 0.25, momentum: 0.5 }), weights, {
    arrays: [scalar(3), array(7, 8)],
  });
  t.strictSame(
    rated.map(({ data }) => [...data]),
    [[3], [0.25], [7, 8]],
  );
  const arrays = [scalar(2), array(1, 1), array(2, 2)];
  const product = toKeras3Optimizer(nadam({ beta1: 0.5 }), weights, { arrays }).at(-1)?.data[0];
  const factor = (step: number): number => 0.5 * (1 - 0.5 * Math.pow(0.96, step));
  t.equal(product, Math.fround(factor(1) * factor(2)));
  const late = toKeras3Optimizer(nadam(), weights, { arrays: [scalar(2147483647), array(1, 1), array(2, 2)] });
  t.equal(late.at(-1)?.data[0], 0, 'after two billion steps at once');
  t.end();
});
